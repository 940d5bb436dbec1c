/**
 * Every message between the worker, the extension host and the webviews, as types. Each channel is a
 * pair of maps: requests (name → parameters and result) and notices (name → payload, no answer).
 * Typed arrays travel as they are; nothing here holds a Map, a class instance or a Buffer.
 */
import type { OverheadTable } from '../analysis/overhead';
import type { Problem } from '../base/problem';
import type { Machine } from '../engine/machine/machine';
import type { ObservedTimes, Run, RunConfig } from '../engine/sim/run';
import type { ExportFormat, ExportTableName } from '../trace/export/formatNames';
import type { TraceMachine, TraceProvenance } from '../trace/model';
import type { ReplayChanges, ReplaySetup } from './replaySetup';

/** What is told about a trace before any run of it is sent. */
export interface TraceSummary {
  readonly id: number;
  /** File name without folders. */
  readonly name: string;
  readonly provenance: TraceProvenance;
  readonly machine: TraceMachine | null;
  readonly span: { readonly startNs: number; readonly endNs: number };
  readonly calls: number;
  readonly incompleteCalls: number;
  readonly folios: number;
  readonly lines: number;
  readonly lostEvents: number;
  readonly eventCounts: Readonly<Record<string, number>>;
  readonly problems: readonly Problem[];
  readonly problemCount: number;
  /** Comms by call index would be large: the distinct ones, most calls first. */
  readonly comms: readonly string[];
}

/** A line of the list of runs (sidebar, design switch). */
export interface RunHeader {
  readonly id: number;
  readonly traceId: number;
  readonly title: string;
  readonly kind: 'observed' | 'simulated';
  readonly config: RunConfig | null;
  readonly machine: string;
  readonly pagesMoved: number;
  readonly pagesFailed: number;
  /** null for observed runs whose clock tells nothing of phases. */
  readonly fraction: number | null;
  readonly throughputGBps: number | null;
  readonly cyclesPerPage: { readonly mean: number; readonly sd: number } | null;
  /** Whether the simulated totals equal the recorded ones; null where there is nothing to compare. */
  readonly agrees: boolean | null;
}

/** Where a view's time cursor stands: drives the sidebar's live view and the status bar. At most ~5 a second. */
export interface Playhead {
  readonly runId: number;
  readonly playing: boolean;
  /** ns from the start of the run. */
  readonly timeNs: number;
  readonly endNs: number;
  readonly pagesMoved: number;
  readonly pagesTotal: number;
  readonly pagesFailed: number;
  readonly batch: number;
  readonly batches: number;
  /** Folios of the current batch that are unmapped but not yet usable again. */
  readonly blocked: number;
  /** GB/s over the last stretch of simulated time. */
  readonly throughputGBps: number;
  /** Busy share 0..1 of each DMA channel over that stretch. */
  readonly channelBusy: readonly number[];
}

/** Of which run of a trace. */
export interface ExportSource {
  readonly traceId: number;
  readonly simulated: { readonly config: Partial<RunConfig>; readonly machine: Machine | null } | null;
}

/** Host → worker. `progress` notices carry the id of the request they belong to. */
export interface WorkerRequests {
  /** Reads a trace file (`.gz` too). */
  openTrace: { params: { path: string }; result: TraceSummary };
  closeTrace: { params: { traceId: number }; result: null };
  /** The recorded run; null when the trace only describes a workload. */
  observedRun: { params: { traceId: number }; result: { header: RunHeader; run: Run } | null };
  /** Plays the trace through a design. Missing configuration fields are resolved as the CLI does. */
  simulate: {
    params: { traceId: number; config: Partial<RunConfig>; machine: Machine | null };
    result: { header: RunHeader; run: Run };
  };
  /**
   * Writes a run to the file at `path`: the simulated one, or with `simulated` null the recorded one, where there is
   * one. No file stays where it fails or is cancelled.
   */
  exportTrace: {
    params: ExportSource & { format: ExportFormat; table: ExportTableName; path: string };
    result: { bytes: number };
  };
  /** The cover letter's grid on a machine (null: the RFC's own). */
  overhead: { params: { machine: Machine | null }; result: OverheadTable };
  /** Folio times of an observed run, [first, first + count). */
  observedTimes: { params: { traceId: number; first: number; count: number }; result: ObservedTimes };
  /** Writes a described workload as `.migtrace` text and returns it. */
  describeWorkload: {
    params: { options: Readonly<Record<string, string | number>> };
    result: { text: string };
  };
}
export interface WorkerNotices {
  progress: { requestId: number; done: number; total: number; what: string };
}

/** Webview (trace editor, dashboard) → host. */
export interface ViewRequests {
  /** The view asks for a design; the host answers with the run, simulating it if need be. */
  run: { params: { choice: RunChoice }; result: { header: RunHeader; run: Run } | null };
  overhead: { params: null; result: OverheadTable };
  observedTimes: { params: { first: number; count: number }; result: ObservedTimes };
}
/** `observed`, or a design by path name. */
export type RunChoice = 'observed' | RunConfig['path'];

export interface ViewNotices {
  /** The script runs and listens: send the snapshot. */
  ready: null;
  playhead: Playhead;
  /** The user acted in the view; the host runs the command of the same meaning. */
  command: {
    name: 'compareDesigns' | 'exportTable' | 'chooseMachine' | 'openProblems' | 'openSettings';
    argument?: string;
  };
  /** The view chose another design, so that sidebar and title follow. */
  chose: { choice: RunChoice };
  /** The parameters that this trace is replayed with from now on, over the settings. A snapshot answers. */
  configure: { changes: ReplayChanges };
  /** Something threw in the view. */
  failed: { message: string };
}

/** Host → webview (trace editor, dashboard). */
export interface HostNotices {
  snapshot: ViewSnapshot;
  /** Commands of the palette and keybindings, for the view in front. */
  control: {
    action:
      | 'play'
      | 'pause'
      | 'toggle'
      | 'stepBatch'
      | 'stepFolio'
      | 'stepBatchBack'
      | 'faster'
      | 'slower'
      | 'restart'
      | 'end'
      | 'configure';
  };
  choose: { choice: RunChoice };
  progress: { what: string; done: number; total: number };
  failure: { message: string; hint: string };
}

/** Everything a view needs to draw its first picture; runs follow on request. */
export interface ViewSnapshot {
  readonly trace: TraceSummary;
  readonly machine: Machine;
  /** Designs that can be chosen, `observed` first when there is one. */
  readonly choices: readonly {
    readonly choice: RunChoice;
    readonly title: string;
    readonly tooltip: string;
    /** Why it cannot be played by the kernel's rules that were asked for; null where it can. */
    readonly refused: string | null;
  }[];
  readonly replay: ReplaySetup;
  readonly selected: RunChoice;
  /** Start playing at once. */
  readonly autoplay: boolean;
}

/** Host → sidebar. */
export interface SidebarNotices {
  live: { playhead: Playhead; title: string; traceName: string } | null;
}
