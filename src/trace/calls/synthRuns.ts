/** The folio runs of described calls: which folios are special, and which the destination has room for. */
import type { GrowableTable } from '../../base/columns';
import { createRng } from '../../base/rng';
import type { Rng } from '../../base/rng';
import { PAGE_BYTES, PMD_ORDER } from '../../base/units';
import type { FOLIO_RUN_SCHEMA, FolioFate, FolioKind } from '../../engine/folio/workload';
import { FOLIO_FATES, FOLIO_KINDS, FOLIO_MAPPINGS } from '../../engine/folio/workload';
import type { CalledReason, CallOutcome, FolioRange } from '../../engine/kernel/callers/caller';
import type { MigrateMode } from '../../engine/kernel/modes';
import { RULES } from '../../engine/kernel/rules/registry';
import type { SynthKind, SynthOptions } from './synthOptions';

export const FOLIO_KIND: Readonly<Record<SynthKind, FolioKind>> = {
  anon: 'anon',
  file: 'file',
  shared: 'shmem',
  hugetlb: 'hugetlb',
  ksm: 'ksm',
};

/** User address of the first folio; a multiple of every folio size. */
const FIRST_ADDRESS = 0x7f00_0000_0000;

export function orderOf(folioBytes: number): number {
  return Math.log2(folioBytes / PAGE_BYTES);
}

/** A folio that something is the matter with, at its place in the list of all calls. */
interface Special {
  readonly at: number;
  readonly fate: FolioFate;
}

/** Every special folio at a place of its own, in the order of the list. */
function placeSpecials(options: SynthOptions): Special[] {
  const { pinned, locked, writeback, freed, dirty, folios, kind, mappings } = options;
  // FOLL_PIN bars the unmap only of exclusive anonymous pages; elsewhere it is one more reference.
  const exclusive = (kind === 'anon' || kind === 'hugetlb') && mappings === 1;
  const pinFate: FolioFate = options.pin === 'pin' && exclusive ? 'pinned-pin' : 'pinned-get';
  const fates: FolioFate[] = [
    ...Array<FolioFate>(pinned).fill(pinFate),
    ...Array<FolioFate>(locked).fill('locked'),
    ...Array<FolioFate>(writeback).fill('writeback'),
    ...Array<FolioFate>(freed).fill('freed'),
    ...Array<FolioFate>(dirty).fill('dirty'),
  ];
  const rng = createRng(options.seed);
  const places = sample(folios, fates.length, rng);
  for (let i = fates.length - 1; i > 0; i--) {
    const other = Math.floor(rng.next() * (i + 1));
    [fates[i], fates[other]] = [fates[other]!, fates[i]!];
  }
  return places.map((at, i) => ({ at, fate: fates[i]! }));
}

/** `count` different numbers below `below`, ascending, each set equally likely (Floyd's sampling without replacement). */
function sample(below: number, count: number, rng: Rng): number[] {
  const chosen = new Set<number>();
  for (let last = below - count; last < below; last++) {
    const pick = Math.floor(rng.next() * (last + 1));
    chosen.add(chosen.has(pick) ? last : pick);
  }
  return [...chosen].toSorted((a, b) => a - b);
}

/** Writes the folios of calls as runs: joins those that are alike, and hands out what is free on the destination. */
export class RunWriter {
  private readonly options: SynthOptions;
  private readonly mode: MigrateMode;
  private readonly reason: CalledReason;
  private readonly runs: GrowableTable<typeof FOLIO_RUN_SCHEMA>;
  private readonly order: number;
  private readonly specials: readonly Special[];
  /** Base pages still free on the destination. */
  private free: number;
  /** The folio that may join the last run, where it belongs to the same call; else -1. */
  private joins = -1;
  private failed: number[] = [];
  private noMemory = false;

  constructor(
    options: SynthOptions,
    mode: MigrateMode,
    reason: CalledReason,
    runs: GrowableTable<typeof FOLIO_RUN_SCHEMA>,
  ) {
    this.options = options;
    this.mode = mode;
    this.reason = reason;
    this.runs = runs;
    this.order = orderOf(options.folioBytes);
    this.specials = placeSpecials(options);
    this.free = options.destFreePages ?? Number.POSITIVE_INFINITY;
  }

  /** Folios that the destination has room for. */
  room(): number {
    return Math.floor(this.free / 2 ** this.order);
  }

  /** The folios of one call, and what becomes of them. */
  writeCall(ranges: readonly FolioRange[]): CallOutcome {
    this.joins = -1;
    this.failed = [];
    this.noMemory = false;
    for (const { first, end } of ranges) {
      let folio = first;
      for (let next = this.firstSpecial(first); (this.specials[next]?.at ?? end) < end; next++) {
        const { at, fate } = this.specials[next] as Special;
        this.add(folio, at - folio, 'movable');
        this.add(at, 1, fate);
        folio = at + 1;
      }
      this.add(folio, end - folio, 'movable');
    }
    return { failed: this.failed, noMemory: this.noMemory };
  }

  /** Index of the first special folio that is not before `folio`. */
  private firstSpecial(folio: number): number {
    let low = 0;
    for (let high = this.specials.length; low < high;) {
      const middle = (low + high) >> 1;
      if ((this.specials[middle] as Special).at < folio) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** `count` folios of `fate`, as far as the destination has room: the rest find none. */
  private add(first: number, count: number, fate: FolioFate): void {
    if (count === 0) return;
    if (fate === 'freed') {
      this.write(first, count, fate, 0);
      return;
    }
    const pages = 2 ** this.order;
    const fit = Math.min(count, Math.floor(this.free / pages));
    this.write(first, fit, fate, 0);
    if (this.takes(fate)) this.free -= fit * pages;
    else for (let i = 0; i < fit; i++) this.failed.push(first + i);
    if (fit < count) this.addWithout(first + fit, count - fit, fate);
  }

  /**
   * Folios that find no destination. The first is split, and its parts take what is left; the next find nothing.
   * A folio that is pinned, locked, dirty or under writeback is not split.
   */
  private addWithout(first: number, count: number, fate: FolioFate): void {
    const large = this.order > 0 && this.options.kind !== 'hugetlb';
    const splits = large && this.reason !== 'numa_misplaced';
    const without = splits && fate !== 'movable' ? 'no-destination-split-fails' : 'no-destination';
    const parts = splits && fate === 'movable' ? Math.min(this.free, 65_535) : 0;
    this.free -= parts;
    this.write(first, 1, without, parts);
    this.write(first + 1, count - 1, without, 0);
    const isSplit = splits && without === 'no-destination';
    const endsCall = RULES[this.options.kernel].noMemoryForPart === 'endsCall';
    if (!isSplit || endsCall) this.noMemory = true;
    for (let i = 0; i < (this.noMemory ? 1 : count); i++) this.failed.push(first + i);
  }

  /** Whether a folio of `fate` ends on the destination; one that fails gives its place back (what it holds while its batch runs is left out here). */
  private takes(fate: FolioFate): boolean {
    const waitsForLock = this.mode !== 'MIGRATE_ASYNC';
    const waitsForWriteback = waitsForLock && this.mode !== 'MIGRATE_SYNC_LIGHT';
    if (fate === 'dirty') {
      // Written out, a folio moves at the next whole attempt; within a batch only if no page table has it back.
      const { writesOutDirty, work } = RULES[this.options.kernel];
      const movesThen = work === 'folioByFolio' || this.options.mappings === 0;
      return waitsForWriteback && writesOutDirty && movesThen;
    }
    return (
      fate === 'movable' || (fate === 'locked' && waitsForLock) || (fate === 'writeback' && waitsForWriteback)
    );
  }

  private write(first: number, count: number, fate: FolioFate, partsMoved: number): void {
    if (count === 0) return;
    const { columns } = this.runs;
    const code = FOLIO_FATES.indexOf(fate);
    const last = this.runs.length - 1;
    const alike =
      this.joins === first &&
      columns.fate[last] === code &&
      columns.partsMoved[last] === 0 &&
      partsMoved === 0;
    if (alike) columns.count[last]! += count;
    else this.push(first, count, code, partsMoved);
    this.joins = first + count;
  }

  private push(first: number, count: number, fate: number, partsMoved: number): void {
    const { kind, mappings, from, to, folioBytes } = this.options;
    const row = this.runs.push();
    const { columns } = this.runs;
    const mapping = mappings === 0 ? 'none' : this.order === PMD_ORDER && kind !== 'hugetlb' ? 'pmd' : 'pte';
    columns.count[row] = count;
    columns.order[row] = this.order;
    columns.kind[row] = FOLIO_KINDS.indexOf(FOLIO_KIND[kind]);
    columns.fate[row] = fate;
    columns.mapping[row] = FOLIO_MAPPINGS.indexOf(mapping);
    columns.mappings[row] = mappings;
    columns.address[row] = mappings === 0 ? -1 : FIRST_ADDRESS + first * folioBytes;
    columns.from[row] = from;
    columns.to[row] = to;
    columns.partsMoved[row] = partsMoved;
  }
}
