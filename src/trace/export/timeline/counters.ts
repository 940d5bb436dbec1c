/** Counters of a run over its time. Every value is exact at its time; between two of them the picture holds the earlier one. */
import { pagesOfOrder } from '../../../base/units';
import { countersAt } from '../../../engine/probe/countersAt';
import { createRunIndex } from '../../../engine/probe/runIndex';
import type { Run } from '../../../engine/sim/run';
import { FOLIO_RESULTS } from '../../../engine/sim/run';
import type { TimelineItem } from './items';
import { windowsOf } from './laneSlices';
import { segmentEnd, type ToNs } from './segmentSlices';

/** Batches looked at: of a run with more, every so manieth. */
const MAX_BATCHES = 200_000;

export interface CounterTracks {
  readonly moved: number;
  readonly failed: number;
  readonly inFlight: number;
}

/** Pages moved and failed, and folios out of reach: at the begin and end of batches, and when their unmap is done. */
export function* runCounters(run: Run, tracks: CounterTracks, at: ToNs): Generator<TimelineItem> {
  const index = createRunIndex(run);
  const last = { moved: NaN, failed: NaN, inFlight: NaN };
  let before = -1;
  for (const time of sampleTimes(run)) {
    if (time === before) continue;
    before = time;
    const counters = countersAt(index, time);
    const now = {
      moved: counters.pagesMoved,
      failed: counters.pagesFailed,
      inFlight: counters.blockedFolios,
    };
    for (const name of ['moved', 'failed', 'inFlight'] as const) {
      if (now[name] === last[name]) continue;
      last[name] = now[name];
      yield { what: 'counter', track: tracks[name], time: at(time), value: now[name] };
    }
  }
}

function sampleTimes(run: Run): Float64Array {
  const { batches } = run;
  const step = Math.max(1, Math.ceil(batches.length / MAX_BATCHES));
  const times = new Float64Array(2 + 3 * Math.ceil(batches.length / step));
  let length = 0;
  times[length++] = 0;
  times[length++] = run.end;
  for (let batch = 0; batch < batches.length; batch += step) {
    times[length++] = batches.start[batch] as number;
    times[length++] = batches.end[batch] as number;
    const unmapped = run.observedTimes === null ? unmapEnd(run, batch) : windowsOf(run, batch).lastSet;
    times[length++] = Number.isNaN(unmapped) ? 0 : unmapped;
  }
  return times.subarray(0, length).sort();
}

/** When the first segment of a simulated batch ends: of most, the unmap of its folios. ps. */
function unmapEnd(run: Run, batch: number): number {
  if (run.batches.segmentCount[batch] === 0) return NaN;
  return segmentEnd(run, run.batches.firstSegment[batch] as number);
}

/** Base pages that came to, and left, each node the run knows. */
export interface NodeTracks {
  readonly arrived: ReadonlyMap<number, number>;
  readonly left: ReadonlyMap<number, number>;
}

const MOVED = FOLIO_RESULTS.indexOf('moved');

/** Nodes that folios come from or go to, in order. */
export function nodesOf({ folios }: Run): number[] {
  const nodes = new Set<number>();
  for (let row = 0; row < folios.length; row++) {
    nodes.add(folios.from[row] as number);
    nodes.add(folios.to[row] as number);
  }
  nodes.delete(-1);
  return [...nodes].sort((x, y) => x - y);
}

/** Told at the end of each call, from how its folios ended. */
export function* nodeCounters(run: Run, tracks: NodeTracks, at: ToNs): Generator<TimelineItem> {
  const { calls, folios } = run;
  const order = Uint32Array.from({ length: calls.length }, (_, call) => call);
  order.sort((x, y) => (calls.end[x] as number) - (calls.end[y] as number) || x - y);
  const totals = new Map<number, number>();
  for (const [node, track] of [...tracks.arrived, ...tracks.left]) {
    if (node >= 0) yield { what: 'counter', track, time: at(0), value: 0 };
  }
  const firstRow = firstRows(run);
  for (const call of order) {
    const changed = new Set<number>();
    const end = (calls.first[call] as number) + (calls.count[call] as number);
    for (
      let row = firstRow[call] as number;
      row < folios.length && (folios.first[row] as number) < end;
      row++
    ) {
      if (folios.result[row] !== MOVED) continue;
      const pages = (folios.count[row] as number) * pagesOfOrder(folios.order[row] as number);
      for (const track of [
        tracks.arrived.get(folios.to[row] as number),
        tracks.left.get(folios.from[row] as number),
      ]) {
        if (track === undefined) continue;
        totals.set(track, (totals.get(track) ?? 0) + pages);
        changed.add(track);
      }
    }
    const time = at(calls.end[call] as number);
    for (const track of changed) yield { what: 'counter', track, time, value: totals.get(track) as number };
  }
}

/** The first row of `run.folios` of each call: calls are in the order of their folios. */
function firstRows({ calls, folios }: Run): Uint32Array {
  const rows = new Uint32Array(calls.length);
  let row = 0;
  for (let call = 0; call < calls.length; call++) {
    while (row < folios.length && (folios.first[row] as number) < (calls.first[call] as number)) row++;
    rows[call] = row;
  }
  return rows;
}
