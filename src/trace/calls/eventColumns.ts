import { decodeEvents, makeScratch } from '../formats/migtrace/eventReader';
import { encodeEvents } from '../formats/migtrace/eventWriter';
import { readParts } from '../formats/migtrace/parts';
import { EVENT_SCHEMA, EVENT_TYPES, type EventType, type TraceEvents } from '../model';
import { SEGMENT_ROWS, type SegmentCodec, SegmentedRows } from './segmentedRows';

/** `EVENT_TYPES` by name → the code in `TraceEvents.type`. */
export const EVENT_CODES = Object.fromEntries(EVENT_TYPES.map((name, code) => [name, code])) as Readonly<
  Record<EventType, number>
>;

/** Segments that stay as columns, 2.3 MB each: recordings up to 2 million events are never packed. */
const UNPACKED_SEGMENTS = 32;

let scratch: ReturnType<typeof makeScratch> | null = null;

const CODEC: SegmentCodec<typeof EVENT_SCHEMA> = {
  encode: (rows) => encodeEvents(rows, 0, rows.length),
  decode: (bytes, _rows, into) => {
    const parts = readParts(bytes);
    if (typeof parts === 'string') throw new Error(`a packed segment: ${parts}`);
    scratch ??= makeScratch(SEGMENT_ROWS);
    // Only rows with a pte are written.
    into.lo.fill(0);
    into.hi.fill(0);
    const wrong = decodeEvents(parts, into, 0, scratch);
    if (wrong !== null) throw new Error(`a packed segment: ${wrong}`);
  },
};

/** The events while they come: 35 B each, the older ones of a large recording packed to 2 to 5 B each. */
export class EventColumns {
  length = 0;
  private hasUnknownTask = false;
  private readonly rows: SegmentedRows<typeof EVENT_SCHEMA> | null;

  /** `isKept`: else events are only counted. `isLong`: many more will come, so nothing is left unpacked. */
  constructor(isKept: boolean, isLong = false) {
    this.rows = isKept ? new SegmentedRows(EVENT_SCHEMA, CODEC, isLong ? 0 : UNPACKED_SEGMENTS) : null;
  }

  /** Appends one event; see EVENT_SCHEMA for what `a`, `b`, `lo`, `hi` hold. */
  add(
    type: number,
    timeNs: number,
    cpu: number,
    pid: number,
    a: number,
    b: number,
    lo: number,
    hi: number,
  ): void {
    this.length++;
    if (pid < 0) this.hasUnknownTask = true;
    if (this.rows === null) return;
    const row = this.rows.push();
    const columns = this.rows.columns;
    columns.timeNs[row] = timeNs;
    columns.type[row] = type;
    columns.cpu[row] = cpu;
    columns.pid[row] = pid;
    columns.a[row] = a;
    columns.b[row] = b;
    columns.lo[row] = lo;
    columns.hi[row] = hi;
  }

  /**
   * The finished table; `renumber`, where given, says which call the events of each call belong to, `tasks` which task a pid
   * below 0 is: -1 where it does not say.
   */
  finish(renumber: Int32Array | null, tasks: ReadonlyMap<number, number> = new Map()): TraceEvents {
    const rows = this.rows ?? new SegmentedRows(EVENT_SCHEMA, CODEC, UNPACKED_SEGMENTS);
    return rows.finish(
      renumber === null && !this.hasUnknownTask
        ? null
        : (columns, length) => {
            if (this.hasUnknownTask) nameTasks(columns.pid, length, tasks);
            if (renumber !== null) renumberCalls(columns.type, columns.a, length, renumber);
          },
    );
  }
}

function nameTasks(pid: Int32Array, length: number, tasks: ReadonlyMap<number, number>): void {
  for (let row = 0; row < length; row++) if (pid[row]! < 0) pid[row] = tasks.get(pid[row]!) ?? -1;
}

function renumberCalls(type: Uint8Array, a: Float64Array, length: number, renumber: Int32Array): void {
  for (let row = 0; row < length; row++) {
    const isOfCall =
      type[row] === EVENT_CODES.mm_migrate_pages || type[row] === EVENT_CODES.mm_migrate_pages_start;
    if (isOfCall) a[row] = renumber[a[row]!]!;
  }
}
