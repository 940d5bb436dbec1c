/** Models migrate_misplaced_folio() and its preparation, mm/migrate.c: one call per NUMA hint fault, with one folio. */
import type { CallerCall } from './callerCall';

export interface HintFault {
  /** The target node stays above its high watermark with this folio on it (migrate_balanced_pgdat()). Default true. */
  readonly targetHasRoom?: boolean;
  /** A file folio mapped executable by several processes: shared code is not pulled from node to node. */
  readonly sharedExecutable?: boolean;
  /** A dirty file folio: an ASYNC migration would fail. */
  readonly dirtyFile?: boolean;
}

/** The faults, by number, that lead to a call. */
export function numaBalancingCalls(faults: readonly HintFault[]): CallerCall[] {
  return faults.flatMap((fault, i): CallerCall[] =>
    fault.targetHasRoom === false || fault.sharedExecutable === true || fault.dirtyFile === true
      ? []
      : [{ mode: 'MIGRATE_ASYNC', reason: 'numa_misplaced', folios: [i] }],
  );
}
