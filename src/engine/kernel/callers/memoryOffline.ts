/** Models offline_pages() and do_migrate_range(), mm/memory_hotplug.c: a memory block is emptied before it goes. */
import { assert } from '../../../base/assert';
import type { CallerCall } from './callerCall';

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
