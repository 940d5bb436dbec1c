/**
 * What the engine plays: migration calls over runs of folios. A run stands for `count` folios that
 * are alike and follow each other in the call's list, so a call of 65,536 base pages is one row.
 * Recorded traces and hand-written workloads both come down to this.
 */
import type { Schema, Table } from '../../base/columns';

/**
 * What memory a folio holds. Index = code in `FolioRuns.kind`; new ones come last, files hold the codes.
 * ksm: an anonymous base page that stands for k pages of equal content (mm/ksm.c); `mappings` is k.
 * file-private: page cache with private data, such as buffers (folio_test_private(); one more expected reference).
 */
export const FOLIO_KINDS = ['anon', 'file', 'shmem', 'hugetlb', 'movable', 'ksm', 'file-private'] as const;
export type FolioKind = (typeof FOLIO_KINDS)[number];

/**
 * What happens to a folio besides being moved. Index = code in `FolioRuns.fate`; new ones come last, files hold the codes.
 * - movable: nothing stands in the way
 * - pinned-get: an extra reference (FOLL_GET, vmsplice, in-flight I/O): unmaps, then the move returns -EAGAIN in every pass
 * - pinned-pin: FOLL_PIN on an anonymous exclusive page: the PTE is put back before the trace point, every try returns -EAGAIN
 * - locked: another task holds the folio lock: ASYNC cannot take it, SYNC sleeps and gets it
 * - writeback: under writeback: -EBUSY unless SYNC, which waits
 * - freed: the last other reference is gone: success without any work
 * - no-destination: the destination folio cannot be allocated: -ENOMEM; a large folio is split
 * - unmovable: a permanent error (-EBUSY) at unmap
 * - move-fails: unmaps, then a permanent error in the move
 * - split-first: a partially mapped THP on the deferred list, split before unmap (6.12 and later)
 * - no-destination-split-fails: as no-destination, and a large folio cannot be split either
 * - no-destination-split-busy: the split returns -EAGAIN: for a long-term pin the folio waits for the next pass, else as the one before
 * - dirty: dirty page cache of a file system without migrate_folio: -EBUSY in the move, unless SYNC, which writes it out (fallback_migrate_folio())
 * - unsupported-mapping: unmaps, then -EOPNOTSUPP in the move (mapping_inaccessible()): permanent
 * - orphaned-buffers: truncated, with buffers left: the first try frees them (-EAGAIN), the second finds the folio free
 * - pinned-late: as pinned-get, but the reference is taken between the copy of a batch and the moves
 * - pinned-briefly: as pinned-late, and the reference is gone after one attempt to move
 */
export const FOLIO_FATES = [
  'movable',
  'pinned-get',
  'pinned-pin',
  'locked',
  'writeback',
  'freed',
  'no-destination',
  'unmovable',
  'move-fails',
  'split-first',
  'no-destination-split-fails',
  'no-destination-split-busy',
  'dirty',
  'unsupported-mapping',
  'orphaned-buffers',
  'pinned-late',
  'pinned-briefly',
] as const;
export type FolioFate = (typeof FOLIO_FATES)[number];

/** How the folio was mapped. Index = code in `FolioRuns.mapping`. `none`: in no page table, prints no events. */
export const FOLIO_MAPPINGS = ['pte', 'pmd', 'none'] as const;
export type FolioMapping = (typeof FOLIO_MAPPINGS)[number];

export const FOLIO_RUN_SCHEMA = {
  /** Folios in the run, at least 1. */
  count: 'u32',
  /** log2 of base pages per folio. */
  order: 'u8',
  kind: 'u8',
  fate: 'u8',
  mapping: 'u8',
  /** Page tables that map each folio (processes or VMAs): 1, or k for shared pages; 0 with mapping none. */
  mappings: 'u16',
  /** First user address of the first folio, or -1; further folios follow at their size. Exact below 2^53. */
  address: 'f64',
  /** Source and destination NUMA node, or -1 where unknown. */
  from: 'i16',
  to: 'i16',
  /**
   * For a folio that is split (no-destination with order > 0, split-first): how its base pages fare in
   * their one pass, in list order: `partsMoved` move, then `partsFailed` fail (-EAGAIN or -EBUSY); if
   * these do not make up the folio, the next part finds no destination (-ENOMEM, one failed page) and
   * the rest is untried.
   */
  partsMoved: 'u16',
  partsFailed: 'u16',
} as const satisfies Schema;
export type FolioRuns = Table<typeof FOLIO_RUN_SCHEMA>;

export const CALL_SCHEMA = {
  /** When migrate_pages() was entered and left, ns on the trace's clock; NaN where the trace does not hold it. */
  startNs: 'f64',
  endNs: 'f64',
  cpu: 'i32',
  pid: 'i32',
  /** Index into `Workload.comms`. */
  comm: 'u32',
  /** Codes of modes.ts; UNKNOWN_CODE where not known. */
  mode: 'u8',
  reason: 'u8',
  /** CALL_FLAGS bits. */
  flags: 'u8',
  /** CPUs that ran the mm: 1 = each PTE is flushed by its own CPU at once; more = one batched flush by IPI. */
  mmCpus: 'u16',
  /** The recorded sums of the mm_migrate_pages event; 0 where not recorded (see flags). */
  nr_succeeded: 'f64',
  nr_failed: 'f64',
  nr_thp_succeeded: 'f64',
  nr_thp_failed: 'f64',
  nr_thp_split: 'f64',
  nr_split: 'f64',
  /** Rows of `FolioRuns` that belong to the call: [firstRun, firstRun + runCount). */
  firstRun: 'u32',
  runCount: 'u32',
} as const satisfies Schema;
export type Calls = Table<typeof CALL_SCHEMA>;

/** Bits of `Calls.flags`. */
export const CALL_FLAGS = {
  /** mm_migrate_pages_start was recorded. */
  start: 1,
  /** mm_migrate_pages was recorded, so the totals are the kernel's own. */
  end: 2,
  /** The event had no thp fields (before 5.9) or no nr_split (before 6.7). */
  noThp: 4,
  noSplit: 8,
  /** Events were lost, or the trace begins or ends, within the call: folios may be missing. */
  partial: 16,
  /** Written by a person or by synth, not recorded: the folio runs alone say what to do. */
  described: 32,
} as const;

export interface Workload {
  readonly calls: Calls;
  readonly folioRuns: FolioRuns;
  /** Task names; index 0 is the empty name. */
  readonly comms: readonly string[];
}
