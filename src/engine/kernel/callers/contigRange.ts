/** Models __alloc_contig_migrate_range(), mm/page_alloc.c: CMA and alloc_contig_range() empty a range of page frames. */
import { ENOMEM } from '../limits';
import type { CallOutcome, Caller, FolioRange } from './caller';
import { EBUSY, rangesOf, refusesNothing } from './caller';
import type { CallerCall } from './callerCall';
import { COMPACT_CLUSTER_MAX } from './compaction';

/** Calls with what was isolated before -EBUSY is returned (`++tries == 5`). */
const MAX_TRIES = 5;

export interface ContigFolio {
  /** Base pages. */
  readonly pages: number;
  /** Clean page cache in no page table: reclaim_clean_pages_from_list() drops it in place of moving it. Default false. */
  readonly cleanCache?: boolean;
  /** Calls in which its move fails before it succeeds; Infinity: it never does. Default 0. */
  readonly failures?: number;
}

export interface ContigOutcome {
  readonly calls: readonly CallerCall[];
  /** 0, -EBUSY, or -ENOMEM. */
  readonly returned: number;
}

/**
 * The calls that empty a range, its folios by rising PFN. `noMemory`: the number of the call that finds no
 * destination (default: none).
 */
export function contigRangeCalls(folios: readonly ContigFolio[], noMemory = Infinity): ContigOutcome {
  const calls: CallerCall[] = [];
  const tried = folios.map(() => 0);
  const returned = emptyRange(
    folios.length,
    (folio) => folios[folio]?.pages ?? 1,
    (ranges) => {
      const list = ranges
        .flatMap(({ first, end }) => Array.from({ length: end - first }, (_, i) => first + i))
        .filter((folio) => folios[folio]?.cleanCache !== true);
      const failed = list.filter((folio) => {
        const failures = folios[folio]?.failures ?? 0;
        return (tried[folio] as number) < failures;
      });
      for (const folio of list) tried[folio] = (tried[folio] as number) + 1;
      // isolate_migratepages_block() puts each folio at the head of the list.
      if (list.length > 0)
        calls.push({ mode: 'MIGRATE_SYNC', reason: 'contig_range', folios: list.toReversed() });
      return { failed, noMemory: calls.length - 1 === noMemory };
    },
  );
  return { calls, returned };
}

/**
 * Isolates 32 base pages and the folio that crosses, over the bounds of pageblocks, and calls with what is left of
 * them until nothing is, five times at most. -ENOMEM ends it at once.
 */
function emptyRange(
  count: number,
  pagesOf: (folio: number) => number,
  make: (ranges: readonly FolioRange[]) => CallOutcome,
): number {
  for (let first = 0; first < count;) {
    let end = first;
    for (let pages = 0; end < count && pages < COMPACT_CLUSTER_MAX; end++) pages += pagesOf(end);
    let list: readonly FolioRange[] = [{ first, end }];
    for (let tries = 0; list.length > 0; tries++) {
      if (tries === MAX_TRIES) return -EBUSY;
      const { failed, noMemory } = make(list);
      if (noMemory) return -ENOMEM;
      list = rangesOf(failed);
    }
    first = end;
  }
  return 0;
}

export const CONTIG_RANGE: Caller = {
  title: 'CMA and alloc_contig_range()',
  reason: 'contig_range',
  mode: 'MIGRATE_SYNC',
  holds: '32 base pages, what is left of them up to five times',
  thread: null,
  refuses: refusesNothing,
  cut: (folios, _kernel, make) => emptyRange(folios.count, () => 2 ** folios.order, make),
};
