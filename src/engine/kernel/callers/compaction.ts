/** Models compact_zone() and isolate_migratepages(), mm/compaction.c: which folios compaction hands to each migrate_pages(). */
import type { KernelRulesName } from '../../sim/run';
import type { MigrateMode } from '../modes';
import { RULES } from '../rules/registry';
import type { CallerCall } from './callerCall';

/** COMPACT_CLUSTER_MAX, include/linux/swap.h: base pages that are isolated before they are migrated. */
const COMPACT_CLUSTER_MAX = 32;
/** pageblock_nr_pages, x86-64. */
const PAGEBLOCK_PAGES = 512;

/** Who compacts, and in which mode. A write to compact_memory is the only one that is SYNC. */
export const COMPACTION_MODES = {
  'direct-async': 'MIGRATE_ASYNC',
  'direct-sync': 'MIGRATE_SYNC_LIGHT',
  kcompactd: 'MIGRATE_SYNC_LIGHT',
  proactive: 'MIGRATE_SYNC_LIGHT',
  compact_memory: 'MIGRATE_SYNC',
} as const satisfies Record<string, MigrateMode>;

export interface CompactionFolio {
  readonly pfn: number;
  readonly pages: number;
  /** Its move fails. Default false. */
  readonly fails?: boolean;
}

export interface CompactionRequest {
  readonly by: keyof typeof COMPACTION_MODES;
  /** Order of the allocation that waits; -1 where a whole zone is compacted. */
  readonly order: number;
  /** The folios that can be isolated, by rising PFN. */
  readonly folios: readonly CompactionFolio[];
}

/** Where the migrate scanner stands. */
interface Scanner {
  /** Next folio, and the PFN behind the last one. */
  next: number;
  pfn: number;
  /** First PFN of the pageblock that was migrated from last (last_migrated_pfn), or -1. */
  lastBlock: number;
}

/** The calls that empty the list. */
export function compactionCalls(request: CompactionRequest, kernel: KernelRulesName): CallerCall[] {
  const { folios, order } = request;
  const mode = COMPACTION_MODES[request.by];
  const { compactionAfterFailure } = RULES[kernel];
  const calls: CallerCall[] = [];
  const scanner: Scanner = { next: 0, pfn: 0, lastBlock: -1 };
  let finish = false;
  while (scanner.next < folios.length) {
    // A pageblock that is entered a second time is taken to its end.
    const taken = isolate(folios, scanner, finish);
    calls.push({ mode, reason: 'compaction', folios: taken.toReversed() });
    scanner.lastBlock = blockOf(scanner.pfn - 1);
    finish = false;
    if (taken.some((folio) => folios[folio]?.fails === true)) {
      if (compactionAfterFailure === 'finishesPageblock') finish = mode !== 'MIGRATE_SYNC';
      else if (request.by === 'direct-async') skipOrderBlock(folios, scanner, order);
    }
    if (!finish && order > 0 && scanner.lastBlock >= 0 && scanner.lastBlock < alignDown(scanner.pfn, order)) {
      // Freed pages of that order were drained: the pageblock counts as not visited.
      scanner.lastBlock = -1;
    }
  }
  return calls;
}

/** Folios of one pageblock: up to 32 base pages with the folio that crosses, or all that are left in it. */
function isolate(folios: readonly CompactionFolio[], scanner: Scanner, finish: boolean): number[] {
  const block = blockOf(folios[scanner.next]?.pfn ?? 0);
  const wholeBlock = (finish || scanner.lastBlock === block) && blockOf(scanner.pfn) === block;
  const taken: number[] = [];
  let pages = 0;
  for (let folio = folios[scanner.next]; folio !== undefined; folio = folios[scanner.next]) {
    if (blockOf(folio.pfn) !== block || (pages >= COMPACT_CLUSTER_MAX && !wholeBlock)) break;
    taken.push(scanner.next++);
    pages += folio.pages;
    scanner.pfn = folio.pfn + folio.pages;
  }
  return taken;
}

/** Up to 6.2: after a failure direct compaction leaves the rest of the block of the wanted order alone. */
function skipOrderBlock(folios: readonly CompactionFolio[], scanner: Scanner, order: number): void {
  scanner.pfn = alignDown(scanner.pfn - 1, order) + 2 ** Math.max(0, order);
  scanner.lastBlock = -1;
  while ((folios[scanner.next]?.pfn ?? Infinity) < scanner.pfn) scanner.next++;
}

function blockOf(pfn: number): number {
  return Math.floor(pfn / PAGEBLOCK_PAGES) * PAGEBLOCK_PAGES;
}

function alignDown(pfn: number, order: number): number {
  const pages = 2 ** Math.max(0, order);
  return Math.floor(pfn / pages) * pages;
}
