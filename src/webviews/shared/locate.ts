/** What a lane does at an instant: batch, segment, folio and step, found by bisection; and the next instant at which something changes. */
import { batchOnLane, lastAtOrBelow } from '../../engine/probe/runIndex';
import type { Step } from '../../engine/sim/run';
import type { RunView } from './runView';
import { stepDuration } from '../../engine/sim/segmentShapes';
import { isRemote, segmentEnd, stepsOf } from './runView';

export interface Place {
  readonly lane: number;
  readonly batch: number;
  /** -1 between segments and in observed runs. */
  readonly segment: number;
  /** Folio of the run whose turn it is, -1 where the step is for all. */
  readonly folio: number;
  readonly step: Step | null;
  /** Bounds of the step, ps. */
  readonly start: number;
  readonly end: number;
}

/** The place at `time` on `lane`; null before its first batch, and between batches. */
export function locate(view: RunView, lane: number, time: number): Place | null {
  if (view.lanes[lane] === undefined) return null;
  const batch = batchOnLane(view.index, lane, time);
  if (batch < 0 || time > (view.run.batches.end[batch] as number)) return entryPlace(view, lane, time);
  const segment = segmentAt(view, batch, time);
  if (segment < 0) {
    const { start, end } = view.run.batches;
    return {
      lane,
      batch,
      segment: -1,
      folio: -1,
      step: null,
      start: start[batch] as number,
      end: end[batch] as number,
    };
  }
  return placeInSegment(view, lane, batch, segment, time);
}

/** The entry of a call, before its first batch. */
function entryPlace(view: RunView, lane: number, time: number): Place | null {
  const track = view.lanes[lane];
  const position = track === undefined ? -1 : lastAtOrBelow(track.begins, time);
  if (track === undefined || position < 0 || time >= (track.starts[position] as number)) return null;
  const batch = track.rows[position] as number;
  const segment = (view.run.batches.firstSegment[batch] as number) - 1;
  const [start, end] = [track.begins[position] as number, track.starts[position] as number];
  return { lane, batch, segment, folio: -1, step: 'entry', start, end };
}

/** The segment of `batch` in which its CPU is at `time`, -1 where there is none; what channels and threads do lies beside it. */
export function segmentAt(view: RunView, batch: number, time: number): number {
  const { batches, segments } = view.run;
  const first = batches.firstSegment[batch] as number;
  let found = -1;
  for (let segment = first; segment < first + (batches.segmentCount[batch] as number); segment++) {
    if (isRemote(view.run, segment)) continue;
    if ((segments.start[segment] as number) > time) break;
    found = segment;
  }
  return found >= 0 && time <= segmentEnd(view.run, found) ? found : -1;
}

function placeInSegment(view: RunView, lane: number, batch: number, segment: number, time: number): Place {
  const { run } = view;
  const steps = stepsOf(run.segments.kind[segment] as number);
  const start = run.segments.start[segment] as number;
  const period = run.segments.period[segment] as number;
  const count = run.segments.count[segment] as number;
  const position = period > 0 ? Math.min(count - 1, Math.floor((time - start) / period)) : 0;
  let at = start + position * period;
  let step = 0;
  while (step + 1 < steps.length && time >= at + stepDuration(run, segment, step)) {
    at += stepDuration(run, segment, step);
    step++;
  }
  const folio = period > 0 && count > 0 ? (run.segments.first[segment] as number) + position : -1;
  const end = at + stepDuration(run, segment, step);
  return { lane, batch, segment, folio, step: steps[step] ?? null, start: at, end };
}

/** The lane that works at `time`, `preferred` if it does; else the lane that worked last. */
export function activeLane(view: RunView, time: number, preferred: number): number {
  const works = (lane: number) => {
    const batch = batchOnLane(view.index, lane, time);
    return batch >= 0 && time <= (view.run.batches.end[batch] as number);
  };
  if (preferred < view.lanes.length && works(preferred)) return preferred;
  let best = Math.min(preferred, view.lanes.length - 1);
  let latest = -1;
  for (let lane = 0; lane < view.lanes.length; lane++) {
    if (works(lane)) return lane;
    const batch = batchOnLane(view.index, lane, time);
    const end = batch < 0 ? -1 : (view.run.batches.end[batch] as number);
    if (end > latest) {
      latest = end;
      best = lane;
    }
  }
  return Math.max(0, best);
}

/** Start of the next batch on `lane` (or its last end); with `back`, of the one before. */
export function nextBatchTime(view: RunView, lane: number, time: number, back: boolean): number {
  const track = view.lanes[lane];
  if (track === undefined || track.rows.length === 0) return time;
  if (back) {
    const position = lastAtOrBelow(track.starts, time - 1);
    return position < 0 ? 0 : (track.starts[position] as number);
  }
  const position = lastAtOrBelow(track.starts, time) + 1;
  return position < track.starts.length
    ? (track.starts[position] as number)
    : Math.max(time, track.ends.at(-1) ?? time);
}

/** The next instant after `time` at which a folio on `lane` is through its turn; with `back`, the one before. */
export function nextFolioTime(view: RunView, lane: number, time: number, back: boolean): number {
  const track = view.lanes[lane];
  if (track === undefined || track.rows.length === 0) return time;
  const batch = batchOnLane(view.index, lane, back ? time - 1 : time);
  if (batch < 0) return back ? 0 : (track.starts[0] as number);
  const { batches } = view.run;
  if ((batches.segmentCount[batch] as number) === 0) {
    const seen = observedStep(view, batch, time, back);
    return seen ?? nextBatchTime(view, lane, time, back);
  }
  if (back) return folioTimeBefore(view, batch, time);
  const after = folioTimeAfter(view, batch, time);
  return after > time ? after : nextBatchTime(view, lane, time, false);
}

/** The next instant at which a segment of the batch begins or a folio is through it, on the CPU or beside it. */
function folioTimeAfter(view: RunView, batch: number, time: number): number {
  const { batches, segments } = view.run;
  const first = batches.firstSegment[batch] as number;
  const last = first + (batches.segmentCount[batch] as number);
  let next = Infinity;
  for (let segment = first; segment < last; segment++) {
    const start = segments.start[segment] as number;
    const end = segmentEnd(view.run, segment);
    if (end <= time) continue;
    const period = segments.period[segment] as number;
    let at = end;
    if (time < start) at = start;
    else if (period > 0) {
      at = start + (Math.floor((time - start) / period) + 1) * period;
      // Shares of a link give periods that are no whole picoseconds.
      if (at <= time) at += period;
      at = Math.min(end, at);
    }
    next = Math.min(next, at);
  }
  return next === Infinity ? (batches.end[batch] as number) : next;
}

function folioTimeBefore(view: RunView, batch: number, time: number): number {
  const { batches, segments } = view.run;
  const first = batches.firstSegment[batch] as number;
  const last = first + (batches.segmentCount[batch] as number);
  let before = batches.start[batch] as number;
  for (let segment = first; segment < last; segment++) {
    const start = segments.start[segment] as number;
    if (start >= time) continue;
    const end = segmentEnd(view.run, segment);
    const period = segments.period[segment] as number;
    let at = start;
    if (end < time) at = end;
    else if (period > 0) at = start + (Math.ceil((time - start) / period) - 1) * period;
    if (at < time) before = Math.max(before, at);
  }
  const end = batches.end[batch] as number;
  return end < time ? Math.max(before, end) : before;
}

/** Observed batches: the nearest instant at which the trace shows a folio being unmapped or remapped. */
function observedStep(view: RunView, batch: number, time: number, back: boolean): number | null {
  const { batches, observedTimes } = view.run;
  if (observedTimes === null) return null;
  const first = batches.first[batch] as number;
  const end = Math.min(first + (batches.count[batch] as number), observedTimes.length);
  let best: number | null = null;
  for (let folio = first; folio < end; folio++) {
    for (const at of [observedTimes.unmapped[folio] as number, observedTimes.remapped[folio] as number]) {
      if (back ? at < time && at > (best ?? -1) : at > time && at < (best ?? Infinity)) best = at;
    }
  }
  return best;
}
