/**
 * Running sums over the segments of each lane that move folios, put them out of reach or give them back, so that
 * counters need no look at folios. Built once per run in O(segments), when the first counters are asked for.
 */
import { GrowableTable } from '../../base/columns';
import { pagesOfOrder } from '../../base/units';
import type { Run } from '../sim/run';
import { MAX_STEPS } from '../sim/segmentShapes';
import { BACK_FROM, BLOCKED_FROM, MOVED_FROM, NEVER } from './pictures';
import type { RunIndex } from './runIndex';
import { lastAtOrBelow } from './runIndex';
import { foliosPast } from './segmentTime';

export interface Tally {
  /** Base pages moved by the lane's batch in progress. */
  moved: number;
  /** Folios of the lane that are out of reach. */
  blocked: number;
}

interface LaneTally {
  /** Segments that count, in the order of the lane's batches and so of time. */
  readonly segments: Uint32Array;
  /** When each begins, ps. */
  readonly starts: Float64Array;
  /** Where those of the lane's i-th batch begin; one entry more than batches. */
  readonly firstOfBatch: Uint32Array;
  /** Base pages moved in the segments before the i-th, and folios then out of reach. */
  readonly moved: Float64Array;
  readonly blocked: Float64Array;
}

interface RunTally {
  readonly lanes: readonly LaneTally[];
  /** Base pages of the folios before each row of `run.folios`, and of all. */
  readonly pagesBefore: Float64Array;
}

const tallies = new WeakMap<RunIndex, RunTally>();

/** Writes into `out` what the lane has reached at `time` (ps), `begun` being its last batch begun. O(log segments). */
export function tallyOf(index: RunIndex, lane: number, begun: number, time: number, out: Tally): void {
  let tally = tallies.get(index);
  if (tally === undefined) tallies.set(index, (tally = createTally(index)));
  const { segments, starts, firstOfBatch, moved, blocked } = tally.lanes[lane] as LaneTally;
  const first = firstOfBatch[begun] as number;
  const last = lastBegun(starts, first, firstOfBatch[begun + 1] as number, time);
  let complete = last + 1;
  out.moved = 0;
  out.blocked = 0;
  // Only the last segment begun can be in progress, or two where times are not whole picoseconds.
  while (complete > first && addInProgress(index, tally, segments[complete - 1] as number, time, out)) {
    complete--;
  }
  out.moved += (moved[complete] as number) - (moved[first] as number);
  out.blocked += blocked[complete] as number;
}

/** Adds what a segment in progress has reached; false, and nothing added, if it is over. */
function addInProgress(index: RunIndex, tally: RunTally, segment: number, time: number, out: Tally): boolean {
  const { run } = index;
  const count = run.segments.count[segment] as number;
  if (foliosPast(run, segment, MAX_STEPS, time) === count) return false;
  const kind = run.segments.kind[segment] as number;
  const first = run.segments.first[segment] as number;
  const past = (position: number) => (position === NEVER ? 0 : foliosPast(run, segment, position, time));
  const moved = past(MOVED_FROM[kind] as number);
  if (moved > 0) out.moved += pagesOf(run, tally.pagesBefore, first, moved);
  out.blocked += past(BLOCKED_FROM[kind] as number) - past(BACK_FROM[kind] as number);
  return true;
}

/** The last of `starts` [first, end) that lies at or before `time`; first - 1 if none does. */
function lastBegun(starts: Float64Array, first: number, end: number, time: number): number {
  let low = first;
  let high = end;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((starts[middle] as number) <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function createTally(index: RunIndex): RunTally {
  const { run } = index;
  const pagesBefore = new Float64Array(run.folios.length + 1);
  for (let row = 0; row < run.folios.length; row++) {
    const pages = (run.folios.count[row] as number) * pagesOfOrder(run.folios.order[row] as number);
    pagesBefore[row + 1] = (pagesBefore[row] as number) + pages;
  }
  return { lanes: index.laneBatches.map((batches) => tallyLane(run, batches, pagesBefore)), pagesBefore };
}

function tallyLane(run: Run, laneBatches: Uint32Array, pagesBefore: Float64Array): LaneTally {
  const { batches, segments } = run;
  const counting = new GrowableTable({ segment: 'u32' });
  const firstOfBatch = new Uint32Array(laneBatches.length + 1);
  for (let i = 0; i < laneBatches.length; i++) {
    const batch = laneBatches[i] as number;
    const from = batches.firstSegment[batch] as number;
    const to = from + (batches.segmentCount[batch] as number);
    for (let segment = from; segment < to; segment++) {
      if (COUNTS[segments.kind[segment] as number] === 0 || segments.count[segment] === 0) continue;
      const row = counting.push();
      counting.columns.segment[row] = segment;
    }
    firstOfBatch[i + 1] = counting.length;
  }
  const rows = counting.finish().segment;
  const starts = new Float64Array(rows.length);
  const moved = new Float64Array(rows.length + 1);
  const blocked = new Float64Array(rows.length + 1);
  for (let i = 0; i < rows.length; i++) {
    const segment = rows[i] as number;
    starts[i] = segments.start[segment] as number;
    const kind = segments.kind[segment] as number;
    const first = segments.first[segment] as number;
    const count = segments.count[segment] as number;
    const pages = MOVED_FROM[kind] === NEVER ? 0 : pagesOf(run, pagesBefore, first, count);
    const gone = (BLOCKED_FROM[kind] === NEVER ? 0 : count) - (BACK_FROM[kind] === NEVER ? 0 : count);
    moved[i + 1] = (moved[i] as number) + pages;
    blocked[i + 1] = (blocked[i] as number) + gone;
  }
  return { segments: rows, starts, firstOfBatch, moved, blocked };
}

/** Kinds that move a folio, put it out of reach or give it back. */
const COUNTS = MOVED_FROM.map((moved, kind) =>
  moved === NEVER && BLOCKED_FROM[kind] === NEVER && BACK_FROM[kind] === NEVER ? 0 : 1,
);

/** Base pages of folios [first, first + count), `count` at least 1. */
function pagesOf({ folios }: Run, pagesBefore: Float64Array, first: number, count: number): number {
  const row = lastAtOrBelow(folios.first, first);
  const end = first + count;
  const of = pagesOfOrder(folios.order[row] as number);
  if (end <= (folios.first[row] as number) + (folios.count[row] as number)) return count * of;
  const last = lastAtOrBelow(folios.first, end - 1);
  const upToEnd =
    (pagesBefore[last] as number) +
    (end - (folios.first[last] as number)) * pagesOfOrder(folios.order[last] as number);
  return upToEnd - (pagesBefore[row] as number) - (first - (folios.first[row] as number)) * of;
}
