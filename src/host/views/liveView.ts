/** The view `Live`: a small webview that draws what the playhead in front tells. */
import * as vscode from 'vscode';
import type { SidebarNotices, ViewNotices } from '../../protocol/messages';
import { pageHtml } from '../../protocol/pages';
import type { NoticeHandlers } from '../../protocol/rpc';
import { Rpc } from '../../protocol/rpc';
import { designTitle } from '../designs';
import { pageParams, webviewOptions } from '../editor/pageParams';
import type { TracePanel } from '../editor/tracePanel';
import type { TracePanels } from '../editor/tracePanels';
import { webviewChannel } from '../editor/webviewChannel';
import { VIEWS } from '../ids';
import type { Log } from '../log';

type Heard = Pick<ViewNotices, 'ready' | 'failed'>;
type SidebarRpc = Rpc<object, SidebarNotices, object, Heard>;

const MAX_REMEMBERED = 200;

export class LiveView implements vscode.WebviewViewProvider, vscode.Disposable {
  private readonly extensionUri: vscode.Uri;
  private readonly panels: TracePanels;
  private readonly log: Log;
  private readonly subscription: vscode.Disposable;
  private rpc: SidebarRpc | null = null;
  private last: SidebarNotices['live'] = null;
  /** What was told of the present run, so that a view that is opened late draws its past too. */
  private recent: NonNullable<SidebarNotices['live']>[] = [];

  constructor(extensionUri: vscode.Uri, panels: TracePanels, log: Log) {
    this.extensionUri = extensionUri;
    this.panels = panels;
    this.log = log;
    this.subscription = panels.onDidChange(() => this.update());
  }

  register(): vscode.Disposable {
    return vscode.window.registerWebviewViewProvider(VIEWS.live, this);
  }

  /** What the view shows, or would show if it were open. */
  get shown(): SidebarNotices['live'] {
    return this.last;
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    const subscriptions: vscode.Disposable[] = [];
    view.webview.options = webviewOptions(this.extensionUri);
    const hears: NoticeHandlers<Heard> = {
      ready: () => {
        this.rpc = rpc;
        for (const live of this.recent) rpc.notify('live', live);
        if (this.last === null) rpc.notify('live', null);
      },
      failed: ({ message }) => this.log.error(`live view: ${message}`),
    };
    const rpc: SidebarRpc = new Rpc(webviewChannel(view.webview, subscriptions), {}, hears);
    view.onDidChangeVisibility(() => {
      if (!view.visible && this.rpc === rpc) this.rpc = null;
    });
    view.onDidDispose(() => {
      if (this.rpc === rpc) this.rpc = null;
      for (const subscription of subscriptions) subscription.dispose();
    });
    view.webview.html = pageHtml({
      ...pageParams(this.extensionUri, view.webview),
      title: 'Live',
      script: 'dist/webviews/sidebar.js',
      styles: ['media/base.css', 'media/sidebar.css'],
    });
  }

  dispose(): void {
    this.subscription.dispose();
  }

  private update(): void {
    const panel = this.panels.current;
    const next =
      panel === null || panel.playhead === null
        ? null
        : {
            playhead: panel.playhead,
            title: titleOf(panel),
            traceName: panel.document.name,
          };
    if (next === null && this.last === null) return;
    this.last = next;
    this.remember(next);
    this.rpc?.notify('live', next);
  }

  private remember(live: SidebarNotices['live']): void {
    const { runId, timeNs } = live?.playhead ?? { runId: -1, timeNs: 0 };
    // Another run begins anew; going back in time forgets what lay ahead.
    this.recent = this.recent.filter(({ playhead }) => playhead.runId === runId && playhead.timeNs < timeNs);
    if (live !== null) this.recent.push(live);
    if (this.recent.length > MAX_REMEMBERED) {
      this.recent = this.recent.filter((_, i, all) => (all.length - i) % 2 === 1);
    }
  }
}

/** The design that the playhead is about: the dashboard's may be another one than the editor shows. */
function titleOf({ document, playhead }: TracePanel): string {
  for (const [choice, header] of document.headers()) {
    if (header.id === playhead?.runId) return designTitle(choice);
  }
  return designTitle(document.selected);
}
