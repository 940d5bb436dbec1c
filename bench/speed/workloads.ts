/** What is measured: workloads of any number of folios, each with the machine and the designs that play it. A new one is a row here. */
import { promotionWorkload } from '../../src/analysis/reproduce';
import { GrowableTable } from '../../src/base/columns';
import { createRng } from '../../src/base/rng';
import type { Workload } from '../../src/engine/folio/workload';
import {
  CALL_FLAGS,
  CALL_SCHEMA,
  FOLIO_FATES,
  FOLIO_MAPPINGS,
  FOLIO_RUN_SCHEMA,
} from '../../src/engine/folio/workload';
import { modeCode, reasonCode } from '../../src/engine/kernel/modes';
import type { Machine } from '../../src/engine/machine/machine';
import { SERIES_V3_ZEN3 } from '../../src/engine/machine/presets/seriesV3Zen3';
import type { RunConfig } from '../../src/engine/sim/run';

/** Who plays it: the engine always; the others as far as they know its design. */
export type Yardstick = 'oracle' | 'plain' | 'simpy';

export interface BenchCase {
  readonly name: string;
  readonly machine: Machine;
  readonly config: Partial<RunConfig>;
  readonly workload: (folios: number) => Workload;
  /** The most folios it is played at. */
  readonly largest: number;
  /** Yardsticks that play the same model, with the most folios each is asked for. */
  readonly yardsticks: Readonly<Partial<Record<Yardstick, number>>>;
}

/** Shares of folios by order, and the mean length of a stretch of alike folios. An assumption: mostly base pages, half of all bytes in 2 MiB folios. */
const MIX = [
  { order: 0, share: 0.7, stretch: 256 },
  { order: 2, share: 0.2, stretch: 64 },
  { order: 4, share: 0.095, stretch: 32 },
  { order: 9, share: 0.005, stretch: 2 },
] as const;
/** One folio in so many is pinned. */
const PINNED_EVERY = 10_000;
/** Folios of one migrate_pages() call, and the CPUs that make the calls in turn: two neighbours on each of two CCDs. */
const CALL_FOLIOS = 16_384;
const CPUS = [0, 1, 8, 9] as const;
/** CPUs that ran the mm: each batch has one flush by IPI. */
const MM_CPUS = 4;
const SEED = 1;
/** Writes per second to each folio while it is copied, for the speculative design. An assumption. */
const WRITE_RATE = 1000;
/** Case `full long`: stretches as of memory that was filled from one end to the other. */
const LONGER = 64;

/** The same shares of folios, in stretches of which each has so many: of folios that lie as they came, and of memory that was filled at once. */
export function evenWorkload(folios: number, stretch: number): Workload {
  return mixedWorkload(folios, {
    mix: MIX.map(({ order, share }) => ({ order, share, stretch })),
    lengthOf: () => stretch,
  });
}

interface Stretch {
  readonly order: number;
  readonly share: number;
  readonly stretch: number;
}

interface Stretches {
  readonly mix: readonly Stretch[];
  /** Folios of a stretch, given its mean length and a uniform number. */
  readonly lengthOf: (mean: number, uniform: number) => number;
}

function seeded(longer: number): Stretches {
  return { mix: MIX, lengthOf: (mean, uniform) => 1 + Math.floor(uniform * (2 * longer * mean - 1)) };
}

/** Folios of mixed orders in stretches, over calls of four tasks that all begin at once. */
function mixedWorkload(folios: number, { mix, lengthOf }: Stretches): Workload {
  const calls = new GrowableTable(CALL_SCHEMA);
  const runs = new GrowableTable(FOLIO_RUN_SCHEMA);
  const rng = createRng(SEED);
  const callFolios = Math.min(CALL_FOLIOS, Math.ceil(folios / CPUS.length));
  let untilPin = PINNED_EVERY / 2;
  const add = (count: number, order: number, fate: (typeof FOLIO_FATES)[number]) => {
    const row = runs.push();
    const r = runs.columns;
    r.count[row] = count;
    r.order[row] = order;
    r.fate[row] = FOLIO_FATES.indexOf(fate);
    r.mapping[row] = FOLIO_MAPPINGS.indexOf(order === 9 ? 'pmd' : 'pte');
    r.mappings[row] = 1;
    r.address[row] = -1;
    r.from[row] = 1;
    r.to[row] = 0;
  };
  for (let done = 0; done < folios;) {
    const row = calls.push();
    const c = calls.columns;
    const cpu = row % CPUS.length;
    c.endNs[row] = NaN;
    c.cpu[row] = CPUS[cpu] as number;
    c.pid[row] = 1000 + cpu;
    c.mode[row] = modeCode('MIGRATE_SYNC');
    c.reason[row] = reasonCode('syscall_or_cpuset');
    c.flags[row] = CALL_FLAGS.described;
    c.mmCpus[row] = MM_CPUS;
    const firstRun = runs.length;
    c.firstRun[row] = firstRun;
    let left = Math.min(callFolios, folios - done);
    done += left;
    while (left > 0) {
      const { order, stretch } = drawOrder(mix, rng.next());
      let count = Math.min(left, lengthOf(stretch, rng.next()));
      left -= count;
      if (order === 0 && count > untilPin) {
        if (untilPin > 0) add(untilPin, order, 'movable');
        add(1, order, 'pinned-get');
        count -= untilPin + 1;
        untilPin = PINNED_EVERY;
      } else {
        untilPin = Math.max(0, untilPin - count);
      }
      if (count > 0) add(count, order, 'movable');
    }
    c.runCount[row] = runs.length - firstRun;
  }
  return { calls: calls.finish(), folioRuns: runs.finish(), comms: [''] };
}

function drawOrder(mix: readonly Stretch[], uniform: number): Stretch {
  const total = mix.reduce((sum, { share, stretch }) => sum + share / stretch, 0);
  let at = uniform * total;
  for (const entry of mix) {
    at -= entry.share / entry.stretch;
    if (at < 0) return entry;
  }
  return MIX[0];
}

/** The v3 machine with links that are never full: channels are plain FIFO servers, CPUs do not slow each other. */
function withWideLinks(machine: Machine): Machine {
  const wide = (name: 'engineBandwidth' | 'engineLink' | 'nodeLink' | 'threadLink' | 'ccdLink') => ({
    ...machine.costs[name],
    value: 1e6,
  });
  return {
    ...machine,
    costs: {
      ...machine.costs,
      engineBandwidth: wide('engineBandwidth'),
      engineLink: wide('engineLink'),
      nodeLink: wide('nodeLink'),
      threadLink: wide('threadLink'),
      ccdLink: wide('ccdLink'),
    },
  };
}

const EVERYTHING: Partial<RunConfig> = { kernel: '7.2', channels: 8, iommu: 'strict', seed: SEED };
const PLAIN: Omit<BenchCase, 'name' | 'config' | 'yardsticks'> = {
  machine: SERIES_V3_ZEN3,
  workload: promotionWorkload,
  largest: 1e7,
};
const MIXED: Omit<BenchCase, 'name' | 'config' | 'yardsticks'> = {
  machine: SERIES_V3_ZEN3,
  workload: (folios) => mixedWorkload(folios, seeded(1)),
  largest: 1e7,
};

/** `full` is the case of the goals; `fifo` is the same with links never full, the model that SimPy is quickest on. */
export const CASES: readonly BenchCase[] = [
  {
    ...PLAIN,
    name: 'plain serial',
    config: { path: 'serial' },
    yardsticks: { oracle: 1e6, plain: 1e7, simpy: 1e6 },
  },
  {
    ...PLAIN,
    name: 'plain batch-cpu',
    config: { path: 'batch-cpu' },
    yardsticks: { oracle: 1e5, plain: 1e6, simpy: 1e5 },
  },
  {
    ...PLAIN,
    name: 'plain dcbm-v3',
    config: { path: 'dcbm-v3', channels: 8 },
    yardsticks: { oracle: 1e4, plain: 1e6, simpy: 1e5 },
  },
  {
    ...MIXED,
    name: 'full',
    config: { ...EVERYTHING, path: 'precopy' },
    yardsticks: { oracle: 1e5, plain: 1e7, simpy: 1e6 },
  },
  {
    ...MIXED,
    name: 'fifo',
    machine: withWideLinks(SERIES_V3_ZEN3),
    config: { ...EVERYTHING, path: 'precopy' },
    yardsticks: { oracle: 1e4, plain: 1e6, simpy: 1e6 },
  },
  {
    ...MIXED,
    name: 'full long',
    workload: (folios) => mixedWorkload(folios, seeded(LONGER)),
    config: { ...EVERYTHING, path: 'precopy' },
    yardsticks: { oracle: 1e4, plain: 1e6, simpy: 1e6 },
  },
  {
    ...MIXED,
    name: 'full dcbm-v3',
    config: { ...EVERYTHING, path: 'dcbm-v3' },
    yardsticks: { oracle: 1e4, plain: 1e6, simpy: 1e5 },
  },
  {
    ...MIXED,
    name: 'full serial',
    config: { ...EVERYTHING, path: 'serial' },
    yardsticks: { oracle: 1e4, plain: 1e6, simpy: 1e5 },
  },
  ...(['threads', 'async', 'speculative', 'adaptive'] as const).map((path) => ({
    ...MIXED,
    name: `full ${path}`,
    config: { ...EVERYTHING, path, writeRate: WRITE_RATE },
    largest: 1e6,
    yardsticks: { oracle: 1e4 },
  })),
];

export const GOAL_CASE = 'full';
export const FIFO_CASE = 'fifo';
export const ONE_TASK_CASE = 'plain serial';

/** Cases that are also replayed by the product itself, with the arguments that give the command line the same design. */
export const PRODUCT_CASES: readonly { readonly name: string; readonly args: readonly string[] }[] = [
  { name: ONE_TASK_CASE, args: ['--machine', SERIES_V3_ZEN3.name] },
  {
    name: GOAL_CASE,
    args: ['--machine', SERIES_V3_ZEN3.name, '--path', 'precopy', '--kernel', '7.2', '--channels', '8'],
  },
];
