/** Commands that set what the trace in front is replayed with; the settings stay the defaults. */
import * as vscode from 'vscode';
import type { ReplayChanges } from '../../protocol/replaySetup';
import {
  BATCH_PAGES_SERIES,
  BATCH_PAGES_STOCK,
  FIELD_OPTIONS,
  NUMBER_LIMITS,
  withoutDefaults,
} from '../../protocol/replaySetup';
import type { TraceDocument } from '../documents/traceDocument';
import { replaySetup } from '../replay';
import { formatCount } from '../views/numbers';
import type { CommandContext, ValueItem } from './commandContext';
import { targetDocument } from './commandContext';
import { control } from './playback';

/** Opens the parameters in the view in front. */
export function configureReplay(context: CommandContext): void {
  control(context, 'configure');
}

export function resetReplay(context: CommandContext, argument: unknown): void {
  targetDocument(context, argument)?.configure({});
}

export async function setChannels(context: CommandContext, argument: unknown, named: unknown): Promise<void> {
  await setNumber(context, argument, named, {
    field: 'channels',
    title: 'Set DMA Channels',
    prompt: 'Channels a batch asks for (nr_dma_chan)',
  });
}

export async function setThreads(context: CommandContext, argument: unknown, named: unknown): Promise<void> {
  await setNumber(context, argument, named, {
    field: 'threads',
    title: 'Set Worker Threads',
    prompt: 'Threads that copy a batch (mtcopy)',
  });
}

export async function setBatchLimit(
  context: CommandContext,
  argument: unknown,
  named: unknown,
): Promise<void> {
  await setNumber(context, argument, named, {
    field: 'batchPages',
    title: 'Set Batch Limit',
    prompt: `Base pages of a batch (NR_MAX_BATCHED_MIGRATION): ${BATCH_PAGES_STOCK} in the kernel, ${formatCount(BATCH_PAGES_SERIES)} in the benchmark of the v3 series`,
  });
}

export async function setKernelRules(
  context: CommandContext,
  argument: unknown,
  named: unknown,
): Promise<void> {
  const found = await target(context, argument);
  if (found === undefined) return;
  const { values } = found;
  const items = FIELD_OPTIONS.kernel.map((kernel): ValueItem<typeof kernel> => ({
    label: kernel,
    description: kernel === values.kernel ? 'holds now' : '',
    value: kernel,
  }));
  const given = FIELD_OPTIONS.kernel.find((kernel) => kernel === named);
  const options = { title: 'Set Kernel Rules', placeHolder: 'Whose rules the replayed calls follow' };
  const kernel = given ?? (await vscode.window.showQuickPick(items, options))?.value;
  if (kernel !== undefined) apply(found, { kernel });
}

interface NumberQuestion {
  readonly field: keyof typeof NUMBER_LIMITS;
  readonly title: string;
  readonly prompt: string;
}

/** `named`: the number to take without asking. */
async function setNumber(
  context: CommandContext,
  argument: unknown,
  named: unknown,
  { field, title, prompt }: NumberQuestion,
): Promise<void> {
  const found = await target(context, argument);
  if (found === undefined) return;
  const { least, most } = NUMBER_LIMITS[field];
  const range = `A whole number from ${formatCount(least)} to ${formatCount(most)}`;
  const valid = (text: string) => /^\d+$/.test(text.trim()) && Number(text) >= least && Number(text) <= most;
  const answer =
    typeof named === 'number'
      ? String(named)
      : await vscode.window.showInputBox({
          title,
          prompt: `${prompt}. ${range}.`,
          value: String(found.values[field]),
          validateInput: (text) => (valid(text) ? null : `${range}.`),
        });
  if (answer !== undefined && valid(answer)) apply(found, { [field]: Number(answer) });
}

interface Target {
  readonly document: TraceDocument;
  readonly setup: ReturnType<typeof replaySetup>;
  readonly values: ReturnType<typeof replaySetup>['defaults'];
}

async function target(context: CommandContext, argument: unknown): Promise<Target | undefined> {
  const document = targetDocument(context, argument);
  if (document === undefined) return undefined;
  const setup = replaySetup(context.machines, await document.load(), document.changes);
  return { document, setup, values: { ...setup.defaults, ...setup.changes } };
}

function apply({ document, setup }: Target, change: ReplayChanges): void {
  document.configure(withoutDefaults({ ...setup.changes, ...change }, setup.defaults));
}
