/** Models demote_folio_list(), mm/vmscan.c: reclaim moves what one isolation found to the next lower tier. */
import type { Caller } from './caller';
import { inGroupsOf, refusesHugetlb } from './caller';
import type { CallerCall } from './callerCall';

/**
 * Base pages after which an isolation stops, the folio that crosses included: MIN_LRU_BATCH (BITS_PER_LONG) in
 * scan_folios() of the multi-generational LRU, SWAP_CLUSTER_MAX in isolate_lru_folios() of the classic one.
 */
export const ISOLATION_PAGES = { mglru: 64, classic: 32 } as const;

export interface ReclaimFolio {
  readonly pages: number;
  /** Isolated, but kept on its node: referenced meanwhile, or not evictable. Default false. */
  readonly keeps?: boolean;
}

/** One call per isolation that leaves something to demote. Its return value is ignored; what stays goes back to reclaim. */
export function demotionCalls(
  folios: readonly ReclaimFolio[],
  lru: keyof typeof ISOLATION_PAGES,
): CallerCall[] {
  const calls: CallerCall[] = [];
  let list: number[] = [];
  let pages = 0;
  const close = () => {
    if (list.length > 0) calls.push({ mode: 'MIGRATE_ASYNC', reason: 'demotion', folios: list });
    list = [];
    pages = 0;
  };
  for (const [i, folio] of folios.entries()) {
    if (folio.keeps !== true) list.push(i);
    pages += folio.pages;
    if (pages >= ISOLATION_PAGES[lru]) close();
  }
  close();
  return calls;
}

function demoter(title: string, lru: keyof typeof ISOLATION_PAGES, thread: string | null): Caller {
  return {
    title,
    reason: 'demotion',
    mode: 'MIGRATE_ASYNC',
    holds: `${ISOLATION_PAGES[lru]} base pages, what one isolation finds`,
    thread,
    refuses: refusesHugetlb,
    cut: (folios, _kernel, make) => {
      inGroupsOf(ISOLATION_PAGES[lru], folios, make);
      return 0;
    },
  };
}

export const KSWAPD = demoter('kswapd, multi-generational LRU', 'mglru', 'kswapd');
export const KSWAPD_CLASSIC = demoter('kswapd, classic LRU', 'classic', 'kswapd');
export const DIRECT_RECLAIM = demoter('direct reclaim, multi-generational LRU', 'mglru', null);
