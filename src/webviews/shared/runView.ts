/**
 * A run prepared for drawing: sorted columns and prefix sums, built once, so that any stretch of time
 * is summed up in O(log n) however many folios it holds.
 */
import type { RunHeader } from '../../protocol/messages';
import type { Run, SegmentKind, Step } from '../../engine/sim/run';
import { stepDuration } from '../../engine/sim/segmentShapes';
import { PHASES, SEGMENT_KINDS, SEGMENT_SHAPES, STEP_PHASE } from '../../engine/sim/run';
import type { RunIndex } from '../../engine/probe/runIndex';
import { createRunIndex } from '../../engine/probe/runIndex';

/** Intervals in order of their start, with running sums of what they hold (sums[i] = before the i-th). */
export interface IntervalTrack {
  /** Rows of `run.segments` or `run.batches`. */
  readonly rows: Uint32Array;
  readonly starts: Float64Array;
  readonly ends: Float64Array;
  readonly sums: Float64Array;
}

/** The batches of one migrating CPU; `phaseSums[p]` sums the time charged to phase p, `busy` all time in batches. */
export interface LaneTrack {
  readonly rows: Uint32Array;
  readonly starts: Float64Array;
  readonly ends: Float64Array;
  /** As `starts`, the work before the batch included: the entry of its call. */
  readonly begins: Float64Array;
  readonly phaseSums: readonly Float64Array[];
  readonly busy: Float64Array;
}

export interface RunView {
  readonly header: RunHeader;
  readonly run: Run;
  readonly index: RunIndex;
  readonly lanes: readonly LaneTrack[];
  /** Per DMA channel: its dma segments; sums are ps the engine was busy. */
  readonly channels: readonly IntervalTrack[];
  /** Segments that flush; sums count flushes. */
  readonly flushes: IntervalTrack;
  /** Batches in which pages failed; sums count base pages. */
  readonly failures: IntervalTrack;
  /** False where a recording shows when batches ran but not what they did in between, in any of its calls. */
  readonly phasesKnown: boolean;
}

const STEP_CODES: readonly (readonly Step[])[] = SEGMENT_KINDS.map((kind) => SEGMENT_SHAPES[kind]);

/** The steps of a segment kind by its code. */
export function stepsOf(kindCode: number): readonly Step[] {
  return STEP_CODES[kindCode] ?? [];
}

export function kindOf(run: Run, segment: number): SegmentKind {
  return SEGMENT_KINDS[run.segments.kind[segment] as number] ?? 'entry';
}

export function segmentEnd(run: Run, segment: number): number {
  const { start, period, count } = run.segments;
  const length = (period[segment] as number) * (count[segment] as number);
  return (start[segment] as number) + (length > 0 ? length : stepDuration(run, segment, 0));
}

/** How often each step of a segment happens: once per folio, once in all where the period is 0. */
export function repeatsOf(run: Run, segment: number): number {
  return (run.segments.period[segment] as number) > 0 ? (run.segments.count[segment] as number) : 1;
}

export function createRunView(header: RunHeader, run: Run): RunView {
  const index = createRunIndex(run);
  const sums = batchPhaseSums(run);
  const begins = batchBegins(run);
  return {
    header,
    run,
    index,
    lanes: run.lanes.map((_, lane) => laneTrack(index, lane, sums, begins)),
    channels: run.channels.map((_, channel) => channelTrack(run, channel)),
    flushes: flushTrack(run),
    failures: failureTrack(run),
    phasesKnown: run.segments.length > 0 || run.calls.measured.some((bits) => bits !== 0),
  };
}

/** Where each batch begins, ps; segments that lead to it (its call's entry) come before its own start. */
function batchBegins(run: Run): Float64Array {
  const begins = run.batches.start.slice();
  for (let segment = 0; segment < run.segments.length; segment++) {
    const batch = run.segments.batch[segment] as number;
    const start = run.segments.start[segment] as number;
    if (start < (begins[batch] ?? -Infinity)) begins[batch] = start;
  }
  return begins;
}

/** Time per phase of every batch and of what leads to it, [batch * 5 + phase]. */
function batchPhaseSums(run: Run): Float64Array {
  const sums = new Float64Array(run.batches.length * PHASES.length);
  for (let segment = 0; segment < run.segments.length; segment++) {
    if (isRemote(run, segment)) continue;
    const repeats = repeatsOf(run, segment);
    const steps = stepsOf(run.segments.kind[segment] as number);
    const base = (run.segments.batch[segment] as number) * PHASES.length;
    for (let i = 0; i < steps.length; i++) {
      const at = base + PHASES.indexOf(STEP_PHASE[steps[i] as Step]);
      sums[at] = (sums[at] as number) + stepDuration(run, segment, i) * repeats;
    }
  }
  if (run.kind === 'observed')
    for (let batch = 0; batch < run.batches.length; batch++)
      addMeasured(run, batch, sums, batch * PHASES.length);
  return sums;
}

/** Whether the functions of the recorded call that `batch` belongs to were timed. */
export function isMeasured(run: Run, batch: number): boolean {
  return (run.calls.measured[run.batches.call[batch] as number] as number) !== 0;
}

/**
 * Adds the phases of a recorded batch, ps, to `sums[base + phase]`: its call is measured as a whole, so they are the call's
 * shares of the time that the batch took.
 */
export function addMeasured(run: Run, batch: number, sums: Float64Array, base: number): void {
  if (!isMeasured(run, batch)) return;
  const { batches, calls } = run;
  const call = batches.call[batch] as number;
  const total = (calls.end[call] as number) - (calls.start[call] as number);
  const length = (batches.end[batch] as number) - (batches.start[batch] as number);
  if (total <= 0) return;
  PHASES.forEach((phase, p) => {
    sums[base + p] = (sums[base + p] as number) + ((calls[phase][call] as number) / total) * length;
  });
}

function laneTrack(index: RunIndex, lane: number, sums: Float64Array, batchBegin: Float64Array): LaneTrack {
  const rows = index.laneBatches[lane] ?? new Uint32Array();
  const phaseSums = PHASES.map((_, phase) => {
    const out = new Float64Array(rows.length + 1);
    for (let i = 0; i < rows.length; i++) {
      const batch = rows[i] as number;
      out[i + 1] = (out[i] as number) + (sums[batch * PHASES.length + phase] as number);
    }
    return out;
  });
  const starts = index.laneStarts[lane] ?? new Float64Array();
  const ends = index.laneEnds[lane] ?? new Float64Array();
  const begins = Float64Array.from(rows, (batch) => batchBegin[batch] as number);
  const busy = new Float64Array(rows.length + 1);
  for (let i = 0; i < rows.length; i++) {
    busy[i + 1] = (busy[i] as number) + (ends[i] as number) - (begins[i] as number);
  }
  return { rows, starts, ends, begins, phaseSums, busy };
}

/** An IntervalTrack of the given rows; `weight` is what a row adds to the sums. */
function track(
  rows: readonly number[],
  start: (row: number) => number,
  end: (row: number) => number,
  weight: (row: number) => number,
): IntervalTrack {
  const sorted = Uint32Array.from(rows).sort((a, b) => start(a) - start(b) || a - b);
  const sums = new Float64Array(sorted.length + 1);
  for (let i = 0; i < sorted.length; i++) sums[i + 1] = (sums[i] as number) + weight(sorted[i] as number);
  return {
    rows: sorted,
    starts: Float64Array.from(sorted, start),
    ends: Float64Array.from(sorted, end),
    sums,
  };
}

function segmentTrack(
  run: Run,
  wanted: (segment: number) => boolean,
  weight: (segment: number) => number,
): IntervalTrack {
  const rows: number[] = [];
  for (let segment = 0; segment < run.segments.length; segment++) if (wanted(segment)) rows.push(segment);
  const start = (segment: number) => run.segments.start[segment] as number;
  return track(rows, start, (segment) => segmentEnd(run, segment), weight);
}

/** Whether a segment is work of a channel or thread, beside the migrating CPU's. */
export function isRemote(run: Run, segment: number): boolean {
  const kind = kindOf(run, segment);
  return kind === 'remoteCopy' || kind === 'remoteCopyMapped';
}

/** Few channels stand there whether they work or not; of many, only those that do. */
const ALL_CHANNELS = 4;

/** Channels (or threads) that are worth a row. */
export function shownChannels({ channels }: RunView): readonly number[] {
  const all = channels.map((_, channel) => channel);
  return channels.length <= ALL_CHANNELS
    ? all
    : all.filter((channel) => (channels[channel]?.rows.length ?? 0) > 0);
}

/** Within each folio's step of a segment with a channel: when the channel begins to work, and for how long; ps. */
export function channelWork(run: Run, segment: number): { readonly offset: number; readonly busy: number } {
  if (isRemote(run, segment)) return { offset: 0, busy: run.segments.period[segment] as number };
  const waits = SEGMENT_SHAPES.dma.indexOf('dmaWait');
  let offset = 0;
  for (let i = 0; i < waits; i++) offset += stepDuration(run, segment, i);
  return { offset, busy: stepDuration(run, segment, waits) };
}

function channelTrack(run: Run, channel: number): IntervalTrack {
  return segmentTrack(
    run,
    (segment) => run.segments.channel[segment] === channel,
    (segment) => channelWork(run, segment).busy * repeatsOf(run, segment),
  );
}

/** Which step of a segment of this kind is a flush, or -1. */
export function flushStep(run: Run, segment: number): number {
  return stepsOf(run.segments.kind[segment] as number).indexOf('flush');
}

function flushTrack(run: Run): IntervalTrack {
  return segmentTrack(
    run,
    (segment) => {
      const step = flushStep(run, segment);
      return step >= 0 && stepDuration(run, segment, step) > 0;
    },
    (segment) => repeatsOf(run, segment),
  );
}

function failureTrack(run: Run): IntervalTrack {
  const rows: number[] = [];
  const { failed, end } = run.batches;
  for (let batch = 0; batch < run.batches.length; batch++)
    if ((failed[batch] as number) > 0) rows.push(batch);
  // The mark stands where the fate is sealed: at the end of the batch.
  const at = (batch: number) => end[batch] as number;
  return track(rows, at, at, (batch) => failed[batch] as number);
}
