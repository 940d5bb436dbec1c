import type { Span } from '../folio/span';
import type { CallState, Stats } from './callState';
import type { MoveOutcome } from './copyPath/copyPath';
import type { MigrateMode } from './modes';
import { moveFolios } from './move';
import type { Playing } from './playing';
import type { SplitList } from './split';
import type { UnmapOutcome } from './unmap';
import { unmapFolios } from './unmap';

export interface BatchOutcome {
  /** What it leaves on the list: failed folios, in the order the kernel would. */
  readonly failed: Span[];
  readonly untried: Span[];
  /** -ENOMEM, or the number of folios that failed. */
  readonly rc: number | 'ENOMEM';
}

/** Models migrate_pages_batch(), mm/migrate.c v6.8: unmap all, flush once, move each, undo the rest. */
export function* migratePagesBatch(
  state: CallState,
  stats: Stats,
  spans: readonly Span[],
  async: boolean,
  passes: number,
  splitList: SplitList,
): Playing<BatchOutcome> {
  const unmap = unmapFolios(state, stats, spans, async, passes, splitList);
  const move = state.path.moveBatch(state, stats, unmap.unmapped, async);
  const moved = 'left' in move ? move : yield* move;
  return finishBatch(state, stats, unmap, moved, passes, async ? 'MIGRATE_ASYNC' : state.mode);
}

/** The second half of migrate_pages_batch(): the ordinary loop over what the design left, and the undo. */
export function finishBatch(
  state: CallState,
  stats: Stats,
  unmap: UnmapOutcome,
  moved: MoveOutcome,
  passes: number,
  mode: MigrateMode,
): BatchOutcome {
  const move = moveFolios(state, stats, moved, passes, mode);
  return {
    failed: move.failed.length === 0 ? unmap.failed : unmap.failed.concat(move.failed),
    untried: unmap.untried,
    rc: unmap.noMemory ? 'ENOMEM' : unmap.nrFailed + move.nrFailed,
  };
}
