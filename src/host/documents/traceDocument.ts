/**
 * An open trace: the worker holds its events, this holds what the views share (summary, runs, table).
 *
 * Contract: `load` reads the file at most once per generation of the worker; after a crash the next
 * request reads it again. Simulated runs are kept until the machine or a setting changes. It lives
 * until everybody who holds it (VS Code for its editors, each dashboard) has called `dispose`.
 */
import * as vscode from 'vscode';
import type { OverheadTable } from '../../analysis/overhead';
import type { Machine } from '../../engine/machine/machine';
import type { ObservedTimes, Run, RunConfig } from '../../engine/sim/run';
import { usesField } from '../../protocol/designFacts';
import type { ExportSource, RunChoice, RunHeader, TraceSummary } from '../../protocol/messages';
import type { ReplayChanges } from '../../protocol/replaySetup';
import { changedFields, cleanChanges } from '../../protocol/replaySetup';
import type { AnalysisWorker } from '../analysisWorker';
import { hasRecording } from '../designs';
import { errorText } from '../log';

export type DocumentState =
  | { readonly kind: 'loading'; readonly what: string; readonly done: number; readonly total: number }
  | { readonly kind: 'ready'; readonly summary: TraceSummary }
  | { readonly kind: 'failed'; readonly message: string; readonly hint: string };

export interface RunResult {
  readonly header: RunHeader;
  readonly run: Run;
}

/** What a simulation depends on besides the trace. */
export interface SimulationSetup {
  readonly machine: Machine;
  readonly config: Partial<RunConfig>;
}

export interface DocumentServices {
  readonly worker: AnalysisWorker;
  /** The machine and configuration that hold now for this trace, with what was set for it. */
  setup(summary: TraceSummary, changes: ReplayChanges): SimulationSetup;
  /** What was set for each trace, beyond this session. */
  readonly kept: {
    get(uri: vscode.Uri): ReplayChanges;
    set(uri: vscode.Uri, changes: ReplayChanges): void;
  };
}

export class TraceDocument implements vscode.CustomDocument {
  readonly uri: vscode.Uri;
  private readonly services: DocumentServices;
  private readonly cancellation = new vscode.CancellationTokenSource();
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly runsChanged = new vscode.EventEmitter<void>();
  private readonly disposed = new vscode.EventEmitter<void>();
  private readonly runs = new Map<RunChoice, Promise<RunResult | null>>();
  private readonly finishedRuns = new Map<RunChoice, RunHeader>();
  private loading: { generation: number; summary: Promise<TraceSummary> } | null = null;
  private table: Promise<OverheadTable> | null = null;
  private currentState: DocumentState = { kind: 'loading', what: 'Reading', done: 0, total: 0 };
  private currentChoice: RunChoice | null = null;
  private currentChanges: ReplayChanges;
  private holders = 1;
  private readings = 0;

  readonly onDidChangeState = this.changed.event;
  /** A run was finished or dropped, or another design was selected. */
  readonly onDidChangeRuns = this.runsChanged.event;
  readonly onDidDispose = this.disposed.event;

  constructor(uri: vscode.Uri, services: DocumentServices) {
    this.uri = uri;
    this.services = services;
    this.currentChanges = services.kept.get(uri);
  }

  get state(): DocumentState {
    return this.currentState;
  }

  get name(): string {
    return this.uri.path.split('/').at(-1) ?? this.uri.path;
  }

  get summary(): TraceSummary | null {
    return this.currentState.kind === 'ready' ? this.currentState.summary : null;
  }

  /** The recording where there is one, else the kernel's plain path. */
  get selected(): RunChoice {
    const recorded = this.summary !== null && hasRecording(this.summary);
    if (this.currentChoice === null) return recorded ? 'observed' : 'serial';
    return this.currentChoice === 'observed' && !recorded ? 'serial' : this.currentChoice;
  }

  select(choice: RunChoice): void {
    if (choice === this.selected) return;
    this.currentChoice = choice;
    this.runsChanged.fire();
  }

  /** What is set for the replays of this trace, over the settings. */
  get changes(): ReplayChanges {
    return this.currentChanges;
  }

  /** Replays with other parameters from now on: runs that depend on one that changed no longer hold. */
  configure(wanted: ReplayChanges): void {
    const changes = cleanChanges(wanted);
    const changed = changedFields(this.currentChanges, changes);
    if (changed.length === 0) return;
    this.currentChanges = changes;
    this.services.kept.set(this.uri, changes);
    for (const choice of this.runs.keys()) {
      if (changed.some((field) => usesField(choice, field))) this.forget(choice);
    }
    if (changed.includes('machine')) this.table = null;
    this.runsChanged.fire();
    if (this.currentState.kind === 'ready') this.changed.fire();
  }

  /** Headers of the runs that were finished on the present machine. */
  headers(): ReadonlyMap<RunChoice, RunHeader> {
    return this.finishedRuns;
  }

  /** Reads the trace, or waits for the reading under way. Rejects when the file cannot be read at all. */
  load(): Promise<TraceSummary> {
    const generation = this.services.worker.ensureRunning();
    if (this.loading?.generation === generation) return this.loading.summary;
    const summary = this.read();
    this.loading = { generation, summary };
    return summary;
  }

  /** Forgets everything and reads the file again: it changed on disk. */
  async reload(): Promise<TraceSummary> {
    this.closeInWorker();
    this.loading = null;
    this.runs.clear();
    this.finishedRuns.clear();
    this.runsChanged.fire();
    return this.load();
  }

  /** The run of a design; null when the trace holds no recorded run. */
  run(choice: RunChoice): Promise<RunResult | null> {
    const known = this.runs.get(choice);
    if (known !== undefined) return known;
    const started = this.produce(choice);
    this.runs.set(choice, started);
    started.then(
      (result) => {
        if (this.runs.get(choice) !== started || result === null) return;
        this.finishedRuns.set(choice, result.header);
        this.runsChanged.fire();
      },
      () => {
        if (this.runs.get(choice) === started) this.runs.delete(choice);
      },
    );
    return started;
  }

  /** The cover letter's grid on the machine of this trace. */
  async overhead(): Promise<OverheadTable> {
    const summary = await this.load();
    const { machine } = this.services.setup(summary, this.currentChanges);
    const table = (this.table ??= this.services.worker.request(
      'overhead',
      { machine },
      { token: this.cancellation.token },
    ));
    table.catch(() => {
      if (this.table === table) this.table = null;
    });
    return table;
  }

  async observedTimes(first: number, count: number): Promise<ObservedTimes> {
    const { id } = await this.load();
    return this.services.worker.request('observedTimes', { traceId: id, first, count });
  }

  /** What the thread needs to write a run of this trace. */
  async exportSubject(choice: RunChoice): Promise<ExportSource> {
    const summary = await this.load();
    if (choice === 'observed') return { traceId: summary.id, simulated: null };
    const { machine, config } = this.services.setup(summary, this.currentChanges);
    return { traceId: summary.id, simulated: { config: { ...config, path: choice }, machine } };
  }

  /** The machine or a setting changed: simulated runs and the table no longer hold. */
  dropSimulations(): void {
    for (const choice of this.runs.keys()) {
      if (choice !== 'observed') this.forget(choice);
    }
    this.table = null;
    this.runsChanged.fire();
    if (this.currentState.kind === 'ready') this.changed.fire();
  }

  private forget(choice: RunChoice): void {
    this.runs.delete(choice);
    this.finishedRuns.delete(choice);
  }

  /** One more holder, who must call `dispose` too. */
  retain(): this {
    this.holders++;
    return this;
  }

  dispose(): void {
    if (--this.holders > 0) return;
    this.cancellation.cancel();
    this.cancellation.dispose();
    this.closeInWorker();
    this.disposed.fire();
    for (const emitter of [this.changed, this.runsChanged, this.disposed]) emitter.dispose();
  }

  private async read(): Promise<TraceSummary> {
    if (this.uri.scheme !== 'file') {
      return this.fail(
        `${this.name} is not on the disk of the machine the extension runs on.`,
        'Save it to a file there and open that.',
      );
    }
    const reading = ++this.readings;
    const tell = (state: DocumentState) => {
      // A later reading has begun meanwhile: this one no longer counts.
      if (reading === this.readings) this.setState(state);
    };
    tell({ kind: 'loading', what: 'Reading', done: 0, total: 0 });
    try {
      const summary = await this.services.worker.request(
        'openTrace',
        { path: this.uri.fsPath },
        {
          token: this.cancellation.token,
          onProgress: (progress) => tell({ kind: 'loading', ...progress }),
        },
      );
      tell({ kind: 'ready', summary });
      return summary;
    } catch (error) {
      return this.fail(
        `${this.name} could not be read: ${errorText(error)}.`.replace(/\.\.$/, '.'),
        'Check that the file is a migration trace (.migtrace, ftrace text, perf script …), or look into the log.',
      );
    }
  }

  private closeInWorker(): void {
    const { worker } = this.services;
    if (this.summary === null || this.loading?.generation !== worker.generation) return;
    worker.request('closeTrace', { traceId: this.summary.id }).catch(() => undefined);
  }

  private fail(message: string, hint: string): never {
    this.loading = null;
    this.setState({ kind: 'failed', message, hint });
    throw new Error(`${message} ${hint}`);
  }

  private async produce(choice: RunChoice): Promise<RunResult | null> {
    const summary = await this.load();
    const options = { token: this.cancellation.token };
    const { worker } = this.services;
    if (choice === 'observed') return worker.request('observedRun', { traceId: summary.id }, options);
    const { machine, config } = this.services.setup(summary, this.currentChanges);
    return worker.request(
      'simulate',
      { traceId: summary.id, config: { ...config, path: choice }, machine },
      options,
    );
  }

  private setState(state: DocumentState): void {
    if (this.cancellation.token.isCancellationRequested) return;
    this.currentState = state;
    this.changed.fire();
  }
}
