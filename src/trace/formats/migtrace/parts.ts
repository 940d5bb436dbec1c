/** The payload of a section of rows: named parts, each a column or what an event block needs. */
import type { ColumnsOf, GrowableTable, Schema, Table, TypedArray } from '../../../base/columns';
import { ByteReader } from './byteReader';
import { ByteWriter } from './byteWriter';
import { decodeColumn, encodeColumn } from './columnCodec';
import type { EncodedColumn } from './columnCodec';

export type NamedParts = readonly (readonly [string, EncodedColumn])[];

export interface Parts {
  readonly rows: number;
  readonly parts: ReadonlyMap<string, EncodedColumn>;
}

/** Parts a section may have: far beyond any version, far below what hurts. */
const MAX_PARTS = 1000;
const MAX_NAME = 64;

export function writeParts(rows: number, parts: NamedParts): Uint8Array {
  const out = new ByteWriter(256 + parts.reduce((sum, [, part]) => sum + part.bytes.length + 32, 0));
  out.varint(rows);
  out.varint(parts.length);
  for (const [name, { encoding, bytes }] of parts) {
    out.varint(name.length);
    out.ascii(name);
    out.u8(encoding);
    out.varint(bytes.length);
    out.append(bytes);
  }
  return out.view();
}

/** What is wrong with the payload, as text, or its parts. Nothing is allocated by what a count claims. */
export function readParts(payload: Uint8Array): Parts | string {
  const reader = new ByteReader(payload);
  const rows = reader.varint();
  const count = reader.varint();
  if (reader.failed) return 'it is too short';
  if (rows > payload.length) return `it claims ${rows} rows in ${payload.length} bytes`;
  if (count > MAX_PARTS) return `it claims ${count} parts`;
  const parts = new Map<string, EncodedColumn>();
  for (let i = 0; i < count; i++) {
    const nameLength = reader.varint();
    if (nameLength > MAX_NAME) return `the name of part ${i + 1} is too long`;
    const name = String.fromCharCode(...reader.take(nameLength));
    const encoding = reader.u8();
    const bytes = reader.take(reader.varint());
    if (reader.failed) return `part ${i + 1} of ${count} is cut short`;
    parts.set(name, { encoding, bytes });
  }
  return { rows, parts };
}

/** Rows [start, end) of the columns of `schema`. The first column takes a byte per row, so that rows ≤ bytes. */
export function encodeTable<S extends Schema>(
  schema: S,
  table: Table<S>,
  start: number,
  end: number,
): Uint8Array {
  const columns = table as unknown as Readonly<Record<string, TypedArray>>;
  const parts = Object.keys(schema).map(
    (name, i) => [name, encodeColumn(columns[name]!, start, end, i > 0)] as const,
  );
  return writeParts(end - start, parts);
}

/** Rows that a payload holds at most, to make room beforehand. */
export function rowsAtMost(payload: Uint8Array): number {
  return Math.min(payload.length, new ByteReader(payload).varint());
}

/** Appends the rows of `payload` to `into`. Calls `complain` with what is wrong; columns that fail stay zero. */
export function decodeTable<S extends Schema>(
  schema: S,
  payload: Uint8Array,
  into: GrowableTable<S>,
  complain: (what: string) => void,
): void {
  const read = readParts(payload);
  if (typeof read === 'string') {
    complain(`${read}; it is left out`);
    return;
  }
  const first = into.length;
  into.grow(first + read.rows);
  // Rows never pushed are zero, as pushed ones are.
  into.length = first + read.rows;
  decodeColumns(schema, read, into.columns, first, complain);
}

/** Writes the rows of a payload from row `first` of `into`, which has room for them. `scratch` has room for as many values. */
export function decodeColumns<S extends Schema>(
  schema: S,
  { rows, parts }: Parts,
  into: ColumnsOf<S>,
  first: number,
  complain: (what: string) => void,
  scratch = new Float64Array(rows),
): void {
  const values = scratch.subarray(0, rows);
  for (const name of Object.keys(schema) as (keyof S & string)[]) {
    const part = parts.get(name);
    if (part === undefined) complain(`column ${name} is missing; it reads as zero`);
    else if (!decodeColumn(part, rows, values))
      complain(`column ${name} does not hold ${rows} values; it reads as zero`);
    else {
      const column: TypedArray = into[name];
      column.set(values, first);
      const beyond = schema[name] === 'f64' ? 0 : countBeyond(column, values, first);
      if (beyond > 0) complain(`column ${name} holds values that do not fit its ${String(schema[name])}`);
    }
  }
}

/** Values that changed by being stored. */
function countBeyond(column: TypedArray, values: Float64Array, first: number): number {
  let beyond = 0;
  for (let i = 0; i < values.length; i++) {
    const stored = column[first + i]!;
    const same = stored === values[i] || (Number.isNaN(stored) && Number.isNaN(values[i]));
    if (!same) beyond++;
  }
  return beyond;
}
