/** Makes a long trace.dat of a shorter one. */
import { closeSync, openSync, writeSync } from 'node:fs';

/** Between two repetitions: longer than a page spans. */
const GAP_NS = 1_000_000_000_000n;
const TAG = 'flyrecord\0';

/** Writes `original`, an unpacked version 6 file of one buffer, with its pages `times` times, later each time, to `file`. */
export function repeatDat(original: Buffer, times: number, file: string): void {
  const table = original.lastIndexOf(TAG) + TAG.length;
  const first = Number(original.readBigUInt64LE(table));
  const cpus = Array.from({ length: (first - table) >>> 4 }, (_, cpu) => cpu)
    .map((cpu) => ({
      entry: table + cpu * 16,
      offset: Number(original.readBigUInt64LE(table + cpu * 16)),
      size: Number(original.readBigUInt64LE(table + cpu * 16 + 8)),
    }))
    .filter(
      ({ offset, size }) =>
        size > 0 && size % 4096 === 0 && offset >= first && offset + size <= original.length,
    );
  const starts = cpus.map(({ offset }) => original.readBigUInt64LE(offset));
  const ends = cpus.map(({ offset, size }) => original.readBigUInt64LE(offset + size - 4096));
  const span = ends.reduce((a, b) => (a > b ? a : b)) - starts.reduce((a, b) => (a < b ? a : b)) + GAP_NS;
  const head = Buffer.from(original.subarray(0, first));
  const descriptor = openSync(file, 'w');
  writeSync(descriptor, head);
  let at = first;
  for (const { entry, offset, size } of cpus) {
    head.writeBigUInt64LE(BigInt(at), entry);
    head.writeBigUInt64LE(BigInt(size * times), entry + 8);
    for (let time = 0; time < times; time++) {
      const pages = Buffer.from(original.subarray(offset, offset + size));
      for (let page = 0; page < size; page += 4096)
        pages.writeBigUInt64LE(pages.readBigUInt64LE(page) + span * BigInt(time), page);
      writeSync(descriptor, pages);
    }
    at += size * times;
  }
  writeSync(descriptor, head, 0, head.length, 0);
  closeSync(descriptor);
}
