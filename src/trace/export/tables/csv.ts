import { csvLine } from '../../../base/textTables';
import { ChunkWriter } from '../chunkWriter';
import type { ExportTable } from './table';

/** RFC 4180; the header names each column with its unit, an empty cell is no value. */
export function* csvOf({ columns, chunks }: ExportTable): Generator<Uint8Array> {
  const out = new ChunkWriter();
  out.text(csvLine(columns.map(({ name }) => name)));
  const cells: (string | number)[] = columns.map(() => '');
  for (const chunk of chunks()) {
    for (let row = 0; row < chunk.length; row++) {
      for (let i = 0; i < cells.length; i++) {
        const value = (chunk.columns[i] as Float64Array | readonly string[])[row] as number | string;
        cells[i] = typeof value === 'number' && Number.isNaN(value) ? '' : value;
      }
      out.text(csvLine(cells));
      if (out.isFull) yield out.take();
    }
  }
  yield out.take();
}
