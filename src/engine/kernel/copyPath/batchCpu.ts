import type { Span } from '../../folio/span';
import type { CallState } from '../callState';
import { warmCopy } from '../callState';
import { migrateFoliosBatchMove } from './batchMove';
import type { CopyPath } from './copyPath';

/** v1 patch 3/5 with offload off: folios_copy() walks the list with the CPU. */
export const batchCpu: CopyPath = {
  name: 'batch-cpu',
  title: 'Folio batch',
  tooltip: 'v1 patch 3: all mappings, then one pass that copies all contents by CPU, then all remaps.',
  offloads: false,
  moveBatch: (state, stats, unmapped, async) =>
    async
      ? migrateFoliosBatchMove(state, stats, unmapped, () => true, foliosCopy)
      : { left: unmapped, failed: [] },
};

/** Models folios_copy(), mm/util.c of v1 patch 2/5. */
export function foliosCopy(state: CallState, spans: readonly Span[]): void {
  warmCopy(state);
  for (const span of spans) {
    const copy = state.costs.copy(span.of) + state.costs.batchCopyExtra();
    state.builder.steps('copy', span.first, span.count, [copy]);
  }
}
