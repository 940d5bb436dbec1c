/** The counters of vmstat, and the event that compaction prints. */
import { strict as assert } from 'node:assert';
import type { MigrateReason } from '../../../src/engine/kernel/modes';
import type { Reclaimer } from '../../../src/engine/kernel/rules/kernelRules';
import type { Vmstat } from '../../../src/engine/kernel/vmstat';
import { compactionEvents, isTopTier, vmstatOf } from '../../../src/engine/kernel/vmstat';
import type { Machine } from '../../../src/engine/machine/machine';
import { RFC_V1_ZEN3 } from '../../../src/engine/machine/presets/rfcV1Zen3';
import type { KernelRulesName, Run } from '../../../src/engine/sim/run';
import { simulate } from '../../../src/engine/sim/simulate';
import type { Rule } from '../../support/ruleTests';
import { ALL } from '../../support/ruleTests';
import type { CallOfRuns } from '../../support/workloads';
import { playOne, workloadOf } from '../../support/workloads';

/** Node 0 has CPUs, node 1 is CXL memory. */
const TIERED: Machine = {
  ...RFC_V1_ZEN3,
  nodes: [
    { id: 0, memory: 'dram', cpus: [0, 1], memoryBytes: null },
    { id: 1, memory: 'cxl', cpus: [], memoryBytes: null },
  ],
};

const direct = (): Reclaimer => 'direct';

function play(kernel: KernelRulesName, ...calls: readonly CallOfRuns[]): Run {
  return simulate(workloadOf(...calls), { machine: TIERED, config: { kernel, runs: 1 } });
}

/** From node 1 to node 0, as workloadOf() describes folios. */
function promoted(kernel: KernelRulesName, tiering: boolean | null, machine: Machine = TIERED): Vmstat {
  const reason: MigrateReason = 'numa_misplaced';
  const calls = [{ count: 1 }, { count: 1, order: 9 }, { count: 1, fate: 'pinned-get' as const }];
  const workload = workloadOf(
    ...calls.map((run) => ({ mode: 'MIGRATE_ASYNC' as const, reason, runs: [run] })),
  );
  const run = simulate(workload, { machine, config: { kernel, runs: 1 } });
  return vmstatOf(run, { kernel, tiering, reclaimer: direct });
}

export const COUNTER_RULES: readonly Rule[] = [
  {
    name: 'vmstat: sums over the calls',
    kernels: ALL,
    tests: [
      {
        says: 'pgmigrate in base pages, thp_migration in folios, of all calls whatever their reason',
        holds: (kernel) => {
          const run = play(
            kernel,
            { runs: [{ count: 100 }, { count: 3, fate: 'pinned-get' }] },
            {
              reason: 'mempolicy_mbind',
              runs: [
                { count: 2, order: 9 },
                { count: 1, order: 9, fate: 'pinned-get' },
              ],
            },
            { runs: [{ count: 1, order: 9, fate: 'no-destination', partsMoved: 500, partsFailed: 12 }] },
          );
          const vmstat = vmstatOf(run, { kernel, tiering: false, reclaimer: direct });
          assert.equal(vmstat.pgmigrate_success, 100 + 1024 + 500);
          assert.equal(vmstat.pgmigrate_fail, 3 + 512 + 12);
          assert.equal(vmstat.thp_migration_success, 2);
          assert.equal(vmstat.thp_migration_fail, 2);
          assert.equal(vmstat.thp_migration_split, 1);
          assert.equal(vmstat.numa_pages_migrated, 0);
        },
      },
      {
        says: 'only of the calls asked for',
        holds: (kernel) => {
          const run = play(kernel, { runs: [{ count: 5 }] }, { runs: [{ count: 7 }] });
          const options = { kernel, tiering: false, reclaimer: direct, counts: (call: number) => call === 1 };
          assert.equal(vmstatOf(run, options).pgmigrate_success, 7);
        },
      },
    ],
  },
  {
    name: 'vmstat: promotion',
    kernels: ALL,
    tests: [
      {
        says: 'numa_pages_migrated counts what hint faults moved; pgpromote_success of that what rises to a top tier',
        holds: (kernel) => {
          const vmstat = promoted(kernel, true);
          assert.equal(vmstat.numa_pages_migrated, 513);
          assert.equal(vmstat.pgpromote_success, 513);
          assert.equal(promoted(kernel, true, RFC_V1_ZEN3).pgpromote_success, 0);
        },
      },
      {
        says: 'in any mode of NUMA balancing',
        kernels: ['6.1', '6.8'],
        holds: (kernel) => assert.equal(promoted(kernel, false).pgpromote_success, 513),
      },
      {
        says: 'only in memory tiering mode; where the mode is not known it is left out, unless there is nothing to count',
        kernels: ['6.12', '7.2'],
        holds: (kernel) => {
          assert.equal(promoted(kernel, false).pgpromote_success, 0);
          assert.equal('pgpromote_success' in promoted(kernel, null), false);
          assert.equal(promoted(kernel, null, RFC_V1_ZEN3).pgpromote_success, 0);
        },
      },
      {
        says: 'a node is of a top tier if it has CPUs or ordinary memory; of others it must be known',
        holds: () => {
          const [first, second] = TIERED.nodes;
          assert.deepEqual(
            [isTopTier(TIERED, 0), isTopTier(TIERED, 1), isTopTier(TIERED, 2)],
            [true, false, null],
          );
          assert.deepEqual([isTopTier(null, 0), isTopTier(TIERED, -1)], [null, null]);
          assert.ok(first !== undefined && second !== undefined);
          const unknown: Machine = { ...TIERED, nodes: [first, { ...second, memory: 'unknown' }] };
          assert.equal(isTopTier(unknown, 1), null);
          assert.equal('pgpromote_success' in promoted('6.1', null, unknown), false);
        },
      },
    ],
  },
  {
    name: 'vmstat: demotion',
    kernels: ALL,
    tests: [
      {
        says: 'pgdemote_* counts what succeeded, by who reclaims; who has no counter counts as direct reclaim',
        holds: (kernel) => {
          const call: CallOfRuns = {
            mode: 'MIGRATE_ASYNC',
            reason: 'demotion',
            runs: [{ count: 60 }, { count: 4, fate: 'pinned-get' }],
          };
          const run = play(kernel, call, call);
          const by = (second: Reclaimer) => {
            const reclaimer = (i: number): Reclaimer => (i === 0 ? 'kswapd' : second);
            return vmstatOf(run, { kernel, tiering: false, reclaimer });
          };
          assert.deepEqual([by('kswapd').pgdemote_kswapd, by('kswapd').pgdemote_direct], [120, 0]);
          assert.deepEqual([by('direct').pgdemote_kswapd, by('direct').pgdemote_direct], [60, 60]);
          const khugepaged = by('khugepaged');
          const proactive = by('proactive');
          if (kernel === '6.1') {
            assert.equal('pgdemote_khugepaged' in khugepaged, false);
            assert.equal(khugepaged.pgdemote_direct, 60);
          } else {
            assert.deepEqual([khugepaged.pgdemote_khugepaged, khugepaged.pgdemote_direct], [60, 0]);
          }
          if (kernel === '7.2') {
            assert.deepEqual([proactive.pgdemote_proactive, proactive.pgdemote_direct], [60, 0]);
          } else {
            assert.equal('pgdemote_proactive' in proactive, false);
            assert.equal(proactive.pgdemote_direct, 60);
          }
        },
      },
    ],
  },
  {
    name: 'mm_compaction_migratepages: what was isolated less what moved',
    kernels: ALL,
    tests: [
      {
        says: 'one event per compaction call, none for others',
        holds: (kernel) => {
          const pinned = { count: 2, fate: 'pinned-get' as const };
          const run = play(
            kernel,
            { reason: 'compaction', mode: 'MIGRATE_SYNC_LIGHT', runs: [{ count: 30 }, pinned] },
            { runs: [{ count: 4 }] },
            { reason: 'compaction', mode: 'MIGRATE_SYNC_LIGHT', runs: [{ count: 480 }] },
          );
          assert.deepEqual(compactionEvents(run.calls), [
            { call: 0, nr_migrated: 30, nr_failed: 2 },
            { call: 2, nr_migrated: 480, nr_failed: 0 },
          ]);
        },
      },
      {
        says: 'pages that were never tried count as failed',
        holds: (kernel) => {
          const runs = [{ count: 10 }, { count: 22, fate: 'no-destination' as const }];
          const run = playOne({ reason: 'compaction', mode: 'MIGRATE_ASYNC', runs }, { kernel });
          assert.equal(run.totals.nr_failed, 1);
          assert.deepEqual(compactionEvents(run.calls), [{ call: 0, nr_migrated: 10, nr_failed: 22 }]);
        },
      },
    ],
  },
];
