/**
 * Models mtcopy of the v2 and v3 series (copy_pages_mt): with at least as many folios as threads, each
 * thread gets a contiguous run of folios; with fewer, every folio is cut into as many slices as there
 * are threads, and all work on it together. The caller queues the work and sleeps in flush_work().
 */
import { PAGE_BYTES } from '../../../base/units';
import type { Span } from '../../folio/span';
import { countFolios } from '../../folio/span';
import { Copies } from '../../sim/copies';
import type { CallState } from '../callState';
import type { Playing } from '../playing';
import { migrateFoliosBatchMove } from './batchMove';
import type { CopyPath } from './copyPath';
import { divideByFolios } from './division';

export const threads: CopyPath = {
  name: 'threads',
  title: 'Threads',
  tooltip: 'mtcopy of v2 and v3: all mappings, then worker threads copy beside each other, then all remaps.',
  offloads: false,
  moveBatch: (state, stats, unmapped) =>
    migrateFoliosBatchMove(state, stats, unmapped, (span) => !span.of.hugetlb, copyPagesMt),
};

function* copyPagesMt(state: CallState, spans: readonly Span[]): Playing<void> {
  yield null;
  const { builder, costs, config, dma, links } = state;
  const slices = countFolios(spans) < config.threads ? config.threads : 1;
  const shares = slices > 1 ? null : divideByFolios(spans, config.threads);
  const copies = new Copies(builder.writer);
  for (let thread = 0; thread < config.threads; thread++) {
    builder.once('channelSetup', costs.workQueue);
    const share = shares === null ? spans : (shares[thread] ?? []);
    state.launch(copies, {
      start: builder.now + costs.workStart,
      sink: copies,
      track: thread,
      loads: share.map(({ first, count, of }) => ({
        first,
        count,
        amount: (of.pages * PAGE_BYTES) / slices,
        alone: costs.threadCopy(of) / slices,
        links: links.threadCopy(thread, config.placement, of, costs),
      })),
    });
  }
  yield copies;
  for (const { track, begun, doneAt } of copies.copiers) {
    dma.busy[track] = (dma.busy[track] as number) + doneAt - begun;
  }
  dma.slept += builder.sleep(copies.end, costs.wakeup);
}
