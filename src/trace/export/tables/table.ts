/** Tables of a trace or a run, row by row in chunks: what CSV, Markdown and Parquet have in common. */

/** `int32`, `int64`: whole numbers of that size. */
export type ColumnType = 'int32' | 'int64' | 'double' | 'text';

export interface TableColumn {
  /** Ends with its unit, where it has one: `start_ns`, `pages_moved`. */
  readonly name: string;
  readonly type: ColumnType;
  /** null: a number of something that has no unit, a code, a text. */
  readonly unit: 'ns' | 'pages' | 'folios' | 'bytes' | 'calls' | 'events' | 'batches' | null;
  /** What it says, for the key-value metadata and the header of a report. */
  readonly about: string;
}

/** Rows [0, length) of each column: numbers, NaN where there is none; texts, empty where there is none. */
export interface TableChunk {
  readonly length: number;
  readonly columns: readonly (Float64Array | readonly string[])[];
}

export interface ExportTable {
  readonly name: string;
  readonly columns: readonly TableColumn[];
  /** Rows, as far as they are known beforehand. */
  readonly rows: number;
  /** Facts about the whole, for formats that have a place for them. */
  readonly facts: Readonly<Record<string, string>>;
  readonly chunks: () => Iterable<TableChunk>;
}

/** Rows of a chunk, and of a row group in Parquet. */
export const CHUNK_ROWS = 1 << 15;

/** A column and where its value in a row comes from. */
export interface ColumnOf<Row> extends TableColumn {
  readonly value: (row: Row) => number | string;
}

export function numbers<Row>(
  name: string,
  type: Exclude<ColumnType, 'text'>,
  unit: TableColumn['unit'],
  about: string,
  value: (row: Row) => number,
): ColumnOf<Row> {
  return { name, type, unit, about, value };
}

export function texts<Row>(name: string, about: string, value: (row: Row) => string): ColumnOf<Row> {
  return { name, type: 'text', unit: null, about, value };
}

/** A table over `rows`, each looked at once and in order; they may all be one object that is filled anew. */
export function tableOf<Row>(
  name: string,
  columns: readonly ColumnOf<Row>[],
  count: number,
  rows: () => Iterable<Row>,
  facts: Readonly<Record<string, string>>,
): ExportTable {
  return {
    name,
    columns: columns.map(({ name: title, type, unit, about }) => ({ name: title, type, unit, about })),
    rows: count,
    facts,
    chunks: () => chunksOf(columns, rows()),
  };
}

function* chunksOf<Row>(columns: readonly ColumnOf<Row>[], rows: Iterable<Row>): Generator<TableChunk> {
  const room = () =>
    columns.map(({ type }) =>
      type === 'text' ? Array.from<string>({ length: CHUNK_ROWS }) : new Float64Array(CHUNK_ROWS),
    );
  let filled = room();
  let length = 0;
  for (const row of rows) {
    for (let i = 0; i < columns.length; i++) {
      const column = filled[i] as (number | string)[];
      column[length] = (columns[i] as ColumnOf<Row>).value(row);
    }
    if (++length < CHUNK_ROWS) continue;
    yield { length, columns: filled };
    filled = room();
    length = 0;
  }
  if (length > 0) yield { length, columns: filled };
}

/** 0, 1, … count - 1. */
export function* indexes(count: number): Generator<number> {
  for (let i = 0; i < count; i++) yield i;
}
