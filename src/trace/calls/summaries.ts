import type { ColumnsOf, Schema } from '../../base/columns';

/** What an mm_migrate_pages(_start) event says; the event's `a` is its row when it is added. */
export const SUMMARY_SCHEMA = {
  /** Number in `Recording.comms`. */
  comm: 'u32',
  mode: 'u8',
  reason: 'u8',
  /** CALL_FLAGS.noThp and noSplit. */
  flags: 'u8',
  nr_succeeded: 'f64',
  nr_failed: 'f64',
  nr_thp_succeeded: 'f64',
  nr_thp_failed: 'f64',
  nr_thp_split: 'f64',
  nr_split: 'f64',
} as const satisfies Schema;
export type Summaries = ColumnsOf<typeof SUMMARY_SCHEMA>;
