/**
 * Oracle suite: the engine agrees with a plain per-folio simulation written from docs/MODEL.md and the kernel's rules:
 * to the bit where nothing shared is at capacity, to the nanosecond elsewhere.
 */
import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import type { RunStatistics } from '../../../src/engine/sim/run';
import { simulate } from '../../../src/engine/sim/simulate';
import { oracleCase } from './arbitraries';
import { assertSame } from './compare';
import { playOracle } from './oracle';
import { oracleStatistics } from './oracleStatistics';

/** `ORACLE_CASES=20000` plays more. */
const CASES = Number(process.env['ORACLE_CASES'] ?? 500);
const STATISTICS_CASES = 60;

describe('engine: oracle', () => {
  it(`agrees with the oracle in ${CASES} random workloads, machines, designs and kernels`, () => {
    fc.assert(
      fc.property(oracleCase, fc.array(fc.nat(), { minLength: 1, maxLength: 3 }), (play, picks) => {
        const run = simulate(play.workload, {
          machine: play.machine,
          config: play.config,
        });
        // Beyond 2.5 hours of simulated time (a thousand timeouts) a clock in ps holds no whole numbers.
        fc.pre(run.end < Number.MAX_SAFE_INTEGER);
        const oracle = playOracle(play.workload, play.machine, play.config);
        // Who is free first, and takes the next chunk, is not fixed where shares make ends of a fraction of a picosecond.
        fc.pre(!(oracle.wasBound && play.config.divider === 'stealing'));
        assertSame(run, oracle, picks);
      }),
      { numRuns: CASES },
    );
  }).timeout(CASES * 1000);

  it(`takes the statistics the oracle takes, to rounding, in ${STATISTICS_CASES} of them`, () => {
    fc.assert(
      fc.property(oracleCase, fc.nat(1000), ({ workload, machine, config }, seed) => {
        const varied = { ...config, runs: 3, seed };
        const found = simulate(workload, { machine, config: varied }).statistics;
        const { statistics: expected, wasBound } = oracleStatistics(workload, machine, varied);
        // To the nanosecond, of calls that last a microsecond at least.
        const relative = wasBound ? 1e-3 : 1e-9;
        for (const name of Object.keys(expected) as (keyof RunStatistics)[]) {
          assertClose(
            found?.[name].mean,
            expected[name].mean,
            expected[name].mean * relative,
            `${name} mean`,
          );
          assertClose(found?.[name].sd, expected[name].sd, expected[name].mean * relative, `${name} sd`);
        }
      }),
      { numRuns: STATISTICS_CASES },
    );
  }).timeout(STATISTICS_CASES * 1000);
});

function assertClose(found: number | undefined, expected: number, tolerance: number, what: string): void {
  const distance = Math.abs((found ?? NaN) - expected);
  assert.ok(distance <= tolerance, `${what}: ${String(found)} against ${expected}`);
}
