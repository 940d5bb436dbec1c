/** Rows of events as one EVNT payload (spec.ts, EVENT_PARTS). */
import { EVENT_TYPES } from '../../model';
import type { TraceEvents } from '../../model';
import { ByteWriter } from './byteWriter';
import { encodeColumn } from './columnCodec';
import type { EncodedColumn } from './columnCodec';
import { HAS_PTE, MAX_A_SHIFT, PTE_SHIFTS, addShape, emptyShapes } from './eventShapes';
import type { Shapes } from './eventShapes';
import { writeParts } from './parts';
import { ENCODINGS, EVENT_PARTS } from './spec';

/** Magnitude of a (shifted) up to which strides and their changes stay exact. */
const A_LIMIT = 2 ** 48;
const TYPES = EVENT_TYPES.map((_, code) => code);
const SHIFTS = EVENT_TYPES.map((type) => PTE_SHIFTS[type] ?? 0);

/** Rows [start, end) of `events`. */
export function encodeEvents(events: TraceEvents, start: number, end: number): Uint8Array {
  const aShifts = commonShifts(events, start, end);
  const shapes = emptyShapes();
  const order = new Uint32Array(end - start);
  findShapes(events, start, end, shapes, order);
  const time = encodeColumn(events.timeNs, start, end, false);
  const parts = [
    [EVENT_PARTS.units, encodeUnits(aShifts, shapes)],
    [EVENT_PARTS.shapes, encodeShapes(shapes)],
    [EVENT_PARTS.time, time],
    [EVENT_PARTS.order, encodeOrder(order, shapes.type.length)],
    [EVENT_PARTS.a, encodeA(events, start, shapes, order, aShifts)],
    [EVENT_PARTS.pte, encodePte(events, start, shapes, order)],
  ] as const;
  return writeParts(end - start, parts);
}

function plain(out: ByteWriter): EncodedColumn {
  return { encoding: ENCODINGS.delta, bytes: out.view() };
}

/** Per type, how many low bits are zero in every a; −1 where a is no integer that a delta can carry. */
function commonShifts(events: TraceEvents, start: number, end: number): number[] {
  const bits = TYPES.map(() => 1 << MAX_A_SHIFT);
  const { type, a } = events;
  let exact = true;
  for (let i = start; i < end; i++) {
    const value = a[i]!;
    if (!Number.isInteger(value) || Object.is(value, -0)) exact = false;
    bits[type[i]!]! |= (value % 2 ** 32) | 0;
  }
  const shifts = bits.map((or) => 31 - Math.clz32(or & -or));
  for (let i = start; exact && i < end; i++) exact = Math.abs(a[i]!) < A_LIMIT * 2 ** shifts[type[i]!]!;
  return exact ? shifts : shifts.map(() => -1);
}

/** Fills `shapes` and, per row, its index. The expected successor is compared first, so few rows are looked up. */
function findShapes(
  events: TraceEvents,
  start: number,
  end: number,
  shapes: Shapes,
  order: Uint32Array,
): void {
  const known = new Map<string, number>();
  const lanes = new Map<number, number>();
  const next: number[] = [];
  let previous = 0;
  for (let i = start; i < end; i++) {
    const type = events.type[i]!;
    const shift = SHIFTS[type] ?? 0;
    const pte = HAS_PTE[type] === true;
    const low = pte ? events.lo[i]! & ((1 << shift) - 1) : 0;
    const high = pte ? events.hi[i]! >>> 16 : 0;
    const [cpu, pid, b] = [events.cpu[i]!, events.pid[i]!, events.b[i]!];
    const guess = next[previous] ?? 0;
    let shape = guess;
    const asGuessed =
      shapes.type[guess] === type &&
      shapes.cpu[guess] === cpu &&
      shapes.pid[guess] === pid &&
      shapes.b[guess] === b &&
      shapes.low[guess] === low &&
      shapes.high[guess] === high;
    if (!asGuessed) {
      const key = `${type} ${cpu} ${pid} ${b} ${low} ${high}`;
      shape = known.get(key) ?? known.size;
      if (shape === known.size) {
        known.set(key, shape);
        addShape(shapes, lanes, [type, cpu, pid, b, low, high]);
      }
      next[previous] = shape;
    }
    order[i - start] = shape;
    previous = shape;
  }
}

/** Only the types that occur. */
function encodeUnits(aShifts: readonly number[], shapes: Shapes): EncodedColumn {
  const types = TYPES.filter((type) => shapes.type.includes(type));
  const out = new ByteWriter(64);
  out.varint(types.length);
  for (const type of types) {
    out.varint(type);
    out.varint(Math.max(0, aShifts[type]!));
    out.varint(SHIFTS[type]!);
  }
  return plain(out);
}

function encodeShapes(shapes: Shapes): EncodedColumn {
  const out = new ByteWriter();
  out.varint(shapes.type.length);
  for (let i = 0; i < shapes.type.length; i++) {
    out.varint(shapes.type[i]!);
    out.varint(shapes.cpu[i]!);
    out.zigzag(shapes.pid[i]!);
    out.zigzag(shapes.b[i]!);
    out.varint(shapes.low[i]!);
    out.varint(shapes.high[i]!);
  }
  return plain(out);
}

function encodeOrder(order: Uint32Array, count: number): EncodedColumn {
  const out = new ByteWriter();
  const next = Uint32Array.from({ length: count }, (_, shape) => shape);
  let previous = 0;
  let hits = 0;
  for (const shape of order) {
    if (next[previous] === shape) hits++;
    else {
      out.varint(hits);
      out.varint(shape);
      next[previous] = shape;
      hits = 0;
    }
    previous = shape;
  }
  if (hits > 0) out.varint(hits);
  return plain(out);
}

function encodeA(
  events: TraceEvents,
  start: number,
  shapes: Shapes,
  order: Uint32Array,
  aShifts: readonly number[],
): EncodedColumn {
  if (aShifts[0]! < 0) return encodeRawRows(events.a, start, order.length);
  const out = new ByteWriter(order.length * 2);
  const value = new Float64Array(shapes.type.length);
  const stride = new Float64Array(shapes.type.length);
  for (let i = 0; i < order.length; i++) {
    const shape = order[i]!;
    const lane = shapes.lane[shape]!;
    const now = events.a[start + i]! / 2 ** aShifts[shapes.type[shape]!]!;
    const step = now - value[lane]!;
    out.zigzag(step - stride[lane]!);
    stride[lane] = step;
    value[lane] = now;
  }
  return plain(out);
}

function encodeRawRows(column: Float64Array, start: number, rows: number): EncodedColumn {
  const out = new ByteWriter(rows * 8);
  for (let i = 0; i < rows; i++) out.f64(column[start + i]!);
  return { encoding: ENCODINGS.raw, bytes: out.view() };
}

function encodePte(events: TraceEvents, start: number, shapes: Shapes, order: Uint32Array): EncodedColumn {
  const out = new ByteWriter(order.length * 2);
  const middle = new Float64Array(shapes.type.length);
  for (let i = 0; i < order.length; i++) {
    const shape = order[i]!;
    const type = shapes.type[shape]!;
    if (HAS_PTE[type] !== true) continue;
    const lane = shapes.lane[shape]!;
    const bits = (events.hi[start + i]! & 0xffff) * 2 ** 32 + events.lo[start + i]!;
    const now = Math.floor(bits / 2 ** SHIFTS[type]!);
    out.zigzag(now - middle[lane]!);
    middle[lane] = now;
  }
  return plain(out);
}
