import { GrowableTable, type Schema } from '../../base/columns';

/** The folios of one call while it is taken apart, in order of their first event. */
const FOLIO_ROW_SCHEMA = {
  address: 'f64',
  /** Head PFNs before and after, -1 where unknown. */
  fromPfn: 'f64',
  toPfn: 'f64',
  unmappedNs: 'f64',
  remappedNs: 'f64',
  order: 'u8',
  /** Index in FOLIO_OUTCOMES, after the last try. */
  outcome: 'u8',
  tries: 'u32',
  batch: 'u32',
  /** Set events of the first try. */
  sets: 'u32',
  /** 1 = printed pmd events. */
  pmd: 'u8',
  /** FOLIO_ROLES. */
  role: 'u8',
  /** inferFolioRuns: what becomes of it (its FATE_*), and 1 = a hugetlb folio. */
  fate: 'u8',
  hugetlb: 'u8',
  /** Row of the split folio this one is a part of (role `part`). */
  whole: 'u32',
} as const satisfies Schema;

export const FOLIO_ROLES = {
  /** On the call's list. */
  folio: 0,
  /** On the call's list, and split because no destination was found for it. */
  split: 1,
  /** A base page of a folio that was split in this call. */
  part: 2,
} as const;

export const OUTCOME_UNKNOWN = 0;
export const OUTCOME_MOVED = 1;
export const OUTCOME_RESTORED = 2;

export type FolioRows = GrowableTable<typeof FOLIO_ROW_SCHEMA>;

export function createFolioRows(): FolioRows {
  // A call over 256 MB of base pages: growing would leave the smaller arrays behind; what is not used takes no memory.
  return new GrowableTable(FOLIO_ROW_SCHEMA, 1 << 16);
}

/** A cleared row for `order` at `address`. Not `withTimes`: the memory of times stays untouched. */
export function pushFolioRow(rows: FolioRows, address: number, order: number, withTimes = true): number {
  const row = rows.push();
  const columns = rows.columns;
  columns.address[row] = address;
  columns.fromPfn[row] = -1;
  columns.toPfn[row] = -1;
  if (withTimes) {
    columns.unmappedNs[row] = Number.NaN;
    columns.remappedNs[row] = Number.NaN;
  }
  columns.order[row] = order;
  columns.outcome[row] = OUTCOME_UNKNOWN;
  columns.tries[row] = 0;
  columns.batch[row] = 0;
  columns.sets[row] = 0;
  columns.pmd[row] = 0;
  columns.role[row] = FOLIO_ROLES.folio;
  columns.fate[row] = 0;
  columns.hugetlb[row] = 0;
  columns.whole[row] = 0;
  return row;
}
