/** What a page of ours needs to know of the webview it is shown in. */
import * as vscode from 'vscode';
import type { PageParams } from '../../protocol/pages';

/** A page may run its own script and load from `dist` and `media`, nothing else. */
export function webviewOptions(extensionUri: vscode.Uri): vscode.WebviewOptions {
  return {
    enableScripts: true,
    localResourceRoots: ['dist', 'media'].map((folder) => vscode.Uri.joinPath(extensionUri, folder)),
  };
}

export function pageParams(extensionUri: vscode.Uri, webview: vscode.Webview): PageParams {
  return {
    cspSource: webview.cspSource,
    nonce: crypto.randomUUID().replaceAll('-', ''),
    asUri: (relative) => webview.asWebviewUri(vscode.Uri.joinPath(extensionUri, relative)).toString(),
  };
}
