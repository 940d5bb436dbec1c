/** The readonly custom editors: a document per trace, a panel per editor. */
import * as vscode from 'vscode';
import { traceEditorHtml } from '../../protocol/pages';
import type { TraceDocument } from '../documents/traceDocument';
import type { TraceDocuments } from '../documents/traceDocuments';
import { EDITOR_VIEW_TYPE, RAW_EDITOR_VIEW_TYPE } from '../ids';
import { autoplayConfigured } from '../settings';
import { pageParams, webviewOptions } from './pageParams';
import type { PanelServices } from './tracePanel';
import { TracePanel } from './tracePanel';
import type { TracePanels } from './tracePanels';

export class TraceEditorProvider implements vscode.CustomReadonlyEditorProvider<TraceDocument> {
  private readonly extensionUri: vscode.Uri;
  private readonly documents: TraceDocuments;
  private readonly panels: TracePanels;
  private readonly services: PanelServices;
  private readonly toPlay = new Set<string>();

  constructor(
    extensionUri: vscode.Uri,
    documents: TraceDocuments,
    panels: TracePanels,
    services: PanelServices,
  ) {
    this.extensionUri = extensionUri;
    this.documents = documents;
    this.panels = panels;
    this.services = services;
  }

  register(): vscode.Disposable {
    return vscode.Disposable.from(
      ...[EDITOR_VIEW_TYPE, RAW_EDITOR_VIEW_TYPE].map((viewType) =>
        vscode.window.registerCustomEditorProvider(viewType, this, {
          supportsMultipleEditorsPerDocument: true,
        }),
      ),
    );
  }

  /** Opens a trace in the editor, playing at once if `play` is set. */
  async open(uri: vscode.Uri, play = false): Promise<void> {
    if (play) this.toPlay.add(uri.toString());
    await vscode.commands.executeCommand('vscode.openWith', uri, viewTypeOf(uri));
    const document = this.documents.get(uri);
    // It was open already: nobody consumed the wish.
    if (document !== undefined && this.toPlay.delete(uri.toString())) {
      this.panels.of(document, 'editor')?.play();
    }
  }

  openCustomDocument(uri: vscode.Uri): TraceDocument {
    return this.documents.hold(uri);
  }

  resolveCustomEditor(document: TraceDocument, panel: vscode.WebviewPanel): void {
    const autoplay = this.toPlay.delete(document.uri.toString()) || autoplayConfigured();
    panel.webview.options = webviewOptions(this.extensionUri);
    // Before the page: its script says `ready` as soon as it runs.
    this.panels.add(new TracePanel('editor', document, panel, this.services, autoplay));
    panel.webview.html = traceEditorHtml(pageParams(this.extensionUri, panel.webview));
  }
}

/** Files of our own format open in our editor anyway; for others it is one of several. */
function viewTypeOf(uri: vscode.Uri): string {
  return /\.migtrace(\.gz|\.zst)?$/i.test(uri.path) ? EDITOR_VIEW_TYPE : RAW_EDITOR_VIEW_TYPE;
}
