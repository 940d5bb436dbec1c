/** Segments of a call as rows of `Run.segments`. */
import type { Steps } from './callTypes';
import type { Curve, Load } from './flow';
import { piecesOf } from './fluidPool';
import type { RunTables } from './runTables';

/** One row: from `start` (ps) on. */
export function writeRow(
  { segments }: RunTables,
  kind: number,
  shape: number,
  first: number,
  count: number,
  period: number,
  channel: number,
  start: number,
  batch: number,
): void {
  const row = segments.push();
  const { columns } = segments;
  columns.kind[row] = kind;
  columns.batch[row] = batch;
  columns.start[row] = start;
  columns.period[row] = period;
  columns.shape[row] = shape;
  columns.first[row] = first;
  columns.count[row] = count;
  columns.channel[row] = channel;
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
  const longer = tables.shapes.ofStretched(shape, stretch);
  for (const { first, count, start, period } of piecesOf(work, curve)) {
    writeRow(tables, shape.code, longer, first, count, period, channel, start, batch);
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
  const { paced } = tables.shapes;
  if (curve.points === 1) {
    const [start, , period] = curve.values as readonly [number, number, number];
    writeRow(tables, kind, paced, load.first, load.count, period, channel, start, batch);
    return;
  }
  for (const { first, count, start, period } of piecesOf(load, curve)) {
    writeRow(tables, kind, paced, first, count, period, channel, start, batch);
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
