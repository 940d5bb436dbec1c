/** The tracing data in a perf.data: a trace.dat without events (tools/perf/util/trace-event-info.c). */
import type { ProblemList } from '../../../base/problem';
import type { ByteSource } from '../../byteSource';
import { DatContents, readFormats, readHeaderInfo, readSystems } from '../traceDat/contents';
import { FileCursor } from '../traceDat/fileCursor';

const MAGIC_BYTES = 10;

/** Gives each `format` text to `format`; what is behind them (symbols, printk formats) is not needed. */
export function readTracingData(
  source: ByteSource,
  place: { readonly offset: number; readonly size: number },
  problems: ProblemList,
  format: (bytes: Uint8Array, offset: number) => void,
): void {
  const end = Math.min(source.size, place.offset + place.size);
  const part = {
    size: end,
    read: (at: number, length: number) => source.read(at, Math.min(length, end - at)),
  };
  const first = new FileCursor(part, place.offset + MAGIC_BYTES, false);
  // The version, 0.5 or 0.6.
  first.text(16);
  const isBigEndian = first.u8() === 1;
  const cursor = new FileCursor(part, first.at, isBigEndian);
  cursor.skip(1 + 4);
  readHeaderInfo(cursor, new DatContents(), problems);
  const sinks = { source: part, problems, format };
  readFormats(cursor, sinks);
  readSystems(cursor, sinks);
  if (cursor.isCut)
    problems.add(
      'The descriptions of events are cut off; events without one are counted under their number.',
      'Record again, or copy the file again.',
      null,
      cursor.place,
    );
}
