/**
 * Models check_and_migrate_movable_pages() and migrate_longterm_unpinnable_pages(), mm/gup.c: before FOLL_LONGTERM
 * pins a chunk, what lies where nothing may stay for long is moved away.
 */
import { ENOMEM } from '../limits';
import type { Caller } from './caller';
import { refusesNothing } from './caller';
import type { CallerCall } from './callerCall';

export interface PinnedPage {
  /** Its folio, by number. */
  readonly folio: number;
  /** In ZONE_MOVABLE or CMA memory (folio_is_longterm_pinnable() says no). */
  readonly unpinnable: boolean;
  /** Someone else has it off its LRU list. Default false. */
  readonly isolated?: boolean;
}

export interface LongtermPinOutcome {
  /** At most one. */
  readonly calls: readonly CallerCall[];
  /** 0: the chunk is pinned; -EAGAIN: everything was moved, pin and look again; -ENOMEM: something stayed. */
  readonly returned: number;
}

const EAGAIN = 11;

/**
 * One call with every unpinnable folio of the chunk, in the order of the pages. `migrate` gives its return value;
 * by default everything moves. What cannot be isolated is in no call, and looked at again after the others moved.
 */
export function longtermPinCalls(
  chunk: readonly PinnedPage[],
  migrate: (call: CallerCall) => number = () => 0,
): LongtermPinOutcome {
  if (!chunk.some((page) => page.unpinnable)) return { calls: [], returned: 0 };
  const movable = chunk.filter((page) => page.unpinnable && page.isolated !== true);
  const folios = [...new Set(movable.map((page) => page.folio))];
  if (folios.length === 0) return { calls: [], returned: -EAGAIN };
  const call: CallerCall = { mode: 'MIGRATE_SYNC', reason: 'longterm_pin', folios };
  return { calls: [call], returned: migrate(call) === 0 ? -EAGAIN : -ENOMEM };
}

export const LONGTERM_PIN: Caller = {
  title: 'FOLL_LONGTERM pin (RDMA, io_uring buffers, VFIO)',
  reason: 'longterm_pin',
  mode: 'MIGRATE_SYNC',
  holds: 'all folios of the chunk that may not stay where they are',
  thread: null,
  refuses: refusesNothing,
  cut: (folios, _kernel, make) => {
    const { failed, noMemory } = make([{ first: 0, end: folios.count }]);
    return noMemory || failed.length > 0 ? -ENOMEM : 0;
  },
};
