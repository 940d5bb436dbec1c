/** K35 to K37: counters, return value, mode and reason. */
import { strict as assert } from 'node:assert';
import { FOLIO_FATES, FOLIO_KINDS } from '../../../src/engine/folio/workload';
import { MIGRATE_MODES, MIGRATE_REASONS } from '../../../src/engine/kernel/modes';
import type { Run } from '../../../src/engine/sim/run';
import { FOLIO_RESULTS } from '../../../src/engine/sim/run';
import type { KernelRulesName } from '../../../src/engine/sim/run';
import type { Rule } from '../../support/ruleTests';
import { ALL } from '../../support/ruleTests';
import type { CallOfRuns } from '../../support/workloads';
import { playOne } from '../../support/workloads';

/** One call for each fate, size, kind and mode, between folios that move. */
function everyCall(): CallOfRuns[] {
  return MIGRATE_MODES.slice(0, 3).flatMap((mode) =>
    FOLIO_FATES.flatMap((fate) =>
      ([0, 4, 9] as const).flatMap((order) =>
        [0, 300, 512].map((partsMoved): CallOfRuns => {
          const strange = { count: 2, order, fate, partsMoved: Math.min(partsMoved, 2 ** order) };
          return { mode, runs: [{ count: 3 }, strange, { count: 2, mapping: 'none', kind: 'file' }] };
        }),
      ),
    ),
  );
}

function onEveryCall(kernel: KernelRulesName, check: (run: Run, call: CallOfRuns) => void): void {
  for (const call of everyCall()) check(playOne(call, { kernel }), call);
}

/** Base pages that are on the list when the call returns: failed or untried. */
function pagesLeft(run: Run): number {
  let left = 0;
  for (let row = 0; row < run.folios.length; row++) {
    const result = FOLIO_RESULTS[run.folios.result[row] as number];
    if (result !== 'failed' && result !== 'untried') continue;
    left += (run.folios.count[row] as number) * 2 ** (run.folios.order[row] as number);
  }
  return left;
}

export const ACCOUNTING_RULES: readonly Rule[] = [
  {
    name: 'K35 Pages given are pages succeeded and failed',
    kernels: ALL,
    tests: [
      {
        says: 'unless -ENOMEM was returned or a folio was split, for every fate, size and mode',
        holds: (kernel) => {
          let exceptions = 0;
          onEveryCall(kernel, (run) => {
            const { nr_succeeded, nr_failed } = run.totals;
            const settled = nr_succeeded + nr_failed;
            const given = run.calls.pages[0] as number;
            const split = run.folios.result.includes(FOLIO_RESULTS.indexOf('split'));
            if (run.calls.returned[0] !== -12 && !split) assert.equal(settled, given);
            else if (settled < given) exceptions++;
            assert.equal(settled + run.untried, given);
          });
          assert.ok(exceptions > 0, 'the exceptions were played');
        },
      },
    ],
  },
  {
    name: 'K36 Zero is returned when the list is empty',
    kernels: ALL,
    tests: [
      {
        says: 'and only then, for every fate, size and mode',
        holds: (kernel) => {
          onEveryCall(kernel, (run, call) =>
            assert.equal(run.calls.returned[0] === 0, pagesLeft(run) === 0, JSON.stringify(call)),
          );
        },
      },
      {
        says: 'even if a THP counts as failed',
        call: { runs: [{ count: 1, order: 9, fate: 'no-destination', partsMoved: 512 }] },
        totals: { nr_thp_failed: 1 },
        returned: 0,
      },
    ],
  },
  {
    name: 'K37 Mode and reason of a call are its caller’s',
    kernels: ALL,
    tests: [
      {
        says: 'whatever the modes of its inner batches, and its batches settle what it counts',
        holds: (kernel) => {
          for (const mode of MIGRATE_MODES) {
            for (const reason of MIGRATE_REASONS) {
              const run = playOne(
                { mode, reason, runs: [{ count: 600 }, { count: 1, fate: 'pinned-get' }] },
                { kernel },
              );
              assert.equal(MIGRATE_MODES[run.calls.mode[0] as number], mode);
              assert.equal(MIGRATE_REASONS[run.calls.reason[0] as number], reason);
              const sum = (column: Uint32Array) => column.reduce((total, pages) => total + pages, 0);
              assert.equal(sum(run.batches.moved), 600);
              assert.equal(sum(run.batches.failed), 1);
              assert.equal(FOLIO_KINDS[run.folios.kind[0] as number], 'anon');
            }
          }
        },
      },
    ],
  },
];
