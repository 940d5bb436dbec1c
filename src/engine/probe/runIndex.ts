/**
 * Looks into a run at an instant. The index is built once per run in O(batches); afterwards every
 * question costs O(log batches + what is asked for), however many folios the run holds.
 */
import { assert, defined } from '../../base/assert';
import type { Run } from '../sim/run';

export interface RunIndex {
  readonly run: Run;
  /** Batches of each lane, in order of start. */
  readonly laneBatches: readonly Uint32Array[];
  /** Per lane: start and end of each of those batches, ps. */
  readonly laneStarts: readonly Float64Array[];
  readonly laneEnds: readonly Float64Array[];
  /** Per lane: base pages moved, failed and given back in the batches before the i-th. */
  readonly laneMoved: readonly Float64Array[];
  readonly laneFailed: readonly Float64Array[];
  /** The call each row of `run.calls` begins at, by folio: call rows are in folio order. */
  readonly callFirst: Uint32Array;
  /** By folio: row of `run.folios` is found by bisection in this. */
  readonly rowFirst: Uint32Array;
}

export function createRunIndex(run: Run): RunIndex {
  const { batches, calls } = run;
  const laneBatches: number[][] = run.lanes.map(() => []);
  for (let batch = 0; batch < batches.length; batch++) {
    const lane = calls.lane[batches.call[batch] as number] as number;
    defined(laneBatches[lane], `lane ${lane}`).push(batch);
  }
  const sorted = laneBatches.map((list) =>
    Uint32Array.from(
      list.sort((x, y) => (batches.start[x] as number) - (batches.start[y] as number) || x - y),
    ),
  );
  const gather = (column: Float64Array | Uint32Array) =>
    sorted.map((list) => Float64Array.from(list, (batch) => column[batch] as number));
  return {
    run,
    laneBatches: sorted,
    laneStarts: gather(batches.start),
    laneEnds: gather(batches.end),
    laneMoved: gather(batches.moved).map(prefixSums),
    laneFailed: gather(batches.failed).map(prefixSums),
    callFirst: calls.first,
    rowFirst: run.folios.first,
  };
}

/** The last position whose value is at or below `value`, -1 if there is none. `sorted` ascends. */
export function lastAtOrBelow(sorted: Float64Array | Uint32Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The batch that runs on `lane` at `time` (ps), else the last one begun there; -1 before the first. */
export function batchOnLane(index: RunIndex, lane: number, time: number): number {
  const starts = defined(index.laneStarts[lane], `lane ${lane}`);
  const position = lastAtOrBelow(starts, time);
  return position < 0 ? -1 : (defined(index.laneBatches[lane], `lane ${lane}`)[position] as number);
}

/** The row of `run.folios` that holds `folio`. */
export function folioRow(index: RunIndex, folio: number): number {
  assert(folio >= 0 && folio < index.run.folioCount, `folio ${folio} outside the run`);
  return lastAtOrBelow(index.rowFirst, folio);
}

/** The call that `folio` belongs to. */
export function callOfFolio(index: RunIndex, folio: number): number {
  return lastAtOrBelow(index.callFirst, folio);
}

function prefixSums(values: Float64Array): Float64Array {
  const sums = new Float64Array(values.length + 1);
  for (let i = 0; i < values.length; i++) sums[i + 1] = (sums[i] as number) + (values[i] as number);
  return sums;
}
