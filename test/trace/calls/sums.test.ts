import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FOLIO_FATES } from '../../../src/engine/folio/workload';
import { TOTAL_NAMES } from '../../../src/engine/kernel/totals';
import { RFC_V1_ZEN3 } from '../../../src/engine/machine/presets/rfcV1Zen3';
import { simulate } from '../../../src/engine/sim/simulate';
import { playOne, type RunOfFolios } from '../../support/workloads';
import { readText } from '../recordings';

const MODES = ['MIGRATE_SYNC', 'MIGRATE_SYNC_LIGHT', 'MIGRATE_ASYNC'] as const;
const REASONS = ['syscall_or_cpuset', 'compaction', 'demotion'] as const;
/** Not: a call that a THP ends which can neither be moved nor split, with split folios still waiting. */
const FATES = FOLIO_FATES.filter((fate) => fate !== 'no-destination-split-fails');

const runOfFolios: fc.Arbitrary<RunOfFolios> = fc
  .record({
    count: fc.integer({ min: 1, max: 40 }),
    order: fc.constantFrom(0, 0, 0, 2, 4, 9),
    fate: fc.constantFrom(...FATES),
    partsMoved: fc.nat(600),
    partsFailed: fc.nat(20),
  })
  .filter(({ order, fate }) => order > 0 || fate !== 'split-first')
  .map((run) => {
    const pages = 2 ** run.order;
    const partsMoved = Math.min(run.partsMoved, pages);
    return {
      ...run,
      count: run.order === 9 ? Math.min(run.count, 3) : run.count,
      partsMoved,
      partsFailed: Math.min(run.partsFailed, pages - partsMoved),
    };
  });

describe('sums alone, without any folio event', () => {
  it('become a folio list that replays to the same sums', () => {
    fc.assert(
      fc.property(
        fc.array(runOfFolios, { minLength: 1, maxLength: 5 }),
        fc.constantFrom(...MODES),
        fc.constantFrom(...REASONS),
        (runs, mode, reason) => {
          const played = playOne({ mode, reason, runs }).calls;
          const sums = TOTAL_NAMES.map((name) => `${name}=${played[name][0]}`).join(' ');
          const line = (event: string): string =>
            `             mig-1       [000] .....     1.000000: ${event}\n`;
          const { workload } = readText(
            line(`mm_migrate_pages_start: mode=${mode} reason=${reason}`) +
              line(`mm_migrate_pages: ${sums} mode=${mode} reason=${reason}`),
          ).value;
          const again = simulate(workload, {
            machine: RFC_V1_ZEN3,
            config: { kernel: '6.12', runs: 1 },
          }).calls;
          for (const name of TOTAL_NAMES) assert.equal(again[name][0], played[name][0], `${name} of ${sums}`);
        },
      ),
      { numRuns: 400, seed: 1 },
    );
  });
});
