/** Entry point of the extension: constructs, registers, returns; and lets a recording end before VS Code does. */
import type * as vscode from 'vscode';
import type { ExtensionApi } from './host/api';
import { createApp } from './host/app';

let api: ExtensionApi | null = null;

export function activate(context: vscode.ExtensionContext): ExtensionApi {
  api = createApp(context);
  return api;
}

export async function deactivate(): Promise<void> {
  await api?.recorder.shutDown();
}
