import type { Span } from '../../folio/span';
import type { CallState } from '../callState';
import { copyShare, warmCopy } from '../callState';
import type { Playing } from '../playing';
import { migrateFoliosBatchMove } from './batchMove';
import type { CopyPath } from './copyPath';
import { leaveAll } from './serial';

/** v1 patch 3/5 with offload off: folios_copy() walks the list with the CPU. */
export const batchCpu: CopyPath = {
  name: 'batch-cpu',
  title: 'Folio batch',
  tooltip: 'v1 patch 3: all mappings, then one pass that copies all contents by CPU, then all remaps.',
  offloads: false,
  moveBatch: (state, stats, unmapped, async) =>
    async
      ? migrateFoliosBatchMove(state, stats, unmapped, () => true, foliosCopy)
      : leaveAll(state, stats, unmapped),
};

/** Models folios_copy(), mm/util.c of v1 patch 2/5. */
// eslint-disable-next-line require-yield
export function* foliosCopy(state: CallState, spans: readonly Span[]): Playing<void> {
  warmCopy(state);
  copyPass(state, 'copy', spans, state.costs.resident);
}

/** One pass of this CPU over the contents of a list. */
export function copyPass(
  state: CallState,
  kind: 'copy' | 'recopy',
  spans: readonly Span[],
  resident: boolean,
): void {
  const { builder, costs } = state;
  for (const span of spans) {
    const copy = costs.copy(span.of, resident) + costs.batchCopyExtra();
    builder.steps(kind, span.first, span.count, [copy], copyShare(state, span.of, 0, resident));
  }
}
