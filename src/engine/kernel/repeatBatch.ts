/**
 * Batches of alike folios that follow each other take the same steps: once one of them has been played in a state that it
 * leaves as it found it, the others are written down without being played. All times are whole picoseconds, so the result is
 * the same to the bit.
 */
import type { Span } from '../folio/span';
import { countFolios } from '../folio/span';
import type { Mark } from '../sim/callTypes';
import type { CallState, Stats } from './callState';
import type { DmaCounts } from './copyPath/dmaState';
import { DMA_COUNTS } from './copyPath/dmaState';
import type { Progress } from './migratePages';
import { TOTAL_NAMES } from './totals';

export interface Snapshot {
  readonly mark: Mark;
  readonly copyIsCold: boolean;
  readonly dmaIsCold: boolean;
  readonly stats: Stats;
  readonly kept: number;
  readonly untried: number;
  readonly returned: number;
  readonly attempts: number;
  readonly counts: DmaCounts;
  readonly busy: Float64Array;
}

/** What a batch may change; null where batches are not alike: other CPUs run beside this one, or something is drawn or injected. */
export function snapshot(state: CallState, progress: Progress): Snapshot | null {
  if (!state.repeats) return null;
  const { dma, builder } = state;
  return {
    mark: builder.mark(),
    copyIsCold: state.copyIsCold,
    dmaIsCold: state.dmaIsCold,
    stats: { ...progress.stats },
    kept: progress.kept,
    untried: progress.untried,
    returned: progress.returned,
    attempts: dma.attempts,
    counts: Object.fromEntries(DMA_COUNTS.map((name) => [name, dma[name]])) as DmaCounts,
    busy: dma.busy.slice(),
  };
}

/** Writes down `times` more batches as `batch` was since `before`, if they are alike. Returns how many it wrote: all or none. */
export function repeatBatch(
  state: CallState,
  progress: Progress,
  before: Snapshot,
  batch: readonly Span[],
  times: number,
): number {
  const { builder, dma } = state;
  const folios = countFolios(batch);
  const isSteady = before.copyIsCold === state.copyIsCold && before.dmaIsCold === state.dmaIsCold;
  const isWhole = progress.untried === before.untried && progress.splitList.length === 0;
  const first = batch[0]?.first ?? 0;
  if (!isSteady || !isWhole || !builder.endedAlike(first, folios) || splits(state, batch)) return 0;
  builder.repeat(before.mark, times, folios);
  for (const name of TOTAL_NAMES) progress.stats[name] += times * (progress.stats[name] - before.stats[name]);
  progress.kept += times * (progress.kept - before.kept);
  progress.returned += times * (progress.returned - before.returned);
  dma.attempts += times * (dma.attempts - before.attempts);
  // Each refusal is one for want of a channel.
  dma.failures['no-channel'] += times * (dma.refusedBatches - before.counts.refusedBatches);
  for (const name of DMA_COUNTS) dma[name] += times * (dma[name] - before.counts[name]);
  for (let i = 0; i < dma.busy.length; i++) {
    dma.busy[i] = (dma.busy[i] as number) + times * ((dma.busy[i] as number) - (before.busy[i] as number));
  }
  return times;
}

/** Parts of split folios get numbers of their own, so no two such batches are alike. */
function splits({ rules }: CallState, batch: readonly Span[]): boolean {
  return batch.some(
    ({ of }) =>
      of.fateName === 'no-destination' || (of.fateName === 'split-first' && rules.splitsDeferredFirst),
  );
}
