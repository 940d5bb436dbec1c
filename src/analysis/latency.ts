/** How long folios are out of reach: from their migration entry to their remap, exactly, without a list of folios. */
import type { Run, SegmentKind, Step } from '../engine/sim/run';
import { SEGMENT_DURATIONS, SEGMENT_KINDS, SEGMENT_SHAPES } from '../engine/sim/run';

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

/** `count` folios whose values run evenly from `from` to `to`. */
interface Ramp {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

interface Stretch {
  readonly first: number;
  readonly count: number;
  /** Time of the first folio, and step to the next, ps. */
  readonly at: number;
  readonly period: number;
}

/** null for a run without folios that were unmapped and remapped. */
export function latencyOf(run: Run): Latency | null {
  const ramps: Ramp[] = [];
  const firsts: Ramp[] = [];
  for (let call = 0; call < run.calls.length; call++) {
    const firstRemap = callRamps(run, call, ramps);
    if (firstRemap < Infinity) {
      const value = (firstRemap - (run.calls.start[call] as number)) / 1000;
      firsts.push({ from: value, to: value, count: 1 });
    }
  }
  if (ramps.length === 0) return null;
  return {
    firstFolio: { mean: meanOf(firsts), p50: quantile(firsts, 0.5), p99: quantile(firsts, 0.99) },
    blocked: {
      mean: meanOf(ramps),
      p50: quantile(ramps, 0.5),
      p99: quantile(ramps, 0.99),
      max: ramps.reduce((max, ramp) => Math.max(max, ramp.from, ramp.to), 0),
    },
  };
}

/** Pairs each unmap of a call with the remap or undo that ended it; returns when the first folio was back, ps. */
function callRamps(run: Run, call: number, ramps: Ramp[]): number {
  const { batches, calls } = run;
  let first = Infinity;
  const last = (calls.firstBatch[call] as number) + (calls.batchCount[call] as number);
  for (let batch = calls.firstBatch[call] as number; batch < last; batch++) {
    const unmapped: Stretch[] = [];
    const end = (batches.firstSegment[batch] as number) + (batches.segmentCount[batch] as number);
    for (let segment = batches.firstSegment[batch] as number; segment < end; segment++) {
      const kind = SEGMENT_KINDS[run.segments.kind[segment] as number];
      if (kind === undefined) continue;
      const { unmaps, remaps, restores } = MARKS[kind];
      const gone = unmaps < 0 ? null : stretchAfter(run, segment, unmaps);
      const back = remaps < 0 ? null : stretchAfter(run, segment, remaps);
      if (back !== null && !restores) first = Math.min(first, back.at);
      if (gone !== null && back !== null) overlap(gone, back, ramps);
      else if (gone !== null) unmapped.push(gone);
      else if (back !== null) for (const begin of unmapped) overlap(begin, back, ramps);
    }
  }
  return first;
}

interface Marks {
  /** Positions of the unmap and the remap step in a segment's shape, or -1. */
  readonly unmaps: number;
  readonly remaps: number;
  /** The remap gives the folio back to its old place. */
  readonly restores: boolean;
}

const MARKS = Object.fromEntries(
  SEGMENT_KINDS.map((kind): [SegmentKind, Marks] => {
    const shape: readonly Step[] = SEGMENT_SHAPES[kind];
    return [
      kind,
      {
        unmaps: kind === 'unmapFails' ? -1 : shape.indexOf('unmap'),
        remaps: shape.indexOf('remap'),
        restores: shape.includes('undo'),
      },
    ];
  }),
) as Record<SegmentKind, Marks>;

/** When folios of a segment reach the end of its step number `step`. */
function stretchAfter(run: Run, segment: number, step: number): Stretch {
  const { segments } = run;
  let at = segments.start[segment] as number;
  for (const name of SEGMENT_DURATIONS.slice(0, step + 1)) at += segments[name][segment] as number;
  return {
    first: segments.first[segment] as number,
    count: segments.count[segment] as number,
    at,
    period: segments.period[segment] as number,
  };
}

function overlap(begin: Stretch, end: Stretch, ramps: Ramp[]): void {
  const from = Math.max(begin.first, end.first);
  const to = Math.min(begin.first + begin.count, end.first + end.count);
  if (from >= to) return;
  const blocked = (folio: number) =>
    (end.at + (folio - end.first) * end.period - (begin.at + (folio - begin.first) * begin.period)) / 1000;
  ramps.push({ from: blocked(from), to: blocked(to - 1), count: to - from });
}

function meanOf(ramps: readonly Ramp[]): number {
  let sum = 0;
  let count = 0;
  for (const ramp of ramps) {
    sum += (ramp.count * (ramp.from + ramp.to)) / 2;
    count += ramp.count;
  }
  return count === 0 ? 0 : sum / count;
}

/** The smallest value that at least `share` of the items do not exceed, to a nanosecond's thousandth. */
function quantile(ramps: readonly Ramp[], share: number): number {
  if (ramps.length === 0) return 0;
  const total = ramps.reduce((sum, ramp) => sum + ramp.count, 0);
  const wanted = Math.max(1, Math.ceil(share * total));
  let low = ramps.reduce((min, ramp) => Math.min(min, ramp.from, ramp.to), Infinity);
  let high = ramps.reduce((max, ramp) => Math.max(max, ramp.from, ramp.to), 0);
  if (countUpTo(ramps, low) >= wanted) return low;
  while (high - low > 1e-3) {
    const middle = (low + high) / 2;
    if (countUpTo(ramps, middle) >= wanted) high = middle;
    else low = middle;
  }
  return high;
}

function countUpTo(ramps: readonly Ramp[], value: number): number {
  let count = 0;
  for (const { from, to, count: n } of ramps) {
    const low = Math.min(from, to);
    const high = Math.max(from, to);
    if (value >= high) count += n;
    else if (value >= low) count += n === 1 ? 0 : Math.floor(((value - low) / (high - low)) * (n - 1)) + 1;
  }
  return count;
}
