/** The view `Runs`: per open trace its designs, with the figures of those that were played. */
import * as vscode from 'vscode';
import type { RunChoice, RunHeader } from '../../protocol/messages';
import { choicesFor } from '../designs';
import type { TraceDocument } from '../documents/traceDocument';
import type { TraceDocuments } from '../documents/traceDocuments';
import { COMMANDS, TREE_CONTEXT } from '../ids';
import { formatCount } from './numbers';

export interface TraceNode {
  readonly kind: 'trace';
  readonly document: TraceDocument;
}
export interface DesignNode {
  readonly kind: 'design';
  readonly document: TraceDocument;
  readonly choice: RunChoice;
  readonly title: string;
  readonly tooltip: string;
  /** null while it was not played. */
  readonly header: RunHeader | null;
}
export type RunsNode = TraceNode | DesignNode;

export class RunsTree implements vscode.TreeDataProvider<RunsNode>, vscode.Disposable {
  private readonly documents: TraceDocuments;
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly subscription: vscode.Disposable;
  private pending: ReturnType<typeof setTimeout> | null = null;
  readonly onDidChangeTreeData = this.changed.event;

  constructor(documents: TraceDocuments) {
    this.documents = documents;
    this.subscription = documents.onDidChange(() => this.refreshSoon());
  }

  getChildren(node?: RunsNode): RunsNode[] {
    if (node === undefined) return this.documents.all().map((document) => ({ kind: 'trace', document }));
    return node.kind === 'trace' ? designNodes(node.document) : [];
  }

  getTreeItem(node: RunsNode): vscode.TreeItem {
    return node.kind === 'trace' ? traceItem(node) : designItem(node);
  }

  dispose(): void {
    if (this.pending !== null) clearTimeout(this.pending);
    this.subscription.dispose();
    this.changed.dispose();
  }

  /** Reading reports progress often; the tree need not follow each step. */
  private refreshSoon(): void {
    this.pending ??= setTimeout(() => {
      this.pending = null;
      this.changed.fire();
    }, 100);
  }
}

/** The designs of a trace, empty while it is not read. */
export function designNodes(document: TraceDocument): DesignNode[] {
  const { summary } = document;
  if (summary === null) return [];
  const headers = document.headers();
  return choicesFor(summary).map(({ choice, title, tooltip }) => ({
    kind: 'design',
    document,
    choice,
    title,
    tooltip,
    header: headers.get(choice) ?? null,
  }));
}

function traceItem({ document }: TraceNode): vscode.TreeItem {
  const item = new vscode.TreeItem(document.name, vscode.TreeItemCollapsibleState.Expanded);
  const { state } = document;
  item.resourceUri = document.uri;
  item.contextValue = TREE_CONTEXT.trace;
  item.tooltip = document.uri.fsPath;
  if (state.kind === 'loading') {
    item.description = 'reading …';
    item.iconPath = new vscode.ThemeIcon('loading~spin');
  } else if (state.kind === 'failed') {
    item.description = 'cannot be read';
    item.tooltip = `${state.message} ${state.hint}`;
    item.iconPath = new vscode.ThemeIcon('error', new vscode.ThemeColor('list.errorForeground'));
    item.collapsibleState = vscode.TreeItemCollapsibleState.None;
  } else {
    const { calls, folios, provenance } = state.summary;
    item.description = `${formatCount(calls)} ${calls === 1 ? 'call' : 'calls'} · ${formatCount(folios)} ${folios === 1 ? 'folio' : 'folios'}`;
    item.iconPath = new vscode.ThemeIcon(provenance.origin === 'recorded' ? 'record' : 'edit');
  }
  return item;
}

function designItem(node: DesignNode): vscode.TreeItem {
  const { choice, document, header, title } = node;
  const item = new vscode.TreeItem(title, vscode.TreeItemCollapsibleState.None);
  const selected = document.selected === choice;
  item.description = header === null ? 'not played yet' : figures(header);
  item.tooltip = designTooltip(node);
  item.iconPath = designIcon(selected, header);
  item.contextValue = header === null ? TREE_CONTEXT.design : TREE_CONTEXT.run;
  item.command = { command: COMMANDS.selectRun, title: 'Show', arguments: [node] };
  const shown = selected ? ', shown' : '';
  item.accessibilityInformation = { label: `${title}, ${item.description}${shown}` };
  return item;
}

/** `3.73 GB/s ✓ · 131,072 pages`. */
function figures(header: RunHeader): string {
  const parts: string[] = [];
  const mark = header.agrees === null ? '' : header.agrees ? ' ✓' : ' ≠ recorded';
  if (header.throughputGBps !== null) parts.push(`${Number(header.throughputGBps.toPrecision(3))} GB/s`);
  parts.push(`${formatCount(header.pagesMoved)} pages`);
  if (header.pagesFailed > 0) parts.push(`${formatCount(header.pagesFailed)} failed`);
  return mark === '' ? parts.join(' · ') : [`${parts[0]}${mark}`, ...parts.slice(1)].join(' · ');
}

function designIcon(selected: boolean, header: RunHeader | null): vscode.ThemeIcon {
  if (selected) return new vscode.ThemeIcon('circle-filled', new vscode.ThemeColor('charts.blue'));
  if (header === null) return new vscode.ThemeIcon('circle-outline');
  if (header.agrees === false) {
    return new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
  }
  return new vscode.ThemeIcon('check');
}

function designTooltip({ header, tooltip, title }: DesignNode): string {
  if (header === null) return `${title}: ${tooltip}.\nClick to play the trace through it.`;
  const lines = [`${header.title} on ${header.machine}`, tooltip];
  if (header.cyclesPerPage !== null) {
    const { mean, sd } = header.cyclesPerPage;
    lines.push(`${formatCount(mean)} ± ${formatCount(sd)} cycles per page`);
  }
  if (header.fraction !== null) lines.push(`F = ${header.fraction.toFixed(3)} (share of the copy)`);
  if (header.agrees === true) lines.push('Its totals equal the recorded ones.');
  if (header.agrees === false) lines.push('Its totals differ from the recorded ones.');
  return lines.join('\n');
}
