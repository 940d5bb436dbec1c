/** A webview as a channel of the RPC. */
import type * as vscode from 'vscode';
import type { Channel } from '../../protocol/rpc';

/** Messages to a webview that is hidden, and so has no document, are dropped by VS Code. */
export function webviewChannel(webview: vscode.Webview, subscriptions: vscode.Disposable[]): Channel {
  return {
    post: (message) => void webview.postMessage(message),
    listen: (receive) => void subscriptions.push(webview.onDidReceiveMessage(receive)),
  };
}
