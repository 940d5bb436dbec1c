/** The output channel `MigTrace`, and messages a person sees: what happened, where, the next action. */
import * as vscode from 'vscode';
import { Cancelled } from '../protocol/rpc';

export type Log = vscode.LogOutputChannel;

export function createLog(): Log {
  return vscode.window.createOutputChannel('MigTrace', { log: true });
}

/** Text of anything thrown. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Tells a person that `what` did not work. Does not wait for an answer; a cancelled action is no error.
 * `what` is a clause such as `The table could not be exported`.
 */
export function reportError(log: Log, what: string, error: unknown): void {
  if (error instanceof Cancelled || error instanceof vscode.CancellationError) return;
  const text = `${what}: ${errorText(error)}`;
  log.error(text, error instanceof Error ? (error.stack ?? '') : '');
  void vscode.window.showErrorMessage(text, 'Show Log').then((answer) => {
    if (answer !== undefined) log.show();
  });
}
