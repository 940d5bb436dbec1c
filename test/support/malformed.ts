/** Inputs that are damaged, foreign or odd, each made from a real recording, and what the product must say of them. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Problem } from '../../src/base/problem';
import { traceInfo } from '../../src/analysis/info';
import type { MigrationTrace } from '../../src/trace/model';
import { readTraceFile } from '../../src/worker/readTraceFile';

export interface MalformedInput {
  readonly name: string;
  /** The file's content. */
  make(): Buffer;
  /** mm_migrate_pages events that are whole in it. */
  readonly calls: number;
  /** Each must be among the problems; none at all where this is empty. */
  readonly says: readonly RegExp[];
  /** Whether the first problem named has a line or an offset. */
  readonly located?: boolean;
  check?(trace: MigrationTrace): string | null;
}

export interface MalformedResult {
  readonly bytes: number;
  readonly calls: number;
  readonly problems: readonly Problem[];
  readonly problemCount: number;
  /** Memory outside of the heap while reading, more than before; bytes. */
  readonly memoryBytes: number;
  /** What is not as it must be; null where all is. */
  readonly wrong: string | null;
}

const TRACES = 'test/fixtures/traces';
const unpacked = (path: string): Buffer => gunzipSync(readFileSync(path));
const FTRACE = unpacked(`${TRACES}/mp-2m-thp/trace.txt.gz`);
const REPORT = unpacked(`${TRACES}/mp-2m-thp/report.txt.gz`);
const PERF = unpacked('test/fixtures/perf/header.txt.gz');
/** mm_migrate_pages lines in FTRACE and REPORT, and in PERF. */
const FTRACE_CALLS = 10;
const PERF_CALLS = 32;
/** And in the recording that is packed by zstd. */
const STATUS_CALLS = 72;
const MEGABYTE = 1 << 20;

/** The text with the line of number `row` among those that hold `word` changed. */
function changed(of: Buffer, word: string, row: number, change: (line: string) => string): Buffer {
  let met = 0;
  const lines = of.toString('latin1').split('\n');
  return Buffer.from(
    lines.map((line) => (line.includes(word) && met++ === row ? change(line) : line)).join('\n'),
    'latin1',
  );
}

function linesOf(of: Buffer): string[] {
  return of.toString('latin1').trimEnd().split('\n');
}

function textOf(of: readonly string[]): Buffer {
  return Buffer.from(`${of.join('\n')}\n`, 'latin1');
}

function junk(length: number): Buffer {
  let state = 12345;
  return Buffer.from(
    Array.from({ length }, () => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) >>> 24),
  );
}

/** The lines of CPU 0, then those of CPU 1 … as `cat per_cpu/cpu*\/trace` gives them. */
function byCpu(of: Buffer): Buffer {
  const cpu = (line: string): number => Number(/\[(\d+)\]/.exec(line)?.[1] ?? -1);
  return textOf(linesOf(of).toSorted((a, b) => cpu(a) - cpu(b)));
}

function sameCalls(expected: string): (trace: MigrationTrace) => string | null {
  return ({ workload }) => {
    const comms = new Set([...workload.calls.comm].map((comm) => workload.comms[comm]));
    return comms.has(expected) ? null : `no call of ${expected}`;
  };
}

const END = 'mm_migrate_pages: ';

const FORMATS = [
  { name: 'trace', of: FTRACE, calls: FTRACE_CALLS },
  { name: 'report', of: REPORT, calls: FTRACE_CALLS },
  { name: 'perf script', of: PERF, calls: PERF_CALLS },
] as const;

/** What may happen to any text. */
function textDamage({ name, of, calls }: (typeof FORMATS)[number]): MalformedInput[] {
  const word = name === 'report' ? 'mm_migrate_pages:' : END;
  const cut = (line: string): string => line.slice(0, line.indexOf('nr_failed=') + 6);
  return [
    {
      name: `${name}: line ends of Windows`,
      make: () => Buffer.from(of.toString('latin1').replaceAll('\n', '\r\n'), 'latin1'),
      calls,
      says: [],
    },
    {
      name: `${name}: UTF-16 LE`,
      make: () => Buffer.from(`\ufeff${of.toString('latin1')}`, 'utf16le'),
      calls,
      says: [/UTF-16/],
      located: true,
    },
    {
      name: `${name}: UTF-16 BE`,
      make: () => Buffer.from(`\ufeff${of.toString('latin1')}`, 'utf16le').swap16(),
      calls,
      says: [/UTF-16/],
      located: true,
    },
    {
      name: `${name}: a byte order mark`,
      make: () => Buffer.concat([Buffer.from('\ufeff', 'utf8'), of]),
      calls,
      says: [],
    },
    {
      name: `${name}: a line cut in its middle`,
      make: () => changed(of, word, 3, cut),
      calls: calls - 1,
      says: [/damaged fields/],
      located: true,
    },
    {
      name: `${name}: two lines run together`,
      make: () => changed(of, word, 3, (line) => `${cut(line)}${line.trimStart()}`),
      calls: calls - 1,
      says: [/damaged fields/],
      located: true,
    },
    {
      name: `${name}: numbers of 64 bits`,
      make: () =>
        changed(of, word, 2, (line) => line.replace(/nr_failed=\d+/, 'nr_failed=18446744073709551615')),
      calls,
      says: [/beyond 2\^53/],
      located: true,
    },
    {
      name: `${name}: the second half first`,
      make: () => {
        const all = linesOf(of);
        return textOf([...all.slice(all.length >> 1), ...all.slice(0, all.length >> 1)]);
      },
      calls,
      says: [/clock of a CPU runs back/],
    },
    {
      name: `${name}: every line twice`,
      make: () => textOf(linesOf(of).flatMap((line) => [line, line])),
      calls: calls * 2,
      says: [],
    },
    {
      name: `${name}: a page of NUL bytes in the middle`,
      make: () => {
        const at = of.indexOf('\n', of.length >> 1) + 1;
        return Buffer.concat([of.subarray(0, at), Buffer.alloc(4096), Buffer.from('\n'), of.subarray(at)]);
      },
      calls,
      says: [/"\.\.\.\.\.\./],
      located: true,
    },
    {
      name: `${name}: NUL bytes in a line`,
      make: () => changed(of, word, 3, (line) => line.replace('nr_failed', 'nr_\0\0\0\0\0\0')),
      calls: calls - 1,
      says: [/damaged fields/],
      located: true,
    },
    {
      name: `${name}: a line of 100 MB in the middle, packed`,
      make: () => {
        const at = of.indexOf('\n', of.length >> 1) + 1;
        const long = Buffer.alloc(100 * MEGABYTE, 'x');
        return gzipSync(Buffer.concat([of.subarray(0, at), long, Buffer.from('\n'), of.subarray(at)]));
      },
      calls,
      says: [/longer than 1048576 bytes/],
      located: true,
    },
    {
      name: `${name}: packed, and cut after two thirds`,
      make: () => {
        const packed = gzipSync(of);
        return packed.subarray(0, (packed.length * 2) / 3);
      },
      calls: -1,
      says: [/packed file is damaged or cut short/],
    },
    {
      name: `${name}: HTML for a task's name`,
      make: () =>
        Buffer.from(
          of
            .toString('latin1')
            .replaceAll(/ {8}(mig|7 \[000\])(?=[ -])/g, (comm) => '<b>&x</b>'.padStart(comm.length)),
          'latin1',
        ),
      calls,
      says: [],
      check: sameCalls('<b>&x</b>'),
    },
  ];
}

export const MALFORMED: readonly MalformedInput[] = [
  { name: 'nothing', make: () => Buffer.alloc(0), calls: 0, says: [/it is empty/] },
  { name: 'blank lines', make: () => Buffer.from('\n \n\n'), calls: 0, says: [/empty/], located: true },
  { name: 'random bytes', make: () => junk(70_000), calls: 0, says: [/binary data/], located: true },
  {
    name: 'a letter',
    make: () => Buffer.from('Dear Sir,\nplease find attached our trace: all is well.\n'),
    calls: 0,
    says: [/no line of it looks like a trace/],
    located: true,
  },
  {
    name: 'a trace of something else, tracefs',
    make: () => unpacked('test/fixtures/foreign/sched.txt.gz'),
    calls: 0,
    says: [/no page migration events/],
  },
  {
    name: 'a trace of something else, perf script',
    make: () => unpacked('test/fixtures/foreign/sched-perf.txt.gz'),
    calls: 0,
    says: [/no page migration events/],
  },
  {
    name: 'zstd',
    make: () => readFileSync('test/fixtures/foreign/mixed-status-1m.txt.zst'),
    calls: STATUS_CALLS,
    says: [],
  },
  {
    name: 'zstd, cut after two thirds',
    make: () => {
      const packed = readFileSync('test/fixtures/foreign/mixed-status-1m.txt.zst');
      return packed.subarray(0, (packed.length * 2) / 3);
    },
    calls: -1,
    says: [/packed file is damaged or cut short/],
  },
  {
    name: 'a gzip file in a gzip file',
    make: () => gzipSync(gzipSync(FTRACE)),
    calls: 0,
    says: [/gzip file within/],
    located: true,
  },
  ...FORMATS.flatMap(textDamage),
  {
    name: 'trace: the CPUs one after the other',
    make: () => byCpu(FTRACE),
    calls: FTRACE_CALLS,
    says: [/not in the order of time/],
  },
  {
    name: 'trace: HTML in a marker',
    make: () =>
      Buffer.from(FTRACE.toString('latin1').replaceAll('mig: begin', '<script>alert(1)</script>'), 'latin1'),
    calls: FTRACE_CALLS,
    says: [],
    check: ({ strings }) =>
      strings.some((marker) => marker.includes('<script>alert(1)</script>')) ? null : 'the marker is gone',
  },
  {
    name: 'trace and perf script in one file',
    make: () => Buffer.concat([FTRACE, PERF]),
    calls: FTRACE_CALLS + PERF_CALLS,
    says: [/perf script begin here/],
    located: true,
  },
  {
    name: 'perf script and trace in one file',
    make: () => Buffer.concat([PERF, FTRACE]),
    calls: FTRACE_CALLS + PERF_CALLS,
    says: [/ftrace text begin here/],
    located: true,
  },
  {
    name: 'console output, then a trace',
    make: () => Buffer.concat([Buffer.from('[   12.0] console noise\n'.repeat(400)), FTRACE]),
    calls: FTRACE_CALLS,
    says: [/not an ftrace event/],
    located: true,
  },
  {
    name: 'trace.dat cut after two thirds',
    make: () => {
      const whole = unpacked(`${TRACES}/compaction-6.18/overrun-v6.dat.gz`);
      return whole.subarray(0, (whole.length * 9) / 10);
    },
    calls: -1,
    says: [/ends within|behind the end/],
    located: true,
  },
];

/** Reads an input as the product reads files, and compares with what it must give. */
export async function readMalformed(input: MalformedInput): Promise<MalformedResult> {
  const content = input.make();
  const path = join(tmpdir(), `migtrace-malformed-${process.pid}`);
  writeFileSync(path, content);
  let problems: readonly Problem[] = [];
  let problemCount = 0;
  let calls = 0;
  let told: string | null = null;
  const before = outside();
  let most = before;
  try {
    const parsed = await readTraceFile(path, {
      cancelled: () => false,
      progress: () => (most = Math.max(most, outside())),
    });
    ({ problems, problemCount } = parsed);
    calls = traceInfo(parsed).events['mm_migrate_pages'] ?? 0;
    told = input.check?.(parsed.value) ?? null;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    problems = [
      {
        line: null,
        offset: null,
        message,
        hint: 'Check that the recording ran, and that the path is right.',
      },
    ];
    problemCount = 1;
  } finally {
    rmSync(path);
  }
  const result = { bytes: content.length, calls, problems, problemCount, memoryBytes: most - before };
  return { ...result, wrong: told ?? wrongOf(input, result) };
}

function outside(): number {
  const { arrayBuffers, external } = process.memoryUsage();
  return Math.max(arrayBuffers, external);
}

function wrongOf(input: MalformedInput, result: Omit<MalformedResult, 'wrong'>): string | null {
  const { calls, problems, problemCount } = result;
  // -1: as many as lie before the cut, at least one.
  if (input.calls >= 0 ? calls !== input.calls : calls === 0) return `${calls} calls for ${input.calls}`;
  if (input.says.length === 0 && problemCount > 0) return `a problem of none: ${problems[0]!.message}`;
  for (const said of input.says) {
    const found = problems.find(({ message }) => said.test(message));
    if (found === undefined) return `no problem ${String(said)}`;
    if (input.located === true && found.line === null && found.offset === null) return 'no place is told';
  }
  return problems.some(({ hint }) => hint === '') ? 'a problem without advice' : null;
}
