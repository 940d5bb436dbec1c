/** Models damon_pa_migrate() and damon_pa_migrate_pages(), mm/damon/paddr.c v6.12 (mm/damon/ops-common.c later): DAMON moves a region. */
import type { Caller } from './caller';
import { inOneCall, refusesHugetlb } from './caller';
import type { CallerCall } from './callerCall';

export interface RegionFolio {
  readonly node: number;
  /** Its lock is taken (folio_trylock() fails): it stays. Default false. */
  readonly locked?: boolean;
  /** It is on no LRU list at the moment: it stays. Default false. */
  readonly isolated?: boolean;
}

/** One call per stretch of folios that lie on one node other than the target, the last of them first; the result is ignored. */
export function damonCalls(region: readonly RegionFolio[], target: number): CallerCall[] {
  const calls: CallerCall[] = [];
  let node: number | null = null;
  let list: number[] = [];
  const close = () => {
    if (list.length > 0 && node !== target)
      calls.push({ mode: 'MIGRATE_ASYNC', reason: 'damon', folios: list.toReversed() });
    list = [];
  };
  for (const [i, folio] of region.entries()) {
    if (folio.isolated === true) continue;
    if (folio.node !== node) close();
    node = folio.node;
    if (folio.locked !== true) list.push(i);
  }
  close();
  return calls;
}

export const DAMON: Caller = {
  title: 'DAMON (migrate_hot, migrate_cold; since 6.11)',
  reason: 'damon',
  mode: 'MIGRATE_ASYNC',
  holds: 'the folios of one region that lie on one node',
  thread: 'kdamond.',
  refuses: refusesHugetlb,
  cut: inOneCall,
};
