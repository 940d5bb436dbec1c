/** One column of numbers as bytes: raw, deltas, rising deltas or runs (spec.ts, ENCODINGS). */
import type { TypedArray } from '../../../base/columns';
import { ByteReader, decodeVarints } from './byteReader';
import { ByteWriter } from './byteWriter';
import { ENCODINGS, NONE_IS_MINUS_ONE } from './spec';

export interface EncodedColumn {
  readonly encoding: number;
  readonly bytes: Uint8Array;
}

/** Divisors tried in this order: pages in an address, nanoseconds in a microsecond. */
const UNITS = [4096, 1000, 1] as const;
/** Values up to here keep every delta, zigzagged and plus one, an exact integer. */
const LIMIT = 2 ** 50;

/** The shortest encoding of rows [start, end) of `column`. Without `runs` every row takes at least a byte. */
export function encodeColumn(column: TypedArray, start: number, end: number, runs: boolean): EncodedColumn {
  const none = hasNaN(column, start, end) ? Number.NaN : -1;
  const unit = UNITS.find((candidate) => divides(candidate, none, column, start, end));
  if (unit === undefined) return { encoding: ENCODINGS.raw, bytes: encodeRaw(column, start, end) };
  const inRuns = runs ? encodeRuns(column, start, end, unit, none) : null;
  const deltas = encodeDeltas(column, start, end, unit, none);
  const shortest = inRuns !== null && inRuns.bytes.length < deltas.bytes.length ? inRuns : deltas;
  return none === -1 ? { ...shortest, encoding: shortest.encoding | NONE_IS_MINUS_ONE } : shortest;
}

function hasNaN(column: TypedArray, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (Number.isNaN(column[i])) return true;
  return false;
}

/** Whether all values but `none` are whole multiples of `unit`, small enough; −0 is not. */
function divides(unit: number, none: number, column: TypedArray, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const value = column[i]!;
    if (Number.isNaN(value) || value === none) continue;
    if (value % unit !== 0 || Math.abs(value) > LIMIT || Object.is(value, -0)) return false;
  }
  return true;
}

function encodeRaw(column: TypedArray, start: number, end: number): Uint8Array {
  const out = new ByteWriter((end - start) * 8);
  for (let i = start; i < end; i++) out.f64(column[i]!);
  return out.view();
}

function encodeDeltas(
  column: TypedArray,
  start: number,
  end: number,
  unit: number,
  none: number,
): EncodedColumn {
  const rising = neverFalls(column, start, end, none);
  const out = new ByteWriter((end - start) * 2 + 16);
  out.varint(unit);
  let previous = 0;
  for (let i = start; i < end; i++) {
    const value = column[i]!;
    if (Number.isNaN(value) || value === none) {
      out.varint(0);
      continue;
    }
    const delta = (value - previous) / unit;
    out.varint(1 + (rising ? delta : zigzag(delta)));
    previous = value;
  }
  return { encoding: rising ? ENCODINGS.rising : ENCODINGS.delta, bytes: out.view() };
}

function neverFalls(column: TypedArray, start: number, end: number, none: number): boolean {
  let previous = 0;
  for (let i = start; i < end; i++) {
    const value = column[i]!;
    if (value === none) continue;
    if (value < previous) return false;
    if (value > previous) previous = value;
  }
  return true;
}

function encodeRuns(
  column: TypedArray,
  start: number,
  end: number,
  unit: number,
  none: number,
): EncodedColumn {
  const out = new ByteWriter(64);
  out.varint(unit);
  let previous = 0;
  for (let i = start; i < end;) {
    const value = column[i]!;
    let next = i + 1;
    while (next < end && Object.is(column[next], value)) next++;
    if (Number.isNaN(value) || value === none) out.varint(0);
    else {
      out.varint(1 + zigzag((value - previous) / unit));
      previous = value;
    }
    out.varint(next - i);
    i = next;
  }
  return { encoding: ENCODINGS.runs, bytes: out.view() };
}

function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

/** Decodes exactly `rows` values into `out[0 … rows)`; false where the bytes are not such a column. */
export function decodeColumn({ encoding, bytes }: EncodedColumn, rows: number, out: Float64Array): boolean {
  if (encoding === ENCODINGS.raw) return decodeRaw(bytes, rows, out);
  const kind = encoding & ~NONE_IS_MINUS_ONE;
  const none = kind === encoding ? Number.NaN : -1;
  const reader = new ByteReader(bytes);
  const unit = reader.varint();
  if (reader.failed) return false;
  if (kind === ENCODINGS.runs) return decodeRuns(reader, rows, unit, none, out);
  if (kind !== ENCODINGS.delta && kind !== ENCODINGS.rising) return false;
  if (decodeVarints(bytes, reader.at, rows, out) !== bytes.length) return false;
  if (kind === ENCODINGS.rising) sumRising(rows, unit, none, out);
  else sumDeltas(rows, unit, none, out);
  return true;
}

function decodeRaw(bytes: Uint8Array, rows: number, out: Float64Array): boolean {
  if (bytes.length !== rows * 8) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let row = 0; row < rows; row++) out[row] = view.getFloat64(row * 8, true);
  return true;
}

function sumDeltas(rows: number, unit: number, none: number, out: Float64Array): void {
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    const code = out[row]!;
    if (code === 0) {
      out[row] = none;
      continue;
    }
    const half = Math.floor(code / 2);
    sum += half + half === code ? -half : half;
    out[row] = sum * unit;
  }
}

function sumRising(rows: number, unit: number, none: number, out: Float64Array): void {
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    const code = out[row]!;
    if (code === 0) {
      out[row] = none;
      continue;
    }
    sum += code - 1;
    out[row] = sum * unit;
  }
}

function decodeRuns(
  reader: ByteReader,
  rows: number,
  unit: number,
  none: number,
  out: Float64Array,
): boolean {
  let sum = 0;
  let row = 0;
  while (row < rows) {
    const code = reader.varint();
    const count = reader.varint();
    if (reader.failed || count === 0 || count > rows - row) return false;
    if (code !== 0) sum += code % 2 === 1 ? (code - 1) / 2 : -code / 2;
    out.fill(code === 0 ? none : sum * unit, row, row + count);
    row += count;
  }
  return reader.left === 0;
}
