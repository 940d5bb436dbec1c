import { CALL_FLAGS, type CALL_SCHEMA } from '../../engine/folio/workload';
import type { ColumnsOf } from '../../base/columns';
import { PAGE_BYTES, PMD_ORDER, pagesOfOrder } from '../../base/units';
import { EVENT_CODES } from './eventColumns';
import {
  createFolioRows,
  FOLIO_ROLES,
  OUTCOME_MOVED,
  OUTCOME_RESTORED,
  OUTCOME_UNKNOWN,
  pushFolioRow,
} from './folioRows';
import type { MemberEvents } from './memberEvents';
import { pfnOfMigrationEntry, pfnOfPmd, pfnOfPte } from './migrationEntry';
import { OpenSets } from './openSets';

type CallColumns = ColumnsOf<typeof CALL_SCHEMA>;

const NO_ROW = -1;
const PMD_BYTES = PAGE_BYTES * pagesOfOrder(PMD_ORDER);

/**
 * Takes the set and remove events of one call apart into folios; one object serves call after call.
 * - A folio's sets follow each other (the rmap walk of try_to_migrate(), mm/rmap.c) and name PFNs of one
 *   naturally aligned block of 2^order: 16 sets of order 4 are one 64 KiB folio, k sets of one PFN a folio mapped k times.
 * - A remove answers the set at its address. The same PFN in both: mapped back (the migration failed), else moved.
 * - A folio mapped back and set again in the same call is the same folio, tried again.
 * - Removes without a set: an anonymous THP whose PMD mapping was split (kernel-semantics 6: its PTE migration
 *   entries are written without an event); where events were lost, folios whose sets were lost.
 */
export class FolioPairing {
  readonly rows = createFolioRows();
  private readonly open = new OpenSets();
  /** Row of the folio that may be tried again, by its head PFN (or address where PFNs are not known). */
  private readonly retriable = new Map<number, number>();
  private batch = 0;
  private removed = false;
  /** Row that the last set (remove without set) belongs to. */
  private current = NO_ROW;
  private orphan = NO_ROW;
  private splitsLeft = 0;
  private lostSets = 0;
  private readonly keepsTimes: boolean;

  /** Not `keepsTimes`: nobody asks when folios were unmapped and remapped. */
  constructor(keepsTimes: boolean) {
    this.keepsTimes = keepsTimes;
  }

  /** Fills `rows` from the events of call `call`. */
  pair(members: MemberEvents, calls: CallColumns, call: number): void {
    const { type, address, order, lo, hi, timeNs } = members.columns;
    this.reset(calls, call);
    for (let row = 0; row < members.length; row++) {
      const low = lo[row]!;
      const high = hi[row]!;
      switch (type[row]!) {
        case EVENT_CODES.set_migration_pte:
          this.set(address[row]!, order[row]!, pfnOfMigrationEntry(low, high), timeNs[row]!, 0);
          break;
        case EVENT_CODES.set_migration_pmd:
          this.set(address[row]!, PMD_ORDER, pfnOfMigrationEntry(low, high), timeNs[row]!, 1);
          break;
        case EVENT_CODES.remove_migration_pte:
          this.remove(address[row]!, order[row]!, pfnOfPte(low, high), timeNs[row]!, 0);
          break;
        case EVENT_CODES.remove_migration_pmd:
          this.remove(address[row]!, PMD_ORDER, pfnOfPmd(low, high), timeNs[row]!, 1);
          break;
        default:
      }
    }
    this.findParts();
  }

  /** Whether the last call's events do not pair: a set without its remove, or a remove whose set was lost. */
  get isOpenEnded(): boolean {
    return this.open.unanswered > 0 || this.lostSets > 0;
  }

  private reset(calls: CallColumns, call: number): void {
    const flags = calls.flags[call]!;
    const isWhole = (flags & CALL_FLAGS.start) !== 0;
    this.rows.length = 0;
    this.open.clear();
    this.retriable.clear();
    this.batch = 0;
    this.removed = false;
    this.current = NO_ROW;
    this.orphan = NO_ROW;
    this.lostSets = 0;
    this.splitsLeft =
      (flags & CALL_FLAGS.end) !== 0 ? calls.nr_thp_split[call]! : isWhole ? Number.POSITIVE_INFINITY : 0;
  }

  private set(address: number, order: number, pfn: number, time: number, pmd: number): void {
    if (this.removed) {
      this.batch++;
      this.removed = false;
      this.current = NO_ROW;
    }
    const pages = pagesOfOrder(order);
    const head = pfn < 0 ? -1 : pfn - (pfn % pages);
    if (this.current === NO_ROW || !this.isSameFolio(this.current, address, order, head))
      this.current = this.begin(address, order, head, time, pmd);
    const columns = this.rows.columns;
    if (columns.tries[this.current] === 1) {
      columns.sets[this.current]!++;
      if (address < columns.address[this.current]!) columns.address[this.current] = address;
    }
    this.open.add(address, this.current, pfn);
  }

  private isSameFolio(row: number, address: number, order: number, head: number): boolean {
    const columns = this.rows.columns;
    if (columns.order[row] !== order) return false;
    if (head >= 0) return columns.fromPfn[row] === head;
    const offset = address - columns.address[row]!;
    return columns.fromPfn[row]! < 0 && offset >= 0 && offset < pagesOfOrder(order) * PAGE_BYTES;
  }

  private begin(address: number, order: number, head: number, time: number, pmd: number): number {
    const key = head >= 0 ? head : -address;
    const before = this.retriable.size > 0 ? this.retriable.get(key) : undefined;
    if (before !== undefined && this.rows.columns.order[before] === order) {
      this.rows.columns.tries[before]!++;
      this.rows.columns.outcome[before] = OUTCOME_UNKNOWN;
      this.retriable.delete(key);
      return before;
    }
    const row = pushFolioRow(this.rows, address, order, this.keepsTimes);
    const columns = this.rows.columns;
    columns.fromPfn[row] = head;
    if (this.keepsTimes) columns.unmappedNs[row] = time;
    columns.tries[row] = 1;
    columns.batch[row] = this.batch;
    columns.pmd[row] = pmd;
    return row;
  }

  private remove(address: number, order: number, pfn: number, time: number, pmd: number): void {
    const entry = this.open.take(address, pfn);
    if (entry < 0) {
      this.removeOrphan(address, order, pfn, time, pmd);
      return;
    }
    this.removed = true;
    const row = this.open.folioOf(entry);
    const columns = this.rows.columns;
    if (this.keepsTimes) columns.remappedNs[row] = time;
    const from = this.open.pfnOf(entry);
    if (from >= 0 && pfn >= 0) {
      columns.outcome[row] = from === pfn ? OUTCOME_RESTORED : OUTCOME_MOVED;
      columns.toPfn[row] = pfn - (from - columns.fromPfn[row]!);
    }
    if (columns.outcome[row] !== OUTCOME_MOVED)
      this.retriable.set(columns.fromPfn[row]! >= 0 ? columns.fromPfn[row]! : -columns.address[row]!, row);
  }

  private removeOrphan(address: number, order: number, pfn: number, time: number, pmd: number): void {
    const columns = this.rows.columns;
    const last = this.orphan;
    if (last !== NO_ROW && pmd === 0) {
      const offset = address - columns.address[last]!;
      if (offset > 0 && offset < pagesOfOrder(columns.order[last]!) * PAGE_BYTES && order === 0) {
        if (this.keepsTimes) columns.remappedNs[last] = time;
        return;
      }
    }
    this.orphan =
      this.splitsLeft > 0 && order === 0
        ? this.beginSplit(address, pfn)
        : this.beginLost(address, order, pfn, pmd);
    if (this.keepsTimes) this.rows.columns.remappedNs[this.orphan] = time;
  }

  /** The first of up to 512 removes of an anonymous THP that was split: remap_page(), mm/huge_memory.c. */
  private beginSplit(address: number, pfn: number): number {
    this.splitsLeft--;
    if (this.removed) this.batch++;
    this.removed = true;
    const offset = address % PMD_BYTES;
    const row = pushFolioRow(this.rows, address - offset, PMD_ORDER, this.keepsTimes);
    const columns = this.rows.columns;
    const head = pfn < 0 ? -1 : pfn - offset / PAGE_BYTES;
    columns.fromPfn[row] = head;
    columns.toPfn[row] = head;
    columns.outcome[row] = OUTCOME_RESTORED;
    columns.tries[row] = 1;
    columns.batch[row] = this.batch;
    columns.pmd[row] = 1;
    columns.role[row] = FOLIO_ROLES.split;
    return row;
  }

  /** A folio whose set events were lost. */
  private beginLost(address: number, order: number, pfn: number, pmd: number): number {
    this.lostSets++;
    const row = pushFolioRow(this.rows, address, order, this.keepsTimes);
    const columns = this.rows.columns;
    columns.toPfn[row] = pfn;
    columns.tries[row] = 1;
    columns.batch[row] = this.batch;
    columns.pmd[row] = pmd;
    return row;
  }

  /**
   * Base pages whose PFN lies in a folio of the same call that was set up earlier and mapped back, or split:
   * they are its parts, moved in the split pass (mm/migrate.c, migrate_pages(), split_folios).
   */
  private findParts(): void {
    const { rows } = this;
    const wholes: number[] = [];
    for (let row = 0; row < rows.length; row++) {
      const isRestored = rows.columns.outcome[row] === OUTCOME_RESTORED && rows.columns.order[row]! > 0;
      if (isRestored && rows.columns.fromPfn[row]! >= 0) wholes.push(row);
    }
    if (wholes.length === 0) return;
    const fromPfn = rows.columns.fromPfn;
    wholes.sort((left, right) => fromPfn[left]! - fromPfn[right]!);
    for (let row = 0; row < rows.length; row++) {
      if (rows.columns.order[row] !== 0 || fromPfn[row]! < 0) continue;
      const whole = findWhole(wholes, fromPfn, fromPfn[row]!);
      if (whole === NO_ROW || whole > row) continue;
      if (fromPfn[row]! >= fromPfn[whole]! + pagesOfOrder(rows.columns.order[whole]!)) continue;
      rows.columns.role[row] = FOLIO_ROLES.part;
      rows.columns.whole[row] = whole;
      rows.columns.role[whole] = FOLIO_ROLES.split;
    }
  }
}

/** The row of `wholes` (sorted by PFN) with the greatest first PFN at or below `pfn`. */
function findWhole(wholes: readonly number[], fromPfn: Float64Array, pfn: number): number {
  let low = 0;
  let high = wholes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (fromPfn[wholes[middle]!]! <= pfn) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? NO_ROW : wholes[low - 1]!;
}
