/**
 * What a reviewer reads: every recording of the collection, whatever its format, through the product's reader, beside what was
 * counted when it was made. Run: npm run show:traces. Exits with 1 if any differs.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { TOTAL_NAMES, zeroTotals } from '../src/engine/kernel/totals';
import type { MigrateTotals } from '../src/engine/kernel/totals';
import { traceInfo } from '../src/analysis/info';
import type { TraceInfo } from '../src/analysis/info';
import type { MigrationTrace } from '../src/trace/model';
import { readTraceFile } from '../src/worker/readTraceFile';
import { betweenMarkers } from '../test/trace/recordings';

const COLLECTION = '../shared/traces';
/** What lies beside the recordings of a run and is none. */
const BESIDE = /^(meta\.json|nodes\.tar\.gz|trace\.stats|vmstat\..*|workload\..*|recorder\.log)$/;
/** Events that were not counted when the recordings were made. */
const UNCOUNTED = /^(funcgraph_|copy_)/;

interface CountedRecording {
  readonly events: Readonly<Record<string, number>>;
  readonly mm_migrate_pages_sums: MigrateTotals;
}
interface CountedGraph {
  readonly calls: Readonly<Record<string, number>>;
}
interface Meta {
  readonly truth: Readonly<Record<string, unknown>> & {
    readonly run?: { readonly vmstat_delta: Readonly<Record<string, number>> };
  };
}

interface Row {
  readonly file: string;
  readonly format: string;
  readonly events: string;
  readonly moved: string;
  readonly failed: string;
  readonly equal: string;
  readonly kernel: string;
  readonly lost: string;
}

const HEAD: Row = {
  file: 'recording',
  format: 'format',
  events: 'events',
  moved: 'moved',
  failed: 'failed',
  equal: 'equal?',
  kernel: 'kernel moved',
  lost: 'lost',
};

/** By which recording's count a file is judged: trace.dat is what its report is made of, perf.data what its script is. */
function truthKey(file: string): string {
  if (/^(report|trace\.dat)/.test(file)) return 'report.txt';
  if (/^(script|perf\.data)/.test(file)) return 'script.txt';
  return file.replace(/\.gz$/, '');
}

function differenceOf(info: TraceInfo, meta: Meta, file: string): string {
  const key = truthKey(file);
  const counted = meta.truth[key];
  if (counted === undefined) return 'not counted';
  if (key === 'graph.txt') return callsDiffer(info, counted as CountedGraph);
  const { events, mm_migrate_pages_sums: sums } = counted as CountedRecording;
  for (const name of TOTAL_NAMES)
    if ((sums[name] ?? 0) !== info.totals[name]) return `NO: ${name} ${info.totals[name]} for ${sums[name]}`;
  for (const name of new Set([...Object.keys(events), ...Object.keys(info.events)])) {
    const [found, expected] = [info.events[name] ?? 0, events[name] ?? 0];
    if (found !== expected && !UNCOUNTED.test(name)) return `NO: ${name} ${found} for ${expected}`;
  }
  return 'yes';
}

function callsDiffer(info: TraceInfo, { calls }: CountedGraph): string {
  for (const [name, expected] of Object.entries(calls)) {
    const found = info.functions[name]?.calls ?? 0;
    if (found !== expected) return `NO: ${name}() ${found} for ${expected}`;
  }
  return 'yes';
}

/** Pages moved between the markers that stand where the counters were read, or in all where a format has no markers. */
function movedWithin(trace: MigrationTrace, info: TraceInfo): number {
  const hasMarkers = trace.strings.some((text) => text.startsWith('snap: before'));
  return (hasMarkers ? betweenMarkers(trace).sums : { ...zeroTotals(), ...info.totals }).nr_succeeded;
}

/** The kernel's pgmigrate_success over the run, and how the recording compares with it. */
function kernelColumn(trace: MigrationTrace, info: TraceInfo, meta: Meta, file: string): string {
  const counted = meta.truth.run?.vmstat_delta['pgmigrate_success'];
  if (counted === undefined || truthKey(file) === 'graph.txt') return '';
  const difference = movedWithin(trace, info) - counted;
  return difference === 0
    ? `${counted} =`
    : `${counted} ${difference > 0 ? '+' : '−'}${Math.abs(difference)}`;
}

async function rowOf(folder: string, file: string, meta: Meta): Promise<Row> {
  const path = `${COLLECTION}/${folder}/${file}`;
  const parsed = await readTraceFile(path, { cancelled: () => false, progress: () => {} });
  const info = traceInfo(parsed);
  const events = Object.values(info.events).reduce((sum, count) => sum + count, 0);
  const row = { file: `${folder}/${file}`, format: info.format, events: String(events) };
  if (events === 0) {
    const why = info.problems[0]?.message ?? '';
    return { ...row, format: '', moved: '', failed: '', equal: 'not read', kernel: '', lost: why };
  }
  return {
    ...row,
    moved: String(info.totals.nr_succeeded),
    failed: String(info.totals.nr_failed),
    equal: differenceOf(info, meta, file),
    kernel: kernelColumn(parsed.value, info, meta, file),
    lost:
      info.lostEvents === 0 ? '' : info.lostEvents < 0 ? 'some, not said how many' : String(info.lostEvents),
  };
}

function print(rows: readonly Row[]): void {
  const names = Object.keys(HEAD) as (keyof Row)[];
  const widths = names.map((name) => Math.max(...[HEAD, ...rows].map((row) => row[name].length)));
  for (const row of [HEAD, ...rows]) {
    const cells = names.map((name, column) =>
      /^[\d−+= ]+$/.test(row[name]) ? row[name].padStart(widths[column]!) : row[name].padEnd(widths[column]!),
    );
    process.stdout.write(`${cells.join('  ').trimEnd()}\n`);
  }
}

async function main(): Promise<void> {
  if (!existsSync(COLLECTION)) {
    process.stdout.write(`There is no collection of traces at ${COLLECTION}.\n`);
    return;
  }
  const rows: Row[] = [];
  for (const folder of readdirSync(COLLECTION)) {
    const metaPath = `${COLLECTION}/${folder}/meta.json`;
    if (!existsSync(metaPath)) continue;
    const meta = JSON.parse(readFileSync(metaPath, 'utf8')) as Meta;
    for (const file of readdirSync(`${COLLECTION}/${folder}`))
      if (!BESIDE.test(file)) rows.push(await rowOf(folder, file, meta));
  }
  print(rows);
  const wrong = rows.filter(({ equal }) => equal.startsWith('NO')).length;
  const unread = rows.filter(({ equal }) => equal === 'not read').length;
  const untold = rows.filter(({ equal }) => equal === 'not counted').length;
  process.stdout.write(
    `\n${rows.length} recordings: ${rows.length - wrong - unread - untold} equal, ${wrong} differ, ${unread} not read, ${untold} never counted.\n` +
      'equal?: all sums of mm_migrate_pages and all events by name (function_graph: calls by function) against what was counted when the recording was made.\n' +
      'kernel moved: pgmigrate_success of the run, and how many pages more or less the recording holds between its markers, or in all where it has none.\n' +
      'Where events were lost the recording holds less than the kernel counted; perf and trace-cmd also see what they moved themselves under NUMA balancing.\n',
  );
  process.exitCode = wrong === 0 ? 0 : 1;
}

void main();
