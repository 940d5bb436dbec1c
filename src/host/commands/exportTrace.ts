/** Export…: the recorded run of a trace, or the simulated one that is shown, as a file for other programs. */
import * as vscode from 'vscode';
import type { RunChoice } from '../../protocol/messages';
import type { ExportFormat, ExportTableName } from '../../trace/export/formatNames';
import { EXPORT_FORMATS, EXPORT_TABLES, FORMATS } from '../../trace/export/formatNames';
import { designTitle } from '../designs';
import type { TraceDocument } from '../documents/traceDocument';
import { temporaryPath } from '../platform/temporaryFile';
import type { CommandContext } from './commandContext';
import { targetDocument } from './commandContext';

interface Target extends vscode.QuickPickItem {
  readonly format: ExportFormat;
  readonly table: ExportTableName;
}

const DETAILS: Readonly<Record<ExportFormat, string>> = {
  perfetto: 'ui.perfetto.dev, trace_processor',
  'trace-event': 'ui.perfetto.dev, chrome://tracing, speedscope',
  csv: 'spreadsheets',
  markdown: 'mails, issues',
  parquet: 'DuckDB, Arrow, Spark; units in the schema',
  'ftrace-text': "the kernel's own wording: trace-cmd's readers, scripts, MigTrace",
  migtrace: 'MigTrace',
  'migtrace-text': 'MigTrace, editors',
};

/** `named`: `perfetto`, `csv calls` …, and `target`: then nobody is asked. */
export async function exportTrace(
  context: CommandContext,
  argument: unknown,
  named?: unknown,
  target?: unknown,
): Promise<void> {
  const document = targetDocument(context, argument);
  if (document === undefined) return;
  const choice = (argument as { choice?: RunChoice } | undefined)?.choice ?? document.selected;
  const targets = exportTargets();
  const given = typeof named === 'string' ? targets.find(({ id }) => id === named) : undefined;
  const picked = given ?? (await pick(targets, choice));
  if (picked === undefined) return;
  const uri = target instanceof vscode.Uri ? target : await askWhere(document, choice, picked);
  if (uri === undefined) return;
  const saved = await write(context, document, choice, picked, uri);
  if (saved && given === undefined) await tell(uri, picked);
}

/** Every format, and of formats of tables every table. */
export function exportTargets(): (Target & { readonly id: string })[] {
  return EXPORT_FORMATS.flatMap((format) => {
    const { label, kind, extensions } = FORMATS[format];
    const tables = kind === 'table' ? EXPORT_TABLES : (['calls'] as const);
    return tables.map((table) => ({
      id: kind === 'table' ? `${format} ${table}` : format,
      label: kind === 'table' ? `${label}: ${table}` : label,
      description: `.${extensions[0]}`,
      detail: DETAILS[format],
      format,
      table,
    }));
  });
}

async function pick<T extends vscode.QuickPickItem>(
  targets: readonly T[],
  choice: RunChoice,
): Promise<T | undefined> {
  const what = choice === 'observed' ? 'the recorded run' : `the simulated run ${designTitle(choice)}`;
  return vscode.window.showQuickPick(targets, {
    title: `Export ${what}`,
    placeHolder: 'Format',
    matchOnDetail: true,
  });
}

async function askWhere(
  document: TraceDocument,
  choice: RunChoice,
  { format, table }: Target,
): Promise<vscode.Uri | undefined> {
  const { extensions, kind, label } = FORMATS[format];
  const base = document.name.replace(/(\.(migtrace|txt|trace|dat|gz|zst))+$/, '');
  const parts = [base, ...(choice === 'observed' ? [] : [choice]), ...(kind === 'table' ? [table] : [])];
  // The recording itself must not be replaced by what was made of it.
  const name = `${parts.join('-')}${kind === 'events' && choice === 'observed' ? '-export' : ''}`;
  return vscode.window.showSaveDialog({
    title: label,
    defaultUri: vscode.Uri.joinPath(document.uri, '..', `${name}.${extensions[0]}`),
    filters: { [label]: [...extensions] },
  });
}

/** The thread writes to a temporary file, which then takes its place: whole or not at all. False where it was cancelled. */
async function write(
  { worker }: CommandContext,
  document: TraceDocument,
  choice: RunChoice,
  { format, table }: Target,
  uri: vscode.Uri,
): Promise<boolean> {
  const isLocal = uri.scheme === 'file';
  const path = temporaryPath(isLocal ? uri.fsPath : null);
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: `MigTrace: writing ${uri.path.split('/').at(-1)}`,
    cancellable: true,
  };
  return vscode.window.withProgress(options, async (progress, token) => {
    try {
      const subject = await document.exportSubject(choice);
      const onProgress = ({ what, done, total }: { what: string; done: number; total: number }) =>
        progress.report({
          message:
            total > 0 ? `${what}, ${Math.round((100 * done) / total)} %` : `${(done / 1e6).toFixed(0)} MB`,
        });
      await worker.request('exportTrace', { ...subject, format, table, path }, { token, onProgress });
    } catch (error) {
      if (token.isCancellationRequested) return false;
      throw error;
    }
    const temporary = vscode.Uri.file(path);
    if (isLocal) await vscode.workspace.fs.rename(temporary, uri, { overwrite: true });
    else {
      await vscode.workspace.fs.copy(temporary, uri, { overwrite: true });
      await vscode.workspace.fs.delete(temporary);
    }
    return true;
  });
}

async function tell(uri: vscode.Uri, { format }: Target): Promise<void> {
  const isText = ['csv', 'markdown', 'ftrace-text', 'migtrace-text'].includes(format);
  const open = format.startsWith('migtrace') ? 'Open' : isText ? 'Open as Text' : null;
  const message = `Saved ${uri.path.split('/').at(-1)}.`;
  if (open === null) {
    void vscode.window.showInformationMessage(message);
    return;
  }
  const answer = await vscode.window.showInformationMessage(message, open);
  if (answer !== undefined) await vscode.commands.executeCommand('vscode.open', uri);
}
