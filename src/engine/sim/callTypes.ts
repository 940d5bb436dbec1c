/** What a call is written from. */
import type { RunSums } from './runTables';
import type { StepShape } from './stepShapes';

/** Equal steps over folios that follow each other. */
export interface Steps {
  readonly shape: StepShape;
  readonly first: number;
  readonly count: number;
  readonly channel: number;
}

export interface CallBegin {
  /** Number in the order in which calls begin. */
  readonly number: number;
  /** Row of the workload's calls. */
  readonly source: number;
  readonly lane: number;
  /** ps. */
  readonly start: number;
  /** Codes as in the workload. */
  readonly mode: number;
  readonly reason: number;
  /** Base pages given. */
  readonly pages: number;
}

/** A place in a call to repeat from: what had been summed up by then. */
export interface Mark {
  readonly now: number;
  readonly slept: number;
  readonly phases: Float64Array;
  readonly events: RunSums['events'];
  readonly batches: number;
  readonly moved: number;
  readonly failed: number;
  readonly segments: number;
}
