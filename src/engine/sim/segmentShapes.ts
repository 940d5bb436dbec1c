/**
 * Durations that many segments of a run have in common are kept once: a segment names a row of `Run.shapes`. Where a share of
 * a resource was smaller, one step of the segment takes what its period has beyond the sum of the row.
 */
import type { Schema, Table } from '../../base/columns';
import { GrowableTable } from '../../base/columns';
import type { Run } from './run';
import { SEGMENT_KINDS } from './run';
import type { StepShape } from './stepShapes';

const DURATIONS = ['d0', 'd1', 'd2', 'd3', 'd4', 'd5', 'd6'] as const;
/** Steps that a folio goes through in a segment, at most. */
export const MAX_STEPS = DURATIONS.length;
const NO_STEP = 255;

export const SHAPE_SCHEMA = {
  /** Durations of the steps of one folio, ps, in the order of SEGMENT_SHAPES. */
  d0: 'f64',
  d1: 'f64',
  d2: 'f64',
  d3: 'f64',
  d4: 'f64',
  d5: 'f64',
  d6: 'f64',
  /** Their sum; 0 where they are of work that covers the folios as a whole. */
  period: 'f64',
  /** The step that takes what the period of a segment has beyond that, or 255. */
  stretch: 'u8',
} as const satisfies Schema;
export type Shapes = Table<typeof SHAPE_SCHEMA>;

/** Duration of step `step` of each folio of a segment, ps; 0 where its kind has fewer steps. */
export function stepDuration(
  { segments, shapes }: Pick<Run, 'segments' | 'shapes'>,
  segment: number,
  step: number,
): number {
  const name = DURATIONS[step];
  if (name === undefined) return 0;
  const shape = segments.shape[segment] as number;
  const alone = shapes[name][shape] as number;
  if (shapes.stretch[shape] !== step) return alone;
  return alone + (segments.period[segment] as number) - (shapes.period[shape] as number);
}

/** All of them. */
export function stepDurations(run: Pick<Run, 'segments' | 'shapes'>, segment: number): number[] {
  return DURATIONS.map((_, step) => stepDuration(run, segment, step));
}

/** The shapes of a run as it is written: each once. */
export class ShapeTable {
  readonly rows = new GrowableTable(SHAPE_SCHEMA, 16);
  /** Rows by what they hold: the last of each hash, and for each row the one before with the same. */
  private readonly byHash = new Map<number, number>();
  private readonly before: number[] = [];
  /** The last work as a whole, by kind of segment. */
  private readonly wholeDurations = SEGMENT_KINDS.map(() => NaN);
  private readonly wholeRows = SEGMENT_KINDS.map(() => -1);
  /** Of work that has one step, as long as its period says. */
  readonly paced = this.rowOf([0], 0, 0);

  /** The row of steps that take what they take alone. */
  ofSteps(shape: StepShape): number {
    if (shape.row < 0) shape.row = this.ofDurations(shape.d, shape.period);
    return shape.row;
  }

  /** The same; `period` 0: of work that covers the folios as a whole. */
  ofDurations(d: readonly (number | undefined)[], period: number): number {
    return this.rowOf(d, period, NO_STEP);
  }

  /** The row of the same steps where the one at `stretch` may take longer. */
  ofStretched({ d, period }: StepShape, stretch: number): number {
    return this.rowOf(d, period, stretch);
  }

  /** The row of work of segment kind `code` that takes `duration` ps as a whole. Such work often takes as long as the last of its kind. */
  ofWhole(code: number, duration: number): number {
    if (this.wholeDurations[code] === duration) return this.wholeRows[code] as number;
    const row = this.ofDurations([duration], 0);
    this.wholeDurations[code] = duration;
    this.wholeRows[code] = row;
    return row;
  }

  private rowOf(d: readonly (number | undefined)[], period: number, stretch: number): number {
    const hash = hashOf(d, period, stretch);
    for (let row = this.byHash.get(hash) ?? -1; row >= 0; row = this.before[row] as number) {
      if (this.holds(row, d, period, stretch)) return row;
    }
    const row = this.rows.push();
    const { columns } = this.rows;
    for (let i = 0; i < MAX_STEPS; i++) columns[DURATIONS[i] as 'd0'][row] = d[i] ?? 0;
    columns.period[row] = period;
    columns.stretch[row] = stretch;
    this.before.push(this.byHash.get(hash) ?? -1);
    this.byHash.set(hash, row);
    return row;
  }

  private holds(row: number, d: readonly (number | undefined)[], period: number, stretch: number): boolean {
    const { columns } = this.rows;
    if (columns.period[row] !== period || columns.stretch[row] !== stretch) return false;
    for (let i = 0; i < MAX_STEPS; i++) if (columns[DURATIONS[i] as 'd0'][row] !== (d[i] ?? 0)) return false;
    return true;
  }
}

function hashOf(d: readonly (number | undefined)[], period: number, stretch: number): number {
  let hash = period * 7 + stretch;
  for (let i = 0; i < d.length; i++) hash += (d[i] ?? 0) * (i + 11);
  return hash;
}
