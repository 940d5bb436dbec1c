/** Export Table…: the overhead table, or the runs of a trace, to the clipboard or a file. */
import * as vscode from 'vscode';
import type { OverheadTable } from '../../analysis/overhead';
import type { ReportedRun } from '../../analysis/report';
import {
  coverLetterTable,
  overheadCsv,
  overheadMarkdown,
  runsCsv,
  runsMarkdown,
} from '../../analysis/report';
import type { TraceDocument } from '../documents/traceDocument';
import type { CommandContext, ValueItem } from './commandContext';
import { targetDocument } from './commandContext';

interface Format {
  readonly label: string;
  readonly extension: 'txt' | 'md' | 'csv';
  readonly table: 'overhead' | 'runs';
  render(tables: { overhead: OverheadTable; runs: readonly ReportedRun[]; trace: string }): string;
}

/** Name → format; the names are what a keybinding may pass. */
export const EXPORT_FORMATS: Readonly<Record<string, Format>> = {
  coverLetter: {
    label: 'Overhead, the lines of the cover letter',
    extension: 'txt',
    table: 'overhead',
    render: ({ overhead }) => coverLetterTable(overhead),
  },
  markdown: {
    label: 'Overhead, Markdown',
    extension: 'md',
    table: 'overhead',
    render: ({ overhead }) => overheadMarkdown(overhead),
  },
  csv: {
    label: 'Overhead, CSV',
    extension: 'csv',
    table: 'overhead',
    render: ({ overhead }) => overheadCsv(overhead),
  },
  runsMarkdown: {
    label: 'Runs of this trace, Markdown',
    extension: 'md',
    table: 'runs',
    render: ({ trace, runs }) => runsMarkdown(trace, runs),
  },
  runsCsv: {
    label: 'Runs of this trace, CSV',
    extension: 'csv',
    table: 'runs',
    render: ({ trace, runs }) => runsCsv(trace, runs),
  },
};

/** `named`: a format of `EXPORT_FORMATS`, then the table goes to the clipboard without a question. */
export async function exportTable(
  context: CommandContext,
  argument: unknown,
  named?: unknown,
): Promise<void> {
  const document = targetDocument(context, argument);
  if (document === undefined) return;
  const given = typeof named === 'string' ? EXPORT_FORMATS[named] : undefined;
  if (given !== undefined) {
    await vscode.env.clipboard.writeText(await renderTable(document, given));
    return;
  }
  await exportAs(document, await pickFormat(Object.values(EXPORT_FORMATS)));
}

/** From the context menu of a run: only the tables of runs. */
export async function exportRun(context: CommandContext, node: unknown): Promise<void> {
  const document = targetDocument(context, node);
  if (document === undefined) return;
  const formats = Object.values(EXPORT_FORMATS).filter(({ table }) => table === 'runs');
  await exportAs(document, await pickFormat(formats));
}

async function exportAs(document: TraceDocument, format: Format | undefined): Promise<void> {
  if (format === undefined) return;
  const text = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: 'MigTrace: computing the table' },
    () => renderTable(document, format),
  );
  const where = await vscode.window.showQuickPick(
    [
      { label: '$(clippy) Copy to clipboard', value: 'clipboard' as const },
      { label: '$(new-file) Open as a new file', value: 'editor' as const },
      { label: '$(save) Save to a file…', value: 'file' as const },
    ],
    { title: format.label, placeHolder: 'Where to' },
  );
  if (where === undefined) return;
  if (where.value === 'clipboard') {
    await vscode.env.clipboard.writeText(text);
    void vscode.window.setStatusBarMessage('$(check) Table copied', 3000);
  } else if (where.value === 'editor') {
    const languages = { md: 'markdown', csv: 'csv', txt: 'plaintext' };
    const content = { content: text, language: languages[format.extension] };
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(content));
  } else {
    await save(document, format, text);
  }
}

async function renderTable(document: TraceDocument, format: Format): Promise<string> {
  const overhead = format.table === 'overhead' ? await document.overhead() : { machine: '', rows: [] };
  return format.render({ overhead, runs: [...document.headers().values()], trace: document.name });
}

async function pickFormat(formats: readonly Format[]): Promise<Format | undefined> {
  const items = formats.map((value): ValueItem<Format> => ({ label: value.label, value }));
  const picked = await vscode.window.showQuickPick(items, {
    title: 'Export Table',
    placeHolder: 'Table and format',
  });
  return picked?.value;
}

async function save(document: TraceDocument, format: Format, text: string): Promise<void> {
  const base = document.name.replace(/(\.(migtrace|txt|trace|dat|gz|zst))+$/, '');
  const name = `${base}-${format.table}.${format.extension}`;
  const uri = await vscode.window.showSaveDialog({
    title: format.label,
    defaultUri: vscode.Uri.joinPath(document.uri, '..', name),
  });
  if (uri === undefined) return;
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  const answer = await vscode.window.showInformationMessage(`Saved ${uri.path.split('/').at(-1)}.`, 'Open');
  if (answer !== undefined) await vscode.window.showTextDocument(uri);
}
