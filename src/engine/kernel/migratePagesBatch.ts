import type { Span } from '../folio/span';
import type { CallState, Stats } from './callState';
import { moveFolios } from './move';
import type { SplitList } from './split';
import { unmapFolios } from './unmap';

export interface BatchOutcome {
  /** What it leaves on the list: failed folios, in the order the kernel would. */
  readonly failed: Span[];
  readonly untried: Span[];
  /** -ENOMEM, or the number of folios that failed. */
  readonly rc: number | 'ENOMEM';
}

/** Models migrate_pages_batch(), mm/migrate.c v6.8: unmap all, flush once, move each, undo the rest. */
export function migratePagesBatch(
  state: CallState,
  stats: Stats,
  spans: readonly Span[],
  async: boolean,
  passes: number,
  splitList: SplitList,
): BatchOutcome {
  const unmap = unmapFolios(state, stats, spans, async, passes, splitList);
  const move = moveFolios(state, stats, unmap.unmapped, async, passes);
  return {
    failed: [...unmap.failed, ...move.failed],
    untried: unmap.untried,
    rc: unmap.noMemory ? 'ENOMEM' : unmap.nrFailed + move.nrFailed,
  };
}
