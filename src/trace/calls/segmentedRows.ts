import { type ColumnsOf, GrowableTable, type Schema, type Table } from '../../base/columns';
import { segmentedTable } from '../../base/segments';

/** Rows per segment: a block of a packed `.migtrace`. */
export const SEGMENT_ROWS = 1 << 16;

/** How the rows of a segment become bytes, and columns again. Both must give back exactly what they were given. */
export interface SegmentCodec<S extends Schema> {
  readonly encode: (rows: Table<S>) => Uint8Array;
  /** Writes into rows 0 and on of `into`. */
  readonly decode: (bytes: Uint8Array, rows: number, into: ColumnsOf<S>) => void;
}

type Kept<S extends Schema> =
  | { readonly columns: ColumnsOf<S>; readonly rows: number }
  | { readonly bytes: Uint8Array; readonly rows: number };

/** When packing has begun, so many closed segments stay as they are. */
const UNPACKED_AT_LEAST = 2;

/**
 * A table that grows by segments, so that growing never copies. Beyond `unpacked` segments it packs the oldest ones: a small
 * recording costs no packing, a large one little memory.
 */
export class SegmentedRows<S extends Schema> {
  /** The open segment: write row `push()` of it, every column. */
  columns: ColumnsOf<S>;
  private used = 0;
  private closed: Kept<S>[] = [];
  private firstUnpacked = 0;
  private isPacking = false;
  private readonly schema: S;
  private readonly codec: SegmentCodec<S>;
  private readonly unpacked: number;

  constructor(schema: S, codec: SegmentCodec<S>, unpacked: number) {
    this.schema = schema;
    this.codec = codec;
    this.unpacked = unpacked;
    this.columns = this.allocate();
  }

  /** The number of the next row within `columns`; references to `columns` taken before may be stale. */
  push(): number {
    if (this.used === SEGMENT_ROWS) this.close();
    return this.used++;
  }

  /** The finished table. `amend`, where given, changes rows [0, rows) of a segment before anyone sees them. */
  finish(amend: ((columns: ColumnsOf<S>, rows: number) => void) | null): Table<S> {
    const { schema, codec } = this;
    const kept: Kept<S>[] = [...this.closed, { columns: this.columns, rows: this.used }];
    this.closed = [];
    let scratch: ColumnsOf<S> | null = null;
    if (amend !== null)
      for (const segment of kept) if ('columns' in segment) amend(segment.columns, segment.rows);
    return segmentedTable(schema, {
      lengths: kept.map(({ rows }) => rows),
      load: (index) => {
        const segment = kept[index]!;
        if ('columns' in segment) return segment.columns;
        scratch ??= this.allocate();
        codec.decode(segment.bytes, segment.rows, scratch);
        amend?.(scratch, segment.rows);
        return scratch;
      },
    });
  }

  private close(): void {
    this.closed.push({ columns: this.columns, rows: this.used });
    this.used = 0;
    if (this.closed.length > this.unpacked) this.isPacking = true;
    this.columns = this.isPacking ? this.packOldest() : this.allocate();
    // A second one, so that the unpacked ones become few.
    if (this.isPacking && this.closed.length - this.firstUnpacked > UNPACKED_AT_LEAST) this.packOldest();
  }

  /** Gives the arrays of the segment, which can be written again. */
  private packOldest(): ColumnsOf<S> {
    const oldest = this.closed[this.firstUnpacked] as { columns: ColumnsOf<S>; rows: number };
    const table = { length: oldest.rows, ...oldest.columns } as unknown as Table<S>;
    this.closed[this.firstUnpacked++] = { bytes: this.codec.encode(table).slice(), rows: oldest.rows };
    return oldest.columns;
  }

  private allocate(): ColumnsOf<S> {
    return new GrowableTable(this.schema, SEGMENT_ROWS).columns;
  }
}
