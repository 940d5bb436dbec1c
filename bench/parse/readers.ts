/** One reading of a file, measured, in the process that calls it. */
import { closeSync, createReadStream, fstatSync, openSync, readSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { createTraceReader } from '../../src/trace/formats/read';
import { createTraceDatReader } from '../../src/trace/formats/traceDat/reader';
import { openFileSource } from '../../src/worker/spool';
import { unpackPiece } from '../../src/worker/unpackPiece';

const CHUNK = 1 << 18;

export interface Reading {
  /** CPU time of the whole process meanwhile, ms. */
  readonly cpuMs: number;
  /** What was read, to see that all read the same: nr_succeeded of all calls. */
  readonly moved: number;
}

export const READERS = {
  'text sums': (path) => readText(path, 'sums'),
  'text all': (path) => readText(path, 'all'),
  'dat sums': (path) => readDat(path, 'sums'),
  'dat all': (path) => readDat(path, 'all'),
  regex: readWithRegex,
} as const satisfies Readonly<Record<string, (path: string) => Promise<number>>>;
export type ReaderName = keyof typeof READERS;

/** Reads the file `times` times; the first reading is the first of the process. */
export async function measure(name: ReaderName, path: string, times: number): Promise<Reading[]> {
  const readings: Reading[] = [];
  for (let time = 0; time < times; time++) {
    const since = process.cpuUsage();
    const moved = await READERS[name](path);
    const { user, system } = process.cpuUsage(since);
    readings.push({ cpuMs: (user + system) / 1000, moved });
  }
  return readings;
}

async function readText(path: string, detail: 'all' | 'sums'): Promise<number> {
  const file = openSync(path, 'r');
  const reader = createTraceReader({ source: 'bench', detail });
  const buffer = new Uint8Array(CHUNK);
  for (let read = 1; read > 0;) {
    read = readSync(file, buffer, 0, CHUNK, null);
    reader.push(buffer.subarray(0, read));
  }
  closeSync(file);
  return movedPages(reader.finish().value);
}

async function readDat(path: string, detail: 'all' | 'sums'): Promise<number> {
  const file = openSync(path, 'r');
  const source = openFileSource(file, fstatSync(file).size);
  const reader = createTraceDatReader(source, { source: 'bench', detail, decompress: unpackPiece });
  while (reader.step());
  closeSync(file);
  return movedPages(reader.finish().value);
}

function movedPages({
  sums,
  workload,
}: ReturnType<ReturnType<typeof createTraceReader>['finish']>['value']): number {
  return sums?.totals.nr_succeeded ?? workload.calls.nr_succeeded.reduce((sum, pages) => sum + pages, 0);
}

/** What one writes in a hurry: Node's readline and one regular expression per line, sums only. */
async function readWithRegex(path: string): Promise<number> {
  const line = /^\s*(.+)-(\d+)\s+\[(\d+)\]\s+(?:\S+\s+)?(\d+\.\d+): (\w+):\s+(.*)$/;
  const events = new Map<string, number>();
  let moved = 0;
  for await (const text of createInterface({ input: createReadStream(path) })) {
    const match = line.exec(text);
    if (match === null) continue;
    const name = match[5]!;
    events.set(name, (events.get(name) ?? 0) + 1);
    if (name === 'mm_migrate_pages') moved += Number(/nr_succeeded=(\d+)/.exec(match[6]!)?.[1] ?? 0);
  }
  return moved;
}
