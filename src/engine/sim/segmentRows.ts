/** Segments of a call as rows of `Run.segments`. */
import type { Steps } from './callTypes';
import type { Curve, Load } from './fluidPool';
import { piecesOf } from './fluidPool';
import type { RunTables } from './runTables';
import type { StepShape } from './stepShapes';

/** A row with one duration, or of which the others are still to be written. Returns its number. */
export function writeRow(
  { segments }: RunTables,
  kind: number,
  first: number,
  count: number,
  d0: number,
  period: number,
  channel: number,
  start: number,
  batch: number,
): number {
  const row = segments.push();
  const { columns } = segments;
  columns.kind[row] = kind;
  columns.batch[row] = batch;
  columns.start[row] = start;
  columns.period[row] = period;
  columns.first[row] = first;
  columns.count[row] = count;
  columns.channel[row] = channel;
  columns.d0[row] = d0;
  return row;
}

/** Equal steps over folios that follow each other, from `start` (ps) on. */
export function writeSteps(
  tables: RunTables,
  { code, d, period }: StepShape,
  first: number,
  count: number,
  channel: number,
  start: number,
  batch: number,
): void {
  const row = writeRow(tables, code, first, count, d[0], period, channel, start, batch);
  // Rows are zeroed; a step that the shape does not have stays 0.
  const steps = d.length;
  if (steps < 2) return;
  const { columns } = tables.segments;
  columns.d1[row] = d[1] ?? 0;
  if (steps < 3) return;
  columns.d2[row] = d[2] ?? 0;
  if (steps < 4) return;
  columns.d3[row] = d[3] ?? 0;
  if (steps < 5) return;
  columns.d4[row] = d[4] ?? 0;
  columns.d5[row] = d[5] ?? 0;
  columns.d6[row] = d[6] ?? 0;
}

/** Steps of which the one at `stretch` grew for a while: each folio that lay in a change of pace is a row of its own. */
export function writeStretched(
  tables: RunTables,
  work: Steps,
  stretch: number,
  curve: Curve,
  batch: number,
): void {
  const { shape, channel } = work;
  const longer = [0, 0, 0, 0, 0, 0, 0].map((_, i) => shape.d[i] ?? 0);
  const normal = longer[stretch] as number;
  for (const { first, count, start, period } of piecesOf(work, curve)) {
    longer[stretch] = normal + period - shape.period;
    const own = { ...shape, d: longer as unknown as StepShape['d'], period };
    writeSteps(tables, own, first, count, channel, start, batch);
  }
}

/** Copies that ran beside the CPU, at their own pace. */
export function writeCopies(
  tables: RunTables,
  kind: number,
  load: Pick<Load, 'first' | 'count'>,
  curve: Curve,
  channel: number,
  batch: number,
): void {
  if (curve.points === 1) {
    const { values } = curve;
    const period = values[2] as number;
    writeRow(tables, kind, load.first, load.count, period, period, channel, values[0] as number, batch);
    return;
  }
  for (const { first, count, start, period } of piecesOf(load, curve)) {
    writeRow(tables, kind, first, count, period, period, channel, start, batch);
  }
}

/**
 * Repeats the rows from segment `from` on, which are `batches` whole batches, `times` more: each time `folios` folios and `delta` ps later.
 */
export function repeatRows(
  tables: RunTables,
  from: number,
  batches: number,
  times: number,
  folios: number,
  delta: number,
): void {
  const segments = tables.segments.length - from;
  const s = tables.segments;
  for (let row = s.repeat(from, times), time = 1; time <= times; time++) {
    for (const end = row + segments; row < end; row++) {
      const { batch, start, first, count } = s.columns;
      batch[row] = (batch[row] as number) + time * batches;
      start[row] = (start[row] as number) + time * delta;
      if (count[row] !== 0) first[row] = (first[row] as number) + time * folios;
    }
  }
  const b = tables.batches;
  for (let row = b.repeat(b.length - batches, times), time = 1; time <= times; time++) {
    for (const end = row + batches; row < end; row++) {
      const { start, end: ends, first, firstSegment } = b.columns;
      start[row] = (start[row] as number) + time * delta;
      ends[row] = (ends[row] as number) + time * delta;
      first[row] = (first[row] as number) + time * folios;
      firstSegment[row] = (firstSegment[row] as number) + time * segments;
    }
  }
}
