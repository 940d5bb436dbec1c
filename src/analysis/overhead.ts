/** The cover letter's question: what does each design cost per page, at each size, and what share is the copy. */
import type { MeanSd } from '../base/statistics';
import type { CopyPathName, Phase } from '../engine/sim/run';

/** One bar of the overhead charts, one row of the table. Cycles are CPU cycles per base page. */
export interface OverheadRow {
  readonly path: CopyPathName;
  /** 4KB, 2MB, 256MB, 1GB. */
  readonly size: string;
  readonly totalBytes: number;
  readonly phases: Readonly<Record<Phase, number>>;
  readonly migratePages: MeanSd;
  readonly folioCopy: MeanSd;
  readonly fraction: MeanSd;
  readonly throughputGBps: MeanSd;
  /** Until the first folio is usable again, and how long a folio is blocked (unmapped to remapped), ns. */
  readonly firstFolioNs: number;
  readonly blockedP99Ns: number;
  /** The RFC's own values, null where it published none. */
  readonly published: {
    readonly migratePages: MeanSd;
    readonly folioCopy: MeanSd;
    readonly fraction: MeanSd;
  } | null;
}

/** All designs at all sizes on one machine. */
export interface OverheadTable {
  readonly machine: string;
  readonly rows: readonly OverheadRow[];
}
