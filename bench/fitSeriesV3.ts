/**
 * Repeats the fit behind the preset series-v3-zen3 through the engine itself: coordinate descent over the
 * fitted costs against the published throughputs, least squares of the logarithms. Prints the costs, the
 * error on what was fitted, on the channel counts that the fit never sees, and on each folio size when the
 * fit does not see it (docs/MODEL.md, section 5).
 *
 * Usage: npm run bench:fit:v3
 */
import type { ThroughputRow } from '../src/analysis/publishedV3';
import { V3_THROUGHPUT, V3_UNSEEN } from '../src/analysis/publishedV3';
import { promotionWorkload } from '../src/analysis/reproduce';
import type { CostName } from '../src/engine/machine/costs';
import type { Machine } from '../src/engine/machine/machine';
import { SERIES_V3_ZEN3 } from '../src/engine/machine/presets/seriesV3Zen3';
import { simulate } from '../src/engine/sim/simulate';

/**
 * What is fitted, and from where. Costs of one line move together, since the tables fix only their sum: their
 * shares are those of the preset. The start is round and knows nothing of the tables: where a fit without a
 * column leaves a cost open, it stays there.
 */
const GROUPS: readonly { readonly names: readonly CostName[]; readonly start: number }[] = [
  { names: ['folioAlloc', 'folioSwitch', 'folioFinish'], start: 500 },
  { names: ['pteUnmap', 'localFlush', 'pteRemap'], start: 200 },
  { names: ['pmdUnmap'], start: 500 },
  { names: ['copyMemory'], start: 10 },
  { names: ['threadBandwidth'], start: 10 },
  { names: ['threadLink'], start: 30 },
  { names: ['sgMap', 'sgSubmit', 'sgUnmap'], start: 100 },
  { names: ['engineDescriptor'], start: 100 },
  { names: ['engineIommuEntry'], start: 300 },
  { names: ['channelBandwidth'], start: 10 },
  { names: ['engineBandwidth'], start: 20 },
  { names: ['engineLink', 'nodeLink'], start: 50 },
];

/** One number for each group: the sum of its costs, or the one value that its bandwidths have. */
type Values = readonly number[];

function machineOf(values: Values): Machine {
  const costs = { ...SERIES_V3_ZEN3.costs };
  GROUPS.forEach(({ names }, i) => {
    const sum = names.reduce((total, name) => total + SERIES_V3_ZEN3.costs[name].value, 0);
    for (const name of names) {
      const share = name === 'nodeLink' || name === 'engineLink' ? 1 : costs[name].value / sum;
      costs[name] = { ...costs[name], value: share * (values[i] ?? NaN) };
    }
  });
  return { ...SERIES_V3_ZEN3, costs };
}

/** GB/s of move_pages() over 1 GB in one batch, as the series' benchmark sets it; and the copy's share. */
function play(
  machine: Machine,
  [path, folioBytes, parallel]: ThroughputRow,
): { gbps: number; copyShare: number } {
  const workload = promotionWorkload(2 ** 30 / folioBytes);
  workload.folioRuns.order[0] = Math.log2(folioBytes / 4096);
  if (folioBytes === 2 ** 21) workload.folioRuns.mapping[0] = 1;
  const config = {
    path,
    kernel: '7.2',
    batchPages: 262_144,
    channels: parallel,
    threads: parallel,
    runs: 0,
  } as const;
  const run = simulate(workload, { machine, config });
  return { gbps: 2 ** 30 / (run.end / 1000), copyShare: (run.calls.copy[0] ?? NaN) / run.end };
}

/**
 * Share of folio_copy() in move_pages() of 512 folios of 2 MB: about 97 %, so 3 % of the time is not copy
 * (v3 series, 20250923174752.35701-1-shivankg@amd.com). Without it nothing tells the serial work of a 2 MB folio from bandwidth.
 */
const COPY_SHARE_2M = 0.97;
const BASELINE_2M: ThroughputRow = ['serial', 2 ** 21, 1, 10.67, 0.36];

function loss(values: Values, rows: readonly ThroughputRow[]): number {
  const machine = machineOf(values);
  const squares = rows.map((row) => Math.log(play(machine, row).gbps / row[3]) ** 2);
  const share = rows.some((row) => row[1] === 2 ** 21)
    ? Math.log((1 - play(machine, BASELINE_2M).copyShare) / (1 - COPY_SHARE_2M)) ** 2
    : 0;
  return squares.reduce((sum, square) => sum + square, share);
}

/**
 * Coordinate descent with a step of its own for each group, grown where it helps and halved where it does
 * not; after each round the same way is tried once more as a whole, which follows narrow valleys.
 */
function fit(rows: readonly ThroughputRow[]): Values {
  let best = GROUPS.map(({ start }) => start);
  const steps = GROUPS.map(() => 0.3);
  let lowest = loss(best, rows);
  for (let round = 0; round < 200; round++) {
    const before = best;
    const lossBefore = lowest;
    for (let i = 0; i < GROUPS.length; i++) {
      const step = 1 + (steps[i] ?? 0);
      const tried = [step, 1 / step].map((factor) => {
        const values = best.map((value, k) => (k === i ? value * factor : value));
        return { values, loss: loss(values, rows) };
      });
      const better = tried.reduce((least, other) => (other.loss < least.loss ? other : least));
      const helps = better.loss < lowest;
      steps[i] = (step - 1) * (helps ? 1.3 : 0.5);
      if (helps) ({ values: best, loss: lowest } = better);
    }
    const further = best.map((value, i) => value * (value / (before[i] ?? NaN)));
    const lossFurther = loss(further, rows);
    if (lossFurther < lowest) {
      best = further;
      lowest = lossFurther;
    }
    if (lossBefore - lowest < 1e-8 && Math.max(...steps) < 1e-3) break;
  }
  return best;
}

const errorOf = (machine: Machine, row: ThroughputRow) => play(machine, row).gbps / row[3] - 1;
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const percent = (value: number) => `${(100 * value).toFixed(1)} %`;
const sizeOf = (bytes: number) => (bytes >= 2 ** 20 ? `${bytes / 2 ** 20}M` : `${bytes / 1024}K`);

function report(title: string, machine: Machine, rows: readonly ThroughputRow[]): void {
  const cells = rows.map((row) => ({ row, error: errorOf(machine, row) }));
  const worst = cells.reduce((far, cell) => (Math.abs(cell.error) > Math.abs(far.error) ? cell : far));
  const [path, bytes, parallel] = worst.row;
  const average = percent(mean(cells.map(({ error }) => Math.abs(error))));
  const where = `${path} ${sizeOf(bytes)} on ${parallel}`;
  console.log(`${title}: mean error ${average}, the largest ${percent(worst.error)} (${where})`);
}

report('Preset as it is, fitted cells', SERIES_V3_ZEN3, V3_THROUGHPUT);
report('Preset as it is, unseen channel counts', SERIES_V3_ZEN3, V3_UNSEEN);

const all = fit(V3_THROUGHPUT);
const fitted = machineOf(all);
console.log(`\nFitted to all 56 cells (sum of squares ${loss(all, V3_THROUGHPUT).toFixed(3)}):`);
for (const name of GROUPS.flatMap(({ names }) => names))
  console.log(`  ${name} ${fitted.costs[name].value.toPrecision(4)}`);
report('Fitted cells', fitted, V3_THROUGHPUT);
report('Unseen channel counts', fitted, V3_UNSEEN);
for (const row of V3_UNSEEN) console.log(`  ${row[2]} channels: ${percent(errorOf(fitted, row))}`);
console.log(
  `Not copy at 512 folios of 2M: ${percent(1 - play(fitted, BASELINE_2M).copyShare)} (published: about 3 %)`,
);

console.log('\nOne folio size left out, and predicted:');
for (const size of new Set(V3_THROUGHPUT.map((row) => row[1]))) {
  const machine = machineOf(fit(V3_THROUGHPUT.filter((row) => row[1] !== size)));
  const left = V3_THROUGHPUT.filter((row) => row[1] === size);
  report(`  ${sizeOf(size)}`, machine, left);
}
