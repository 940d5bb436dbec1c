/** What all callers have in common, and folios that some of them never touch. */
import { strict as assert } from 'node:assert';
import type { FolioKind } from '../../../src/engine/folio/workload';
import type { CallOutcome, Caller, FolioRange } from '../../../src/engine/kernel/callers/caller';
import { movePagesCalls } from '../../../src/engine/kernel/callers/movePages';
import { numaBalancingCalls } from '../../../src/engine/kernel/callers/numaBalancing';
import type { CallerName } from '../../../src/engine/kernel/callers/registry';
import {
  CALLED_REASONS,
  CALLERS,
  CALLER_NAMES,
  USUAL_CALLER,
} from '../../../src/engine/kernel/callers/registry';
import type { KernelRulesName } from '../../../src/engine/sim/run';
import type { Rule } from '../../support/ruleTests';
import { ALL, PHASED } from '../../support/ruleTests';

interface Cut {
  readonly order?: number;
  readonly failing?: readonly number[];
  /** Folios that find a destination. */
  readonly room?: number;
}

/** The sizes of the calls a caller of the registry makes, and what it returns. */
function cut(name: CallerName, count: number, kernel: KernelRulesName, how: Cut = {}): [number[], number] {
  const { order = 0, failing = [], room = Infinity } = how;
  const caller: Caller = CALLERS[name];
  const made: number[] = [];
  let moved = 0;
  const make = (ranges: readonly FolioRange[]): CallOutcome => {
    const folios = ranges.flatMap(({ first, end }) =>
      Array.from({ length: end - first }, (_, i) => first + i),
    );
    made.push(folios.length);
    const failed = folios.filter((folio) => failing.includes(folio));
    const noMemory = moved + folios.length - failed.length > room;
    moved += folios.length - failed.length;
    return { failed, noMemory };
  };
  const returned = caller.cut({ count, order, kind: 'anon', room: () => room - moved }, kernel, make);
  return [made, returned];
}

const many = (times: number, size: number) => Array<number>(times).fill(size);

export const EVERY_CALLER_RULES: readonly Rule[] = [
  {
    name: 'Every reason has its caller',
    kernels: ALL,
    tests: [
      {
        says: 'ten reasons, each with a usual caller that passes it, in its usual mode',
        holds: () => {
          assert.equal(CALLED_REASONS.length, 10);
          const modes = CALLED_REASONS.map((reason) => {
            const caller = CALLERS[USUAL_CALLER[reason]];
            assert.equal(caller.reason, reason);
            return [reason, caller.mode];
          });
          assert.deepEqual(Object.fromEntries(modes), {
            compaction: 'MIGRATE_SYNC_LIGHT',
            memory_failure: 'MIGRATE_SYNC',
            memory_hotplug: 'MIGRATE_SYNC',
            syscall_or_cpuset: 'MIGRATE_SYNC',
            mempolicy_mbind: 'MIGRATE_SYNC',
            numa_misplaced: 'MIGRATE_ASYNC',
            contig_range: 'MIGRATE_SYNC',
            longterm_pin: 'MIGRATE_SYNC',
            demotion: 'MIGRATE_ASYNC',
            damon: 'MIGRATE_ASYNC',
          });
        },
      },
      {
        says: 'alike folios are cut as its limits say',
        holds: (kernel) => {
          for (const name of [
            'move_pages',
            'migrate_pages',
            'cpuset',
            'mbind',
            'longterm_pin',
            'damon',
          ] as const)
            assert.deepEqual(cut(name, 5000, kernel), [[5000], 0], name);
          assert.deepEqual(cut('numa_balancing', 3, kernel), [[1, 1, 1], 0]);
          assert.deepEqual(cut('soft_offline', 3, kernel), [[1, 1, 1], 0]);
          for (const name of ['kcompactd', 'proactive_compaction', 'compact_memory'] as const)
            assert.deepEqual(cut(name, 1024, kernel), [[32, 480, 32, 480], 0], name);
          for (const name of ['direct_compaction', 'direct_compaction_sync'] as const)
            assert.deepEqual(cut(name, 1024, kernel), [many(32, 32), 0], name);
          assert.deepEqual(cut('contig_range', 100, kernel), [[32, 32, 32, 4], 0]);
          assert.deepEqual(cut('kswapd', 130, kernel), [[64, 64, 2], 0]);
          assert.deepEqual(cut('direct_reclaim', 130, kernel), [[64, 64, 2], 0]);
          assert.deepEqual(cut('kswapd_classic_lru', 70, kernel), [[32, 32, 6], 0]);
          assert.deepEqual(cut('memory_offline', 40_000, kernel), [[32_768, 7232], 0]);
          assert.deepEqual(cut('kswapd', 10, kernel, { order: 4 }), [[4, 4, 2], 0]);
          assert.deepEqual(cut('memory_offline', 100, kernel, { order: 9 }), [[64, 36], 0]);
        },
      },
      {
        says: 'failures make it try again, go on, or give up',
        holds: (kernel) => {
          assert.deepEqual(cut('contig_range', 96, kernel, { failing: [40] }), [[32, 32, 1, 1, 1, 1], -16]);
          assert.deepEqual(cut('contig_range', 96, kernel, { room: 40 }), [[32, 32], -12]);
          assert.deepEqual(cut('longterm_pin', 96, kernel, { failing: [40] }), [[96], -12]);
          assert.deepEqual(cut('memory_offline', 96, kernel, { failing: [40, 41] }), [[96, 2], -4]);
          assert.deepEqual(cut('kswapd', 96, kernel, { failing: [40] }), [[64, 32], 0]);
          assert.deepEqual(cut('numa_balancing', 96, kernel, { room: 40 }), [many(40, 1), 0]);
          assert.deepEqual(cut('compact_memory', 1024, kernel, { room: 40 }), [[32, 480], 0]);
        },
      },
      {
        says: 'after a failure direct ASYNC compaction takes the rest of the pageblock, or leaves its block of 8',
        holds: (kernel) => {
          const [made] = cut('direct_compaction', 512, kernel, { failing: [33] });
          const rest = PHASED.includes(kernel) ? [32, 32, 448] : many(16, 32);
          assert.deepEqual(made, rest);
        },
      },
      {
        says: 'what it never sees it refuses: hugetlb folios off the LRU lists, large ones where it takes none',
        holds: (kernel) => {
          const refusing = (order: number, kind: FolioKind) =>
            CALLER_NAMES.filter((name) => {
              const folios = { count: 1, order, kind, room: () => 1 };
              return CALLERS[name].refuses(folios, kernel) !== null;
            });
          const compactors = CALLER_NAMES.filter((name) => CALLERS[name].reason === 'compaction');
          assert.deepEqual(refusing(0, 'anon'), []);
          assert.deepEqual(refusing(0, 'ksm'), ['numa_balancing']);
          const large = kernel === '6.1' || kernel === '6.8' ? compactors : [];
          const tooLarge = compactors.filter((name) => name.startsWith('direct'));
          assert.deepEqual(refusing(4, 'anon'), [...(large.length > 0 ? large : tooLarge), 'soft_offline']);
          assert.deepEqual(refusing(9, 'anon'), [...compactors, 'soft_offline']);
          const onLru = [
            'numa_balancing',
            ...compactors,
            'kswapd',
            'kswapd_classic_lru',
            'direct_reclaim',
            'damon',
          ];
          assert.deepEqual(refusing(9, 'hugetlb'), onLru);
        },
      },
    ],
  },
  {
    name: 'KSM pages: one folio, k mappings',
    kernels: ALL,
    tests: [
      {
        says: 'k sets and k removes for each page, of which one moves',
        call: { mmCpus: 1, runs: [{ count: 100, kind: 'ksm', mappings: 7 }] },
        totals: { nr_succeeded: 100, nr_failed: 0 },
        events: { set_migration_pte: 700, remove_migration_pte: 700 },
        returned: 0,
      },
      {
        says: 'move_pages needs MOVE_ALL: -EACCES without it, and the page stays',
        holds: () => {
          const request = {
            folios: [{ node: 1, mappers: 7 }],
            entries: [{ at: 0, target: 0 }],
            nodes: [0, 1],
            allowed: [0, 1],
          };
          assert.deepEqual(movePagesCalls({ ...request, moveAll: false }).status, [-13]);
          assert.deepEqual(movePagesCalls({ ...request, moveAll: true }).status, [0]);
        },
      },
      {
        says: 'NUMA balancing sets no hint on one, so it makes no call',
        holds: () =>
          assert.deepEqual(
            numaBalancingCalls([{ ksm: true }, {}]).map((call) => call.folios),
            [[1]],
          ),
      },
    ],
  },
];
