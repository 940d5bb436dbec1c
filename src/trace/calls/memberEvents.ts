import { GrowableTable } from '../../base/columns';

/** The set and remove events of one call, in the order of the file: what FolioPairing takes. */
const MEMBER_SCHEMA = {
  timeNs: 'f64',
  address: 'f64',
  lo: 'u32',
  hi: 'u32',
  order: 'u8',
  /** Code of the event. */
  type: 'u8',
} as const;

export type MemberEvents = GrowableTable<typeof MEMBER_SCHEMA>;

/** Of the first list: 256 MB in base pages. Growing would leave the smaller arrays behind; what is not used takes no memory. */
const LONG_ROWS = 1 << 17;
const SHORT_ROWS = 16;
/** A list that grew larger than this is not kept for the next call. */
const KEPT_ROWS = 1 << 18;
const KEPT_LISTS = 64;

/** Lists for the calls that are open, used again from call to call. */
export class MemberPool {
  private readonly free: MemberEvents[] = [new GrowableTable(MEMBER_SCHEMA, LONG_ROWS)];

  take(): MemberEvents {
    return this.free.pop() ?? new GrowableTable(MEMBER_SCHEMA, SHORT_ROWS);
  }

  giveBack(members: MemberEvents): void {
    if (members.columns.timeNs.length > KEPT_ROWS || this.free.length >= KEPT_LISTS) return;
    // Rows are written whole, so nothing needs to be cleared.
    members.length = 0;
    this.free.push(members);
  }
}

/** `timeNs` NaN: nobody will ask for it, and the memory of times stays untouched. */
export function addMember(
  members: MemberEvents,
  type: number,
  timeNs: number,
  address: number,
  order: number,
  lo: number,
  hi: number,
): void {
  const row = members.push();
  const columns = members.columns;
  if (!Number.isNaN(timeNs)) columns.timeNs[row] = timeNs;
  columns.address[row] = address;
  columns.lo[row] = lo;
  columns.hi[row] = hi;
  columns.order[row] = order;
  columns.type[row] = type;
}
