/**
 * The engine against its oracle by CPU time: the same call, once by recurrences over runs of folios, once
 * folio by folio with an object and a log each. Both play the call once; medians of seven rounds.
 *
 * Usage: node esbuild.js --bench && node out/bench/oracleYardstick.js
 */
import { promotionWorkload } from '../src/analysis/reproduce';
import { RFC_V1_ZEN3 } from '../src/engine/machine/presets/rfcV1Zen3';
import { COPY_PATHS } from '../src/engine/sim/run';
import { resolveConfig, simulate } from '../src/engine/sim/simulate';
import { playOracle } from '../test/engine/oracle/oracle';

const ROUNDS = 7;
const REPEATS = 100;
const SIZES = [10_000, 100_000];

/** CPU ns of this process that `work` takes. */
function cpuNs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) * 1000;
}

/** CPU time of a short `work`, as the mean of as many calls as fill some milliseconds. */
function cpuNsRepeated(work: () => void, times: number): number {
  return (
    cpuNs(() => {
      for (let i = 0; i < times; i++) work();
    }) / times
  );
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

console.log('folios      design      engine ns/folio   oracle ns/folio      ratio');
for (const folios of SIZES) {
  const workload = promotionWorkload(folios);
  for (const path of COPY_PATHS) {
    const config = resolveConfig({ path, runs: 0 });
    const engine: number[] = [];
    const oracle: number[] = [];
    // One after the other, so that the engine's rounds do not collect the oracle's garbage.
    for (let round = 0; round < ROUNDS; round++) {
      engine.push(cpuNsRepeated(() => simulate(workload, { machine: RFC_V1_ZEN3, config }), REPEATS));
    }
    for (let round = 0; round < ROUNDS; round++) {
      oracle.push(cpuNs(() => playOracle(workload, RFC_V1_ZEN3, config)));
    }
    const fast = median(engine) / folios;
    const slow = median(oracle) / folios;
    console.log(
      [
        String(folios).padEnd(10),
        path.padEnd(10),
        fast.toFixed(3).padStart(15),
        slow.toFixed(0).padStart(16),
        `${(slow / fast).toFixed(0)}x`.padStart(9),
      ].join('  '),
    );
  }
}
