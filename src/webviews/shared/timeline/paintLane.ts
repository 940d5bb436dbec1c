/**
 * Draws what a migrating CPU does. Where batches, segments or folios are too narrow to be seen apart,
 * they become columns whose heights are the phases' shares of the time: the cost of a picture depends
 * on its pixels, not on the run.
 */
import { lastAtOrBelow } from '../../../engine/probe/runIndex';
import type { Phase, SegmentKind, Step } from '../../../engine/sim/run';
import { PHASES, STEP_PHASE } from '../../../engine/sim/run';
import type { Rgb } from '../color';
import { batchSize } from '../folioText';
import { formatCount } from '../format';
import type { LaneTrack, RunView } from '../runView';
import { stepDuration } from '../../../engine/sim/segmentShapes';
import { addMeasured, isMeasured, isRemote, kindOf, segmentEnd, stepsOf } from '../runView';
import type { Theme } from '../theme';
import { inkOn, STEP_LABELS } from '../theme';
import type { Painter } from './painter';
import type { Viewport } from './viewport';
import { xOf } from './viewport';

/** Below this width a batch is drawn as part of a column. */
const BATCH_PX = 4;
/** From this width on each folio of a segment is drawn with its own steps. */
const FOLIO_PX = 4;

export interface LanePaint {
  readonly view: RunView;
  readonly theme: Theme;
  readonly painter: Painter;
  readonly port: Viewport;
  readonly y: number;
  readonly height: number;
}

/** From bottom to top of a column: the copy first, as in the charts. */
const STACK: readonly Phase[] = ['copy', 'remap', 'other', 'flush', 'unmap'];
const shares = new Float64Array(PHASES.length);

export function paintLane(paint: LanePaint, lane: number): void {
  const track = paint.view.lanes[lane];
  if (track === undefined || track.rows.length === 0) return;
  const { port } = paint;
  const first = Math.max(0, lastAtOrBelow(track.begins, port.start));
  const last = lastAtOrBelow(track.begins, port.end);
  if (last < first) return;
  if (last - first + 1 > port.width / BATCH_PX) {
    paintColumns(paint, track);
    return;
  }
  for (let i = first; i <= last; i++) paintBatch(paint, track.rows[i] as number, track, i);
}

/** One column per pixel: running sums at its two ends tell what happened in between. */
function paintColumns(paint: LanePaint, track: LaneTrack): void {
  const { port } = paint;
  const step = 1;
  for (let x = 0; x < port.width; x += step) {
    const from = port.start + x / port.scale;
    const to = port.start + (x + step) / port.scale;
    if (from > (track.ends.at(-1) ?? 0)) break;
    if (paint.view.phasesKnown) {
      for (let p = 0; p < PHASES.length; p++) {
        const sums = track.phaseSums[p] as Float64Array;
        shares[p] = (sumAt(track, sums, to) - sumAt(track, sums, from)) / (to - from);
      }
      paintShares(paint, port.left + x, step);
    } else {
      const share = (sumAt(track, track.busy, to) - sumAt(track, track.busy, from)) / (to - from);
      const height = Math.min(1, share) * paint.height;
      paint.painter.rect(unknownStyle(paint), port.left + x, paint.y + paint.height - height, step, height);
    }
  }
}

/** The running sum at `time`, straight-lined within a batch. */
function sumAt(track: LaneTrack, sums: Float64Array, time: number): number {
  const i = lastAtOrBelow(track.begins, time);
  if (i < 0) return 0;
  const start = track.begins[i] as number;
  const length = Math.max(1, (track.ends[i] as number) - start);
  const share = Math.min(1, (time - start) / length);
  const before = sums[i] as number;
  return before + ((sums[i + 1] as number) - before) * share;
}

/** Stacks `shares` (index = phase) into the column at x; the label goes into the highest band. */
function paintShares(paint: LanePaint, x: number, width: number, label = ''): void {
  const { painter, theme } = paint;
  const gap = label !== '' && width >= 7 ? 1 : 0;
  let y = paint.y + paint.height;
  let tallest = 0;
  let middle = 0;
  let band: Phase = 'other';
  for (const phase of STACK) {
    const height = (shares[PHASES.indexOf(phase)] as number) * paint.height;
    if (height < 0.2) continue;
    y -= height;
    painter.rect(theme.css.phases[phase], x, y, width - gap, height);
    if (height <= tallest) continue;
    tallest = height;
    middle = y + height / 2;
    band = phase;
  }
  if (label !== '' && tallest >= 12) painter.label(label, inkOn(theme.phases[band]), x, middle, width);
}

function unknownStyle(paint: LanePaint): string {
  return paint.theme.css.unknown;
}

function paintBatch(paint: LanePaint, batch: number, track: LaneTrack, position: number): void {
  const { port, view, painter } = paint;
  const { batches } = view.run;
  const start = track.begins[position] as number;
  const end = batches.end[batch] as number;
  if (end < port.start) return;
  const x = xOf(port, start);
  const width = (end - start) * port.scale;
  const segments = batches.segmentCount[batch] as number;
  if (segments === 0) {
    const label = `batch ${formatCount(batch + 1)} · ${batchSize(view, batch)}`;
    if (isMeasured(view.run, batch)) {
      paintMeasured(paint, batch, x, width, label);
      return;
    }
    painter.block(paint.theme.unknown, x, paint.y, width, paint.height, label);
    return;
  }
  if (segments > width * 2) {
    for (let p = 0; p < PHASES.length; p++) {
      const sums = track.phaseSums[p] as Float64Array;
      shares[p] = ((sums[position + 1] as number) - (sums[position] as number)) / Math.max(1, end - start);
    }
    paintShares(paint, x, width);
    return;
  }
  let first = batches.firstSegment[batch] as number;
  const last = first + segments;
  while (first > 0 && view.run.segments.batch[first - 1] === batch) first--;
  for (let segment = first; segment < last; segment++) paintSegment(paint, segment);
}

/** A recorded batch whose call was measured: the call's shares, one above the other, since they say nothing of an order. */
export function paintMeasured(
  paint: LanePaint,
  batch: number,
  x: number,
  width: number,
  label: string,
): void {
  const { run } = paint.view;
  shares.fill(0);
  addMeasured(run, batch, shares, 0);
  const length = Math.max(1, (run.batches.end[batch] as number) - (run.batches.start[batch] as number));
  for (let p = 0; p < PHASES.length; p++) shares[p] = (shares[p] as number) / length;
  paintShares(paint, x, Math.max(0.75, width), label);
}

/** Draws one segment; also used by the batch anatomy. */
export function paintSegment(paint: LanePaint, segment: number): void {
  const { port, painter, view } = paint;
  const { run } = view;
  if (isRemote(run, segment)) return;
  const start = run.segments.start[segment] as number;
  const end = segmentEnd(run, segment);
  if (end < port.start || start > port.end) return;
  const steps = stepsOf(run.segments.kind[segment] as number);
  const period = run.segments.period[segment] as number;
  if (period > 0 && period * port.scale >= FOLIO_PX) {
    paintFolios(paint, segment, steps);
    return;
  }
  const x = xOf(port, start);
  const width = (end - start) * port.scale;
  const phase = onlyPhase(paint, segment, steps);
  if (phase !== null) {
    painter.block(
      fillOf(paint.theme, kindOf(run, segment), steps[0], phase),
      x,
      paint.y,
      width,
      paint.height,
      segmentLabel(paint, segment),
    );
    return;
  }
  shares.fill(0);
  for (let i = 0; i < steps.length; i++) {
    const p = PHASES.indexOf(STEP_PHASE[steps[i] as Step]);
    shares[p] = (shares[p] as number) + stepDuration(run, segment, i) / period;
  }
  paintShares(paint, x, Math.max(0.75, width), segmentLabel(paint, segment));
}

/** The phase all steps that take time are charged to; null where there are several. */
function onlyPhase(paint: LanePaint, segment: number, steps: readonly Step[]): Phase | null {
  let only: Phase | null = null;
  for (let i = 0; i < steps.length; i++) {
    if (stepDuration(paint.view.run, segment, i) === 0) continue;
    const phase = STEP_PHASE[steps[i] as Step];
    if (only !== null && only !== phase) return null;
    only = phase;
  }
  return only ?? STEP_PHASE[steps[0] ?? 'entry'];
}

/** A free CPU is hardly drawn, one that waits for the engine fainter than one that copies. */
function fillOf(theme: Theme, kind: SegmentKind, step: Step | undefined, phase: Phase): Rgb {
  if (ASLEEP.has(kind)) return theme.idle;
  if (kind === 'abort') return theme.takenBack;
  return step === 'dmaWait' ? theme.waiting : theme.phases[phase];
}

/** The migrating CPU is free for others. */
export const ASLEEP: ReadonlySet<SegmentKind> = new Set<SegmentKind>(['sleep']);

/** What a segment is called. */
export const KIND_LABELS: Readonly<Record<SegmentKind, string>> = {
  entry: 'entry',
  unmap: 'unmap',
  unmapFails: 'unmap fails',
  flush: 'flush',
  moveSwitchCopy: 'move',
  moveCopySwitch: 'move',
  unmapAndMove: 'unmap and move',
  unmapAndUndo: 'unmap and give back',
  switch: 'switch',
  copy: 'copy',
  recopy: 'second copy',
  dma: 'DMA copy',
  remap: 'remap',
  retry: 'retry',
  undo: 'undo',
  split: 'split',
  freed: 'freed',
  coldCopy: 'first copy',
  setup: 'map and submit',
  release: 'unmap for DMA',
  channelSetup: 'channel set-up',
  sleep: 'sleeps',
  poll: 'polls',
  abort: 'offload taken back',
  prepare: 'destinations',
  unmapAfterWait: 'wait and unmap',
  writeOut: 'give back and write out',
  writeOutUnmapped: 'write out',
  putBack: 'put back',
  remoteCopy: 'copy',
  setupMapped: 'map and submit',
  remoteCopyMapped: 'copy while mapped',
  moveCopied: 'move',
};

/** `unmap 512`; the count is left out where the step is done once. */
export function segmentLabel(paint: LanePaint, segment: number): string {
  const { run } = paint.view;
  const name = KIND_LABELS[kindOf(run, segment)];
  const count = run.segments.count[segment] as number;
  return (run.segments.period[segment] as number) > 0 && count > 1 ? `${name} ${formatCount(count)}` : name;
}

function paintFolios(paint: LanePaint, segment: number, steps: readonly Step[]): void {
  const { port, painter, theme, view } = paint;
  const { run } = view;
  const start = run.segments.start[segment] as number;
  const period = run.segments.period[segment] as number;
  const count = run.segments.count[segment] as number;
  const from = Math.max(0, Math.floor((port.start - start) / period));
  const to = Math.min(count, Math.ceil((port.end - start) / period));
  const whole = onlyPhase(paint, segment, steps);
  for (let i = from; i < to; i++) {
    let at = start + i * period;
    if (whole !== null && period * port.scale < 40) {
      painter.block(
        fillOf(theme, kindOf(run, segment), steps[0], whole),
        xOf(port, at),
        paint.y,
        period * port.scale,
        paint.height,
        '',
      );
      continue;
    }
    for (let step = 0; step < steps.length; step++) {
      const duration = stepDuration(run, segment, step);
      if (duration === 0) continue;
      const name = steps[step] as Step;
      const fill = fillOf(theme, kindOf(run, segment), name, STEP_PHASE[name]);
      painter.block(fill, xOf(port, at), paint.y, duration * port.scale, paint.height, STEP_LABELS[name]);
      at += duration;
    }
  }
}
