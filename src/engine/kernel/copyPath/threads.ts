/**
 * Models mtcopy of the v2 and v3 series (copy_pages_mt): with at least as many folios as threads, each
 * thread gets a contiguous run of folios; with fewer, every folio is cut into as many slices as there
 * are threads, and all work on it together. The caller queues the work and sleeps in flush_work().
 */
import type { Span } from '../../folio/span';
import { countFolios } from '../../folio/span';
import type { Copier } from '../../sim/fluid';
import { runFluid } from '../../sim/fluid';
import type { CallState } from '../callState';
import { migrateFoliosBatchMove } from './batchMove';
import type { CopyPath } from './copyPath';
import { divideByFolios } from './division';
import { sleepUntil } from './offload';

export const threads: CopyPath = {
  name: 'threads',
  title: 'Threads',
  tooltip: 'mtcopy of v2 and v3: all mappings, then worker threads copy beside each other, then all remaps.',
  offloads: false,
  moveBatch: (state, stats, unmapped) =>
    migrateFoliosBatchMove(state, stats, unmapped, (span) => !span.of.hugetlb, copyPagesMt),
};

function copyPagesMt(state: CallState, spans: readonly Span[]): void {
  const { builder, costs, config } = state;
  const { capacities, linksOf } = costs.threadLinks(config.threads, config.placement);
  const sliced = countFolios(spans) < config.threads;
  const shares = sliced ? null : divideByFolios(spans, config.threads);
  const copiers = Array.from({ length: config.threads }, (_, thread): Copier => {
    builder.once('channelSetup', costs.workQueue);
    const slices = sliced ? config.threads : 1;
    const loads = (shares === null ? spans : (shares[thread] ?? [])).map((span) => ({
      first: span.first,
      count: span.count,
      bytes: (span.of.pages * 4096) / slices,
      alone: costs.threadCopy(span.of) / slices,
    }));
    return { start: builder.now + costs.workStart, loads, links: linksOf(thread) };
  });
  const { pieces, ends } = runFluid(copiers, capacities);
  for (const piece of pieces) {
    builder.remote(piece.first, piece.count, piece.start, piece.period, piece.copier);
  }
  copiers.forEach((copier, thread) => {
    state.dma.busy[thread] = (state.dma.busy[thread] as number) + (ends[thread] as number) - copier.start;
  });
  sleepUntil(state, Math.max(...ends));
}
