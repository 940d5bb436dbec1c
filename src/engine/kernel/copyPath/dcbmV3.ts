/**
 * Models the v2 and v3 series (2025-03 and 2025-09): migrate_folios_batch_move() in every mode, all mappings
 * first, then one offloaded copy.
 * - v2 maps every folio by itself. When the engine fails, each folio is copied again by folio_mc_copy(), and each such
 *   copy is counted in nr_succeeded, as is the folio when it is finished: pages are counted twice.
 * - v3 maps a scatter list per channel; when the engine cannot, the driver copies all of the batch by the CPU.
 */
import type { Span } from '../../folio/span';
import { countFolios, countPages } from '../../folio/span';
import { foliosCopy } from './batchCpu';
import { migrateFoliosBatchMove } from './batchMove';
import type { CopyPath } from './copyPath';
import type { Mapping } from './offload';
import { offloadCopy, touchCold } from './offload';

export const dcbmV2: CopyPath = {
  name: 'dcbm-v2',
  title: 'dcbm v2',
  tooltip: 'v2: all mappings, then each folio mapped for DMA and submitted by itself, then all remaps.',
  offloads: true,
  moveBatch: batchMoveBy('folios', true),
};

export const dcbmV3: CopyPath = {
  name: 'dcbm-v3',
  title: 'dcbm v3',
  tooltip: 'v3: all mappings, then a scatter list per DMA channel while the caller sleeps, then all remaps.',
  offloads: true,
  moveBatch: batchMoveBy('lists', false),
};

function batchMoveBy(mapping: Mapping, countsTwice: boolean): CopyPath['moveBatch'] {
  return (state, stats, unmapped) =>
    migrateFoliosBatchMove(state, stats, unmapped, isEligible, function* copy(_, spans) {
      if ((yield* offloadCopy(state, spans, mapping)) === 'copied') {
        touchCold(state, spans);
        return;
      }
      state.dma.fallbackFolios += countFolios(spans);
      yield* foliosCopy(state, spans);
      if (countsTwice) stats.nr_succeeded += countPages(spans);
    });
}

function isEligible(span: Span): boolean {
  return !span.of.hugetlb;
}
