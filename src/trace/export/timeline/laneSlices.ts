/** Calls, batches and what happened within them, each on the track of its migrating CPU. */
import { modeName, reasonName } from '../../../engine/kernel/modes';
import { TOTAL_NAMES } from '../../../engine/kernel/totals';
import type { Run } from '../../../engine/sim/run';
import { BATCH_KINDS } from '../../../engine/sim/run';
import type { Arguments, TimelineItem } from './items';
import type { ToNs } from './segmentSlices';
import { isRemote, kindOf, segmentSlices } from './segmentSlices';

const NAMES = {
  batch: 'batch',
  alone: 'folio alone',
  split: 'parts of split folios',
  finish: 'batch, finished',
};

export interface LaneOptions {
  readonly at: ToNs;
  /** Track of each lane. */
  readonly tracks: readonly number[];
  /** A slice for each step of each folio, where the run knows them. */
  readonly byFolio: boolean;
  /** Which channels copied for each batch: told by their flows. */
  readonly flowsOf: (batch: number) => readonly number[];
}

/** All calls, in the order in which they began. */
export function* laneSlices(run: Run, options: LaneOptions): Generator<TimelineItem> {
  /** Per lane: until when its slices reach, ns. */
  const reached = new Float64Array(run.lanes.length);
  for (let call = 0; call < run.calls.length; call++) {
    const lane = run.calls.lane[call] as number;
    const start = Math.max(reached[lane] as number, options.at(run.calls.start[call] as number));
    const end = Math.max(start, options.at(run.calls.end[call] as number));
    reached[lane] = end;
    const track = options.tracks[lane] as number;
    yield {
      what: 'slice',
      track,
      start,
      end,
      name: 'migrate_pages',
      category: 'call',
      args: callArguments(run, call),
    };
    if (run.observedTimes === null) yield* simulatedBatches(run, call, track, options);
    else yield* observedBatches(run, call, track, [start, end], options);
    yield { what: 'end', track, time: end };
  }
}

function callArguments({ calls }: Run, call: number): Arguments {
  const returned = calls.returned[call] as number;
  return [
    ['call', call],
    ['mode', modeName(calls.mode[call] as number)],
    ['reason', reasonName(calls.reason[call] as number)],
    ['pages', calls.pages[call] as number],
    ...TOTAL_NAMES.map((name) => [name, calls[name][call] as number] as const),
    ...(Number.isNaN(returned) ? [] : [['returned', returned] as const]),
  ];
}

function batchArguments({ batches }: Run, batch: number): Arguments {
  return [
    ['batch', batch],
    ['folios', batches.count[batch] as number],
    ['pages', batches.pages[batch] as number],
    ['pages_moved', batches.moved[batch] as number],
    ['pages_failed', batches.failed[batch] as number],
  ];
}

function* simulatedBatches(
  run: Run,
  call: number,
  track: number,
  options: LaneOptions,
): Generator<TimelineItem> {
  const { calls, batches } = run;
  const first = calls.firstBatch[call] as number;
  const last = first + (calls.batchCount[call] as number);
  for (let batch = first; batch < last; batch++) {
    // What leads a batch (the entry of the call) stands before its segments.
    const begin = batches.firstSegment[batch] as number;
    const lead = batch === 0 ? 0 : endOfSegments(run, batch - 1);
    yield* segmentsOf(run, lead, begin, track, options);
    const end = options.at(batches.end[batch] as number);
    yield {
      what: 'slice',
      track,
      start: options.at(batches.start[batch] as number),
      end,
      name: NAMES[BATCH_KINDS[batches.kind[batch] as number] as keyof typeof NAMES],
      category: 'batch',
      args: batchArguments(run, batch),
      flowsOut: options.flowsOf(batch),
    };
    yield* segmentsOf(run, begin, endOfSegments(run, batch), track, options);
    yield { what: 'end', track, time: end };
  }
}

function endOfSegments({ batches }: Run, batch: number): number {
  return (batches.firstSegment[batch] as number) + (batches.segmentCount[batch] as number);
}

function* segmentsOf(
  run: Run,
  from: number,
  to: number,
  track: number,
  { at, byFolio }: LaneOptions,
): Generator<TimelineItem> {
  for (let segment = from; segment < to; segment++) {
    if (!isRemote(kindOf(run, segment))) yield* segmentSlices(run, segment, track, at, byFolio);
  }
}

/**
 * Batches of a recorded call, as its events tell them. A folio that is tried again belongs to the batch that unmapped it
 * first, so a batch's last remove can lie within the next one: the slice is cut there.
 */
function* observedBatches(
  run: Run,
  call: number,
  track: number,
  [callStart, callEnd]: readonly [number, number],
  { at }: LaneOptions,
): Generator<TimelineItem> {
  const { calls, batches } = run;
  const first = calls.firstBatch[call] as number;
  const last = first + (calls.batchCount[call] as number);
  let reached = callStart;
  const clamp = (time: number) => Math.min(callEnd, Math.max(reached, time));
  for (let batch = first; batch < last; batch++) {
    const start = clamp(at(batches.start[batch] as number));
    const next = batch + 1 < last ? at(batches.start[batch + 1] as number) : Infinity;
    const end = Math.max(start, Math.min(clamp(at(batches.end[batch] as number)), next));
    yield {
      what: 'slice',
      track,
      start,
      end,
      name: NAMES.batch,
      category: 'batch',
      args: batchArguments(run, batch),
    };
    const { lastSet, firstRemove } = windowsOf(run, batch);
    const unmapped = Math.min(end, Math.max(start, Number.isNaN(lastSet) ? start : at(lastSet)));
    const moving = Math.min(end, Math.max(unmapped, Number.isNaN(firstRemove) ? end : at(firstRemove)));
    if (unmapped > start) yield* leaf(track, start, unmapped, 'unmap (set events)');
    if (end > moving) yield* leaf(track, moving, end, 'move (remove events)');
    yield { what: 'end', track, time: end };
    reached = end;
  }
}

function* leaf(track: number, start: number, end: number, name: string): Generator<TimelineItem> {
  yield { what: 'slice', track, start, end, name, category: 'events', args: [] };
  yield { what: 'end', track, time: end };
}

/** The last set event and the first remove event of a recorded batch, ps; NaN where there is none. */
export function windowsOf(
  { batches, observedTimes }: Run,
  batch: number,
): { lastSet: number; firstRemove: number } {
  let lastSet = NaN;
  let firstRemove = NaN;
  if (observedTimes === null) return { lastSet, firstRemove };
  const first = batches.first[batch] as number;
  const last = first + (batches.count[batch] as number);
  for (let folio = first; folio < last; folio++) {
    const unmapped = observedTimes.unmapped[folio] as number;
    const remapped = observedTimes.remapped[folio] as number;
    if (!(unmapped <= lastSet)) lastSet = Number.isNaN(unmapped) ? lastSet : unmapped;
    if (!(remapped >= firstRemove)) firstRemove = Number.isNaN(remapped) ? firstRemove : remapped;
  }
  return { lastSet, firstRemove };
}
