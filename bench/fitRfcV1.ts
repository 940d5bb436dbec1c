/**
 * Repeats the fit behind the preset rfc-v1-zen3: eleven combinations of costs against the RFC's table, on
 * all of it and with one size left out (docs/MODEL.md, section 4). Prints the combinations and the errors.
 *
 * Usage: npm run bench:fit
 */
import { createRng } from '../src/base/rng';
import { RFC_V1_TABLE } from '../src/analysis/published';
import type { CopyPathName } from '../src/engine/sim/run';

const NAMES = [
  'callEntry',
  'software',
  'interleaveMiss',
  'metadataMiss',
  'copyResident',
  'copyMemory',
  'copyCold',
  'batchCopyFolio',
  'dmaFolio',
  'dmaResidentRead',
  'dmaCold',
] as const;
type Costs = Readonly<Record<(typeof NAMES)[number], number>>;

const START: Costs = {
  callEntry: 12000,
  software: 2850,
  interleaveMiss: 60,
  metadataMiss: 90,
  copyResident: 500,
  copyMemory: 840,
  copyCold: 300,
  batchCopyFolio: 50,
  dmaFolio: 9500,
  dmaResidentRead: 500,
  dmaCold: 21000,
};
const LAST_LEVEL_CACHE = 32 * 2 ** 20;
const STEPS = 200_000;

/** Closed form of docs/MODEL.md for one call of `pages` base pages; cycles per page. */
function closedForm(
  costs: Costs,
  path: CopyPathName,
  pages: number,
): { migratePages: number; folioCopy: number } {
  const resident = 2 * pages * 4096 <= LAST_LEVEL_CACHE;
  const copy = resident ? costs.copyResident : costs.copyMemory;
  const metadata = pages * 136 > LAST_LEVEL_CACHE ? costs.metadataMiss : 0;
  const work = costs.callEntry / pages + costs.software + metadata;
  if (path === 'serial') {
    const folioCopy = costs.copyCold / pages + copy;
    return { folioCopy, migratePages: work + costs.interleaveMiss + folioCopy };
  }
  const folioCopy =
    path === 'batch-cpu'
      ? costs.copyCold / pages + copy + costs.batchCopyFolio
      : costs.dmaCold / pages +
        costs.dmaFolio +
        (resident ? costs.dmaResidentRead : 0) +
        costs.copyMemory +
        costs.batchCopyFolio;
  return { folioCopy, migratePages: work + folioCopy };
}

interface Cell {
  name: string;
  simulated: number;
  published: number;
  distance: number;
}

function cellsOf(costs: Costs, sizes: (size: string) => boolean): Cell[] {
  return RFC_V1_TABLE.filter((row) => sizes(row.size)).flatMap((row) => {
    const { migratePages, folioCopy } = closedForm(costs, row.path, row.totalBytes / 4096);
    const cell = (metric: string, simulated: number, published: { mean: number; sd: number }): Cell => ({
      name: `${row.path} ${row.size} ${metric}`,
      simulated,
      published: published.mean,
      distance: (simulated - published.mean) / published.sd,
    });
    return [
      cell('migrate_pages', migratePages, row.migratePages),
      cell('folio_copy', folioCopy, row.folioCopy),
      cell('F', folioCopy / migratePages, row.fraction),
    ];
  });
}

/** The 8-norm of the distances in published SDs: close to the largest one, but smooth. */
function loss(costs: Costs, sizes: (size: string) => boolean): number {
  return cellsOf(costs, sizes).reduce((sum, cell) => sum + Math.abs(cell.distance) ** 8, 0) ** (1 / 8);
}

/** Random descent with shrinking steps; seeded. */
function fit(sizes: (size: string) => boolean): Costs {
  const rng = createRng(1);
  let best = START;
  let lowest = loss(best, sizes);
  for (let step = 0; step < STEPS; step++) {
    const spread = 0.1 * (1 - step / STEPS) + 0.0005;
    const tried = Object.fromEntries(
      NAMES.map((name) => [name, best[name] * (rng.next() < 0.4 ? Math.exp(spread * rng.normal()) : 1)]),
    ) as Record<(typeof NAMES)[number], number>;
    const value = loss(tried, sizes);
    if (value < lowest) {
      best = tried;
      lowest = value;
    }
  }
  return best;
}

function report(title: string, costs: Costs, cells: readonly Cell[]): void {
  const within = cells.filter((cell) => Math.abs(cell.distance) <= 1).length;
  const error =
    cells.reduce((sum, cell) => sum + Math.abs(cell.simulated / cell.published - 1), 0) / cells.length;
  const worst = cells.reduce((far, cell) => (Math.abs(cell.distance) > Math.abs(far.distance) ? cell : far));
  console.log(`\n${title}`);
  console.log(NAMES.map((name) => `  ${name} ${costs[name].toFixed(1)}`).join('\n'));
  console.log(
    `  ${within} of ${cells.length} cells within one SD, mean error ${(100 * error).toFixed(1)} %, farthest ${worst.name} at ${worst.distance.toFixed(2)} SD`,
  );
}

const all = fit(() => true);
report(
  'Fitted to all sizes (cycles at 2 GHz)',
  all,
  cellsOf(all, () => true),
);
for (const left of ['256MB', '2MB']) {
  const costs = fit((size) => size !== left);
  report(
    `Fitted without ${left}; errors of ${left} alone`,
    costs,
    cellsOf(costs, (size) => size === left),
  );
}
