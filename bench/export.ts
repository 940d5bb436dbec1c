/**
 * What it costs to write each format: time, size and the highest resident memory, each in a process of its own, of a
 * recording and of a simulated run.
 * Usage: npm run bench:export [TRACE …]      default: the largest recording beside the project, and 1,000,000 batches
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { observedRun } from '../src/analysis/observedRun';
import { replay } from '../src/analysis/replay';
import type { ExportFormat, ExportTableName } from '../src/trace/export/formatNames';
import { EXPORT_FORMATS, FORMATS } from '../src/trace/export/formatNames';
import { exportOf } from '../src/trace/export/formats';
import { describeWorkload } from '../src/trace/calls/synth';
import { parseSynthOptions } from '../src/trace/calls/parseSynthOptions';
import type { MigrationTrace } from '../src/trace/model';
import { exportFile } from '../src/worker/exportFile';
import { readTraceFile } from '../src/worker/readTraceFile';

const LARGEST = '../shared/traces/big-256m/trace.txt.gz';
/** 512 base pages a batch. */
const BATCHES = 1_000_000;
const SIMULATED = `${BATCHES} batches`;

interface Measured {
  readonly events: number;
  readonly seconds: number;
  readonly bytes: number;
  readonly before: number;
  readonly highest: number;
}

const MB = 1e6;

async function subjectOf(source: string) {
  if (source !== SIMULATED) {
    const quiet = { cancelled: () => false, progress: () => undefined, companions: {} };
    const trace = (await readTraceFile(source, quiet)).value;
    return { trace, run: observedRun(trace) };
  }
  const options = parseSynthOptions({ 'folio-size': '2M', folios: BATCHES });
  const trace: MigrationTrace = describeWorkload(options.value).value;
  return { trace, run: replay(trace, { path: 'dcbm-v3', kernel: '6.12', channels: 4, runs: 0 }, null) };
}

/** In a process of its own: reads or plays, then writes. */
async function measure(source: string, format: ExportFormat, name: ExportTableName): Promise<Measured> {
  const subject = await subjectOf(source);
  const folder = mkdtempSync(join(tmpdir(), 'migtrace-bench-'));
  try {
    (globalThis as { gc?: () => void }).gc?.();
    const before = process.memoryUsage.rss();
    let highest = before;
    const begin = performance.now();
    const bytes = await exportFile(join(folder, 'out'), exportOf(subject, { format, table: name }), {
      cancelled: () => false,
      progress: () => (highest = Math.max(highest, process.memoryUsage.rss())),
    });
    const seconds = (performance.now() - begin) / 1000;
    return { events: subject.trace.events.length, seconds, bytes, before, highest };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function table(sources: readonly string[]): void {
  console.log('| of | format | s | MB | MB/s | RSS before, MB | while writing, MB |');
  console.log('|---|---|--:|--:|--:|--:|--:|');
  for (const source of sources) {
    for (const format of EXPORT_FORMATS) {
      const tables =
        FORMATS[format].kind === 'table' ? (['events', 'batches'] as const) : (['calls'] as const);
      for (const name of tables) {
        const args = ['--expose-gc', process.argv[1] ?? '', '--measure', source, format, name];
        const { seconds, bytes, before, highest } = JSON.parse(
          execFileSync(process.execPath, args, { encoding: 'utf8' }),
        ) as Measured;
        const label = FORMATS[format].kind === 'table' ? `${format} (${name})` : format;
        const cells = [seconds.toFixed(2), (bytes / MB).toFixed(1), (bytes / MB / seconds).toFixed(0)];
        console.log(
          `| ${source} | ${label} | ${cells.join(' | ')} | ${(before / MB).toFixed(0)} | ${(highest / MB).toFixed(0)} |`,
        );
      }
    }
  }
}

const [flag, ...args] = process.argv.slice(2);
if (flag === '--measure') {
  const [source = '', format = '', name = ''] = args;
  void measure(source, format as ExportFormat, name as ExportTableName).then((measured) => {
    console.log(JSON.stringify(measured));
  });
} else {
  const given = flag === undefined ? [] : [flag, ...args];
  table(given.length > 0 ? given : [...(existsSync(LARGEST) ? [LARGEST] : []), SIMULATED]);
}
