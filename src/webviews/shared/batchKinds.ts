/** The kinds of batch rows in words, and the two halves of a batch whose copy ran beside other work (async). */
import { BATCH_KINDS } from '../../engine/sim/run';
import type { RunView } from './runView';

type BatchKind = (typeof BATCH_KINDS)[number];

export const BATCH_KIND_WORDS: Readonly<Record<BatchKind, string>> = {
  batch: 'batch',
  alone: 'one folio alone',
  split: 'parts of split folios',
  finish: 'second half: wait, move',
};

export function batchKindOf(view: RunView, batch: number): BatchKind {
  return BATCH_KINDS[view.run.batches.kind[batch] as number] ?? 'batch';
}

/** Rows of `run.batches` that are one batch; `finish` is -1 where it was not cut in two. */
export interface Halves {
  readonly begin: number;
  readonly finish: number;
}

/** Both halves of the batch that a row belongs to. */
export function halvesOf(view: RunView, batch: number): Halves {
  const { batches, calls } = view.run;
  const call = batches.call[batch];
  const first = call === undefined ? 0 : (calls.firstBatch[call] as number);
  const last = first + (call === undefined ? 0 : (calls.batchCount[call] as number));
  const same = (other: number, kind: BatchKind) =>
    batchKindOf(view, other) === kind &&
    batches.first[other] === batches.first[batch] &&
    batches.count[other] === batches.count[batch];
  if (batchKindOf(view, batch) === 'finish') {
    for (let other = batch - 1; other >= first; other--) {
      if (same(other, 'batch')) return { begin: other, finish: batch };
    }
  } else if (batchKindOf(view, batch) === 'batch') {
    for (let other = batch + 1; other < last; other++) {
      if (same(other, 'finish')) return { begin: batch, finish: other };
    }
  }
  return { begin: batch, finish: -1 };
}

/** From the start of a batch to its end, over what lies between its halves; ps. */
export function batchSpan(view: RunView, batch: number): { readonly start: number; readonly end: number } {
  const { batches } = view.run;
  const { begin, finish } = halvesOf(view, batch);
  return {
    start: batches.start[begin] as number,
    end: batches.end[finish < 0 ? begin : finish] as number,
  };
}
