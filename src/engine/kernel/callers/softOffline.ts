/** Models soft_offline_in_use_page(), mm/memory-failure.c: a page that begins to fail is emptied and never used again. */
import type { Caller } from './caller';
import { EBUSY } from './caller';
import type { CallerCall } from './callerCall';

export interface FailingPage {
  /** Part of a large folio that is not hugetlb: it is split first, so only this page moves. Default false. */
  readonly large?: boolean;
  /** The split fails. Default false. */
  readonly splitFails?: boolean;
  /** Clean page cache in no page table: it is dropped (mapping_evict_folio()). Default false. */
  readonly cleanCache?: boolean;
  /** Someone else has it off its LRU list. Default false. */
  readonly isolated?: boolean;
}

export interface SoftOfflineOutcome {
  /** At most one, with one folio. */
  readonly calls: readonly CallerCall[];
  readonly split: boolean;
  /** The page is poisoned and kept: migrate_folio_done() does not free what moves for this reason. */
  readonly kept: boolean;
  /** 0, -EBUSY, or the call's -errno. */
  readonly returned: number;
}

/** What becomes of one page. `migrate` gives the call's return value; by default it moves. */
export function softOfflineCalls(
  page: FailingPage,
  migrate: (call: CallerCall) => number = () => 0,
): SoftOfflineOutcome {
  const split = page.large === true && page.splitFails !== true;
  const without = (returned: number): SoftOfflineOutcome => {
    return { calls: [], split, kept: returned === 0, returned };
  };
  if (page.large === true && !split) return without(-EBUSY);
  if (page.cleanCache === true) return without(0);
  if (page.isolated === true) return without(-EBUSY);
  const call: CallerCall = { mode: 'MIGRATE_SYNC', reason: 'memory_failure', folios: [0] };
  const left = migrate(call);
  return { calls: [call], split, kept: left === 0, returned: left > 0 ? -EBUSY : left };
}

export const SOFT_OFFLINE: Caller = {
  title: 'soft offline',
  reason: 'memory_failure',
  mode: 'MIGRATE_SYNC',
  holds: 'one folio',
  thread: null,
  refuses: (folios) =>
    folios.order > 0 && folios.kind !== 'hugetlb'
      ? 'it splits a large folio first, and moves one page of it'
      : null,
  // Each page is offlined by a request of its own, whatever became of the one before.
  cut: (folios, _kernel, make) => {
    for (let first = 0; first < folios.count; first++) make([{ first, end: first + 1 }]);
    return 0;
  },
};
