/**
 * Models migrate_folios_batch_move() of v1 patch 3/5 (20240614221525.19170-1-shivankg@amd.com): the
 * mappings of all folios first, one copy of all contents, then all remaps. In v1 only ASYNC batches take it;
 * other modes go to the ordinary loop. Its attempt is not one of the nr_pass passes.
 */
import type { Span } from '../../folio/span';
import type { CallState, Stats } from '../callState';
import { succeed } from '../callState';
import { undo, writeOut } from '../move';
import { afterAttempt, moveResult } from '../moveResult';
import type { Playing } from '../playing';
import type { MoveOutcome } from './copyPath';

/**
 * The mode in which the mappings are moved: MIGRATE_SYNC_NO_COPY in v1, MIGRATE_NO_COPY in v2 and v3, whatever that of the
 * batch. So dirty folios are written out in ASYNC batches too.
 */
const NO_COPY = 'MIGRATE_SYNC_NO_COPY';

/** Copies the contents of `spans` and emits that work. */
export type CopyContents = (state: CallState, spans: readonly Span[], stats: Stats) => Playing<void>;

export function* migrateFoliosBatchMove(
  state: CallState,
  stats: Stats,
  unmapped: readonly Span[],
  eligible: (span: Span) => boolean,
  copyContents: CopyContents,
): Playing<MoveOutcome> {
  const { builder, costs, steps } = state;
  const left: Span[] = [];
  const failed: Span[] = [];
  const switched: Span[] = [];
  for (const span of unmapped) {
    const result = eligible(span) ? moveResult(state.rules, span.of, NO_COPY) : null;
    if (result === null) {
      left.push(span);
    } else if (result === 'again' || result === 'writesOut') {
      if (result === 'again') builder.steps('retry', span.first, span.count, [costs.retry]);
      else writeOut(state, span);
      left.push(afterAttempt(span));
    } else if (result === 'busy') {
      undo(state, span);
      failed.push(span);
    } else {
      builder.play(steps.of(span.of).switchMapping, span.first, span.count);
      switched.push(span);
    }
  }
  if (switched.length > 0) yield* copyContents(state, switched, stats);
  for (const span of switched) {
    builder.play(steps.of(span.of).remap, span.first, span.count);
    succeed(state, stats, span);
  }
  return { left, failed };
}
