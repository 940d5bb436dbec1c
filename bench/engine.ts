/**
 * How fast migration is simulated, by CPU time: the engine beside its oracle, an ordinary simulation of closures
 * and event objects, and SimPy, all on the same model; and the product's own goals. docs/BENCH.md says how.
 *
 * Usage: npm run bench:engine [-- --quick] [-- --case NAME] [-- --rounds N] [-- --largest FOLIOS]
 * Exit 1 when two simulations of one case do not play the same model; a goal that is missed is only told.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Goal, ProductFigures } from './speed/goals';
import { CLI_FOLIOS, goalsOf } from './speed/goals';
import { cliReplay, firstAnswer, writeTrace } from './speed/product';
import type { Row } from './speed/rounds';
import { measureCase } from './speed/rounds';
import { findPython, SIMPY_PACKAGE } from './speed/simpy';
import { distance, tableHead, tableRows } from './speed/table';
import { CASES, PRODUCT_CASES } from './speed/workloads';

const SIZES = [1e4, 1e5, 1e6, 1e7] as const;
const ROUNDS = 5;
/** With --quick: enough to see whether something broke, not to judge a goal. */
const QUICK = { sizes: [1e4, 1e5], rounds: 1 } as const;
const FIRST_ANSWER_FOLIOS = 65_536;
/** Simulations of one model may differ so much in time spent in calls. */
const SAME = 0.01;

function main(): void {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean' },
      case: { type: 'string', multiple: true },
      rounds: { type: 'string' },
      largest: { type: 'string' },
    },
  });
  const quick = values.quick === true;
  const largest = Number(values.largest ?? Infinity);
  const rounds = Number(values.rounds ?? (quick ? QUICK.rounds : ROUNDS));
  const sizes = (quick ? QUICK.sizes : SIZES).filter((folios) => folios <= largest);
  const python = findPython();
  console.log(
    `${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.version}, load ${(loadavg()[0] ?? NaN).toFixed(1)}; CPU time, medians of ${rounds} rounds`,
  );
  if (python === null)
    console.log(
      `SimPy 2 is left out: no Python here has it. Debian's package is ${SIMPY_PACKAGE} (apt-get install ${SIMPY_PACKAGE}).`,
    );

  const rows: Row[] = [];
  const isWanted = (name: string) => values.case === undefined || values.case.includes(name);
  for (const benchCase of CASES.filter(({ name }) => isWanted(name))) {
    console.log(`\n${benchCase.name}: ${JSON.stringify(benchCase.config)} on ${benchCase.machine.name}`);
    console.log(tableHead());
    for (const ofSize of measureCase(benchCase, { rounds, sizes, python })) {
      rows.push(...ofSize);
      for (const line of tableRows(ofSize)) console.log(line);
    }
  }
  const product = PRODUCT_CASES.filter(({ name }) => isWanted(name)).map((row) =>
    productFigures(row, rounds, Math.min(CLI_FOLIOS, largest)),
  );
  console.log('');
  for (const goal of goalsOf(rows, product)) console.log(goalLine(goal));
  const apart = differences(rows);
  for (const line of apart) console.error(line);
  if (apart.length > 0) process.exitCode = 1;
}

function productFigures(
  { name, args }: (typeof PRODUCT_CASES)[number],
  rounds: number,
  cliFolios: number,
): ProductFigures {
  const benchCase = CASES.find((candidate) => candidate.name === name);
  if (benchCase === undefined) throw new Error(`no case ${name}`);
  const folder = mkdtempSync(path.join(tmpdir(), 'migtrace-bench-'));
  try {
    const small = path.join(folder, 'small.migtrace');
    const large = path.join(folder, 'large.migtrace');
    writeTrace(small, benchCase, FIRST_ANSWER_FOLIOS);
    writeTrace(large, benchCase, cliFolios);
    return {
      name,
      firstAnswer: firstAnswer(small, benchCase, rounds),
      cliFolios,
      cli: cliReplay(large, args, rounds),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Players of one case and size that do not come to the engine's times. */
function differences(rows: readonly Row[]): string[] {
  return rows.flatMap((row) => {
    const engine = rows.find(
      (other) =>
        other.player === 'engine' && other.benchCase === row.benchCase && other.folios === row.folios,
    );
    if (engine === undefined || engine.rounds.length === 0 || row.rounds.length === 0) return [];
    const apart = distance(engine, row).inCalls;
    if (apart <= SAME) return [];
    return [
      `NOT THE SAME MODEL: ${row.benchCase.name} at ${row.folios} folios: ${row.player} and engine are ${(100 * apart).toFixed(1)} % apart`,
    ];
  });
}

function goalLine({ goal, measured, reached }: Goal): string {
  const verdict = reached === null ? 'not measured' : reached ? 'reached' : 'NOT REACHED';
  return `${verdict.padEnd(12)} ${goal}: ${measured}`;
}

main();
