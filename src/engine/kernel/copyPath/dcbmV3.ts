/**
 * Models the v3 series (2025-09, kernel 6.17-rc): migrate_folios_batch_move() in every mode, all mappings
 * first, then one offloaded copy; when the engine cannot, the CPU copies all of the batch.
 */
import { countFolios } from '../../folio/span';
import { foliosCopy } from './batchCpu';
import { migrateFoliosBatchMove } from './batchMove';
import type { CopyPath } from './copyPath';
import { offloadCopy } from './offload';

export const dcbmV3: CopyPath = {
  name: 'dcbm-v3',
  title: 'dcbm v3',
  tooltip: 'v3: all mappings, then a scatter list per DMA channel while the caller sleeps, then all remaps.',
  offloads: true,
  moveBatch: (state, stats, unmapped) =>
    migrateFoliosBatchMove(
      state,
      stats,
      unmapped,
      (span) => !span.of.hugetlb,
      (_, spans) => {
        if (offloadCopy(state, spans)) return;
        state.dma.fallbackFolios += countFolios(spans);
        foliosCopy(state, spans);
      },
    ),
};
