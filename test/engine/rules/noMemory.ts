/** K17 to K23: no destination, and splits. */
import { strict as assert } from 'node:assert';
import type { Run } from '../../../src/engine/sim/run';
import { FOLIO_RESULTS } from '../../../src/engine/sim/run';
import type { Rule } from '../../support/ruleTests';
import { ALL, PHASED } from '../../support/ruleTests';
import type { RunOfFolios } from '../../support/workloads';

const thpWithoutDestination = (partsMoved: number, partsFailed = 0): RunOfFolios => ({
  count: 1,
  order: 9,
  fate: 'no-destination',
  partsMoved,
  partsFailed,
});

/** 4K pages of each result, with the first address of each stretch. */
function parts(run: Run): string[] {
  const { folios } = run;
  const rows = Array.from({ length: folios.length }, (_, row) => row);
  return rows
    .filter((row) => folios.order[row] === 0)
    .map(
      (row) =>
        `${FOLIO_RESULTS[folios.result[row] as number]} ${folios.count[row]} at ${(folios.address[row] as number) / 4096}`,
    );
}

export const NO_MEMORY_RULES: readonly Rule[] = [
  {
    name: 'K17 No destination for a base page',
    kernels: ALL,
    tests: [
      {
        says: 'one failed page; what was unmapped before still moves, the rest is untried',
        call: { runs: [{ count: 100 }, { count: 50, fate: 'no-destination' }, { count: 600 }] },
        totals: { nr_succeeded: 100, nr_failed: 1 },
        events: { set_migration_pte: 100, remove_migration_pte: 100 },
        returned: -12,
        untried: 649,
      },
      {
        says: 'batches behind it are not tried',
        call: { runs: [{ count: 1000 }, { count: 1, fate: 'no-destination' }, { count: 1000 }] },
        totals: { nr_succeeded: 1000, nr_failed: 1 },
        returned: -12,
        untried: 1000,
      },
      {
        says: 'pages that wait for a retry in this pass fail with it',
        call: {
          mode: 'MIGRATE_ASYNC',
          runs: [{ count: 3, fate: 'locked' }, { count: 5 }, { count: 2, fate: 'no-destination' }],
        },
        totals: { nr_succeeded: 5, nr_failed: 4 },
        returned: -12,
        untried: 1,
      },
      {
        says: 'a call on a full node: nothing moved, one failed',
        call: { runs: [{ count: 31251, fate: 'no-destination' }] },
        totals: { nr_succeeded: 0, nr_failed: 1 },
        events: { set_migration_pte: 0, tlb_flush_operations: 0 },
        returned: -12,
        untried: 31250,
      },
    ],
  },
  {
    name: 'K18 A THP that is split and whose parts move',
    kernels: ALL,
    tests: [
      {
        says: 'counts as failed and split THP while all its pages succeed; returns 0',
        kernels: PHASED,
        call: { runs: [thpWithoutDestination(512)] },
        totals: {
          nr_succeeded: 512,
          nr_failed: 0,
          nr_thp_succeeded: 0,
          nr_thp_failed: 1,
          nr_thp_split: 1,
          nr_split: 1,
        },
        returned: 0,
        batches: ['batch 512', 'split 512'],
      },
      {
        says: 'the same, but there is no nr_split',
        kernels: ['6.1'],
        call: { runs: [thpWithoutDestination(512)] },
        totals: { nr_succeeded: 512, nr_failed: 0, nr_thp_failed: 1, nr_thp_split: 1, nr_split: 0 },
        returned: 0,
        batches: ['batch 512', 'split 512'],
      },
    ],
  },
  {
    name: 'K19 A THP that is split and whose parts do not all move',
    kernels: ALL,
    tests: [
      {
        says: 'parts have one pass: those with an extra reference fail, and the THP is returned as one failure',
        call: { runs: [thpWithoutDestination(509, 3)] },
        totals: { nr_succeeded: 509, nr_failed: 3, nr_thp_failed: 1, nr_thp_split: 1 },
        events: { set_migration_pte: 512 },
        returned: 1,
        untried: 0,
      },
      {
        says: 'a part without destination ends its pass, not the call, which goes on with the next batch',
        kernels: PHASED,
        call: { runs: [thpWithoutDestination(300), { count: 10 }] },
        totals: { nr_succeeded: 310, nr_failed: 1, nr_split: 1 },
        returned: 1,
        untried: 211,
      },
      {
        says: 'a part without destination ends the call',
        kernels: ['6.1'],
        call: { runs: [thpWithoutDestination(300), { count: 10 }] },
        totals: { nr_succeeded: 300, nr_failed: 1, nr_split: 0 },
        returned: -12,
        untried: 211 + 10,
      },
      {
        says: '96 THPs to a node that takes 34, then 1,941 pages: 62 splits, 59 passes that ran dry, returned 62',
        kernels: ['6.12'],
        call: {
          runs: [
            { count: 34, order: 9 },
            { ...thpWithoutDestination(512), count: 3 },
            thpWithoutDestination(405),
            { ...thpWithoutDestination(0), count: 58 },
          ],
        },
        totals: {
          nr_succeeded: 19349,
          nr_failed: 59,
          nr_thp_succeeded: 34,
          nr_thp_failed: 62,
          nr_thp_split: 62,
          nr_split: 62,
        },
        events: {
          set_migration_pmd: 34,
          set_migration_pte: 1941,
          remove_migration_pte: 1941 + 512 * 62,
          tlb_flush_operations: 96 + 1941,
        },
        returned: 62,
        untried: 96 * 512 - 19349 - 59,
      },
      {
        says: '96 THPs to a node that takes 30, then 961 pages: 66 splits, 65 passes that ran dry, returned 66',
        kernels: ['7.2'],
        call: {
          runs: [
            { count: 30, order: 9 },
            thpWithoutDestination(512),
            thpWithoutDestination(449),
            { ...thpWithoutDestination(0), count: 64 },
          ],
        },
        totals: { nr_succeeded: 16321, nr_failed: 65, nr_thp_succeeded: 30, nr_thp_failed: 66, nr_split: 66 },
        returned: 66,
      },
      {
        says: 'the parts are listed from the last page of the folio to its first',
        call: { runs: [{ ...thpWithoutDestination(500, 4), address: 0x200000 }] },
        check: (run) =>
          assert.deepEqual(parts(run), [
            'untried 7 at 512',
            'failed 1 at 519',
            'failed 4 at 520',
            'moved 500 at 524',
          ]),
      },
    ],
  },
  {
    name: 'K20 A large folio without destination that is not split',
    kernels: ALL,
    tests: [
      {
        says: 'NUMA balancing does not split: the call ends',
        call: { mode: 'MIGRATE_ASYNC', reason: 'numa_misplaced', runs: [thpWithoutDestination(512)] },
        totals: { nr_succeeded: 0, nr_failed: 512, nr_thp_failed: 1, nr_thp_split: 0, nr_split: 0 },
        returned: -12,
      },
      {
        says: 'nor does a split that fails, and what waits for a retry fails too',
        call: {
          mode: 'MIGRATE_ASYNC',
          runs: [
            { count: 2, fate: 'locked' },
            { count: 1, order: 4, fate: 'no-destination-split-fails' },
            { count: 9 },
          ],
        },
        totals: { nr_succeeded: 0, nr_failed: 18, nr_split: 0 },
        returned: -12,
        untried: 9,
      },
    ],
  },
  {
    name: 'K21 A large folio below PMD size that is split',
    kernels: ALL,
    tests: [
      {
        says: 'counts in nr_split, and is no THP',
        kernels: PHASED,
        call: {
          reason: 'compaction',
          runs: [{ count: 1, order: 4, fate: 'no-destination', partsMoved: 16 }],
        },
        totals: { nr_succeeded: 16, nr_failed: 0, nr_thp_failed: 0, nr_thp_split: 0, nr_split: 1 },
        returned: 0,
      },
      {
        says: 'leaves no trace in the counters but its pages',
        kernels: ['6.1'],
        call: {
          reason: 'compaction',
          runs: [{ count: 1, order: 4, fate: 'no-destination', partsMoved: 16 }],
        },
        totals: { nr_succeeded: 16, nr_failed: 0, nr_thp_failed: 0, nr_thp_split: 0, nr_split: 0 },
        returned: 0,
      },
      {
        says: 'unmapped page cache: splits without failures and without events',
        kernels: PHASED,
        call: {
          mode: 'MIGRATE_SYNC_LIGHT',
          reason: 'compaction',
          runs: [
            { count: 8, order: 2, kind: 'file', mapping: 'none', fate: 'no-destination', partsMoved: 4 },
          ],
        },
        totals: { nr_succeeded: 32, nr_failed: 0, nr_split: 8 },
        events: { set_migration_pte: 0, remove_migration_pte: 0 },
      },
    ],
  },
  {
    name: 'K22 A partially mapped THP',
    kernels: ALL,
    tests: [
      {
        says: 'is split before it is unmapped, and counts like one that was split for want of a destination',
        kernels: ['6.12', '7.2'],
        call: { runs: [{ count: 1, order: 9, mapping: 'pte', fate: 'split-first' }] },
        totals: { nr_succeeded: 512, nr_thp_succeeded: 0, nr_thp_failed: 1, nr_thp_split: 1, nr_split: 1 },
        returned: 0,
      },
      {
        says: 'is moved whole',
        kernels: ['6.1', '6.8'],
        call: { runs: [{ count: 1, order: 9, mapping: 'pte', fate: 'split-first' }] },
        totals: { nr_succeeded: 512, nr_thp_succeeded: 1, nr_thp_failed: 0, nr_split: 0 },
      },
    ],
  },
  {
    name: 'K23 Events of a split',
    kernels: ALL,
    tests: [
      {
        says: 'an anonymous THP mapped by a PMD: one flush, no set, 512 removes',
        call: { runs: [thpWithoutDestination(0)] },
        events: {
          set_migration_pte: 0,
          remove_migration_pte: 512,
          set_migration_pmd: 0,
          remove_migration_pmd: 0,
          tlb_flush_operations: 1,
        },
      },
      {
        says: 'then its parts print their own pairs',
        call: { runs: [thpWithoutDestination(512)] },
        events: { set_migration_pte: 512, remove_migration_pte: 1024, tlb_flush_operations: 513 },
      },
      {
        says: 'mapped by PTEs: set and remove while it is split',
        call: { runs: [{ ...thpWithoutDestination(0), mapping: 'pte' }] },
        events: { set_migration_pte: 512, remove_migration_pte: 512 },
      },
      {
        says: 'a file folio is unmapped for the split without events',
        call: { runs: [{ ...thpWithoutDestination(0), kind: 'file' }] },
        events: { set_migration_pte: 0, remove_migration_pte: 0 },
      },
    ],
  },
];
