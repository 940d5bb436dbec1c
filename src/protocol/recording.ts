/** Messages of a live recording: extension host ↔ recorder thread, extension host ↔ its page. */
import type { LiveFigures } from '../trace/live/liveFigures';
import type { ViewNotices } from './messages';

/** What a person may choose. */
export interface RecordSettings {
  /** Time limit, s; null: until stopped. */
  readonly seconds: number | null;
  /** Pages on disk at most, bytes. */
  readonly bytes: number;
  /** Buffer of each CPU, bytes. */
  readonly bufferBytes: number;
  /** A name of tracefs trace_clock. */
  readonly clock: string;
  readonly functionGraph: boolean;
}

const MIB = 2 ** 20;

export const DEFAULT_RECORD_SETTINGS: RecordSettings = {
  seconds: null,
  bytes: 256 * MIB,
  bufferBytes: 8 * MIB,
  clock: 'mono',
  functionGraph: false,
};

/** Why nothing can be recorded, and what to run. */
export interface RecordProblem {
  readonly message: string;
  readonly commands: readonly string[];
}

/** What the running kernel has. */
export interface RecordOffers {
  readonly kernel: string;
  readonly clocks: readonly string[];
  readonly hasFunctionGraph: boolean;
}

/** A recording that was written. */
export interface RecordDone {
  /** Absolute path. */
  readonly file: string;
  /** Bytes of the file. */
  readonly bytes: number;
  readonly figures: LiveFigures;
  readonly lostEvents: number;
  /** Whether the sums equal the growth of /proc/vmstat, and why not. */
  readonly agrees: boolean;
  readonly reason: string;
  readonly stoppedBy: string;
}

export type RecordOutcome =
  | { readonly kind: 'done'; readonly done: RecordDone }
  | { readonly kind: 'problem'; readonly problem: RecordProblem };

/** Host → recorder thread. */
export interface RecorderRequests {
  /** What could be recorded here; a problem where nothing can. */
  offers: {
    params: { sudoCommand: string };
    result: { offers: RecordOffers } | { problem: RecordProblem };
  };
  /** Records until stopped, then writes the file; cancelled, it leaves nothing behind. */
  record: {
    params: { settings: RecordSettings; output: string; temporaryFolder: string | null; sudoCommand: string };
    result: RecordOutcome;
  };
  stop: { params: null; result: null };
}
export interface RecorderNotices {
  figures: LiveFigures;
  writing: { done: number; total: number };
}

/** A point of the chart: what happened up to `seconds`. */
export interface RecordPoint {
  readonly seconds: number;
  readonly eventsPerSecond: number;
  readonly pagesPerSecond: number;
  readonly failedPerSecond: number;
}

export type RecorderState =
  | { readonly kind: 'starting' }
  | { readonly kind: 'recording' }
  | { readonly kind: 'stopping'; readonly done: number; readonly total: number }
  | { readonly kind: 'done'; readonly done: RecordDone }
  | { readonly kind: 'problem'; readonly problem: RecordProblem };

/** Host → page. */
export interface RecorderPageNotices {
  state: {
    readonly state: RecorderState;
    readonly settings: RecordSettings;
    readonly offers: RecordOffers | null;
    /** Where the trace is, or will be. */
    readonly file: string;
  };
  figures: { readonly figures: LiveFigures | null; readonly points: readonly RecordPoint[] };
}

/** Page → host. */
export interface RecorderPageActs extends Pick<ViewNotices, 'ready' | 'failed'> {
  start: { settings: RecordSettings };
  stop: null;
  open: null;
  copy: { text: string };
}
