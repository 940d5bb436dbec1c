/**
 * How fast traces are read, beside `trace-cmd report`, `wc -l` and readline with a regular expression: CPU time, medians of
 * rounds in which each reads the same events once in a process of its own. Then the memory a trace of 2.4 GB takes.
 *
 * Usage: npm run bench:parse -- [--rounds N] [--dat FILE] [--text FILE] [--events N] [--no-large]
 * --dat: a trace.dat whose pages are repeated until there are --events; the text is what `trace-cmd report` prints of it.
 * --text: an ftrace text that is repeated, later and at other addresses each time, up to 2.4 GB.
 */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { writeLargeTrace } from './parse/largeTrace';
import { measure, type ReaderName, type Reading } from './parse/readers';
import { repeatDat } from './parse/repeatDat';
import { isInstalled, toolCpuMs } from './parse/tools';

const SHARED = '../shared/traces';
const LARGE_BYTES = 2.4e9;
/** Readings in one process: the first is cold, the last warm. */
const READINGS = 4;

interface Contender {
  readonly name: string;
  /** CPU times of one round, ms; null where it cannot run. */
  readonly play: () => { readonly cold: number; readonly warm: number | null } | null;
  readonly cold: number[];
  readonly warm: number[];
  /** At least so many times as quick as trace-cmd report, warm. */
  readonly goal?: number;
}

function ours(name: string, reader: ReaderName, path: string, moved: Set<number>, goal?: number): Contender {
  const play = () => {
    const times = reader === 'regex' ? 1 : READINGS;
    const child = spawnSync(process.execPath, [__filename, '--once', reader, path, String(times)], {
      encoding: 'utf8',
    });
    if (child.status !== 0) throw new Error(child.stderr);
    const readings = JSON.parse(child.stdout) as Reading[];
    for (const reading of readings) moved.add(reading.moved);
    return { cold: readings[0]!.cpuMs, warm: times > 1 ? readings.at(-1)!.cpuMs : null };
  };
  return { name, play, cold: [], warm: [], ...(goal !== undefined && { goal }) };
}

function tool(name: string, command: readonly string[]): Contender {
  const play = () => {
    const ms = toolCpuMs(command);
    return ms === null ? null : { cold: ms, warm: null };
  };
  return { name, play, cold: [], warm: [] };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >>> 1] ?? Number.NaN;
}

function unpacked(path: string): Buffer {
  const bytes = readFileSync(path);
  return path.endsWith('.gz') ? gunzipSync(bytes) : bytes;
}

/** The trace.dat of so many events and the text of it; null, having said why, where they cannot be made. */
function makeFiles(source: string, events: number, folder: string): { dat: string; text: string } | null {
  if (!existsSync(source)) {
    console.log(`${source} is missing: nothing is compared. Give another with --dat.`);
    return null;
  }
  if (!isInstalled('trace-cmd')) {
    console.log(
      'trace-cmd is missing (Debian: trace-cmd): it makes the text that is read, and is the yardstick.',
    );
    return null;
  }
  const [packed, plain, dat, text] = ['packed.dat', 'plain.dat', 'trace.dat', 'trace.txt'].map((name) =>
    join(folder, name),
  ) as [string, string, string, string];
  writeFileSync(packed, unpacked(source));
  const convert = [
    'trace-cmd',
    'convert',
    '--file-version',
    '6',
    '--compression',
    'none',
    '-i',
    packed,
    '-o',
    plain,
  ];
  if (toolCpuMs(convert) === null) throw new Error(`${source}: trace-cmd cannot convert it`);
  const once = spawnSync('trace-cmd', ['report', '-i', plain], { encoding: 'latin1', maxBuffer: 1 << 30 });
  const lines = once.stdout.split('\n').length;
  repeatDat(readFileSync(plain), Math.max(1, Math.round(events / lines)), dat);
  spawnSync('trace-cmd', ['report', '-i', dat], { stdio: ['ignore', openSync(text, 'w'), 'ignore'] });
  return { dat, text };
}

function compare(source: string, events: number, rounds: number, folder: string): void {
  const files = makeFiles(source, events, folder);
  if (files === null) return;
  const { dat, text } = files;
  const moved = new Set<number>();
  const contenders = [
    tool('wc -l', ['wc', '-l', text]),
    ours('text, sums only', 'text sums', text, moved, 6),
    ours('text, with calls, folios and events', 'text all', text, moved),
    ours('trace.dat, sums only', 'dat sums', dat, moved, 10),
    ours('trace.dat, with calls, folios and events', 'dat all', dat, moved),
    tool('trace-cmd report', ['trace-cmd', 'report', '-i', dat]),
    ours('readline and a regular expression', 'regex', text, moved),
  ];
  for (let round = 0; round < rounds; round++) {
    for (const contender of contenders) {
      const played = contender.play();
      if (played === null) continue;
      contender.cold.push(played.cold);
      contender.warm.push(played.warm ?? played.cold);
    }
  }
  if (moved.size !== 1) throw new Error(`not the same was read: ${[...moved].join(', ')} pages moved`);
  const yardstick = contenders.find(({ name }) => name === 'trace-cmd report')!;
  const size = statSync(text).size;
  console.log(
    `${(size / 1e6).toFixed(0)} MB of text, ${(statSync(dat).size / 1e6).toFixed(0)} MB of trace.dat; CPU time, medians of ${rounds} rounds; x: as quick as trace-cmd report`,
  );
  for (const { name, cold, warm, goal } of contenders) {
    const times = (list: readonly number[]): number =>
      median(list.map((ms, round) => yardstick.cold[round]! / ms));
    if (cold.length === 0) {
      console.log(`${name.padEnd(42)} is not installed`);
      continue;
    }
    const isOurs = warm.some((ms, round) => ms !== cold[round]);
    const one = (list: readonly number[]): string =>
      `${median(list).toFixed(0).padStart(6)} ms ${times(list).toFixed(1).padStart(5)}x`;
    const verdict =
      goal === undefined ? '' : `  goal ${goal}x warm: ${times(warm) >= goal ? 'reached' : 'MISSED'}`;
    console.log(`${name.padEnd(42)} ${one(cold)}${isOurs ? `   warm ${one(warm)}${verdict}` : ''}`);
  }
}

function large(source: string, folder: string): void {
  if (!existsSync(source)) {
    console.log(`${source} is missing: no large trace is made of it. Give another with --text.`);
    return;
  }
  const room = statfsSync(folder);
  if (room.bavail * room.bsize < 1.5 * LARGE_BYTES) {
    console.log(`${folder} has no room for ${LARGE_BYTES / 1e9} GB: no large trace is made.`);
    return;
  }
  const [once, file] = [join(folder, 'once.txt'), join(folder, 'large.txt')];
  writeFileSync(once, unpacked(source));
  const bytes = writeLargeTrace(once, file, Math.round(LARGE_BYTES / statSync(once).size));
  console.log(
    `\n${(bytes / 1e9).toFixed(2)} GB of text; most memory held (VmHWM) and CPU time of a process of its own`,
  );
  const goal = (peak: number, most: number): string =>
    `${(peak / 1e6).toFixed(1)} MB, goal ${most} MB: ${peak <= most * 1e6 ? 'reached' : 'MISSED'}`;
  const usage = join(folder, 'usage.json');
  spawnSync(
    process.execPath,
    ['-r', join(__dirname, 'usageAtExit.js'), 'dist/cli.js', 'info', file, '--json'],
    {
      env: { ...process.env, MIGTRACE_USAGE: usage },
      stdio: 'ignore',
    },
  );
  const info = JSON.parse(readFileSync(usage, 'utf8')) as { cpuMs: number; peakBytes: number };
  console.log(`migtrace info: ${goal(info.peakBytes, 70)}, ${(info.cpuMs / 1000).toFixed(1)} s`);
  for (const [path, most] of [[file, 250] as const, [once, 250] as const]) {
    const child = spawnSync(process.execPath, [join(__dirname, 'parseOpen.js'), path], { encoding: 'utf8' });
    const open = JSON.parse(child.stdout) as { peak: number; cpuMs: number; runMs: number; folios: number };
    console.log(
      `opened as the analysis thread does (${(statSync(path).size / 1e6).toFixed(0)} MB, ${open.folios} folios): ${goal(open.peak, most)}, ` +
        `${(open.cpuMs / 1000).toFixed(1)} s, of which the recorded run for the first picture ${open.runMs.toFixed(0)} ms by the clock`,
    );
  }
}

function main(): void {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '5' },
      dat: { type: 'string', default: `${SHARED}/mp-256m-base/trace.dat.gz` },
      text: { type: 'string', default: `${SHARED}/big-256m/trace.txt.gz` },
      events: { type: 'string', default: '2e6' },
      'no-large': { type: 'boolean', default: false },
    },
  });
  const folder = mkdtempSync(join(tmpdir(), 'migtrace-bench-'));
  try {
    compare(values.dat, Number(values.events), Number(values.rounds), folder);
    if (!values['no-large']) large(values.text, folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const [flag, reader, path, times] = process.argv.slice(2);
if (flag === '--once')
  void measure(reader as ReaderName, path ?? '', Number(times)).then((readings) =>
    console.log(JSON.stringify(readings)),
  );
else main();
