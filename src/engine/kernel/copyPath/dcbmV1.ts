/**
 * Models dcbm of v1, patches 4/5 and 5/5 (20240614221525.19170-1-shivankg@amd.com). The driver
 * registers with start_offloading(); folios that can_migrate_dma() refuses (hugetlb, more than one base
 * page, private data) go to the ordinary loop. One channel; per folio: map source and destination,
 * prepare and submit, poll with dma_sync_wait(), unmap. The posted code then runs into the label `fail:`
 * also when nothing failed, so folios_copy() copies everything a second time with the CPU.
 */
import type { Span } from '../../folio/span';
import { countFolios } from '../../folio/span';
import type { CallState } from '../callState';
import { foliosCopy } from './batchCpu';
import { migrateFoliosBatchMove } from './batchMove';
import type { CopyPath } from './copyPath';

export const dcbmV1: CopyPath = {
  name: 'dcbm-v1',
  title: 'dcbm v1',
  tooltip:
    'v1 patches 4 and 5: folio by folio on one DMA channel, polled, and copied again by the CPU as posted.',
  offloads: true,
  moveBatch: (state, stats, unmapped, async) => {
    if (!async) return { left: unmapped, failed: [] };
    if (state.dma.freeAt.length === 0) {
      return migrateFoliosBatchMove(state, stats, unmapped, () => true, refusedCopy);
    }
    return migrateFoliosBatchMove(state, stats, unmapped, canMigrateDma, foliosCopyDma);
  },
};

/** Without a channel: the CPU copies the batch. */
function refusedCopy(state: CallState, spans: readonly Span[]): void {
  state.dma.refusedBatches++;
  state.dma.fallbackFolios += countFolios(spans);
  foliosCopy(state, spans);
}

/** Models can_migrate_dma(), mm/migrate.c of v1 patch 4/5. */
function canMigrateDma(span: Span): boolean {
  return !span.of.hugetlb && span.of.pages === 1;
}

/** Models folios_copy_dma() of v1 patch 5/5, the second copy included. */
function foliosCopyDma(state: CallState, spans: readonly Span[]): void {
  const { builder, costs, dma } = state;
  const channel = 0;
  const wait = (dma.freeAt[channel] as number) - builder.now;
  if (wait > 0) builder.once('channelWait', wait);
  if (state.dmaIsCold) {
    state.dmaIsCold = false;
    builder.once('coldCopy', costs.coldDma);
  }
  for (const span of spans) {
    const transfer = costs.dmaTransfer(span.of);
    builder.steps(
      'dma',
      span.first,
      span.count,
      [costs.dmaMap(span.of), costs.dmaSubmit, transfer, costs.dmaUnmap(span.of)],
      channel,
    );
    dma.busy[channel] = (dma.busy[channel] as number) + span.count * transfer;
    dma.descriptors += span.count;
    dma.bytes += span.count * span.of.pages * 4096;
  }
  dma.freeAt[channel] = builder.now;
  for (const span of spans) {
    // The engine wrote the destination, so its lines left the CPU caches: this copy goes to memory.
    const recopy = costs.copy(span.of, false) + costs.batchCopyExtra();
    builder.steps('recopy', span.first, span.count, [recopy]);
  }
}
