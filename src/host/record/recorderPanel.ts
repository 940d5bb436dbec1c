/** The panel that shows a recording while it runs; there is one. */
import * as vscode from 'vscode';
import { recorderHtml } from '../../protocol/pages';
import type { RecorderPageActs, RecorderPageNotices } from '../../protocol/recording';
import type { NoticeHandlers } from '../../protocol/rpc';
import { Rpc } from '../../protocol/rpc';
import { pageParams, webviewOptions } from '../editor/pageParams';
import { webviewChannel } from '../editor/webviewChannel';
import { RECORDER_VIEW_TYPE } from '../ids';
import type { Log } from '../log';
import { reportError } from '../log';
import type { Recorder } from './recorder';

export class RecorderPanel implements vscode.Disposable {
  private readonly extensionUri: vscode.Uri;
  private readonly recorder: Recorder;
  private readonly log: Log;
  private readonly open: (file: vscode.Uri) => Promise<void>;
  private readonly subscription: vscode.Disposable;
  private panel: vscode.WebviewPanel | null = null;
  private rpc: Rpc<object, RecorderPageNotices, object, RecorderPageActs> | null = null;

  /** @param open shows a finished recording */
  constructor(
    extensionUri: vscode.Uri,
    recorder: Recorder,
    log: Log,
    open: (file: vscode.Uri) => Promise<void>,
  ) {
    this.extensionUri = extensionUri;
    this.recorder = recorder;
    this.log = log;
    this.open = open;
    this.subscription = recorder.onDidChange((what) => this.tell(what));
  }

  /** Shows the panel and, unless a recording is under way, begins one. */
  async record(): Promise<void> {
    this.show();
    if (!this.recorder.isBusy) await this.start();
  }

  dispose(): void {
    this.subscription.dispose();
    this.panel?.dispose();
  }

  private async start(settings = this.recorder.told.settings): Promise<void> {
    const file = await this.recorder.record(settings);
    if (file !== null) await this.open(file);
  }

  private show(): void {
    if (this.panel !== null) {
      this.panel.reveal();
      return;
    }
    const panel = vscode.window.createWebviewPanel(
      RECORDER_VIEW_TYPE,
      'Record Page Migration',
      vscode.ViewColumn.Active,
      webviewOptions(this.extensionUri),
    );
    this.panel = panel;
    const icon = (name: string) => vscode.Uri.joinPath(this.extensionUri, 'media', name);
    panel.iconPath = { light: icon('file-light.svg'), dark: icon('file-dark.svg') };
    const subscriptions: vscode.Disposable[] = [];
    const acts: NoticeHandlers<RecorderPageActs> = {
      ready: () => {
        this.rpc = rpc;
        this.tell('state');
        this.tell('figures');
      },
      failed: ({ message }) => this.log.error(`recorder page: ${message}`),
      start: ({ settings }) => this.attempt(this.start(settings)),
      stop: () => this.attempt(this.recorder.stop()),
      open: () => {
        const { state } = this.recorder;
        if (state.kind === 'done') this.attempt(this.open(vscode.Uri.file(state.done.file)));
      },
      copy: ({ text }) => void vscode.env.clipboard.writeText(text),
    };
    const rpc: Rpc<object, RecorderPageNotices, object, RecorderPageActs> = new Rpc(
      webviewChannel(panel.webview, subscriptions),
      {},
      acts,
    );
    panel.onDidDispose(() => {
      this.panel = null;
      this.rpc = null;
      for (const subscription of subscriptions) subscription.dispose();
      // Nobody sees it any more: it ends and is saved, as with Stop.
      this.attempt(this.recorder.stop());
    });
    panel.webview.html = recorderHtml(pageParams(this.extensionUri, panel.webview));
  }

  private attempt(work: Promise<void>): void {
    work.catch((error: unknown) => reportError(this.log, 'The recording could not go on', error));
  }

  private tell(what: 'state' | 'figures'): void {
    if (what === 'state') this.rpc?.notify('state', this.recorder.told);
    else this.rpc?.notify('figures', this.recorder.figures);
  }
}
