/**
 * How fast trace.dat files are read, beside `trace-cmd report` of the same file: CPU time, the medians of several
 * rounds, each in its own process (users feel the first call) and warm in one.
 *
 * Usage: npm run bench:trace-dat -- FILE [EVENTS] [ROUNDS]
 * FILE is an unpacked version 6 file of one buffer; its pages are repeated, later each time, until there are EVENTS.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { memorySource } from '../src/trace/byteSource';
import { EventColumns } from '../src/trace/calls/eventColumns';
import { Recording } from '../src/trace/calls/recording';
import { createTraceDatReader } from '../src/trace/formats/traceDat/reader';
import { unpackPiece } from '../src/worker/unpackPiece';

const EVENTS = 2e6;
const ROUNDS = 5;
/** Between two repetitions: longer than a page spans. */
const GAP_NS = 1_000_000_000_000n;
const TAG = 'flyrecord\0';

interface Round {
  readonly ms: number;
  readonly events: number;
}

/** `columns`: the events are only put into their columns, no calls and folios are made of them. */
type Extent = 'columns' | 'all';

function readOnce(bytes: Uint8Array, extent: Extent): Round {
  const since = process.cpuUsage();
  const reader = createTraceDatReader(memorySource(bytes), { source: 'bench', decompress: unpackPiece });
  while (reader.step());
  const events = extent === 'all' ? reader.finish().value.events.length : 0;
  const { user, system } = process.cpuUsage(since);
  return { ms: (user + system) / 1000, events };
}

/** From here on, recordings of this process keep events and follow no calls. */
function keepColumnsOnly(): void {
  const columns = new EventColumns(true);
  Recording.prototype.add = (...event) => columns.add(...event);
}

/** Writes `original` with its pages `times` times to `file`. */
function repeat(original: Buffer, times: number, file: string): void {
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

/** CPU time of `trace-cmd report`; null where it is not installed. */
function report(file: string): number | null {
  // The second line of `times` is that of the shell's children.
  const script = 'trace-cmd report -i "$1" > /dev/null 2>&1 && times';
  const run = spawnSync('sh', ['-c', script, 'sh', file], { encoding: 'utf8' });
  const last = /(\d+)m([\d.]+)s (\d+)m([\d.]+)s\s*$/.exec(run.stdout ?? '');
  if (run.status !== 0 || last === null) return null;
  const [, userMinutes, user, systemMinutes, system] = last.map(Number);
  return ((userMinutes! + systemMinutes!) * 60 + user! + system!) * 1000;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >>> 1]!;
}

function main(file: string, events: number, rounds: number): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'migtrace-bench-'));
  try {
    const packed = readFileSync(file);
    const original = file.endsWith('.gz') ? gunzipSync(packed) : packed;
    const large = path.join(folder, 'trace.dat');
    repeat(original, Math.ceil(events / readOnce(original, 'all').events), large);
    const cold: Record<Extent, number[]> = { columns: [], all: [] };
    const reports: number[] = [];
    for (let round = 0; round < rounds; round++) {
      for (const extent of ['columns', 'all'] as const) {
        const child = spawnSync(process.execPath, [__filename, '--once', large, extent], {
          encoding: 'utf8',
        });
        cold[extent].push((JSON.parse(child.stdout) as Round).ms);
      }
      const ms = report(large);
      if (ms !== null) reports.push(ms);
    }
    const bytes = readFileSync(large);
    const warm = Array.from({ length: rounds + 1 }, () => readOnce(bytes, 'all'));
    const yardstick = reports.length > 0 ? median(reports) : Number.NaN;
    const line = (name: string, list: readonly number[]) => {
      const ms = median(list);
      console.log(`${name}: ${ms.toFixed(0)} ms, ${(yardstick / ms).toFixed(1)}x trace-cmd report`);
    };
    console.log(
      `${(bytes.length / 1e6).toFixed(1)} MB, ${warm[0]!.events} events; trace-cmd report: ${yardstick.toFixed(0)} ms CPU; medians of ${rounds}`,
    );
    line('first call, pages to columns', cold.columns);
    line('first call, with calls and folios', cold.all);
    line(
      'warm, with calls and folios',
      warm.slice(1).map(({ ms }) => ms),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const [file, events, rounds] = process.argv.slice(2);
if (file === '--once') {
  if (rounds === 'columns') keepColumnsOnly();
  console.log(JSON.stringify(readOnce(readFileSync(events!), rounds === 'columns' ? 'columns' : 'all')));
} else if (file === undefined) {
  console.error('usage: traceDat.js FILE [EVENTS] [ROUNDS]');
  process.exitCode = 2;
} else main(file, Number(events ?? EVENTS), Number(rounds ?? ROUNDS));
