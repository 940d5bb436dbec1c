/** K1 to K8: batches, and the order of events in them. */
import { strict as assert } from 'node:assert';
import { SEGMENT_KINDS } from '../../../src/engine/sim/run';
import type { Rule } from '../../support/ruleTests';
import { ALL, PHASED, batchesOf } from '../../support/ruleTests';

/** The first folio of a call by 6.1: its copy starts cold, so it has segments of its own. */
const FIRST_FOLIO = ['unmap 1', 'move 1'];

export const BATCH_RULES: readonly Rule[] = [
  {
    name: 'K1 Batches of 512 pages',
    kernels: PHASED,
    tests: [
      {
        says: '65,536 mapped base pages make 128 batches; each page is allocated, unmapped and copied once',
        call: { runs: [{ count: 65536 }] },
        totals: { nr_succeeded: 65536, nr_failed: 0 },
        events: { set_migration_pte: 65536, remove_migration_pte: 65536 },
        returned: 0,
        batches: 128,
        work: { destinations: 65536, unmaps: 65536, attempts: 65536, copies: 65536 },
      },
      {
        says: 'a batch sets all its entries before it removes the first; the last batch holds the rest',
        call: { runs: [{ count: 1100 }] },
        batches: ['batch 512', 'batch 512', 'batch 76'],
        order: ['unmap 512', 'move 512', 'unmap 512', 'move 512', 'unmap 76', 'move 76'],
      },
      {
        says: 'an mm on several CPUs is flushed once per batch, between the two',
        call: { mmCpus: 4, runs: [{ count: 600 }] },
        order: ['unmap 512', 'flush', 'move 512', 'unmap 88', 'flush', 'move 88'],
      },
      {
        says: 'a SYNC call runs once more for every folio left over, and once for the parts of split folios',
        call: {
          runs: [
            { count: 500 },
            { count: 3, fate: 'pinned-get' },
            { count: 1, order: 4, fate: 'no-destination', partsMoved: 16 },
            { count: 100 },
          ],
        },
        batches: ['batch 519', 'alone 1', 'alone 1', 'alone 1', 'split 16', 'batch 100'],
      },
    ],
  },
  {
    name: 'K2 The folio that crosses the limit',
    kernels: ALL,
    tests: [
      {
        says: 'belongs to the batch: 500 pages, a 64K folio, 100 pages',
        kernels: PHASED,
        call: { mmCpus: 2, runs: [{ count: 500 }, { count: 1, order: 4 }, { count: 100 }] },
        totals: { nr_succeeded: 616 },
        events: { set_migration_pte: 616, remove_migration_pte: 616, tlb_flush_operations: 2 },
        batches: ['batch 516', 'batch 100'],
        order: ['unmap 500', 'unmap 1', 'flush', 'move 500', 'move 1', 'unmap 100', 'flush', 'move 100'],
      },
      {
        says: 'belongs to the batch, a THP too: 511 pages, a THP, 100 pages',
        kernels: PHASED,
        call: { runs: [{ count: 511 }, { count: 1, order: 9 }, { count: 100 }] },
        totals: { nr_succeeded: 1123, nr_thp_succeeded: 1 },
        events: {
          set_migration_pte: 611,
          remove_migration_pte: 611,
          set_migration_pmd: 1,
          remove_migration_pmd: 1,
        },
        batches: ['batch 1023', 'batch 100'],
        order: ['unmap 511', 'unmap 1', 'move 511', 'move 1', 'unmap 100', 'move 100'],
      },
      {
        says: 'begins the next batch, and nobody can see it: 511 pages, a THP, 100 pages',
        kernels: ['6.1'],
        call: { runs: [{ count: 511 }, { count: 1, order: 9 }, { count: 100 }] },
        totals: { nr_succeeded: 1123, nr_thp_succeeded: 1 },
        events: { set_migration_pte: 611, set_migration_pmd: 1 },
        batches: ['batch 511', 'batch 512', 'batch 100'],
        order: [...FIRST_FOLIO, 'unmapAndMove 510', 'unmapAndMove 1', 'unmapAndMove 100'],
      },
      {
        says: 'is not met when the limit is reached exactly: two batches of 512',
        call: { runs: [{ count: 1024 }] },
        batches: ['batch 512', 'batch 512'],
      },
      {
        says: 'may be larger than a limit that was set lower, and is a batch by itself',
        call: { runs: [{ count: 2, order: 4 }, { count: 4 }] },
        config: { batchPages: 4 },
        batches: ['batch 16', 'batch 16', 'batch 4'],
      },
    ],
  },
  {
    name: 'K3 Folio by folio',
    kernels: ['6.1'],
    tests: [
      {
        says: 'flush, set and remove of a page come before the next page, in every mode',
        call: { mmCpus: 4, runs: [{ count: 600 }] },
        totals: { nr_succeeded: 600 },
        events: { set_migration_pte: 600, remove_migration_pte: 600, tlb_flush_operations: 600 },
        order: [...FIRST_FOLIO, 'unmapAndMove 511', 'unmapAndMove 88'],
      },
      {
        says: 'an ASYNC call is no different',
        call: { mode: 'MIGRATE_ASYNC', reason: 'demotion', mmCpus: 4, runs: [{ count: 64 }] },
        order: [...FIRST_FOLIO, 'unmapAndMove 63'],
        events: { tlb_flush_operations: 64 },
      },
    ],
  },
  {
    name: 'K4 THPs',
    kernels: ALL,
    tests: [
      {
        says: 'each is a batch by itself at the stock limit, with one PMD pair',
        call: { runs: [{ count: 10, order: 9 }] },
        totals: { nr_succeeded: 5120, nr_thp_succeeded: 10 },
        events: {
          set_migration_pmd: 10,
          remove_migration_pmd: 10,
          set_migration_pte: 0,
          remove_migration_pte: 0,
        },
        batches: 10,
      },
    ],
  },
  {
    name: 'K5 hugetlb folios',
    kernels: ALL,
    tests: [
      {
        says: 'count base pages, no THPs, and print a PTE pair each, one folio after the other',
        call: { runs: [{ count: 3, order: 9, kind: 'hugetlb' }] },
        totals: { nr_succeeded: 1536, nr_thp_succeeded: 0 },
        events: { set_migration_pte: 3, remove_migration_pte: 3, set_migration_pmd: 0 },
        order: ['unmap 1', 'move 1', 'unmap 1', 'move 1', 'unmap 1', 'move 1'],
      },
      {
        says: 'come before the others, wherever they are in the list',
        call: { runs: [{ count: 5 }, { count: 1, order: 9, kind: 'hugetlb' }] },
        batches: ['alone 512', 'batch 5'],
      },
      {
        says: 'with an extra reference are undone in each of ten passes over all of them',
        call: {
          runs: [
            { count: 1, order: 9, kind: 'hugetlb', fate: 'pinned-get' },
            { count: 1, order: 9, kind: 'hugetlb' },
          ],
        },
        totals: { nr_succeeded: 512, nr_failed: 512, nr_thp_failed: 0 },
        events: { set_migration_pte: 11, remove_migration_pte: 11, tlb_flush_operations: 11 },
        returned: 1,
        check: (run) => {
          const unmaps = [...run.segments.kind.keys()].filter(
            (i) => SEGMENT_KINDS[run.segments.kind[i] as number] === 'unmap',
          );
          assert.deepEqual(
            unmaps.map((i) => run.segments.first[i]),
            [0, 1, ...Array<number>(9).fill(0)],
          );
        },
      },
      {
        says: 'that are locked wait from the fourth pass on in SYNC, and fail in SYNC_LIGHT',
        call: { runs: [{ count: 1, order: 9, kind: 'hugetlb', fate: 'locked' }] },
        totals: { nr_succeeded: 512 },
        work: { destinations: 4, unmaps: 1 },
      },
      {
        says: 'that are locked fail in SYNC_LIGHT after ten tries',
        call: {
          mode: 'MIGRATE_SYNC_LIGHT',
          runs: [{ count: 1, order: 9, kind: 'hugetlb', fate: 'locked' }],
        },
        totals: { nr_failed: 512 },
        work: { destinations: 10, unmaps: 0 },
      },
      {
        says: 'without a destination end the call; what waits for a retry fails with them, nothing else is tried',
        call: {
          runs: [
            { count: 7 },
            { count: 1, order: 9, kind: 'hugetlb', fate: 'pinned-get' },
            { count: 2, order: 9, kind: 'hugetlb', fate: 'no-destination' },
          ],
        },
        totals: { nr_succeeded: 0, nr_failed: 1024 },
        events: { set_migration_pte: 1, remove_migration_pte: 1 },
        returned: -12,
        untried: 519,
      },
    ],
  },
  {
    name: 'K6 Large folios mapped by PTEs',
    kernels: ALL,
    tests: [
      {
        says: 'a 64K folio prints 16 sets and 16 removes and is no THP',
        call: { runs: [{ count: 1, order: 4 }] },
        totals: { nr_succeeded: 16, nr_thp_succeeded: 0 },
        events: { set_migration_pte: 16, remove_migration_pte: 16, tlb_flush_operations: 16 },
      },
      {
        says: 'a THP mapped by PTEs prints 512 of each and is a THP',
        call: { runs: [{ count: 1, order: 9, mapping: 'pte' }] },
        totals: { nr_succeeded: 512, nr_thp_succeeded: 1 },
        events: { set_migration_pte: 512, remove_migration_pte: 512, set_migration_pmd: 0 },
      },
    ],
  },
  {
    name: 'K7 Shared pages',
    kernels: ALL,
    tests: [
      {
        says: 'a page mapped by four processes prints four of each and counts once',
        call: { runs: [{ count: 1, mappings: 4 }] },
        totals: { nr_succeeded: 1 },
        events: { set_migration_pte: 4, remove_migration_pte: 4, tlb_flush_operations: 4 },
      },
    ],
  },
  {
    name: 'K8 Unmapped and freed pages',
    kernels: ALL,
    tests: [
      {
        says: 'a page in no page table prints nothing, flushes nothing, and moves',
        call: { runs: [{ count: 5, mapping: 'none', kind: 'file' }] },
        totals: { nr_succeeded: 5 },
        events: { set_migration_pte: 0, remove_migration_pte: 0, tlb_flush_operations: 0 },
        returned: 0,
        work: { copies: 5 },
      },
      {
        says: 'a page freed meanwhile counts as moved without any work',
        call: { runs: [{ count: 2, fate: 'freed' }] },
        totals: { nr_succeeded: 2 },
        events: { set_migration_pte: 0, remove_migration_pte: 0 },
        returned: 0,
        work: { destinations: 0, copies: 0 },
        check: (run) => assert.deepEqual(batchesOf(run), ['batch 2']),
      },
    ],
  },
];
