/** What is known of a recording while it runs: plain data, for a terminal, a thread and a webview alike. */
import type { MigrateTotals } from '../../engine/kernel/totals';

export interface LiveSums extends MigrateTotals {
  /** mm_migrate_pages events: calls that have ended. */
  calls: number;
}

export interface LiveGroup extends Readonly<LiveSums> {
  /** A reason, a mode or a task (`comm-pid`). */
  readonly name: string;
}

/** Base pages seen to move from node to node, -1 for a node that is not known. */
export interface LiveFlow {
  readonly from: number;
  readonly to: number;
  readonly pages: number;
}

export interface LiveTotals {
  readonly totals: Readonly<LiveSums>;
  readonly reasons: readonly LiveGroup[];
  readonly modes: readonly LiveGroup[];
  /** The busiest first. */
  readonly tasks: readonly LiveGroup[];
  readonly flows: readonly LiveFlow[];
  /** Events by name. */
  readonly events: Readonly<Record<string, number>>;
  readonly eventCount: number;
}

export interface LiveFigures extends LiveTotals {
  /** Since recording began, s. */
  readonly seconds: number;
  /** Since the figures before these. */
  readonly eventsPerSecond: number;
  /** Lost so far, as the kernel's statistics say. */
  readonly lostEvents: number;
  /** Fullest that a CPU's buffer was since the figures before these, and ever, 0 to 1. */
  readonly bufferFill: number;
  readonly bufferPeak: number;
  /** Bytes of pages on disk, and how many there may be. */
  readonly bytes: number;
  readonly maxBytes: number;
  readonly cpus: number;
}
