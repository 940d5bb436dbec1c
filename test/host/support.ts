/** What the suites in VS Code share: the extension's API, its files, waiting. */
import * as assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { ExtensionApi } from '../../src/host/api';
import type { TraceDocument } from '../../src/host/documents/traceDocument';
import type { TracePanel } from '../../src/host/editor/tracePanel';
import { COMMANDS, EXTENSION_ID } from '../../src/host/ids';

export function extension(): vscode.Extension<ExtensionApi> {
  const found = vscode.extensions.getExtension<ExtensionApi>(EXTENSION_ID);
  assert.ok(found, 'the extension is not installed in this VS Code');
  return found;
}

export async function activated(): Promise<ExtensionApi> {
  return extension().activate();
}

/** A file of the repository. */
export function repoFile(...parts: string[]): vscode.Uri {
  return vscode.Uri.joinPath(extension().extensionUri, ...parts);
}

/** A new file that only this test uses. */
export function scratchFile(name: string, content: string | Uint8Array): vscode.Uri {
  const file = join(mkdtempSync(join(tmpdir(), 'migtrace-test-')), name);
  writeFileSync(file, content);
  return vscode.Uri.file(file);
}

/** Waits until `probe` gives something, and returns it. The first webview of a fresh profile takes its time. */
export async function until<T>(
  what: string,
  probe: () => T | undefined | null | false,
  seconds = 60,
): Promise<T> {
  for (const deadline = Date.now() + seconds * 1000; ;) {
    const value = probe();
    if (value !== undefined && value !== null && value !== false) return value;
    if (Date.now() > deadline) throw new Error(`within ${seconds} s: ${what} did not happen`);
    await pause(50);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Opens a trace in our editor and waits until it is read, or cannot be. */
export async function openTrace(uri: vscode.Uri): Promise<{ document: TraceDocument; panel: TracePanel }> {
  const api = await activated();
  await vscode.commands.executeCommand(COMMANDS.openTrace, uri);
  const document = await until(`${uri.path} has a document`, () => api.documents.get(uri));
  await until(`${uri.path} is read`, () => document.state.kind !== 'loading');
  const panel = await until(`${uri.path} has an editor`, () => api.panels.of(document, 'editor'));
  return { document, panel };
}

export async function closeAll(): Promise<void> {
  const api = await activated();
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  await until(
    'all editors are closed',
    () => api.panels.all().length === 0 && api.documents.all().length === 0,
  );
}
