/**
 * Models the pre-copy designs: the batch is copied right after the flush, while the mappings still point
 * to the source, and each folio is then moved by the ordinary loop without another copy.
 * - v4 (2026-03): every folio of a wanted reason is copied; when its reference check fails later, the
 *   copy was wasted. If the engine fails, all are copied by the CPU in the move.
 * - v6 (2026-06): a folio with unexpected references already now is left out; a marker in
 *   dst->migrate_info tells per folio what was copied.
 */
import type { Span } from '../../folio/span';
import type { CallState } from '../callState';
import type { CopyPath } from './copyPath';
import { offloadCopy } from './offload';

export const precopyV4: CopyPath = {
  name: 'precopy-v4',
  title: 'Pre-copy v4',
  tooltip: 'v4: the engine copies the batch before any mapping moves; pinned folios are copied for nothing.',
  offloads: true,
  moveBatch: (state, _stats, unmapped) => copyFirst(state, unmapped, () => true),
};

export const precopyV6: CopyPath = {
  name: 'precopy',
  title: 'Pre-copy v6',
  tooltip: 'v6: as v4, but folios with extra references are left out, and each copied folio is marked.',
  offloads: true,
  // folio_expected_ref_count(): a pinned folio has more references than unmapping explains.
  moveBatch: (state, _stats, unmapped) =>
    copyFirst(state, unmapped, (span) => span.of.fateName !== 'pinned-get'),
};

function copyFirst(state: CallState, unmapped: readonly Span[], eligible: (span: Span) => boolean) {
  const wanted = wantsOffload(state) ? unmapped.filter((span) => !span.of.hugetlb && eligible(span)) : [];
  if (wanted.length === 0 || !offloadCopy(state, wanted)) return { left: unmapped, failed: [] };
  for (const { of, count } of wanted) {
    if (of.fateName === 'pinned-get' || of.fateName === 'move-fails') state.dma.wastedCopies += count;
  }
  // The offloaded folios are moved before the others, in each pass (batch list, then single list).
  const copied = new Set(wanted);
  return { left: [...wanted, ...unmapped.filter((span) => !copied.has(span))], failed: [], copied };
}

/** Models should_batch() and the reason mask. */
function wantsOffload({ config, reason }: CallState): boolean {
  return config.reasons === 'all' || (reason !== null && config.reasons.includes(reason));
}
