/** Models compact_zone() and isolate_migratepages(), mm/compaction.c: which folios compaction hands to each migrate_pages(). */
import { PMD_ORDER } from '../../../base/units';
import type { KernelRulesName } from '../../sim/run';
import type { MigrateMode } from '../modes';
import { RULES } from '../rules/registry';
import type { AlikeFolios, Caller } from './caller';
import type { CallerCall } from './callerCall';

/** COMPACT_CLUSTER_MAX, include/linux/swap.h: base pages that are isolated before they are migrated. */
export const COMPACT_CLUSTER_MAX = 32;
/** pageblock_order, x86-64, and the pages of a block. */
const PAGEBLOCK_ORDER = PMD_ORDER;
const PAGEBLOCK_PAGES = 2 ** PAGEBLOCK_ORDER;

/** Who compacts, and in which mode. A write to compact_memory is the only one that is SYNC. */
export const COMPACTION_MODES = {
  'direct-async': 'MIGRATE_ASYNC',
  'direct-sync': 'MIGRATE_SYNC_LIGHT',
  kcompactd: 'MIGRATE_SYNC_LIGHT',
  proactive: 'MIGRATE_SYNC_LIGHT',
  compact_memory: 'MIGRATE_SYNC',
} as const satisfies Record<string, MigrateMode>;
export type Compactor = keyof typeof COMPACTION_MODES;

/**
 * Orders that the registry's compactors work for; -1: a whole zone. kcompactd is woken for the order that failed,
 * usually a THP (assumption: wakeup_kcompactd() takes the largest asked for). Direct compaction: 3, the largest order
 * that the allocator insists on (PAGE_ALLOC_COSTLY_ORDER, include/linux/mmzone.h; larger ones often do without).
 */
const USUAL_ORDERS: Readonly<Record<Compactor, number>> = {
  'direct-async': 3,
  'direct-sync': 3,
  kcompactd: PMD_ORDER,
  proactive: -1,
  compact_memory: -1,
};

export interface CompactionFolio {
  readonly pfn: number;
  /** Base pages: a power of two. */
  readonly pages: number;
  /** Its move fails. Default false. */
  readonly fails?: boolean;
}

export interface CompactionRequest {
  readonly by: Compactor;
  /** Order of the allocation that waits; -1 where a whole zone is compacted. */
  readonly order: number;
  /** The folios on the LRU lists of the zone, by rising PFN. */
  readonly folios: readonly CompactionFolio[];
}

/** Folios by rising PFN, without an object for each. */
interface Zone {
  readonly count: number;
  readonly pfn: (folio: number) => number;
  readonly pages: (folio: number) => number;
}

/** Where the migrate scanner stands. */
interface Scanner {
  /** Next folio, and the PFN behind the last one. */
  next: number;
  pfn: number;
  /** First PFN of the pageblock that was migrated from last (last_migrated_pfn), or -1. */
  lastBlock: number;
}

/** How a call ended: everything moved, something failed, or -ENOMEM. */
type Ended = 'moved' | 'failed' | 'noMemory';

/** The calls that empty the list. */
export function compactionCalls(request: CompactionRequest, kernel: KernelRulesName): CallerCall[] {
  const numbers = request.folios
    .map((_, i) => i)
    .filter((i) => isIsolated(Math.log2(request.folios[i]?.pages ?? 1), request.order, kernel));
  const folioOf = (i: number) => request.folios[numbers[i] as number];
  const zone: Zone = {
    count: numbers.length,
    pfn: (i) => folioOf(i)?.pfn ?? Infinity,
    pages: (i) => folioOf(i)?.pages ?? 1,
  };
  const calls: CallerCall[] = [];
  scan(zone, request.by, request.order, kernel, (first, end) => {
    const folios = numbers.slice(first, end).toReversed();
    calls.push({ mode: COMPACTION_MODES[request.by], reason: 'compaction', folios });
    return folios.some((folio) => request.folios[folio]?.fails === true) ? 'failed' : 'moved';
  });
  return calls;
}

/**
 * Whether isolate_migratepages_block() takes a folio of that order. Compound pages are passed over up to 6.8; later
 * those that are no smaller than what is wanted, or than a pageblock (skip_isolation_on_order()).
 */
function isIsolated(order: number, wanted: number, kernel: KernelRulesName): boolean {
  if (order === 0) return true;
  if (!RULES[kernel].compactsLargeFolios) return false;
  return (wanted === -1 || order < wanted) && order < PAGEBLOCK_ORDER;
}

/** compact_zone(): isolates and migrates by turns. -ENOMEM ends it: the free scanner has nothing more to give. */
function scan(
  zone: Zone,
  by: Compactor,
  order: number,
  kernel: KernelRulesName,
  migrate: (first: number, end: number) => Ended,
): void {
  const mode = COMPACTION_MODES[by];
  const { compactionAfterFailure } = RULES[kernel];
  const scanner: Scanner = { next: 0, pfn: 0, lastBlock: -1 };
  let finish = false;
  while (scanner.next < zone.count) {
    // A pageblock that is entered a second time is taken to its end.
    const first = isolate(zone, scanner, finish);
    const ended = migrate(first, scanner.next);
    if (ended === 'noMemory') return;
    scanner.lastBlock = blockOf(scanner.pfn - 1);
    finish = false;
    if (ended === 'failed') {
      if (compactionAfterFailure === 'finishesPageblock') finish = mode !== 'MIGRATE_SYNC';
      else if (by === 'direct-async') skipOrderBlock(zone, scanner, order);
    }
    if (!finish && order > 0 && scanner.lastBlock >= 0 && scanner.lastBlock < alignDown(scanner.pfn, order)) {
      // Freed pages of that order were drained: the pageblock counts as not visited.
      scanner.lastBlock = -1;
    }
  }
}

/** Takes folios of one pageblock, up to 32 base pages with the folio that crosses, or all that are left in it; the first. */
function isolate(zone: Zone, scanner: Scanner, finish: boolean): number {
  const first = scanner.next;
  const block = blockOf(zone.pfn(first));
  const wholeBlock = (finish || scanner.lastBlock === block) && blockOf(scanner.pfn) === block;
  let pages = 0;
  for (; scanner.next < zone.count; scanner.next++) {
    const pfn = zone.pfn(scanner.next);
    if (blockOf(pfn) !== block || (pages >= COMPACT_CLUSTER_MAX && !wholeBlock)) break;
    const size = zone.pages(scanner.next);
    pages += size;
    scanner.pfn = pfn + size;
  }
  return first;
}

/** Up to 6.2: after a failure direct compaction leaves the rest of the block of the wanted order alone. */
function skipOrderBlock(zone: Zone, scanner: Scanner, order: number): void {
  scanner.pfn = alignDown(scanner.pfn - 1, order) + 2 ** Math.max(0, order);
  scanner.lastBlock = -1;
  while (scanner.next < zone.count && zone.pfn(scanner.next) < scanner.pfn) scanner.next++;
}

function blockOf(pfn: number): number {
  return Math.floor(pfn / PAGEBLOCK_PAGES) * PAGEBLOCK_PAGES;
}

function alignDown(pfn: number, order: number): number {
  const pages = 2 ** Math.max(0, order);
  return Math.floor(pfn / pages) * pages;
}

function compactor(by: Compactor, title: string, holds: string, thread: string | null): Caller {
  const order = USUAL_ORDERS[by];
  return {
    title,
    reason: 'compaction',
    mode: COMPACTION_MODES[by],
    holds,
    thread,
    refuses: (folios: AlikeFolios, kernel) =>
      folios.kind !== 'hugetlb' && isIsolated(folios.order, order, kernel)
        ? null
        : `it passes over hugetlb folios, and over large ones ${
            RULES[kernel].compactsLargeFolios ? 'of the size it works for' : `up to ${kernel}`
          }`,
    cut: (folios, kernel, make) => {
      const pages = 2 ** folios.order;
      const zone: Zone = { count: folios.count, pfn: (folio) => folio * pages, pages: () => pages };
      scan(zone, by, order, kernel, (first, end) => {
        const { failed, noMemory } = make([{ first, end }]);
        return noMemory ? 'noMemory' : failed.length > 0 ? 'failed' : 'moved';
      });
      return 0;
    },
  };
}

const WHOLE_BLOCKS = '32 base pages of a pageblock, then the rest of it';

export const KCOMPACTD = compactor(
  'kcompactd',
  'kcompactd, woken for a THP allocation',
  WHOLE_BLOCKS,
  'kcompactd',
);
export const PROACTIVE_COMPACTION = compactor(
  'proactive',
  'kcompactd, compacting ahead of need',
  WHOLE_BLOCKS,
  'kcompactd',
);
export const COMPACT_MEMORY = compactor('compact_memory', 'a write to compact_memory', WHOLE_BLOCKS, null);
export const DIRECT_COMPACTION = compactor(
  'direct-async',
  'direct compaction for an allocation of 8 pages, first try',
  '32 base pages',
  null,
);
export const DIRECT_COMPACTION_SYNC = compactor(
  'direct-sync',
  'direct compaction for an allocation of 8 pages, second try',
  '32 base pages',
  null,
);
