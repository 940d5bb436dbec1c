/** Draws the tracks below the CPUs: DMA channels, TLB flushes, the curve of pages moved, failures. */
import { lastAtOrBelow } from '../../../engine/probe/runIndex';
import { cssOf, cssWithAlpha } from '../color';
import { formatCount } from '../format';
import type { IntervalTrack } from '../runView';
import { stepDuration } from '../../../engine/sim/segmentShapes';
import { channelWork, flushStep } from '../runView';
import type { LanePaint } from './paintLane';
import { xOf } from './viewport';

const SEPARATE_PX = 4;

/** Rows of a track that the window shows: [first, last]. */
function visible(track: IntervalTrack, start: number, end: number): readonly [number, number] {
  return [Math.max(0, lastAtOrBelow(track.starts, start)), lastAtOrBelow(track.starts, end)];
}

/** The running sum at `time`, straight-lined within an interval. */
function sumAt(track: IntervalTrack, time: number): number {
  const i = lastAtOrBelow(track.starts, time);
  if (i < 0) return 0;
  const start = track.starts[i] as number;
  const length = Math.max(1, (track.ends[i] as number) - start);
  const before = track.sums[i] as number;
  return before + ((track.sums[i + 1] as number) - before) * Math.min(1, (time - start) / length);
}

/** Busy blocks of a DMA channel: descriptor by descriptor when close, else a band as high as the busy share. */
export function paintChannel(paint: LanePaint, channel: number): void {
  const track = paint.view.channels[channel];
  if (track === undefined || track.rows.length === 0) return;
  const { port, painter, theme, y, height } = paint;
  const { run } = paint.view;
  const style = cssOf(theme.engine);
  const [first, last] = visible(track, port.start, port.end);
  if (last - first + 1 > port.width / SEPARATE_PX) {
    for (let x = 0; x < port.width; x++) {
      const from = port.start + x / port.scale;
      const busy = (sumAt(track, from + 1 / port.scale) - sumAt(track, from)) * port.scale * height;
      if (busy > 0) painter.rect(style, port.left + x, y + height - busy, 1, busy);
    }
    return;
  }
  for (let i = first; i <= last; i++) {
    const segment = track.rows[i] as number;
    const start = track.starts[i] as number;
    const end = track.ends[i] as number;
    if (end < port.start) continue;
    const period = run.segments.period[segment] as number;
    if (period * port.scale >= SEPARATE_PX) {
      paintDescriptors(paint, segment, style);
    } else {
      const share = period > 0 ? channelWork(run, segment).busy / period : 1;
      const busy = Math.max(1, share * height);
      painter.rect(style, xOf(port, start), y + height - busy, (end - start) * port.scale, busy);
    }
  }
}

function paintDescriptors(paint: LanePaint, segment: number, style: string): void {
  const { port, painter, y, height } = paint;
  const { run } = paint.view;
  const start = run.segments.start[segment] as number;
  const period = run.segments.period[segment] as number;
  const { offset, busy } = channelWork(run, segment);
  const from = Math.max(0, Math.floor((port.start - start) / period));
  const to = Math.min(run.segments.count[segment] as number, Math.ceil((port.end - start) / period));
  for (let i = from; i < to; i++) {
    painter.rect(style, xOf(port, start + i * period + offset), y, Math.max(1, busy * port.scale), height);
  }
}

/** A tick per TLB flush; where they are closer than pixels, a band. */
export function paintFlushes(paint: LanePaint): void {
  const track = paint.view.flushes;
  if (track.rows.length === 0) return;
  const { port, painter, theme, y, height } = paint;
  const { run } = paint.view;
  const style = cssOf(theme.phases.flush);
  const faint = cssWithAlpha(theme.phases.flush, theme.highContrast ? 0.7 : 0.45);
  const [first, last] = visible(track, port.start, port.end);
  if (last - first + 1 > port.width / 3) {
    // Wider than a batch, or columns and batches would beat against each other.
    const step = 4;
    for (let x = 0; x < port.width; x += step) {
      const from = port.start + x / port.scale;
      const count = sumAt(track, from + step / port.scale) - sumAt(track, from);
      if (count <= 0) continue;
      const tall = Math.min(height, 2 + Math.log2(1 + count));
      painter.rect(faint, port.left + x, y + (height - tall) / 2, step, tall);
    }
    return;
  }
  for (let i = first; i <= last; i++) {
    const segment = track.rows[i] as number;
    const start = track.starts[i] as number;
    const end = track.ends[i] as number;
    if (end < port.start) continue;
    const period = run.segments.period[segment] as number;
    const step = flushStep(run, segment);
    const duration = stepDuration(run, segment, step);
    if (period === 0) {
      painter.rect(style, xOf(port, start), y, Math.max(1.5, duration * port.scale), height);
    } else if (period * port.scale < 3) {
      painter.rect(faint, xOf(port, start), y + height / 3, (end - start) * port.scale, height / 3);
    } else {
      const before = Array.from({ length: step }, (_, s) => stepDuration(run, segment, s));
      const offset = before.reduce((sum, value) => sum + value, 0);
      const from = Math.max(0, Math.floor((port.start - start) / period));
      const to = Math.min(run.segments.count[segment] as number, Math.ceil((port.end - start) / period));
      for (let k = from; k < to; k++) {
        painter.rect(
          style,
          xOf(port, start + k * period + offset),
          y,
          Math.max(1, duration * port.scale),
          height,
        );
      }
    }
  }
}

/** Base pages moved up to `time`, straight-lined within a batch: good for a curve, not for a number. */
export function movedAbout(paint: Pick<LanePaint, 'view'>, time: number): number {
  const { index } = paint.view;
  let pages = 0;
  for (let lane = 0; lane < paint.view.lanes.length; lane++) {
    const starts = index.laneStarts[lane] as Float64Array;
    const i = lastAtOrBelow(starts, time);
    if (i < 0) continue;
    const ends = index.laneEnds[lane] as Float64Array;
    const moved = index.laneMoved[lane] as Float64Array;
    const length = Math.max(1, (ends[i] as number) - (starts[i] as number));
    const share = Math.min(1, (time - (starts[i] as number)) / length);
    pages += (moved[i] as number) + ((moved[i + 1] as number) - (moved[i] as number)) * share;
  }
  return pages;
}

/** The curve of pages moved, over as many as the window shows; the numbers at its ends say which. */
export function paintProgress(context: CanvasRenderingContext2D, paint: LanePaint): void {
  const { port, theme, y, height } = paint;
  const least = movedAbout(paint, port.start);
  const most = movedAbout(paint, port.end);
  context.save();
  context.beginPath();
  context.rect(port.left, y - 2, port.width, height + 4);
  context.clip();
  const trace = () => {
    for (let x = 0; x <= port.width; x += 2) {
      const share =
        most > least ? (movedAbout(paint, port.start + x / port.scale) - least) / (most - least) : 0;
      context.lineTo(port.left + x, y + height * (1 - share));
    }
  };
  context.beginPath();
  context.moveTo(port.left, y + height);
  trace();
  context.lineTo(port.left + port.width, y + height);
  context.fillStyle = cssWithAlpha(theme.phases.remap, 0.14);
  context.fill();
  context.beginPath();
  trace();
  context.strokeStyle = cssOf(theme.phases.remap);
  context.lineWidth = 1.25;
  context.stroke();
  context.font = theme.smallFont;
  context.fillStyle = theme.muted;
  context.textBaseline = 'bottom';
  context.fillText(formatCount(Math.round(least)), port.left + 4, y + height - 3);
  context.textAlign = 'right';
  context.textBaseline = 'top';
  context.fillText(formatCount(Math.round(most)), port.left + port.width - 4, y + 1);
  context.restore();
}

/** Triangles where batches ended with failed pages; those that fall onto one pixel become one. */
export function paintFailures(context: CanvasRenderingContext2D, paint: LanePaint, y: number): void {
  const track = paint.view.failures;
  const { port, theme } = paint;
  const first = lastAtOrBelow(track.starts, port.start - 1) + 1;
  const last = lastAtOrBelow(track.starts, port.end);
  context.fillStyle = theme.error;
  context.strokeStyle = cssOf(theme.background);
  context.lineWidth = 1;
  let drawn = -Infinity;
  for (let i = first; i <= last; i++) {
    const x = xOf(port, track.starts[i] as number);
    if (x - drawn < 5) {
      // Jump over everything within the same pixels.
      i = Math.max(i, lastAtOrBelow(track.starts, port.start + (drawn + 5 - port.left) / port.scale));
      continue;
    }
    drawn = x;
    context.beginPath();
    context.moveTo(x - 4, y - 5);
    context.lineTo(x + 4, y - 5);
    context.lineTo(x, y + 2);
    context.closePath();
    context.fill();
    context.stroke();
  }
}
