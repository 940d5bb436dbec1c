/** Choose Design…, and the click on a run in the sidebar. */
import * as vscode from 'vscode';
import { choicesFor } from '../designs';
import type { TraceDocument } from '../documents/traceDocument';
import type { RunChoice } from '../../protocol/messages';
import { designNodes } from '../views/runsTree';
import type { CommandContext, ValueItem } from './commandContext';
import { targetDocument } from './commandContext';

/** Asks for a design (or takes the one named) and shows it. */
export async function chooseDesign(
  context: CommandContext,
  argument: unknown,
  named?: unknown,
): Promise<void> {
  const document = targetDocument(context, argument);
  if (document === undefined) return;
  const summary = await document.load();
  const offered = choicesFor(summary);
  const given = offered.find(({ choice }) => choice === named)?.choice;
  const choice = given ?? (await pickDesign(document));
  if (choice !== undefined) await show(context, document, choice);
}

/** `node`: an item of the Runs view. */
export async function selectRun(context: CommandContext, node: unknown): Promise<void> {
  const { choice } = node as { choice: RunChoice };
  await chooseDesign(context, node, choice);
}

async function show(context: CommandContext, document: TraceDocument, choice: RunChoice): Promise<void> {
  document.select(choice);
  await context.editor.open(document.uri);
  context.panels.of(document, 'editor')?.choose(choice);
}

async function pickDesign(document: TraceDocument): Promise<RunChoice | undefined> {
  const items = designNodes(document).map(({ choice, title, tooltip, header }): ValueItem<RunChoice> => ({
    label: title,
    description: choice === document.selected ? 'shown' : '',
    detail:
      header?.throughputGBps == null ? tooltip : `${tooltip} · ${header.throughputGBps.toFixed(2)} GB/s`,
    value: choice,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: 'Choose Design',
    placeHolder: `How the folios of ${document.name} are copied`,
    matchOnDetail: true,
  });
  return picked?.value;
}
