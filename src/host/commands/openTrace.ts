/** Open Trace…, Replay Trace, Compare Designs: get a trace in front of a person. */
import * as vscode from 'vscode';
import type { CommandContext } from './commandContext';
import { targetUri } from './commandContext';

/** Opens the given file, or asks for one. */
export async function openTrace(context: CommandContext, argument: unknown): Promise<void> {
  const uri = argument instanceof vscode.Uri ? argument : await askForTrace('Open');
  if (uri !== undefined) await context.editor.open(uri);
}

/** Plays the designs side by side on one clock. */
export async function replayTrace(context: CommandContext, argument: unknown): Promise<void> {
  await showDashboard(context, argument, true);
}

/** Shows the designs side by side, with the overhead table. */
export async function compareDesigns(context: CommandContext, argument: unknown): Promise<void> {
  await showDashboard(context, argument, false);
}

async function showDashboard(context: CommandContext, argument: unknown, play: boolean): Promise<void> {
  const uri = targetUri(context, argument) ?? (await askForTrace('Replay'));
  if (uri === undefined) return;
  const document = context.documents.hold(uri);
  context.dashboards.show(document, play);
  document.dispose();
}

async function askForTrace(verb: string): Promise<vscode.Uri | undefined> {
  const [uri] =
    (await vscode.window.showOpenDialog({
      title: 'Migration trace',
      openLabel: verb,
      filters: {
        'Migration traces': ['migtrace', 'txt', 'trace', 'gz', 'zst', 'dat'],
        'All files': ['*'],
      },
    })) ?? [];
  return uri;
}
