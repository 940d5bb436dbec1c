/**
 * One webview that shows a trace: an editor or the dashboard. Holds its RPC and what it last told.
 *
 * Contract: the view says `ready` whenever its script starts, also after it was hidden and shown
 * again; each `ready` is answered by exactly one snapshot, as soon as the trace is read. Between
 * hiding and the next `ready` nothing is sent.
 */
import * as vscode from 'vscode';
import type {
  HostNotices,
  Playhead,
  RunChoice,
  ViewNotices,
  ViewRequests,
  ViewSnapshot,
} from '../../protocol/messages';
import type { Handlers, NoticeHandlers } from '../../protocol/rpc';
import { Rpc } from '../../protocol/rpc';
import type { TraceDocument } from '../documents/traceDocument';
import { COMMANDS, EXTENSION_ID } from '../ids';
import type { Log } from '../log';
import { errorText } from '../log';
import { webviewChannel } from './webviewChannel';

export type PanelKind = 'editor' | 'dashboard';
type ViewRpc = Rpc<object, HostNotices, ViewRequests, ViewNotices>;
export type ControlAction = HostNotices['control']['action'];

export interface PanelServices {
  readonly log: Log;
  /** What the view draws first; null while the trace is not read. */
  snapshot(document: TraceDocument): Omit<ViewSnapshot, 'autoplay'> | null;
}

export class TracePanel {
  readonly kind: PanelKind;
  readonly document: TraceDocument;
  readonly panel: vscode.WebviewPanel;
  private readonly services: PanelServices;
  private readonly subscriptions: vscode.Disposable[] = [];
  private readonly playheadChanged = new vscode.EventEmitter<void>();
  private readonly disposed = new vscode.EventEmitter<void>();
  private readonly rpc: ViewRpc;
  private listening = false;
  private autoplay: boolean;
  private lastPlayhead: Playhead | null = null;
  private sent = 0;
  private failureShown = false;

  readonly onDidMovePlayhead = this.playheadChanged.event;
  readonly onDidDispose = this.disposed.event;

  constructor(
    kind: PanelKind,
    document: TraceDocument,
    panel: vscode.WebviewPanel,
    services: PanelServices,
    autoplay: boolean,
  ) {
    this.kind = kind;
    this.document = document;
    this.panel = panel;
    this.services = services;
    this.autoplay = autoplay;
    this.rpc = new Rpc(webviewChannel(panel.webview, this.subscriptions), this.answers(), this.hears());
    this.subscriptions.push(
      document.onDidChangeState(() => this.tell()),
      panel.onDidChangeViewState(() => {
        if (!panel.visible) this.hidden();
      }),
    );
    panel.onDidDispose(() => this.dispose());
  }

  /** Where the view's time cursor stands; null before it played or moved, and while it is hidden. */
  get playhead(): Playhead | null {
    return this.lastPlayhead;
  }

  /** Snapshots sent so far. */
  get snapshots(): number {
    return this.sent;
  }

  control(action: ControlAction): void {
    if (this.listening) this.rpc.notify('control', { action });
  }

  /** Shows another design. A view that is hidden picks it up from its next snapshot. */
  choose(choice: RunChoice): void {
    this.document.select(choice);
    if (this.listening) this.rpc.notify('choose', { choice });
  }

  /** Starts playing now, or as soon as the view is there. */
  play(): void {
    if (this.listening && this.document.state.kind === 'ready') this.control('play');
    else this.autoplay = true;
  }

  private answers(): Handlers<ViewRequests> {
    return {
      run: ({ choice }) => this.document.run(choice),
      overhead: () => this.document.overhead(),
      observedTimes: ({ first, count }) => this.document.observedTimes(first, count),
    };
  }

  private hears(): NoticeHandlers<ViewNotices> {
    return {
      ready: () => {
        this.listening = true;
        // To show a view that failed once more is to ask for another try.
        if (this.document.state.kind === 'failed' && this.failureShown) {
          this.document.load().catch(() => undefined);
        }
        this.tell();
      },
      playhead: (playhead) => {
        this.lastPlayhead = playhead;
        this.playheadChanged.fire();
      },
      chose: ({ choice }) => this.document.select(choice),
      configure: ({ changes }) => this.document.configure(changes),
      command: ({ name, argument }) => void this.runCommand(name, argument),
      failed: ({ message }) => this.services.log.error(`${this.kind} of ${this.document.name}: ${message}`),
    };
  }

  /** Brings a listening view up to date with the state of the document. */
  private tell(): void {
    if (!this.listening) return;
    const { state } = this.document;
    if (state.kind === 'loading') {
      this.rpc.notify('progress', { what: state.what, done: state.done, total: state.total });
      return;
    }
    if (state.kind === 'failed') {
      this.failureShown = true;
      this.rpc.notify('failure', { message: state.message, hint: state.hint });
      return;
    }
    try {
      // To replay is to watch the engine, not the recording.
      if (this.autoplay && this.document.selected === 'observed') this.document.select('serial');
      const snapshot = this.services.snapshot(this.document);
      if (snapshot === null) return;
      this.sent++;
      this.rpc.notify('snapshot', { ...snapshot, autoplay: this.autoplay });
      this.autoplay = false;
    } catch (error) {
      this.services.log.error(`${this.document.name}: ${errorText(error)}`);
      this.rpc.notify('failure', {
        message: errorText(error),
        hint: 'Choose another machine with “MigTrace: Configure Node Topology…”.',
      });
    }
  }

  private hidden(): void {
    this.listening = false;
    if (this.lastPlayhead?.playing === true) {
      this.lastPlayhead = { ...this.lastPlayhead, playing: false };
      this.playheadChanged.fire();
    }
  }

  private async runCommand(name: ViewNotices['command']['name'], argument?: string): Promise<void> {
    const commands = {
      compareDesigns: COMMANDS.compareDesigns,
      exportTable: COMMANDS.exportTable,
      chooseMachine: COMMANDS.configureTopology,
      openProblems: 'workbench.actions.view.problems',
      openSettings: 'workbench.action.openSettings',
    } as const;
    if (name === 'openSettings') {
      await vscode.commands.executeCommand(commands[name], `@ext:${EXTENSION_ID}`);
      return;
    }
    await vscode.commands.executeCommand(commands[name], this.document.uri, argument);
  }

  private dispose(): void {
    this.rpc.close('the view was closed');
    this.disposed.fire();
    for (const subscription of this.subscriptions) subscription.dispose();
    this.playheadChanged.dispose();
    this.disposed.dispose();
  }
}
