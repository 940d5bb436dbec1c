import type { MigrateMode, MigrateReason } from '../modes';

/** One migrate_pages() call, as its caller makes it. */
export interface CallerCall {
  readonly mode: MigrateMode;
  readonly reason: MigrateReason;
  /** Which of the caller's folios, in the order of the call's list. */
  readonly folios: readonly number[];
}
