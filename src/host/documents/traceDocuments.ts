/** All open traces, in the order they were opened. */
import * as vscode from 'vscode';
import type { DocumentServices } from './traceDocument';
import { TraceDocument } from './traceDocument';

export class TraceDocuments implements vscode.Disposable {
  private readonly services: DocumentServices;
  private readonly open = new Map<string, TraceDocument>();
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly added = new vscode.EventEmitter<TraceDocument>();

  /** Something of some document changed, or one was opened or closed. */
  readonly onDidChange = this.changed.event;
  readonly onDidAdd = this.added.event;

  constructor(services: DocumentServices) {
    this.services = services;
  }

  all(): readonly TraceDocument[] {
    return [...this.open.values()];
  }

  get(uri: vscode.Uri): TraceDocument | undefined {
    return this.open.get(uri.toString());
  }

  /** The document of a file, for a holder who disposes it. Reading starts at once. */
  hold(uri: vscode.Uri): TraceDocument {
    const known = this.open.get(uri.toString());
    if (known !== undefined) return known.retain();
    const document = new TraceDocument(uri, this.services);
    this.open.set(uri.toString(), document);
    document.onDidChangeState(() => this.changed.fire());
    document.onDidChangeRuns(() => this.changed.fire());
    document.onDidDispose(() => {
      if (this.open.get(uri.toString()) === document) this.open.delete(uri.toString());
      this.changed.fire();
    });
    this.added.fire(document);
    this.changed.fire();
    // A failure is in the document's state, where the views show it.
    document.load().catch(() => undefined);
    reloadOnChange(document);
    return document;
  }

  /** The machine or a setting changed. */
  dropSimulations(): void {
    for (const document of this.open.values()) document.dropSimulations();
  }

  dispose(): void {
    for (const document of this.all()) document.dispose();
    this.changed.dispose();
    this.added.dispose();
  }
}

const SETTLED_MS = 400;

/** Reads a trace again when its file changed and has been left alone for a moment: a described workload is edited as text. */
function reloadOnChange(document: TraceDocument): void {
  const name = document.name.replaceAll(/[[\]{}*?]/g, '[$&]');
  const folder = vscode.Uri.joinPath(document.uri, '..');
  const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, name));
  let timer: ReturnType<typeof setTimeout> | null = null;
  const changed = () => {
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => void document.reload().catch(() => undefined), SETTLED_MS);
  };
  watcher.onDidChange(changed);
  watcher.onDidCreate(changed);
  document.onDidDispose(() => {
    if (timer !== null) clearTimeout(timer);
    watcher.dispose();
  });
}
