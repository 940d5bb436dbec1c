/**
 * Models migrate_folios_batch_move() of v1 patch 3/5 (20240614221525.19170-1-shivankg@amd.com): the
 * mappings of all folios first, one copy of all contents, then all remaps. In v1 only ASYNC batches take it;
 * other modes go to the ordinary loop. Its attempt is not one of the nr_pass passes.
 */
import type { Span } from '../../folio/span';
import type { CallState, Stats } from '../callState';
import { printRemoved, succeed } from '../callState';
import type { Playing } from '../playing';
import type { MoveOutcome } from './copyPath';

/** Copies the contents of `spans` and emits that work. */
export type CopyContents = (state: CallState, spans: readonly Span[], stats: Stats) => Playing<void>;

export function* migrateFoliosBatchMove(
  state: CallState,
  stats: Stats,
  unmapped: readonly Span[],
  eligible: (span: Span) => boolean,
  copyContents: CopyContents,
): Playing<MoveOutcome> {
  const { builder, costs } = state;
  const left: Span[] = [];
  const failed: Span[] = [];
  const switched: Span[] = [];
  for (const span of unmapped) {
    if (!eligible(span)) {
      left.push(span);
    } else if (span.of.fateName === 'pinned-get') {
      builder.steps('retry', span.first, span.count, [costs.retry]);
      left.push(span);
    } else if (span.of.fateName === 'move-fails') {
      builder.steps('undo', span.first, span.count, [costs.undo, costs.remap(span.of)]);
      printRemoved(state, span);
      failed.push(span);
    } else {
      builder.steps('switch', span.first, span.count, [costs.switchMapping(false)]);
      switched.push(span);
    }
  }
  if (switched.length > 0) yield* copyContents(state, switched, stats);
  for (const span of switched) {
    builder.steps('remap', span.first, span.count, [costs.remap(span.of), costs.finish]);
    succeed(state, stats, span);
  }
  return { left, failed };
}
