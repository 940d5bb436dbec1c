/** How long folios are out of reach: from their migration entry to their remap, exactly, without a list of folios. */
import type { Schema } from '../base/columns';
import { GrowableTable } from '../base/columns';
import { stableOrder } from '../engine/probe/stableOrder';
import type { Run, Step } from '../engine/sim/run';
import { stepDuration } from '../engine/sim/segmentShapes';
import { SEGMENT_KINDS, SEGMENT_SHAPES } from '../engine/sim/run';

export interface Latency {
  /** From the start of its call until the first folio of the call can be used again; ns, over calls. */
  readonly firstFolio: { readonly mean: number; readonly p50: number; readonly p99: number };
  /** From unmapped to remapped; ns, over folios. */
  readonly blocked: {
    readonly mean: number;
    readonly p50: number;
    readonly p99: number;
    readonly max: number;
  };
}

/** Rows of `count` folios whose values run evenly from `from` to `to`, ns. */
const RAMP_SCHEMA = { from: 'f64', to: 'f64', count: 'u32' } as const satisfies Schema;
type Ramps = GrowableTable<typeof RAMP_SCHEMA>;

function addRamp(ramps: Ramps, from: number, to: number, count: number): void {
  const row = ramps.push();
  ramps.columns.from[row] = from;
  ramps.columns.to[row] = to;
  ramps.columns.count[row] = count;
}

/** null for a run without folios that were unmapped and remapped. Cost: O(segments · log segments). */
export function latencyOf(run: Run): Latency | null {
  const ramps: Ramps = new GrowableTable(RAMP_SCHEMA);
  const firsts: Ramps = new GrowableTable(RAMP_SCHEMA);
  const events: Stretches = new GrowableTable(STRETCH_SCHEMA);
  for (let call = 0; call < run.calls.length; call++) {
    events.length = 0;
    const firstRemap = callRamps(run, call, events, ramps);
    if (firstRemap < Infinity) {
      const value = (firstRemap - (run.calls.start[call] as number)) / 1000;
      addRamp(firsts, value, value, 1);
    }
  }
  if (ramps.length === 0) return null;
  const [first, blocked] = [rangesOf(firsts), rangesOf(ramps)];
  return {
    firstFolio: { mean: meanOf(firsts), p50: quantile(first, 0.5), p99: quantile(first, 0.99) },
    blocked: {
      mean: meanOf(ramps),
      p50: quantile(blocked, 0.5),
      p99: quantile(blocked, 0.99),
      max: blocked.highest,
    },
  };
}

/** Pairs each unmap of a call with the remap or undo that ended it; returns when the first folio was back, ps. `events` is empty. */
function callRamps(run: Run, call: number, events: Stretches, ramps: Ramps): number {
  const { batches, calls, segments } = run;
  let first = Infinity;
  const last = (calls.firstBatch[call] as number) + (calls.batchCount[call] as number);
  for (let batch = calls.firstBatch[call] as number; batch < last; batch++) {
    const end = (batches.firstSegment[batch] as number) + (batches.segmentCount[batch] as number);
    for (let segment = batches.firstSegment[batch] as number; segment < end; segment++) {
      const marks = MARKS[segments.kind[segment] as number];
      if (marks === undefined || segments.count[segment] === 0) continue;
      const { unmaps, remaps, restores } = marks;
      if (unmaps >= 0) addStretch(events, run, segment, unmaps, 0);
      if (remaps < 0) continue;
      const row = addStretch(events, run, segment, remaps, 1);
      if (!restores) first = Math.min(first, events.columns.at[row] as number);
    }
  }
  pairStretches(events, ramps);
  return first;
}

interface Marks {
  /** Positions of the unmap and the remap step in a segment's shape, or -1. */
  readonly unmaps: number;
  readonly remaps: number;
  /** The remap gives the folio back to its old place. */
  readonly restores: boolean;
}

/** By kind of segment. */
const MARKS = SEGMENT_KINDS.map((kind): Marks => {
  const shape: readonly Step[] = SEGMENT_SHAPES[kind];
  return {
    unmaps: kind === 'unmapFails' ? -1 : shape.indexOf('unmap'),
    // What is in no page table is written out where it is: it stays out of reach until it has moved.
    remaps: kind === 'writeOutUnmapped' ? -1 : shape.indexOf('remap'),
    restores: shape.includes('undo'),
  };
});

/** Folios [first, end) reach the end of a step at `at`, and `period` later each, ps: of their unmap, or (`back`: 1) their remap. */
const STRETCH_SCHEMA = {
  first: 'u32',
  end: 'u32',
  at: 'f64',
  period: 'f64',
  back: 'u8',
} as const satisfies Schema;
type Stretches = GrowableTable<typeof STRETCH_SCHEMA>;

function addStretch(events: Stretches, run: Run, segment: number, step: number, back: 0 | 1) {
  const { segments } = run;
  let at = segments.start[segment] as number;
  for (let i = 0; i <= step; i++) at += stepDuration(run, segment, i);
  const row = events.push();
  const { columns } = events;
  columns.first[row] = segments.first[segment] as number;
  columns.end[row] = (segments.first[segment] as number) + (segments.count[segment] as number);
  columns.at[row] = at;
  columns.period[row] = segments.period[segment] as number;
  columns.back[row] = back;
  return row;
}

/**
 * Adds a ramp for each stretch of folios with one unmap and the remap that came next. Walks over the folios from one
 * end of a stretch to the next; at each, only the tries of the folios there are looked at.
 */
function pairStretches(events: Stretches, ramps: Ramps): void {
  const { first, end, back } = events.columns;
  const count = events.length;
  const byFirst = stableOrder(first.subarray(0, count));
  const byEnd = stableOrder(end.subarray(0, count));
  /** Per remap, the unmap it is being paired with, plus one, and the first folio of that pair. */
  const partner = new Uint32Array(count);
  const since = new Uint32Array(count);
  /** Stretches over the folios walked, in the order of time. */
  const open: number[] = [];
  const close = (remap: number, folio: number) => {
    const unmap = (partner[remap] as number) - 1;
    partner[remap] = 0;
    if (unmap >= 0) addPair(events, unmap, remap, since[remap] as number, folio, ramps);
  };
  let begun = 0;
  for (let ended = 0; ended < count;) {
    const nextEnd = end[byEnd[ended] as number] as number;
    const nextFirst = begun < count ? (first[byFirst[begun] as number] as number) : Infinity;
    const folio = Math.min(nextEnd, nextFirst);
    for (; ended < count && end[byEnd[ended] as number] === folio; ended++) {
      const stretch = byEnd[ended] as number;
      close(stretch, folio);
      open.splice(open.indexOf(stretch), 1);
    }
    for (; begun < count && first[byFirst[begun] as number] === folio; begun++) {
      insert(open, byFirst[begun] as number);
    }
    let unmap = 0;
    for (const stretch of open) {
      if (back[stretch] === 0) {
        unmap = stretch + 1;
        continue;
      }
      if (partner[stretch] !== unmap) {
        close(stretch, folio);
        partner[stretch] = unmap;
        since[stretch] = folio;
      }
      unmap = 0;
    }
  }
}

function insert(sorted: number[], value: number): void {
  let place = sorted.length;
  while (place > 0 && (sorted[place - 1] as number) > value) place--;
  sorted.splice(place, 0, value);
}

/** Folios [from, to) were unmapped in one stretch and remapped in the other. */
function addPair(
  events: Stretches,
  unmap: number,
  remap: number,
  from: number,
  to: number,
  ramps: Ramps,
): void {
  const { first, at, period } = events.columns;
  const time = (stretch: number, folio: number) =>
    (at[stretch] as number) + (folio - (first[stretch] as number)) * (period[stretch] as number);
  const blocked = (folio: number) => (time(remap, folio) - time(unmap, folio)) / 1000;
  addRamp(ramps, blocked(from), blocked(to - 1), to - from);
}

function meanOf(ramps: Ramps): number {
  const { from, to, count } = ramps.columns;
  let sum = 0;
  let folios = 0;
  for (let row = 0; row < ramps.length; row++) {
    sum += ((count[row] as number) * ((from[row] as number) + (to[row] as number))) / 2;
    folios += count[row] as number;
  }
  return folios === 0 ? 0 : sum / folios;
}

/** The lowest and the highest value of each row, and of all. */
interface Ranges {
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly count: Uint32Array;
  readonly lowest: number;
  readonly highest: number;
  readonly total: number;
}

function rangesOf({ columns, length }: Ramps): Ranges {
  const { from, to } = columns;
  const low = new Float64Array(length);
  const high = new Float64Array(length);
  const count = columns.count.subarray(0, length);
  let lowest = Infinity;
  let highest = 0;
  let total = 0;
  for (let row = 0; row < length; row++) {
    const [a, b] = [from[row] as number, to[row] as number];
    low[row] = Math.min(a, b);
    high[row] = Math.max(a, b);
    lowest = Math.min(lowest, a, b);
    highest = Math.max(highest, a, b);
    total += count[row] as number;
  }
  return { low, high, count, lowest, highest, total };
}

/**
 * The smallest value that at least `share` of the items do not exceed, to a nanosecond's thousandth. Halves the range of
 * values; rows that lie wholly beside what is left of it are looked at no more.
 */
function quantile(ranges: Ranges, share: number): number {
  if (ranges.total === 0) return 0;
  const wanted = Math.max(1, Math.ceil(share * ranges.total));
  let { lowest: low, highest: high } = ranges;
  const rows = new Uint32Array(ranges.count.length);
  for (let row = 0; row < rows.length; row++) rows[row] = row;
  let left = rows.length;
  /** Items of rows that lie at or below `low`. */
  let below = 0;
  if (countUpTo(ranges, rows, left, low) >= wanted) return low;
  while (high - low > 1e-3) {
    const middle = (low + high) / 2;
    // Two neighbouring numbers: there is nothing between them.
    if (middle <= low || middle >= high) break;
    if (below + countUpTo(ranges, rows, left, middle) >= wanted) high = middle;
    else low = middle;
    let kept = 0;
    for (let i = 0; i < left; i++) {
      const row = rows[i] as number;
      if ((ranges.high[row] as number) <= low) below += ranges.count[row] as number;
      else if ((ranges.low[row] as number) <= high) rows[kept++] = row;
    }
    left = kept;
  }
  return high;
}

/** Items of the first `left` of `rows` that do not exceed `value`. */
function countUpTo(ranges: Ranges, rows: Uint32Array, left: number, value: number): number {
  let upTo = 0;
  for (let i = 0; i < left; i++) {
    const row = rows[i] as number;
    const [low, high] = [ranges.low[row] as number, ranges.high[row] as number];
    const n = ranges.count[row] as number;
    if (value >= high) upTo += n;
    else if (value >= low) upTo += n === 1 ? 0 : Math.floor(((value - low) / (high - low)) * (n - 1)) + 1;
  }
  return upTo;
}
