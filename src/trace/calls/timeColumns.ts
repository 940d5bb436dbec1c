import { decodeColumns, encodeTable, readParts } from '../formats/migtrace/parts';
import { FOLIO_TIME_SCHEMA, type FolioTimes } from '../model';
import type { FolioRows } from './folioRows';
import { SEGMENT_ROWS, type SegmentCodec, SegmentedRows } from './segmentedRows';

/** Segments that stay as columns, 3.3 MB each. */
const UNPACKED_SEGMENTS = 10;
const MAX_TRIES = 255;

let scratch: Float64Array<ArrayBuffer> | null = null;

const CODEC: SegmentCodec<typeof FOLIO_TIME_SCHEMA> = {
  encode: (rows) => encodeTable(FOLIO_TIME_SCHEMA, rows, 0, rows.length),
  decode: (bytes, _rows, into) => {
    const complain = (what: string): never => {
      throw new Error(`a packed segment: ${what}`);
    };
    const parts = readParts(bytes);
    if (typeof parts === 'string') complain(parts);
    else
      decodeColumns(
        FOLIO_TIME_SCHEMA,
        parts,
        into,
        0,
        complain,
        (scratch ??= new Float64Array(SEGMENT_ROWS)),
      );
  },
};

/** The observed folios while their calls end: 50 B each, those of a large recording packed to about 6 B each. */
export class TimeColumns {
  private readonly rows: SegmentedRows<typeof FOLIO_TIME_SCHEMA>;

  /** `isLong`: many more will come, so nothing is left unpacked. */
  constructor(isLong: boolean) {
    this.rows = new SegmentedRows(FOLIO_TIME_SCHEMA, CODEC, isLong ? 0 : UNPACKED_SEGMENTS);
  }

  add(folios: FolioRows, call: number): void {
    const from = folios.columns;
    for (let row = 0; row < folios.length; row++) {
      const target = this.rows.push();
      const to = this.rows.columns;
      to.call[target] = call;
      to.unmappedNs[target] = from.unmappedNs[row]!;
      to.remappedNs[target] = from.remappedNs[row]!;
      to.address[target] = from.address[row]!;
      to.fromPfn[target] = from.fromPfn[row]!;
      to.toPfn[target] = from.toPfn[row]!;
      to.order[target] = from.order[row]!;
      to.outcome[target] = from.outcome[row]!;
      to.tries[target] = Math.min(MAX_TRIES, from.tries[row]!);
      to.batch[target] = from.batch[row]!;
    }
  }

  /** The finished table; `renumber`, where given, says what number each call has now. */
  finish(renumber: Int32Array | null): FolioTimes {
    return this.rows.finish(
      renumber === null
        ? null
        : ({ call }, length) => {
            for (let row = 0; row < length; row++) call[row] = renumber[call[row]!]!;
          },
    );
  }
}
