/** EVNT payloads back into columns, a part at a time (spec.ts, EVENT_PARTS). */
import type { ColumnsOf } from '../../../base/columns';
import { EVENT_TYPES } from '../../model';
import type { EVENT_SCHEMA } from '../../model';
import { ByteReader, decodeVarints } from './byteReader';
import { decodeColumn } from './columnCodec';
import type { EncodedColumn } from './columnCodec';
import { HAS_PTE, MAX_A_SHIFT, MAX_PTE_SHIFT, addShape, emptyShapes } from './eventShapes';
import type { Shapes } from './eventShapes';
import type { Parts } from './parts';
import { ENCODINGS, EVENT_PARTS } from './spec';

export type EventColumns = ColumnsOf<typeof EVENT_SCHEMA>;

/** Arrays used again for each block: at least as long as its rows. */
export interface Scratch {
  values: Float64Array;
  order: Uint32Array;
}

export function makeScratch(rows: number): Scratch {
  return { values: new Float64Array(rows), order: new Uint32Array(rows) };
}

/** Writes the rows of a block from row `first` of `into`. Gives what is wrong, or null. */
export function decodeEvents(
  { rows, parts }: Parts,
  into: EventColumns,
  first: number,
  scratch: Scratch,
): string | null {
  const named = (name: string): EncodedColumn =>
    parts.get(name) ?? { encoding: ENCODINGS.delta, bytes: NOTHING };
  const units = decodeUnits(named(EVENT_PARTS.units).bytes);
  const shapes = decodeShapes(named(EVENT_PARTS.shapes).bytes);
  if (units === null) return 'its units are not readable';
  if (shapes === null) return 'its shapes are not readable';
  const { values, order } = scratch;
  if (!decodeOrder(named(EVENT_PARTS.order).bytes, shapes.type.length, rows, order)) {
    return `the order of its ${rows} rows is not readable`;
  }
  fillShapes(Uint8Array.from(shapes.type), into.type, order, rows, first);
  fillShapes(Uint16Array.from(shapes.cpu), into.cpu, order, rows, first);
  fillShapes(Int32Array.from(shapes.pid), into.pid, order, rows, first);
  fillShapes(Int32Array.from(shapes.b), into.b, order, rows, first);
  if (!decodeColumn(named(EVENT_PARTS.time), rows, values)) return `it does not hold ${rows} times`;
  into.timeNs.set(values.subarray(0, rows), first);
  const a = named(EVENT_PARTS.a);
  if (a.encoding === ENCODINGS.raw) {
    if (!decodeColumn(a, rows, values)) return `it does not hold ${rows} values of a`;
    into.a.set(values.subarray(0, rows), first);
  } else {
    if (decodeVarints(a.bytes, 0, rows, values) !== a.bytes.length)
      return `it does not hold ${rows} values of a`;
    fillA(shapes, units, order, values, rows, into.a, first);
  }
  return fillPtes(named(EVENT_PARTS.pte).bytes, shapes, units, order, values, rows, into, first);
}

const NOTHING = new Uint8Array();

interface Units {
  /** 2^aShift and 2^pteShift by type code. */
  readonly a: Float64Array;
  readonly pte: Float64Array;
}

function decodeUnits(bytes: Uint8Array): Units | null {
  const units = { a: new Float64Array(256).fill(1), pte: new Float64Array(256).fill(1) };
  const reader = new ByteReader(bytes);
  const count = reader.varint();
  if (count > bytes.length) return null;
  for (let i = 0; i < count; i++) {
    const [type, aShift, pteShift] = [reader.varint(), reader.varint(), reader.varint()];
    if (type > 255 || aShift > MAX_A_SHIFT || pteShift > MAX_PTE_SHIFT) return null;
    units.a[type] = 2 ** aShift;
    units.pte[type] = 2 ** pteShift;
  }
  return reader.failed ? null : units;
}

function decodeShapes(bytes: Uint8Array): Shapes | null {
  const reader = new ByteReader(bytes);
  const shapes = emptyShapes();
  const lanes = new Map<number, number>();
  const count = reader.varint();
  if (count > bytes.length) return null;
  for (let i = 0; i < count && !reader.failed; i++) {
    const [type, cpu] = [reader.varint(), reader.varint()];
    const [pid, b] = [reader.zigzag(), reader.zigzag()];
    const [low, high] = [reader.varint(), reader.varint()];
    if (type >= EVENT_TYPES.length || cpu > 65_535 || (pid | 0) !== pid || (b | 0) !== b) return null;
    if (low >= 2 ** MAX_PTE_SHIFT || high > 65_535) return null;
    addShape(shapes, lanes, [type, cpu, pid, b, low, high]);
  }
  return reader.failed ? null : shapes;
}

/** The shape of every row. */
function decodeOrder(bytes: Uint8Array, count: number, rows: number, order: Uint32Array): boolean {
  const reader = new ByteReader(bytes);
  const next = Uint32Array.from({ length: count }, (_, shape) => shape);
  let shape = 0;
  let row = 0;
  while (row < rows) {
    const hits = reader.varint();
    if (reader.failed || hits > rows - row || (hits > 0 && shape >= count)) return false;
    for (const end = row + hits; row < end; row++) {
      shape = next[shape]!;
      order[row] = shape;
    }
    if (row === rows) break;
    const named = reader.varint();
    if (reader.failed || named >= count) return false;
    next[shape] = named;
    shape = named;
    order[row++] = shape;
  }
  return reader.left === 0;
}

function fillShapes(
  ofShape: Uint8Array | Uint16Array | Int32Array,
  column: Uint8Array | Uint16Array | Int32Array,
  order: Uint32Array,
  rows: number,
  first: number,
): void {
  for (let row = 0; row < rows; row++) column[first + row] = ofShape[order[row]!]!;
}

/** Sums the changes of stride in `values` into a. */
function fillA(
  shapes: Shapes,
  units: Units,
  order: Uint32Array,
  values: Float64Array,
  rows: number,
  a: Float64Array,
  first: number,
): void {
  const lanes = Uint32Array.from(shapes.lane);
  const scale = Float64Array.from(shapes.type, (type) => units.a[type]!);
  const value = new Float64Array(lanes.length);
  const stride = new Float64Array(lanes.length);
  for (let row = 0; row < rows; row++) {
    const shape = order[row]!;
    const lane = lanes[shape]!;
    const code = values[row]!;
    const half = Math.floor(code / 2);
    const step = stride[lane]! + (half + half === code ? half : -half - 1);
    const sum = value[lane]! + step;
    stride[lane] = step;
    value[lane] = sum;
    a[first + row] = sum * scale[shape]!;
  }
}

function fillPtes(
  bytes: Uint8Array,
  shapes: Shapes,
  units: Units,
  order: Uint32Array,
  values: Float64Array,
  rows: number,
  { lo, hi }: EventColumns,
  first: number,
): string | null {
  const hasPte = Uint8Array.from(shapes.type, (type) => Number(HAS_PTE[type]));
  let ptes = 0;
  for (let row = 0; row < rows; row++) ptes += hasPte[order[row]!]!;
  if (decodeVarints(bytes, 0, ptes, values) !== bytes.length) return `it does not hold ${ptes} ptes`;
  const lanes = Uint32Array.from(shapes.lane);
  const scale = Float64Array.from(shapes.type, (type) => units.pte[type]!);
  const low = Uint32Array.from(shapes.low);
  const high = Uint32Array.from(shapes.high);
  const middle = new Float64Array(lanes.length);
  let pte = 0;
  for (let row = 0; row < rows; row++) {
    const shape = order[row]!;
    if (hasPte[shape] === 0) continue;
    const lane = lanes[shape]!;
    const code = values[pte++]!;
    const half = Math.floor(code / 2);
    const sum = middle[lane]! + (half + half === code ? half : -half - 1);
    middle[lane] = sum;
    const bits = sum * scale[shape]! + low[shape]!;
    lo[first + row] = bits >>> 0;
    hi[first + row] = Math.floor(bits / 2 ** 32) + high[shape]! * 65_536;
  }
  return null;
}
