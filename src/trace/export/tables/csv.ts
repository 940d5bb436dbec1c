import { memoized } from '../../../base/memo';
import { csvCell, csvLine } from '../../../base/textTables';
import { ChunkWriter } from '../chunkWriter';
import type { ExportTable } from './table';

/** RFC 4180; the header names each column with its unit, an empty cell is no value. */
export function* csvOf({ columns, chunks }: ExportTable): Generator<Uint8Array> {
  const out = new ChunkWriter();
  out.text(csvLine(columns.map(({ name }) => name)));
  const textCell = memoized(csvCell);
  for (const chunk of chunks()) {
    for (let row = 0; row < chunk.length; row++) {
      let line = '';
      for (let i = 0; i < columns.length; i++) {
        const value = (chunk.columns[i] as Float64Array | readonly string[])[row] as number | string;
        if (i > 0) line += ',';
        if (typeof value === 'string') line += textCell(value);
        else if (!Number.isNaN(value)) line += value;
      }
      line += '\r\n';
      out.text(line);
      if (out.isFull) yield out.take();
    }
  }
  yield out.take();
}
