/** Finds the same batch in another run of the same trace. */
import { batchOnLane } from '../../engine/probe/runIndex';
import type { RunView } from './runView';

/**
 * The batch of `to` that deals with the same folios of the same call as `batch` of `from`; where the
 * runs cut their calls differently, the one that its first folio is in. -1 if `to` has none.
 */
export function matchBatch(from: RunView, batch: number, to: RunView): number {
  if (batch < 0 || to.run.batches.length === 0) return -1;
  if (from === to) return batch;
  return batchOfFolio(from, batch, from.run.batches.first[batch] as number, to);
}

/** The batch of `to` that holds what is folio `folio` of `from`, which `batch` deals with. */
function batchOfFolio(from: RunView, batch: number, folio: number, to: RunView): number {
  const call = Math.min(from.run.batches.call[batch] as number, to.run.calls.length - 1);
  const offset = folio - (from.run.calls.first[call] ?? 0);
  const firstBatch = to.run.calls.firstBatch[call] as number;
  const count = to.run.calls.batchCount[call] as number;
  if (count === 0) return -1;
  const kind = from.run.batches.kind[batch];
  const wanted = (to.run.calls.first[call] as number) + offset;
  const ordinal = batch - (from.run.calls.firstBatch[call] ?? 0);
  const likely = firstBatch + Math.min(count - 1, Math.max(0, ordinal));
  const { batches } = to.run;
  if (batches.first[likely] === wanted && batches.kind[likely] === kind) return likely;
  let covering = -1;
  for (let i = firstBatch; i < firstBatch + count; i++) {
    const first = batches.first[i] as number;
    if (first === wanted && batches.kind[i] === kind) return i;
    if (covering < 0 && first <= wanted && wanted < first + (batches.count[i] as number)) covering = i;
  }
  return covering < 0 ? likely : covering;
}

/** The instant of `to` that corresponds to `time` of `from`: as far into the folios of the same batch. */
export function matchTime(from: RunView, lane: number, time: number, to: RunView): number {
  if (from === to) return time;
  if (time <= 0) return 0;
  if (time >= from.run.end) return to.run.end;
  const batch = lane < from.lanes.length ? batchOnLane(from.index, lane, time) : -1;
  // Before the first batch there is nothing to match but the beginning.
  if (batch < 0) return 0;
  const a = from.run.batches;
  const b = to.run.batches;
  const share = Math.min(1, (time - (a.start[batch] as number)) / lengthOf(from, batch));
  const count = a.count[batch] as number;
  // Runs that cut a call alike have the batch itself; others the one that is as far through the call.
  const same = matchBatch(from, batch, to);
  const alike = same >= 0 && b.count[same] === count;
  const folio = (a.first[batch] as number) + Math.min(count - 1, Math.floor(share * count));
  const other = alike ? same : batchOfFolio(from, batch, folio, to);
  if (other < 0) return (time / Math.max(1, from.run.end)) * to.run.end;
  const shift =
    (from.run.calls.first[a.call[batch] as number] ?? 0) - (to.run.calls.first[b.call[other] as number] ?? 0);
  const position = (a.first[batch] as number) + share * count - shift;
  const within = (position - (b.first[other] as number)) / Math.max(1, b.count[other] as number);
  const progress = alike ? share : Math.min(1, Math.max(0, within));
  return (b.start[other] as number) + progress * ((b.end[other] as number) - (b.start[other] as number));
}

/** How long `to` takes for what takes `from` one unit of time, by the batch at `time`. */
export function timeScale(from: RunView, lane: number, time: number, to: RunView): number {
  const batch =
    lane < from.lanes.length
      ? Math.max(batchOnLane(from.index, lane, time), from.lanes[lane]?.rows[0] ?? -1)
      : -1;
  const other = matchBatch(from, batch, to);
  if (other < 0) return to.run.end / Math.max(1, from.run.end);
  return lengthOf(to, other) / lengthOf(from, batch);
}

function lengthOf({ run }: RunView, batch: number): number {
  return Math.max(1, (run.batches.end[batch] as number) - (run.batches.start[batch] as number));
}
