import { type ColumnsOf, GrowableTable, type TypedArray } from '../../base/columns';
import { EVENT_SCHEMA, EVENT_TYPES, type EventType, type TraceEvents } from '../model';

/** Rows per segment: 2.2 MB, so that growing never copies and never doubles what is held. */
const SEGMENT_ROWS = 1 << 16;

type Segment = ColumnsOf<typeof EVENT_SCHEMA>;

/** `EVENT_TYPES` by name → the code in `TraceEvents.type`. */
export const EVENT_CODES = Object.fromEntries(EVENT_TYPES.map((name, code) => [name, code])) as Readonly<
  Record<EventType, number>
>;

/** The event columns while they fill: segments, put together at the end one column at a time (35 B per event). */
export class EventColumns {
  length = 0;
  private readonly segments: Segment[] = [];
  private current: Segment = newSegment();
  private used = 0;

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
    if (this.used === SEGMENT_ROWS) this.nextSegment();
    const row = this.used++;
    const segment = this.current;
    segment.timeNs[row] = timeNs;
    segment.type[row] = type;
    segment.cpu[row] = cpu;
    segment.pid[row] = pid;
    segment.a[row] = a;
    segment.b[row] = b;
    segment.lo[row] = lo;
    segment.hi[row] = hi;
    this.length++;
  }

  /** The finished table. The builder is empty afterwards. */
  finish(): TraceEvents {
    this.segments.push(this.current);
    const out: Record<string, unknown> = { length: this.length };
    for (const name of Object.keys(EVENT_SCHEMA) as (keyof Segment)[]) {
      out[name] = this.join(name);
    }
    this.segments.length = 0;
    this.current = newSegment();
    this.used = 0;
    this.length = 0;
    return out as unknown as TraceEvents;
  }

  private join(name: keyof Segment): TypedArray {
    const Column = this.current[name].constructor as new (length: number) => TypedArray;
    const joined = new Column(this.length);
    const nothing = new Column(0);
    this.segments.forEach((segment, index) => {
      const rows = Math.min(SEGMENT_ROWS, this.length - index * SEGMENT_ROWS);
      joined.set(segment[name].subarray(0, rows), index * SEGMENT_ROWS);
      (segment as Record<string, TypedArray>)[name] = nothing;
    });
    return joined;
  }

  private nextSegment(): void {
    this.segments.push(this.current);
    this.current = newSegment();
    this.used = 0;
  }
}

function newSegment(): Segment {
  return new GrowableTable(EVENT_SCHEMA, SEGMENT_ROWS).columns;
}
