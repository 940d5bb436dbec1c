/** The panels `migtrace.dashboard`: the designs of one trace side by side. One panel per trace. */
import * as vscode from 'vscode';
import { dashboardHtml } from '../../protocol/pages';
import type { TraceDocument } from '../documents/traceDocument';
import { pageParams, webviewOptions } from '../editor/pageParams';
import type { PanelServices } from '../editor/tracePanel';
import { TracePanel } from '../editor/tracePanel';
import type { TracePanels } from '../editor/tracePanels';
import { DASHBOARD_VIEW_TYPE } from '../ids';

export class DashboardPanels {
  private readonly extensionUri: vscode.Uri;
  private readonly panels: TracePanels;
  private readonly services: PanelServices;

  constructor(extensionUri: vscode.Uri, panels: TracePanels, services: PanelServices) {
    this.extensionUri = extensionUri;
    this.panels = panels;
    this.services = services;
  }

  /** Brings the dashboard of a trace to the front, making it if need be. */
  show(document: TraceDocument, play: boolean): TracePanel {
    const open = this.panels.of(document, 'dashboard');
    if (open !== undefined) {
      open.panel.reveal();
      if (play) open.play();
      return open;
    }
    const panel = vscode.window.createWebviewPanel(
      DASHBOARD_VIEW_TYPE,
      `Compare ${document.name}`,
      vscode.ViewColumn.Active,
      webviewOptions(this.extensionUri),
    );
    const icon = (name: string) => vscode.Uri.joinPath(this.extensionUri, 'media', name);
    panel.iconPath = { light: icon('file-light.svg'), dark: icon('file-dark.svg') };
    const created = new TracePanel('dashboard', document, panel, this.services, play);
    this.panels.add(created);
    document.retain();
    panel.onDidDispose(() => document.dispose());
    panel.webview.html = dashboardHtml(
      pageParams(this.extensionUri, panel.webview),
      `Compare ${document.name}`,
    );
    return created;
  }
}
