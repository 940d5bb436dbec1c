/** Models migrate_misplaced_folio() and its preparation, mm/migrate.c: one call per NUMA hint fault, with one folio. */
import type { Caller } from './caller';
import { refusesHugetlb } from './caller';
import type { CallerCall } from './callerCall';

export interface HintFault {
  /** The target node stays above its high watermark with this folio on it (migrate_balanced_pgdat()). Default true. */
  readonly targetHasRoom?: boolean;
  /** A file folio mapped executable by several processes: shared code is not pulled from node to node. */
  readonly sharedExecutable?: boolean;
  /** A KSM page: change_pte_range(), mm/mprotect.c, sets no hint on it, so there is no fault. */
  readonly ksm?: boolean;
  /** A dirty file folio: an ASYNC migration would fail. */
  readonly dirtyFile?: boolean;
}

/** The faults, by number, that lead to a call. */
export function numaBalancingCalls(faults: readonly HintFault[]): CallerCall[] {
  return faults.flatMap((fault, i): CallerCall[] =>
    fault.targetHasRoom === false ||
    fault.ksm === true ||
    fault.sharedExecutable === true ||
    fault.dirtyFile === true
      ? []
      : [{ mode: 'MIGRATE_ASYNC', reason: 'numa_misplaced', folios: [i] }],
  );
}

export const NUMA_BALANCING: Caller = {
  title: 'NUMA balancing, at a hint fault',
  reason: 'numa_misplaced',
  mode: 'MIGRATE_ASYNC',
  holds: 'one folio; none while the destination is full',
  thread: null,
  refuses: (folios) => (folios.kind === 'ksm' ? 'no hint is ever set on a KSM page' : refusesHugetlb(folios)),
  cut: (folios, _kernel, make) => {
    for (let first = 0; first < folios.count && folios.room() >= 1; first++) {
      make([{ first, end: first + 1 }]);
    }
    return 0;
  },
};
