/** New Workload…: a few questions, then a `.migtrace` file that describes the calls, opened in the editor. */
import * as vscode from 'vscode';
import type { Caller } from '../../engine/kernel/callers/caller';
import { CALLER_NAMES, CALLERS } from '../../engine/kernel/callers/registry';
import { MIGRATE_MODES } from '../../engine/kernel/modes';
import type { SynthOptionName } from '../../trace/calls/synthOptions';
import { synthOptionProblem } from '../../trace/calls/parseSynthOptions';
import type { CommandContext } from './commandContext';

export type WorkloadOptions = Readonly<Record<string, string | number>>;

type Answers = Record<string, string>;

/** One question: the option of `migtrace synth` it answers. */
interface Question {
  readonly option: SynthOptionName;
  readonly title: string;
  readonly prompt: string;
  readonly initial: string | ((answers: Answers) => string);
  /** Offered answers; without them a text is asked for. */
  readonly offered?: readonly { readonly label: string; readonly detail?: string }[];
  /** An answer of nothing leaves the option to the caller. */
  readonly optional?: boolean;
}

const MODE_DETAILS: Readonly<Record<string, string>> = {
  MIGRATE_ASYNC: 'never blocks: demotion, NUMA balancing, background compaction',
  MIGRATE_SYNC_LIGHT: 'blocks, but does not wait for writeback',
  MIGRATE_SYNC: 'blocks: move_pages(2), mbind(2), hotplug',
};

const QUESTIONS: readonly Question[] = [
  {
    option: 'folio-size',
    title: 'Folio size',
    prompt: 'Size of each folio',
    initial: '4K',
    offered: [
      { label: '4K', detail: 'base pages' },
      { label: '16K', detail: 'mTHP' },
      { label: '64K', detail: 'mTHP' },
      { label: '2M', detail: 'PMD-sized transparent huge pages' },
    ],
  },
  {
    option: 'total',
    title: 'Memory to move',
    prompt: 'How much memory the calls move in all: 4K, 2M, 256M, 1G …',
    initial: '256M',
  },
  { option: 'from', title: 'From node', prompt: 'NUMA node the folios are on', initial: '1' },
  { option: 'to', title: 'To node', prompt: 'NUMA node they go to', initial: '0' },
  {
    option: 'caller',
    title: 'Caller',
    prompt: 'Who calls migrate_pages(), and with which reason',
    initial: 'move_pages',
    offered: CALLER_NAMES.map((label) => {
      const { title, reason } = CALLERS[label];
      return { label, detail: `${title} (${reason})` };
    }),
  },
  {
    option: 'mode',
    title: 'Mode',
    prompt: 'How patient migrate_pages() is (enum migrate_mode)',
    initial: (answers) => callerOf(answers).mode,
    offered: MIGRATE_MODES.slice(0, 3).map((label) => ({ label, detail: MODE_DETAILS[label] ?? '' })),
  },
  {
    option: 'calls',
    title: 'Calls',
    prompt: 'Calls the memory is spread over; leave empty for those the caller makes',
    initial: '',
    optional: true,
  },
  {
    option: 'pinned',
    title: 'Pinned folios',
    prompt: 'Folios that cannot be moved because someone holds a reference',
    initial: '0',
  },
];

function callerOf(answers: Answers): Caller {
  const name = CALLER_NAMES.find((known) => known === answers['caller']) ?? 'move_pages';
  return CALLERS[name];
}

/** What is wrong with an answer, and what to write; '' where nothing is. */
function wrongWith({ option, optional }: Question, answer: string): string {
  if (optional === true && answer.trim() === '') return '';
  return synthOptionProblem(option, answer.trim()) ?? '';
}

/** `given`: answers to use instead of asking; `file`: where to save instead of asking. */
export async function newWorkload(context: CommandContext, given?: unknown, file?: unknown): Promise<void> {
  const options = isOptions(given) ? given : await ask();
  if (options === undefined) return;
  const { text } = await context.worker.request('describeWorkload', { options });
  const uri = file instanceof vscode.Uri ? file : await askWhere(options);
  if (uri === undefined) return;
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  await context.editor.open(uri);
}

/** Asks question by question, with a way back; undefined when the person gave up. */
async function ask(): Promise<WorkloadOptions | undefined> {
  const answers: Answers = {};
  for (let step = 0; step < QUESTIONS.length;) {
    const question = QUESTIONS[step] as Question;
    const initial = typeof question.initial === 'string' ? question.initial : question.initial(answers);
    const answer = await askOne(question, step, answers[question.option] ?? initial);
    if (answer === undefined) return undefined;
    if (answer === 'back') {
      step--;
      continue;
    }
    // Another caller has another usual mode.
    if (question.option === 'caller' && answers['caller'] !== answer.value) delete answers['mode'];
    answers[question.option] = answer.value.trim();
    step++;
  }
  return Object.fromEntries(Object.entries(answers).filter(([, answer]) => answer !== ''));
}

function askOne(
  question: Question,
  step: number,
  initial: string,
): Promise<{ value: string } | 'back' | undefined> {
  return question.offered === undefined
    ? askText(question, step, initial)
    : askChoice(question, question.offered, step, initial);
}

function dress(
  input: vscode.QuickInput & { buttons: readonly vscode.QuickInputButton[] },
  question: Question,
  step: number,
): void {
  input.title = `New Workload: ${question.title}`;
  input.step = step + 1;
  input.totalSteps = QUESTIONS.length;
  input.ignoreFocusOut = true;
  input.buttons = step > 0 ? [vscode.QuickInputButtons.Back] : [];
}

function askText(
  question: Question,
  step: number,
  initial: string,
): Promise<{ value: string } | 'back' | undefined> {
  const input = vscode.window.createInputBox();
  dress(input, question, step);
  input.prompt = question.prompt;
  input.value = initial;
  return new Promise((resolve) => {
    const finish = (result: { value: string } | 'back' | undefined) => {
      resolve(result);
      input.dispose();
    };
    const validate = () => {
      input.validationMessage = wrongWith(question, input.value);
    };
    input.onDidChangeValue(validate);
    input.onDidAccept(() => {
      validate();
      if (input.validationMessage === '') finish({ value: input.value });
    });
    input.onDidTriggerButton(() => finish('back'));
    input.onDidHide(() => finish(undefined));
    input.show();
  });
}

function askChoice(
  question: Question,
  offered: NonNullable<Question['offered']>,
  step: number,
  initial: string,
): Promise<{ value: string } | 'back' | undefined> {
  const pick = vscode.window.createQuickPick();
  dress(pick, question, step);
  pick.placeholder = question.prompt;
  pick.matchOnDetail = true;
  pick.items = offered.map(({ label, detail }) => ({
    label,
    ...(detail !== undefined && { description: detail }),
  }));
  pick.activeItems = pick.items.filter(({ label }) => label === initial);
  return new Promise((resolve) => {
    const finish = (result: { value: string } | 'back' | undefined) => {
      resolve(result);
      pick.dispose();
    };
    pick.onDidAccept(() => {
      const item = pick.activeItems[0];
      if (item !== undefined) finish({ value: item.label });
    });
    pick.onDidTriggerButton(() => finish('back'));
    pick.onDidHide(() => finish(undefined));
    pick.show();
  });
}

function askWhere(options: WorkloadOptions): Thenable<vscode.Uri | undefined> {
  const name = `${options['caller'] ?? options['reason'] ?? 'workload'}-${options['total'] ?? ''}-${options['folio-size'] ?? ''}.migtrace`;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  return vscode.window.showSaveDialog({
    title: 'Save Workload',
    filters: { 'Migration traces': ['migtrace'] },
    ...(folder !== undefined && { defaultUri: vscode.Uri.joinPath(folder, name.toLowerCase()) }),
  });
}

function isOptions(value: unknown): value is WorkloadOptions {
  return typeof value === 'object' && value !== null && !(value instanceof vscode.Uri) && 'total' in value;
}
