/** Entry point of the extension: constructs, registers, returns. */
import type * as vscode from 'vscode';
import type { ExtensionApi } from './host/api';
import { createApp } from './host/app';

export function activate(context: vscode.ExtensionContext): ExtensionApi {
  return createApp(context);
}
