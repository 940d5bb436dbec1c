/** Kernel events one after another, whether a kernel recorded them or a simulated run would print them. */
import type { MigrateTotals } from '../../../engine/kernel/totals';

/**
 * A cursor over events, in their order: `next` moves on, the fields then describe one event. `type` and `a`, `b`, `lo`,
 * `hi` are as in EVENT_SCHEMA (model.ts), but that of mm_migrate_pages(_start) `a` is a row for `summary`.
 */
export interface EventStream {
  /** False after the last event. */
  next(): boolean;
  readonly timeNs: number;
  readonly type: number;
  readonly cpu: number;
  readonly pid: number;
  /** The task's name, as the kernel would print it: `<...>` where it is not known. */
  readonly comm: string;
  readonly a: number;
  readonly b: number;
  readonly lo: number;
  readonly hi: number;
  /** Text of a marker, name of an `other` event; else empty. */
  readonly text: string;
  summary(row: number): CallSummary;
}

/** What mm_migrate_pages says at the end of a call. */
export interface CallSummary extends MigrateTotals {
  /** Codes of modes.ts. */
  readonly mode: number;
  readonly reason: number;
  /** Fields that the recording kernel did not print. */
  readonly noThp: boolean;
  readonly noSplit: boolean;
}

/** The summary of a row of calls, recorded or simulated. */
export function summaryOf(
  calls: { readonly [Name in SummaryColumn]: ArrayLike<number> },
  row: number,
  noThp: boolean,
  noSplit: boolean,
): CallSummary {
  return {
    mode: calls.mode[row] as number,
    reason: calls.reason[row] as number,
    nr_succeeded: calls.nr_succeeded[row] as number,
    nr_failed: calls.nr_failed[row] as number,
    nr_thp_succeeded: calls.nr_thp_succeeded[row] as number,
    nr_thp_failed: calls.nr_thp_failed[row] as number,
    nr_thp_split: calls.nr_thp_split[row] as number,
    nr_split: calls.nr_split[row] as number,
    noThp,
    noSplit,
  };
}

type SummaryColumn = 'mode' | 'reason' | keyof MigrateTotals;
