/**
 * Models dcbm of v1, patches 4/5 and 5/5 (20240614221525.19170-1-shivankg@amd.com). The driver
 * registers with start_offloading(); folios that can_migrate_dma() refuses (hugetlb, more than one base
 * page, private data) go to the ordinary loop. One channel, shared by all callers; per folio: map source and
 * destination, prepare and submit, poll with dma_sync_wait(), unmap. The posted code then runs into the label `fail:`
 * also when nothing failed, so folios_copy() copies everything a second time with the CPU.
 */
import { PAGE_BYTES } from '../../../base/units';
import type { Span } from '../../folio/span';
import { countFolios } from '../../folio/span';
import { FOLIO_KINDS } from '../../folio/workload';
import type { CallState } from '../callState';
import type { Playing } from '../playing';
import { copyPass, foliosCopy } from './batchCpu';
import { migrateFoliosBatchMove } from './batchMove';
import type { CopyPath } from './copyPath';
import { sliceSpans } from './division';
import { DMA_SYNC_WAIT_PS, faultAt } from './faults';
import { leaveAll } from './serial';

/** The wait's place in the shape dma. */
const WAIT_STEP = 2;

export const dcbmV1: CopyPath = {
  name: 'dcbm-v1',
  title: 'dcbm v1',
  tooltip:
    'v1 patches 4 and 5: folio by folio on one DMA channel, polled, and copied again by the CPU as posted.',
  offloads: true,
  moveBatch: (state, stats, unmapped, async) => {
    if (!async) return leaveAll(state, stats, unmapped);
    if (state.dma.freeAt.length === 0) {
      return migrateFoliosBatchMove(state, stats, unmapped, () => true, refusedCopy);
    }
    return migrateFoliosBatchMove(state, stats, unmapped, canMigrateDma, foliosCopyDma);
  },
};

/** Without a channel: the CPU copies the batch. */
function* refusedCopy(state: CallState, spans: readonly Span[]): Playing<void> {
  const folios = countFolios(spans);
  state.dma.refusedBatches++;
  state.dma.failures['no-channel']++;
  state.dma.foliosFailures += folios;
  state.dma.fallbackFolios += folios;
  yield* foliosCopy(state, spans);
}

const FILE_PRIVATE = FOLIO_KINDS.indexOf('file-private');

/** Models can_migrate_dma(), mm/migrate.c of v1 patch 4/5. */
function canMigrateDma(span: Span): boolean {
  return !span.of.hugetlb && span.of.pages === 1 && span.of.kind !== FILE_PRIVATE;
}

/** Models folios_copy_dma() of v1 patch 5/5, the second copy included. */
function* foliosCopyDma(state: CallState, spans: readonly Span[]): Playing<void> {
  const { builder, costs, dma, config } = state;
  // Attempts are counted in the order in which they begin.
  if (config.faults.length > 0) yield null;
  const fault = faultAt(config.faults, dma.attempts++);
  // The driver has one channel; once it is lost, folios_copy() is what is left.
  if (fault === 'no-channel' || dma.lost.has(0)) {
    yield* refusedCopy(state, spans);
    return;
  }
  if (state.dmaIsCold) {
    state.dmaIsCold = false;
    builder.once('coldCopy', costs.coldDma);
  }
  const folios = countFolios(spans);
  const done = fault === null ? spans : sliceSpans(spans, 0, Math.floor(folios / 2));
  for (const span of done) {
    const transfer = costs.dmaTransfer(span.of);
    const share = { links: state.links.channel(), amount: transfer, stretch: WAIT_STEP };
    const steps = [costs.dmaMap(span.of), costs.dmaSubmit, transfer, costs.dmaUnmap(span.of)] as const;
    builder.steps('dma', span.first, span.count, steps, builder.contended ? share : null, 0);
    dma.busy[0] = (dma.busy[0] as number) + span.count * transfer;
    dma.descriptors += span.count;
    dma.bytes += span.count * span.of.pages * PAGE_BYTES;
  }
  if (fault === null) dma.foliosMigrated += folios;
  else {
    if (fault === 'timeout') builder.once('poll', DMA_SYNC_WAIT_PS);
    // Others can have the channel until it is lost.
    if (fault === 'channel-lost') yield null;
    dma.failures[fault]++;
    dma.foliosFailures += folios;
    dma.fallbackFolios += folios - countFolios(done);
    if (fault === 'channel-lost') dma.lost.add(0);
  }
  // The engine wrote the destination, so its lines left the CPU caches: this copy goes to memory.
  copyPass(state, 'recopy', spans, false);
}
