/**
 * How the engine's speed depends on the list it is given: on the length of the runs of alike folios, and on recorded lists. The machine and
 * the design are those of the case `full` of `bench:engine`. CPU time, each row in a process of its own, medians of five rounds.
 *
 * Usage: npm run bench:engine:runs [-- FOLIOS]
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { defined } from '../src/base/assert';
import type { Workload } from '../src/engine/folio/workload';
import { resolveConfig, simulate, summarize } from '../src/engine/sim/simulate';
import { createTraceReader } from '../src/trace/formats/read';
import { planOf } from './plain/plan';
import { playPlain } from './plain/simulation';
import { median } from './speed/rounds';
import { digits } from './speed/table';
import { CASES, evenWorkload, GOAL_CASE } from './speed/workloads';

const RUN_LENGTHS = [1, 4, 16, 64, 512] as const;
const FOLIOS = 1e5;
const ROUNDS = 5;
/** CPU time of warming up, and of what is counted, ns. */
const WARM_UP_NS = 1e9;
const COUNTED_NS = 300e6;
/** Recordings: one task, or several; base pages, THPs, many small calls. Each is played with its own calls, in its order. */
const RECORDINGS = [
  'mp-256m-base',
  'mp-256m-thp',
  'compact-256m',
  'compaction-native-6.18',
  'demote',
  'autonuma-24m',
  'migratepages-16m',
] as const;
const COLLECTION = path.join('..', 'shared', 'traces');

interface Figures {
  readonly folios: number;
  readonly runs: number;
  readonly tasks: number;
  readonly batches: number;
  readonly segments: number;
  readonly bytes: number;
  readonly runNs: number;
  readonly summaryNs: number;
  /** null where the plain simulation does not know what the list holds. */
  readonly plainNs: number | null;
}

function main(folios: number): void {
  const recordings = RECORDINGS.filter((name) => existsSync(recordingOf(name)));
  if (recordings.length < RECORDINGS.length) console.log(`Recordings are looked for in ${COLLECTION}.`);
  const rows = [
    ...RUN_LENGTHS.map((length) => ({
      title: `runs of ${length}`,
      args: ['runs', `${length}`, `${folios}`],
    })),
    ...recordings.map((name) => ({ title: name, args: ['recording', name] })),
  ];
  console.log(
    '| list | folios | tasks | folios a run | folios a batch | segments a batch | engine | summary | closures and objects | B/folio |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |');
  for (const { title, args } of rows)
    console.log(
      rowOf(
        title,
        Array.from({ length: ROUNDS }, () => measureApart(args)),
      ),
    );
}

function rowOf(title: string, rounds: readonly Figures[]): string {
  const first = defined(rounds[0], 'a round');
  const per = (pick: (figures: Figures) => number) => digits(median(rounds.map(pick)) / first.folios);
  const plain = first.plainNs === null ? '–' : per((figures) => figures.plainNs ?? NaN);
  const { folios, tasks, runs, batches, segments, bytes } = first;
  const cells = [
    title,
    `${folios}`,
    `${tasks}`,
    digits(folios / runs),
    digits(folios / batches),
    digits(segments / batches),
    per(({ runNs }) => runNs),
    per(({ summaryNs }) => summaryNs),
    plain,
    digits(bytes / folios),
  ];
  return `| ${cells.join(' | ')} |`;
}

function measureApart(args: readonly string[]): Figures {
  const { status, stdout, stderr } = spawnSync(process.execPath, [__filename, '--measure', ...args], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Figures;
}

function measure(what: string, name: string, folios: number): Figures {
  const { machine, config } = defined(
    CASES.find((row) => row.name === GOAL_CASE),
    'the case of the goals',
  );
  const workload = what === 'runs' ? evenWorkload(folios, Number(name)) : readRecording(name);
  const play = () => simulate(workload, { machine, config: { ...config, runs: 0 } });
  const run = play();
  return {
    folios: run.folioCount,
    runs: workload.folioRuns.length,
    tasks: run.lanes.length,
    batches: run.batches.length,
    segments: run.segments.length,
    bytes: [run.calls, run.batches, run.segments, run.shapes, run.folios].reduce(
      (all, table) => all + bytesOf(table),
      0,
    ),
    runNs: cpuOf(play),
    summaryNs: cpuOf(() => summarize(workload, { machine, config })),
    plainNs: what === 'runs' ? plainNs(workload) : null,
  };
}

function plainNs(workload: Workload): number {
  const { machine, config } = defined(
    CASES.find((row) => row.name === GOAL_CASE),
    'the case of the goals',
  );
  const plan = planOf(workload, machine, resolveConfig(config));
  return cpuOf(() => playPlain(plan));
}

function recordingOf(name: string): string {
  return path.join(COLLECTION, name, 'trace.txt.gz');
}

function readRecording(name: string): Workload {
  const reader = createTraceReader({ source: name });
  reader.push(gunzipSync(readFileSync(recordingOf(name))));
  return reader.finish().value.workload;
}

function bytesOf(table: object): number {
  return Object.values(table).reduce<number>(
    (all, column) => all + (ArrayBuffer.isView(column) ? column.buffer.byteLength : 0),
    0,
  );
}

/** CPU time of one warm call, ns. */
function cpuOf(play: () => unknown): number {
  repeat(play, WARM_UP_NS);
  return repeat(play, COUNTED_NS);
}

function repeat(play: () => unknown, ns: number): number {
  const begin = process.cpuUsage();
  let spent = 0;
  let calls = 0;
  for (; spent < ns; calls++) {
    play();
    const { user, system } = process.cpuUsage(begin);
    spent = (user + system) * 1000;
  }
  return spent / calls;
}

const [flag, what = '', name = '', folios = ''] = process.argv.slice(2);
if (flag === '--measure') console.log(JSON.stringify(measure(what, name, Number(folios))));
else main(Number(flag ?? FOLIOS));
