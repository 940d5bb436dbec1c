/** K24 to K27: TLB flushes. */
import type { Rule } from '../../support/ruleTests';
import { ALL, PHASED } from '../../support/ruleTests';

export const FLUSH_RULES: readonly Rule[] = [
  {
    name: 'K24 Flushes of PTEs',
    kernels: PHASED,
    tests: [
      {
        says: 'an mm on one CPU is flushed at every set',
        call: { runs: [{ count: 1024 }] },
        events: { set_migration_pte: 1024, tlb_flush_operations: 1024 },
      },
      {
        says: 'an mm on several CPUs is flushed once per batch',
        call: { mmCpus: 3, runs: [{ count: 1024 }] },
        events: { set_migration_pte: 1024, tlb_flush_operations: 2 },
      },
      {
        says: 'a folio that a SYNC call takes alone is flushed at once, on several CPUs too',
        call: { mmCpus: 3, runs: [{ count: 10 }, { count: 4, fate: 'pinned-get' }] },
        events: { set_migration_pte: 18, tlb_flush_operations: 1 + 4 },
      },
      {
        says: 'nothing is flushed for pages in no page table',
        call: { mmCpus: 3, runs: [{ count: 600, mapping: 'none', kind: 'file' }] },
        events: { tlb_flush_operations: 0 },
      },
    ],
  },
  {
    name: 'K25 Flushes of PMDs and of hugetlb folios',
    kernels: ALL,
    tests: [
      {
        says: 'one per THP, with several CPUs too: a PMD is never deferred',
        call: { mmCpus: 3, runs: [{ count: 4, order: 9 }] },
        events: { set_migration_pmd: 4, tlb_flush_operations: 4 },
      },
      {
        says: 'one per hugetlb folio',
        call: { mmCpus: 3, runs: [{ count: 4, order: 9, kind: 'hugetlb' }] },
        events: { set_migration_pte: 4, tlb_flush_operations: 4 },
      },
    ],
  },
  {
    name: 'K26 NUMA balancing',
    kernels: ALL,
    tests: [
      {
        says: 'one call, one set, one remove, no flush: no TLB holds a hint PTE',
        call: { mode: 'MIGRATE_ASYNC', reason: 'numa_misplaced', mmCpus: 4, runs: [{ count: 1 }] },
        totals: { nr_succeeded: 1 },
        events: { set_migration_pte: 1, remove_migration_pte: 1, tlb_flush_operations: 0 },
        returned: 0,
      },
    ],
  },
  {
    name: 'K27 A flush per PTE in all modes',
    kernels: ['6.1'],
    tests: (['MIGRATE_ASYNC', 'MIGRATE_SYNC_LIGHT', 'MIGRATE_SYNC'] as const).map((mode) => ({
      says: `${mode}, on four CPUs`,
      call: { mode, mmCpus: 4, runs: [{ count: 600 }, { count: 1, order: 4 }] },
      events: { set_migration_pte: 616, tlb_flush_operations: 616 },
    })),
  },
];
