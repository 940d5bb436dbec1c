/**
 * Cost of looking into a run, by CPU time: the states of 1,000 folios that follow each other, and the counters, at
 * random places and instants; what the first question of each kind costs beyond that (it builds an index once); and
 * the exact latency of all folios. Medians of nine rounds, except what happens once. The growth is against the
 * smallest run of the design.
 *
 * Usage: npm run bench:probe
 */
import { latencyOf } from '../src/analysis/latency';
import { createRng } from '../src/base/rng';
import type { Workload } from '../src/engine/folio/workload';
import { SERIES_V3_ZEN3 } from '../src/engine/machine/presets/seriesV3Zen3';
import { countersAt } from '../src/engine/probe/countersAt';
import { folioStates } from '../src/engine/probe/folioStates';
import { createRunIndex } from '../src/engine/probe/runIndex';
import type { Run, RunConfig } from '../src/engine/sim/run';
import { simulate } from '../src/engine/sim/simulate';
import type { RunOfFolios } from '../test/support/workloads';
import { workloadOf } from '../test/support/workloads';

const ROUNDS = 9;
const SIZES = [100_000, 1_000_000, 10_000_000];
const VISIBLE = 1000;
/** Folios looked at before the rounds, so that the code is compiled. */
const WARM_UP = 2000;

interface Scene {
  readonly name: string;
  readonly config: Partial<RunConfig>;
  readonly workload: (folios: number) => Workload;
}

const SCENES: readonly Scene[] = [
  { name: 'serial, 512', config: { path: 'serial' }, workload: plain },
  {
    name: 'dcbm-v3, 262144',
    config: { path: 'dcbm-v3', batchPages: 262_144, channels: 8 },
    workload: plain,
  },
  { name: 'mix, serial, 512', config: { path: 'serial' }, workload: mixed },
  {
    name: 'mix, dcbm-v3, 262144',
    config: { path: 'dcbm-v3', batchPages: 262_144, channels: 8 },
    workload: mixed,
  },
];

function plain(folios: number): Workload {
  return workloadOf({ runs: [{ count: folios }] });
}

/** Stretches of 1 to 300 folios: one in eight of them pinned, locked, freed, without destination or split; some hugetlb, some large. */
function mixed(folios: number): Workload {
  const rng = createRng(7);
  const odd: readonly RunOfFolios[] = [
    { count: 0, fate: 'pinned-get' },
    { count: 0, fate: 'pinned-pin' },
    { count: 0, fate: 'locked' },
    { count: 0, fate: 'freed' },
    { count: 0, fate: 'unmovable' },
    { count: 0, fate: 'move-fails' },
    { count: 0, kind: 'hugetlb', order: 9 },
    { count: 0, order: 9 },
    { count: 0, order: 4, fate: 'no-destination', partsMoved: 12, partsFailed: 4 },
  ];
  const runs: RunOfFolios[] = [];
  let left = folios;
  while (left > 0) {
    const isOdd = rng.next() < 1 / 8;
    const count = Math.min(left, 1 + Math.floor(rng.next() * (isOdd ? 4 : 300)));
    const of = isOdd ? odd[Math.floor(rng.next() * odd.length)] : undefined;
    runs.push({ ...of, count });
    left -= count;
  }
  return workloadOf({ mode: 'MIGRATE_SYNC_LIGHT', runs });
}

/** CPU ns of this process that `work` takes. */
function cpuNs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) * 1000;
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

interface Figures {
  readonly firstStates: number;
  readonly firstCounters: number;
  readonly states: number;
  readonly counters: number;
  readonly latency: number;
}

function measure(run: Run, asks: number): Figures {
  const rng = createRng(1);
  const index = createRunIndex(run);
  const out = new Uint8Array(VISIBLE);
  const look = () => {
    const first = Math.floor(rng.next() * (run.folioCount - VISIBLE));
    folioStates(index, first, VISIBLE, rng.next() * run.end, out);
  };
  const count = () => countersAt(index, rng.next() * run.end);
  const repeat = (work: () => void, times: number) => {
    for (let i = 0; i < times; i++) work();
  };
  const firstStates = cpuNs(look);
  const firstCounters = cpuNs(count);
  repeat(look, WARM_UP);
  repeat(count, WARM_UP);
  const each = (work: () => void) =>
    median(Array.from({ length: ROUNDS }, () => cpuNs(() => repeat(work, asks)) / asks));
  return {
    firstStates,
    firstCounters,
    states: each(look),
    counters: each(count),
    latency: median(Array.from({ length: 3 }, () => cpuNs(() => latencyOf(run)))),
  };
}

const HEAD = ['design, batch limit', 'folios', 'segments', 'states', 'growth', 'counters', 'growth'];
console.log(`states: ns per question about ${VISIBLE} folios; counters: ns per question`);
console.log(row([...HEAD, '1st states', '1st counters', 'latency']));
for (const { name, config, workload } of SCENES) {
  let smallest: Figures | null = null;
  for (const folios of SIZES) {
    const run = simulate(workload(folios), {
      machine: SERIES_V3_ZEN3,
      config: { kernel: '6.12', runs: 1, ...config },
    });
    const figures = measure(run, 20_000);
    smallest ??= figures;
    console.log(
      row([
        name,
        String(run.folioCount),
        String(run.segments.length),
        figures.states.toFixed(0),
        `${(figures.states / smallest.states).toFixed(2)}x`,
        figures.counters.toFixed(0),
        `${(figures.counters / smallest.counters).toFixed(2)}x`,
        ...[figures.firstStates, figures.firstCounters, figures.latency].map(
          (ns) => `${(ns / 1e6).toFixed(1)} ms`,
        ),
      ]),
    );
  }
}

function row(cells: readonly string[]): string {
  return cells.map((cell, i) => (i === 0 ? cell.padEnd(21) : cell.padStart(i < 3 ? 10 : 12))).join(' ');
}
