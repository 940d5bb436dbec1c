/** Models offline_pages() and do_migrate_range(), mm/memory_hotplug.c: a memory block is emptied before it goes. */
import { assert } from '../../../base/assert';
import type { CallOutcome, Caller, FolioRange, MakeCall } from './caller';
import { EINTR, rangesOf, refusesNothing } from './caller';
import type { CallerCall } from './callerCall';

/** Base pages of a memory block: 128 MiB (MIN_MEMORY_BLOCK_SIZE, arch/x86/mm/init_64.c; machines of 64 GiB and more have up to 2 GiB). */
const BLOCK_PAGES = 32_768;

export interface OfflineFolio {
  /** Calls in which its move fails before it succeeds. Default 0. */
  readonly failures?: number;
}

/** One call with every movable folio of the block, repeated with what is left until nothing is. */
export function memoryOfflineCalls(block: readonly OfflineFolio[]): CallerCall[] {
  const failures = block.map((folio) => folio.failures ?? 0);
  assert(failures.every(Number.isSafeInteger), 'failures is a count: the kernel tries until a signal comes');
  const calls: CallerCall[] = [];
  let left = block.map((_, i) => i);
  for (let round = 0; left.length > 0; round++) {
    calls.push({ mode: 'MIGRATE_SYNC', reason: 'memory_hotplug', folios: left });
    left = left.filter((folio) => (failures[folio] ?? 0) > round);
  }
  return calls;
}

/**
 * Empties one block: calls with what is left until nothing is. The kernel goes on until a signal comes; here it comes
 * when a call has moved nothing.
 */
function emptyBlock(first: number, end: number, make: MakeCall): number {
  let list: readonly FolioRange[] = [{ first, end }];
  let pending = end - first;
  while (pending > 0) {
    const { failed, noMemory }: CallOutcome = make(list);
    if (noMemory || failed.length === pending) return -EINTR;
    list = rangesOf(failed);
    pending = failed.length;
  }
  return 0;
}

export const MEMORY_OFFLINE: Caller = {
  title: 'memory offline',
  reason: 'memory_hotplug',
  mode: 'MIGRATE_SYNC',
  holds: 'all that a memory block of 128 MiB still holds, until it is empty',
  thread: null,
  refuses: refusesNothing,
  cut: (folios, _kernel, make) => {
    const size = Math.max(1, BLOCK_PAGES / 2 ** folios.order);
    for (let first = 0; first < folios.count; first += size) {
      const returned = emptyBlock(first, Math.min(first + size, folios.count), make);
      if (returned !== 0) return returned;
    }
    return 0;
  },
};
