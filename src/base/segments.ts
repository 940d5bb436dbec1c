/**
 * Tables too large to lie in memory as columns: segments of rows that are made when asked for. Such a table looks like any
 * other, but reading one of its columns makes all of them, whole and for good; who goes through many rows takes `segmentsOf`.
 */
import { type ColumnsOf, GrowableTable, type Schema, type Table } from './columns';

/** Rows that follow each other; `first` is the row of the table that row 0 is. */
export interface Segment<S extends Schema> {
  readonly first: number;
  readonly rows: Table<S>;
}

/** Where the rows of a segmented table come from. */
export interface SegmentSource<S extends Schema> {
  /** Rows of each segment. */
  readonly lengths: readonly number[];
  /** Makes a segment. Its columns may be longer than its rows, and may be used again at the next call. */
  readonly load: (segment: number) => ColumnsOf<S>;
}

const SOURCE = Symbol('segments');

interface Segmented<S extends Schema> {
  readonly [SOURCE]: SegmentSource<S>;
}

/** A table whose rows are made from `source`. */
export function segmentedTable<S extends Schema>(schema: S, source: SegmentSource<S>): Table<S> {
  const length = source.lengths.reduce((sum, rows) => sum + rows, 0);
  const table = { length };
  let whole: ColumnsOf<S> | null = null;
  for (const name of Object.keys(schema)) {
    Object.defineProperty(table, name, {
      enumerable: true,
      get: () => (whole ??= joined(schema, source, length))[name],
    });
  }
  Object.defineProperty(table, SOURCE, { value: source });
  return table as unknown as Table<S>;
}

/** The rows of `table`, of any kind, in order. A segment is good only until the next one is taken. */
export function* segmentsOf<S extends Schema>(schema: S, table: Table<S>): Iterable<Segment<S>> {
  const source = sourceOf(table);
  if (source === undefined) {
    if (table.length > 0) yield { first: 0, rows: table };
    return;
  }
  let first = 0;
  for (const [segment, rows] of source.lengths.entries()) {
    yield { first, rows: trimmed(schema, source.load(segment), 0, rows) };
    first += rows;
  }
}

/** Looks at rows of a table one after another; going on in the same segment, or to the next, is cheap. */
export class RowCursor<S extends Schema> {
  /** The columns that hold the row sought last, at `at`. */
  columns: ColumnsOf<S>;
  at = 0;
  private first = 0;
  private end = 0;
  private readonly starts: readonly number[];
  private readonly source: SegmentSource<S> | undefined;

  constructor(schema: S, table: Table<S>) {
    this.source = sourceOf(table);
    const starts: number[] = [];
    let start = 0;
    for (const rows of this.source?.lengths ?? []) {
      starts.push(start);
      start += rows;
    }
    this.starts = starts;
    this.columns = this.source === undefined ? table : new GrowableTable(schema, 1).columns;
    if (this.source === undefined) this.end = table.length;
  }

  seek(row: number): void {
    if (row < this.first || row >= this.end) this.load(row);
    this.at = row - this.first;
  }

  private load(row: number): void {
    const { source, starts } = this;
    const segment = starts.findLastIndex((start) => start <= row);
    if (source === undefined || segment < 0) throw new RangeError(`the table has no row ${row}`);
    this.columns = source.load(segment);
    this.first = starts[segment]!;
    this.end = this.first + source.lengths[segment]!;
    if (row >= this.end) throw new RangeError(`the table has no row ${row}`);
  }
}

/** Rows [from, to) of `table` as a table of their own. */
export function rowsOf<S extends Schema>(schema: S, table: Table<S>, from: number, to: number): Table<S> {
  const source = sourceOf(table);
  if (source === undefined) return trimmed(schema, table, from, to);
  const out = new GrowableTable(schema, Math.max(1, to - from)).columns;
  let first = 0;
  for (const [segment, rows] of source.lengths.entries()) {
    const start = Math.max(from, first);
    const end = Math.min(to, first + rows);
    if (start < end) copy(schema, source.load(segment), start - first, end - first, out, start - from);
    first += rows;
  }
  return trimmed(schema, out, 0, to - from);
}

function sourceOf<S extends Schema>(table: Table<S>): SegmentSource<S> | undefined {
  return (table as Table<S> & Partial<Segmented<S>>)[SOURCE];
}

function joined<S extends Schema>(schema: S, source: SegmentSource<S>, length: number): ColumnsOf<S> {
  const whole = trimmed(schema, new GrowableTable(schema, Math.max(1, length)).columns, 0, length);
  let first = 0;
  for (const [segment, rows] of source.lengths.entries()) {
    copy(schema, source.load(segment), 0, rows, whole, first);
    first += rows;
  }
  return whole;
}

function copy<S extends Schema>(
  schema: S,
  from: ColumnsOf<S>,
  start: number,
  end: number,
  into: ColumnsOf<S>,
  at: number,
): void {
  for (const name of Object.keys(schema) as (keyof S & string)[]) {
    into[name].set(from[name].subarray(start, end), at);
  }
}

/** Views of rows [from, to). */
function trimmed<S extends Schema>(schema: S, columns: ColumnsOf<S>, from: number, to: number): Table<S> {
  const table: Record<string, unknown> = { length: to - from };
  for (const name of Object.keys(schema)) table[name] = columns[name]!.subarray(from, to);
  return table as Table<S>;
}
