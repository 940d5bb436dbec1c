import type { MigrateTotals } from '../../engine/kernel/totals';
import type { FolioFate, FolioKind, FolioMapping } from '../../engine/folio/workload';
import { PMD_ORDER, pagesOfOrder } from '../../base/units';
import { FOLIO_ROLES, type FolioRows, OUTCOME_MOVED, OUTCOME_RESTORED } from './folioRows';
import type { NodeOfPfn } from './nodeOfPfn';
import { inferSplits, type SplitFolio } from './inferSplits';
import type { FolioRun, RunWriter } from './runWriter';

/** What is known of a call besides its folio rows. */
export interface CallEvidence {
  /** The recorded sums, or null where the call's end was not recorded. */
  readonly totals: MigrateTotals | null;
  /** Flushes of the task within the call beyond those of its set events. */
  readonly extraFlushes: number;
  readonly isNumaFault: boolean;
  /** The call takes pages out of a process's address space (move_pages, mbind …), so its pages are mapped. */
  readonly isByAddress: boolean;
  /** null where the machine's memory is not known. */
  readonly nodeOf: NodeOfPfn | null;
}

/** Base pages after which migrate_pages() cuts a batch (NR_MAX_BATCHED_MIGRATION, mm/migrate.c). */
const BATCH_PAGES = 512;
/** Tries of a FOLL_PIN-pinned folio, each with its own flush, at least (kernel-semantics K12). */
const MIN_PINNED_FLUSHES = 7;
const PMD_PAGES = pagesOfOrder(PMD_ORDER);

const NO_NODE = -1;
const FATE_MOVABLE = 0;
const FATE_PINNED = 1;
const FATE_DROPPED = 2;

/**
 * Writes the call's folio list so that migrate_pages() as kernel-semantics section 4 tells it gives the recorded
 * sums exactly. Folios with events come in order of their first event: moved → movable, mapped back → pinned-get,
 * split → no-destination with the parts that moved. What the sums hold beyond them printed no events and is put
 * where a batch would else be short, the rest at the end: successes → unmapped folios of files; failures → pinned-pin where
 * the flushes of its tries are seen, no-destination (-ENOMEM) for a single page, else unmovable.
 */
export function inferFolioRuns(rows: FolioRows, evidence: CallEvidence, writer: RunWriter): void {
  new Inference(rows, evidence, writer).run();
}

class Inference {
  private readonly silent: FolioRun[] = [];
  /** The next of `silent` to be written. */
  private silentAt = 0;
  private readonly splits = new Map<number, SeenSplit>();
  private readonly rows: FolioRows;
  private readonly evidence: CallEvidence;
  private readonly writer: RunWriter;

  constructor(rows: FolioRows, evidence: CallEvidence, writer: RunWriter) {
    this.rows = rows;
    this.evidence = evidence;
    this.writer = writer;
  }

  run(): void {
    const { columns, length } = this.rows;
    for (let row = 0; row < length; row++) {
      if (columns.role[row] === FOLIO_ROLES.folio && columns.outcome[row] === OUTCOME_RESTORED)
        this.rows.columns.fate[row] = FATE_PINNED;
      this.rows.columns.hugetlb[row] = this.isHugetlb(row) ? 1 : 0;
      if (columns.role[row] === FOLIO_ROLES.split)
        this.splits.set(row, { order: columns.order[row]!, moved: 0, failed: 0, to: NO_NODE });
    }
    for (let row = 0; row < length; row++) if (columns.role[row] === FOLIO_ROLES.part) this.countPart(row);
    if (this.evidence.totals !== null) this.fit(this.evidence.totals);
    this.write();
  }

  /** hugetlb prints one pte event of order 9 or more per mapping, a PTE-mapped THP one per page. */
  private isHugetlb(row: number): boolean {
    const { columns } = this.rows;
    return columns.order[row]! >= PMD_ORDER && columns.pmd[row] === 0 && columns.sets[row]! < PMD_PAGES / 2;
  }

  private countPart(row: number): void {
    const split = this.splits.get(this.rows.columns.whole[row]!);
    if (split === undefined) return;
    if (this.rows.columns.outcome[row] === OUTCOME_RESTORED) split.failed++;
    else {
      split.moved++;
      // Parts are placed one by one; the folio goes where the first of them went.
      if (split.to === NO_NODE) split.to = this.nodeOf(this.rows.columns.toPfn[row]!);
    }
  }

  private nodeOf(pfn: number): number {
    return pfn < 0 || this.evidence.nodeOf === null ? NO_NODE : this.evidence.nodeOf(pfn);
  }

  private fit(totals: MigrateTotals): void {
    let seen = this.sum();
    if (this.fitThps(totals.nr_thp_succeeded - seen.thpMoved)) seen = this.sum();
    // More seen than recorded: folios of an earlier call whose end was lost, or folios that were freed after all.
    if (totals.nr_failed < seen.failed) {
      this.takeBack(FATE_PINNED, seen.failed - totals.nr_failed, totals.nr_succeeded - seen.moved);
      seen = this.sum();
    }
    if (totals.nr_succeeded < seen.moved) {
      this.takeBack(FATE_MOVABLE, seen.moved - totals.nr_succeeded, 0);
      seen = this.sum();
    }
    this.fitRest(totals, totals.nr_succeeded - seen.moved, totals.nr_failed - seen.failed, seen);
  }

  /** Folios of order 9 taken for hugetlb count as THPs where the recorded sums miss some; whether any did. */
  private fitThps(missing: number): boolean {
    let left = missing;
    for (let row = 0; row < this.rows.length && left > 0; row++) {
      if (this.rows.columns.hugetlb[row] === 0 || this.rows.columns.fate[row] !== FATE_MOVABLE) continue;
      this.rows.columns.hugetlb[row] = 0;
      left--;
    }
    return left < missing;
  }

  private fitRest(totals: MigrateTotals, movedLeft: number, failedLeft: number, seen: Seen): void {
    let succeeded = Math.max(0, movedLeft);
    let failed = Math.max(0, failedLeft);
    const thps = Math.min(
      Math.max(0, totals.nr_thp_succeeded - seen.thpMoved),
      Math.floor(succeeded / PMD_PAGES),
    );
    succeeded -= thps * PMD_PAGES;
    const thpsFailed = Math.min(
      Math.max(0, totals.nr_thp_failed - totals.nr_thp_split - seen.thpFailed),
      Math.floor(failed / PMD_PAGES),
    );
    failed -= thpsFailed * PMD_PAGES;
    const thpSplits = Math.max(0, totals.nr_thp_split - seen.thpSplit);
    const otherSplits = Math.max(
      0,
      totals.nr_split - totals.nr_thp_split - (this.splits.size - seen.thpSplit),
    );
    const fitted = inferSplits([...this.splits.values()], thpSplits, otherSplits, succeeded, failed);
    for (const split of fitted.silent)
      this.addSilent(1, split.order, this.splitFate(), 'file', split.moved, split.failed);
    this.addSilent(thps, PMD_ORDER, 'movable', 'file');
    this.addSilent(fitted.succeeded, 0, 'movable', 'file');
    this.addFailures(thpsFailed, fitted.failed, totals.nr_split + totals.nr_thp_split > 0);
  }

  private addFailures(thps: number, pages: number, hasSplits: boolean): void {
    const isPinned = this.evidence.extraFlushes >= MIN_PINNED_FLUSHES * (thps + pages);
    if (isPinned) {
      this.addSilent(thps, PMD_ORDER, 'pinned-pin', 'anon');
      this.addSilent(pages, 0, 'pinned-pin', 'anon');
      return;
    }
    const kind = this.evidence.isByAddress ? 'anon' : 'file';
    this.addSilent(thps, PMD_ORDER, 'unmovable', kind);
    // -ENOMEM ends the call before the parts of its last batch's split folios are tried.
    const ranDry = pages === 1 && !this.evidence.isNumaFault && !hasSplits;
    this.addSilent(pages, 0, ranDry ? 'no-destination' : 'unmovable', kind);
  }

  /** A NUMA fault splits no folio for want of a destination (migrate_pages_batch()): only partially mapped ones are. */
  private splitFate(): FolioFate {
    return this.evidence.isNumaFault ? 'split-first' : 'no-destination';
  }

  private addSilent(
    count: number,
    order: number,
    fate: FolioFate,
    kind: FolioKind,
    partsMoved = 0,
    partsFailed = 0,
  ): void {
    if (count <= 0) return;
    const mapping: FolioMapping = kind === 'file' ? 'none' : order === PMD_ORDER ? 'pmd' : 'pte';
    const mappings = mapping === 'none' ? 0 : 1;
    this.silent.push({
      count,
      order,
      fate,
      kind,
      mapping,
      mappings,
      address: -1,
      from: NO_NODE,
      to: NO_NODE,
      partsMoved,
      partsFailed,
    });
  }

  /**
   * Takes up to `pages` base pages of folios with fate `fate` out of the account, from the front of the call.
   * Mapped-back folios become movable instead as long as `successes` are left for them: they were freed later.
   */
  private takeBack(fate: number, pages: number, successes: number): void {
    let taken = 0;
    let room = successes;
    for (let row = 0; row < this.rows.length && taken < pages; row++) {
      if (this.rows.columns.fate[row] !== fate || this.rows.columns.role[row] !== FOLIO_ROLES.folio) continue;
      const size = pagesOfOrder(this.rows.columns.order[row]!);
      if (taken + size > pages) continue;
      this.rows.columns.fate[row] = room >= size ? FATE_MOVABLE : FATE_DROPPED;
      if (room >= size) room -= size;
      taken += size;
    }
  }

  private sum(): Seen {
    const seen = { moved: 0, failed: 0, thpMoved: 0, thpFailed: 0, thpSplit: 0 };
    const { columns, length } = this.rows;
    for (let row = 0; row < length; row++) {
      if (columns.role[row] !== FOLIO_ROLES.folio || this.rows.columns.fate[row] === FATE_DROPPED) continue;
      const order = columns.order[row]!;
      const isThp = order === PMD_ORDER && this.rows.columns.hugetlb[row] === 0 ? 1 : 0;
      if (this.rows.columns.fate[row] === FATE_PINNED) {
        seen.failed += pagesOfOrder(order);
        seen.thpFailed += isThp;
      } else {
        seen.moved += pagesOfOrder(order);
        seen.thpMoved += isThp;
      }
    }
    for (const split of this.splits.values()) {
      seen.moved += split.moved;
      seen.failed += split.failed;
      if (split.order === PMD_ORDER) seen.thpSplit++;
    }
    return seen;
  }

  private write(): void {
    const { columns, length } = this.rows;
    let batch = -1;
    let pages = BATCH_PAGES;
    for (let row = 0; row < length; row++) {
      if (columns.role[row] === FOLIO_ROLES.part || this.rows.columns.fate[row] === FATE_DROPPED) continue;
      if (columns.batch[row] !== batch) {
        this.fillBatch(BATCH_PAGES - pages);
        batch = columns.batch[row]!;
        pages = 0;
      }
      pages += pagesOfOrder(columns.order[row]!);
      this.writer.add(this.describe(row));
    }
    this.fillBatch(Number.POSITIVE_INFINITY);
  }

  /** Folios without events, up to `room` base pages; one that ends the call stays for the very end. */
  private fillBatch(room: number): void {
    let left = room;
    while (this.silentAt < this.silent.length && left > 0) {
      const run = this.silent[this.silentAt]!;
      const size = pagesOfOrder(run.order);
      const endsCall = run.fate === 'no-destination' && run.order === 0;
      if (endsCall && left !== Number.POSITIVE_INFINITY) return;
      const count = Math.min(run.count, Math.ceil(left / size));
      this.writer.add({ ...run, count });
      left -= count * size;
      if (count === run.count) this.silentAt++;
      else this.silent[this.silentAt] = { ...run, count: run.count - count };
    }
  }

  private describe(row: number): FolioRun {
    const { columns } = this.rows;
    const order = columns.order[row]!;
    const pages = pagesOfOrder(order);
    const isPmd = columns.pmd[row] === 1;
    const events = isPmd || this.rows.columns.hugetlb[row] === 1 ? 1 : pages;
    const split = this.splits.get(row);
    return {
      count: 1,
      order,
      fate:
        split !== undefined
          ? this.splitFate()
          : this.rows.columns.fate[row] === FATE_PINNED
            ? 'pinned-get'
            : 'movable',
      kind: this.rows.columns.hugetlb[row] === 1 ? 'hugetlb' : 'anon',
      mapping: isPmd ? 'pmd' : 'pte',
      mappings: Math.max(1, Math.round(columns.sets[row]! / events)),
      address: columns.address[row]!,
      from: this.nodeOf(columns.fromPfn[row]!),
      to: split?.to ?? (columns.outcome[row] === OUTCOME_MOVED ? this.nodeOf(columns.toPfn[row]!) : NO_NODE),
      partsMoved: split?.moved ?? 0,
      partsFailed: split?.failed ?? 0,
    };
  }
}

interface SeenSplit extends SplitFolio {
  /** Node that its first moved part went to. */
  to: number;
}

interface Seen {
  moved: number;
  failed: number;
  thpMoved: number;
  thpFailed: number;
  thpSplit: number;
}
