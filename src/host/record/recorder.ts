/**
 * Recording from the running kernel, as VS Code sees it: at most one at a time, in a thread of its own.
 *
 * Contract: `state`, `figures` and `points` are what the page draws; `onDidChange` fires after each change of them.
 * The file of a finished recording exists when the state is `done`.
 */
import * as vscode from 'vscode';
import type {
  RecorderPageNotices,
  RecorderRequests,
  RecorderState,
  RecordOffers,
  RecordPoint,
  RecordSettings,
} from '../../protocol/recording';
import { DEFAULT_RECORD_SETTINGS } from '../../protocol/recording';
import type { LiveFigures } from '../../trace/live/liveFigures';
import type { Log } from '../log';
import { errorText } from '../log';
import { nodeCommand, quoted } from '../platform/environment';
import { RecorderThread } from './recorderThread';

/** Points of the chart: a quarter of a second each, halved in number when there are more. */
const MAX_POINTS = 600;
/** VS Code gives five seconds to shut down (`deactivate`). */
const SHUT_DOWN_MS = 4000;

export class Recorder implements vscode.Disposable {
  private readonly script: string;
  private readonly commandLine: string;
  private readonly fallbackFolder: vscode.Uri;
  private readonly log: Log;
  private readonly changed = new vscode.EventEmitter<'state' | 'figures'>();
  private thread: RecorderThread | null = null;
  private running: Promise<void> | null = null;
  private settings: RecordSettings = DEFAULT_RECORD_SETTINGS;
  private offers: RecordOffers | null = null;
  private file: vscode.Uri;
  private current: RecorderState = { kind: 'starting' };
  private last: LiveFigures | null = null;
  private points: RecordPoint[] = [];
  private everyNth = 1;
  private seen = 0;

  readonly onDidChange = this.changed.event;

  /** @param script and commandLine: absolute paths of the bundled thread and of the command line */
  constructor(script: string, commandLine: string, fallbackFolder: vscode.Uri, log: Log) {
    this.script = script;
    this.commandLine = commandLine;
    this.fallbackFolder = fallbackFolder;
    this.log = log;
    this.file = fallbackFolder;
  }

  get state(): RecorderState {
    return this.current;
  }

  get isBusy(): boolean {
    return this.running !== null;
  }

  /** What the page is told. */
  get told(): RecorderPageNotices['state'] {
    return {
      state: this.current,
      settings: this.settings,
      offers: this.offers,
      file: this.file.fsPath,
    };
  }

  get figures(): RecorderPageNotices['figures'] {
    return { figures: this.last, points: this.points };
  }

  /**
   * Records until it is stopped or a limit is reached. Resolves with the file, or null where nothing was recorded
   * (`state` says why). While one is under way, another start changes nothing.
   */
  async record(settings: RecordSettings = this.settings): Promise<vscode.Uri | null> {
    if (this.running !== null) return null;
    this.settings = settings;
    this.file = this.newFile();
    this.last = null;
    this.points = [];
    this.everyNth = 1;
    this.become({ kind: 'starting' });
    this.running = this.run().finally(() => {
      this.thread?.terminate();
      this.thread = null;
      this.running = null;
    });
    await this.running;
    return this.current.kind === 'done' ? this.file : null;
  }

  /** Ends the recording; its file is written then. */
  async stop(): Promise<void> {
    if (this.thread === null || this.current.kind !== 'recording') return;
    this.become({ kind: 'stopping', done: 0, total: 0 });
    await this.thread.call('stop', null).result;
  }

  /** Stops and saves what is under way, as far as the time VS Code gives suffices. */
  async shutDown(): Promise<void> {
    if (this.running === null) return;
    void this.stop();
    const late = new Promise<void>((resolve) => setTimeout(resolve, SHUT_DOWN_MS));
    await Promise.race([this.running, late]);
  }

  dispose(): void {
    // `shutDown` had its time.
    this.changed.dispose();
  }

  private async run(): Promise<void> {
    try {
      const thread = new RecorderThread(this.script, {
        figures: (figures) => this.take(figures),
        writing: (progress) => this.become({ kind: 'stopping', ...progress }),
      });
      this.thread = thread;
      const sudoCommand = `sudo ${nodeCommand()} ${quoted(this.commandLine)} record -o ${quoted(this.file.fsPath)} --seconds 10`;
      const found = await thread.call('offers', { sudoCommand }).result;
      if ('problem' in found) {
        this.become({ kind: 'problem', problem: found.problem });
        return;
      }
      this.offers = found.offers;
      const params: RecorderRequests['record']['params'] = {
        settings: this.settings,
        output: this.file.fsPath,
        temporaryFolder: null,
        sudoCommand,
      };
      const recording = thread.call('record', params);
      this.become({ kind: 'recording' });
      const outcome = await recording.result;
      if (outcome.kind === 'done') this.last = outcome.done.figures;
      this.become(outcome);
    } catch (error) {
      this.log.error('recording', errorText(error));
      const message = `Recording failed: ${errorText(error)}. What it had set up in tracefs is removed with the next recording.`;
      this.become({ kind: 'problem', problem: { message, commands: [] } });
    }
  }

  private take(figures: LiveFigures): void {
    const before = this.last;
    this.last = figures;
    const passed = figures.seconds - (before?.seconds ?? 0);
    if (passed > 0 && this.seen++ % this.everyNth === 0) {
      const rate = (name: 'nr_succeeded' | 'nr_failed') =>
        (figures.totals[name] - (before?.totals[name] ?? 0)) / passed;
      this.points.push({
        seconds: figures.seconds,
        eventsPerSecond: figures.eventsPerSecond,
        pagesPerSecond: rate('nr_succeeded'),
        failedPerSecond: rate('nr_failed'),
      });
      if (this.points.length > MAX_POINTS) {
        this.points = this.points.filter((_, i) => i % 2 === 1);
        this.everyNth *= 2;
      }
    }
    this.changed.fire('figures');
  }

  private become(state: RecorderState): void {
    this.current = state;
    this.changed.fire('state');
  }

  private newFile(): vscode.Uri {
    const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file')?.uri;
    const stamp = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
    return vscode.Uri.joinPath(folder ?? this.fallbackFolder, `recording-${stamp}.migtrace`);
  }
}
