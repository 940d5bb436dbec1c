/**
 * Which kernel function is which phase of migrate_pages(). Names are those of Linux 6.1, 6.8, 6.12, 6.18 and 7.2,
 * and of the batch-copy and offload series v1 to v6; the file is where the function is defined. Static functions
 * may be inlined by the compiler and then never show: a phase is told by whichever of its functions was traced,
 * and of nested ones only the outermost counts (functionTimes.ts).
 */
import type { MigrateMode, MigrateReason } from '../../engine/kernel/modes';

/** What the time of a function is charged to. `alloc` and `split` are parts of `other`. */
export const FUNCTION_ROLES = [
  'none',
  'unmap',
  'flush',
  'copy',
  'remap',
  'alloc',
  'split',
  'walk',
  'call',
] as const;
export type FunctionRole = (typeof FUNCTION_ROLES)[number];

interface PhaseFunction {
  readonly name: string;
  readonly role: FunctionRole;
  /** Kernel file, and what the function does there. */
  readonly source: string;
}

/** Of each role the outermost first, as they call each other. */
export const PHASE_FUNCTIONS: readonly PhaseFunction[] = [
  { name: 'migrate_pages', role: 'call', source: 'mm/migrate.c: t1 is its entry, t4 its return' },

  {
    name: 'migrate_folio_unmap',
    role: 'unmap',
    source: 'mm/migrate.c, static, 6.3 and later: takes the destination, locks, try_to_migrate()',
  },
  {
    name: 'try_to_migrate',
    role: 'unmap',
    source: 'mm/rmap.c: replaces every PTE of the folio by a migration entry',
  },
  {
    name: 'try_to_migrate_one',
    role: 'unmap',
    source: 'mm/rmap.c, called by pointer for each mapping, flushes included',
  },
  { name: 'set_pmd_migration_entry', role: 'unmap', source: 'mm/huge_memory.c: the same for a PMD mapping' },

  { name: 'try_to_unmap_flush', role: 'flush', source: 'mm/rmap.c: the one flush of a batch, 6.3 and later' },
  { name: 'arch_tlbbatch_flush', role: 'flush', source: 'arch/x86/mm/tlb.c, called by try_to_unmap_flush()' },
  {
    name: 'flush_tlb_mm_range',
    role: 'flush',
    source: 'arch/x86/mm/tlb.c: flush of one PTE or PMD; within unmap where that is traced',
  },
  { name: 'flush_tlb_multi', role: 'flush', source: 'arch/x86/mm/tlb.c, paravirt' },
  { name: 'native_flush_tlb_multi', role: 'flush', source: 'arch/x86/mm/tlb.c: the IPIs' },

  { name: 'migrate_offload_batch_copy', role: 'copy', source: 'mm/migrate_copy_offload.c, series v4 to v6' },
  {
    name: 'migrate_folios_mc_copy',
    role: 'copy',
    source: 'mm/migrate.c, series v4 to v6: the CPU copies the batch',
  },
  { name: 'folios_copy_dma', role: 'copy', source: 'dcbm.c, series v1 to v6: a DMA engine copies the batch' },
  { name: 'folios_copy_dma_parallel', role: 'copy', source: 'dcbm.c, series v2' },
  {
    name: 'copy_page_lists_mt',
    role: 'copy',
    source: 'mtcopy, series v2 and v3: worker threads copy the batch',
  },
  { name: 'folios_copy', role: 'copy', source: 'mm/util.c, series v1' },
  { name: 'folios_mc_copy', role: 'copy', source: 'mm/util.c, series v2 and v3' },
  {
    name: 'folio_mc_copy',
    role: 'copy',
    source: 'mm/util.c, 6.11 and later: t2 is its entry, t3 its return',
  },
  { name: 'folio_copy', role: 'copy', source: 'mm/util.c, 6.10 and earlier: t2 and t3' },
  {
    name: 'copy_highpage',
    role: 'copy',
    source: 'include/linux/highmem.h, out of line on arm64: one base page',
  },
  { name: 'copy_mc_highpage', role: 'copy', source: 'include/linux/highmem.h' },

  {
    name: 'remove_migration_ptes',
    role: 'remap',
    source: 'mm/migrate.c: restores every mapping of the folio',
  },
  {
    name: 'rmap_walk',
    role: 'walk',
    source: 'mm/rmap.c: remap where migrate_folio_move() calls it, remove_migration_ptes() being inlined',
  },
  { name: 'rmap_walk_locked', role: 'walk', source: 'mm/rmap.c' },
  {
    name: 'remove_migration_pte',
    role: 'remap',
    source: 'mm/migrate.c, static, called by pointer for each mapping',
  },
  { name: 'remove_migration_pmd', role: 'remap', source: 'mm/huge_memory.c: the same for a PMD mapping' },

  {
    name: 'alloc_migration_target',
    role: 'alloc',
    source: 'mm/migrate.c: destination for move_pages(), offline, soft offline',
  },
  {
    name: 'alloc_migration_target_by_mpol',
    role: 'alloc',
    source: 'mm/mempolicy.c: destination for mbind()',
  },
  {
    name: 'alloc_misplaced_dst_folio',
    role: 'alloc',
    source: 'mm/migrate.c: destination for NUMA balancing',
  },
  { name: 'alloc_misplaced_dst_page', role: 'alloc', source: 'mm/migrate.c, older' },
  {
    name: 'alloc_migrate_folio',
    role: 'alloc',
    source: 'mm/vmscan.c: destination for demotion',
  },
  { name: 'alloc_demote_folio', role: 'alloc', source: 'mm/vmscan.c: destination for demotion, older' },
  { name: 'alloc_demote_page', role: 'alloc', source: 'mm/vmscan.c, older' },
  { name: 'compaction_alloc', role: 'alloc', source: 'mm/compaction.c: destination from the free scanner' },
  { name: 'new_folio', role: 'alloc', source: 'mm/mempolicy.c: destination for mbind(), older' },
  { name: 'new_page', role: 'alloc', source: 'mm/mempolicy.c, older' },

  {
    name: 'split_huge_page_to_list_to_order',
    role: 'split',
    source: 'mm/huge_memory.c: unmaps and remaps the parts, which is no phase of the move',
  },
  { name: 'split_huge_page_to_list', role: 'split', source: 'mm/huge_memory.c, older' },
  { name: '__folio_split', role: 'split', source: 'mm/huge_memory.c, newer kernels' },
];

/** The functions whose rmap_walk() restores mappings: its other callers within a move take them away. */
export const MOVE_FUNCTIONS: readonly string[] = ['migrate_folio_move', 'migrate_folio_undo_src'];

interface CallerFunction {
  readonly name: string;
  readonly reason: MigrateReason;
  /** null where the caller does not always use the same. */
  readonly mode: MigrateMode | null;
}

/** Callers of migrate_pages(): the constants they pass for reason and mode. Found above it in the stack, the nearest counts. */
export const CALLER_FUNCTIONS: readonly CallerFunction[] = [
  ...callers('syscall_or_cpuset', 'MIGRATE_SYNC', [
    // mm/migrate.c, do_move_pages_to_node(); mm/mempolicy.c, migrate_to_node()
    'do_move_pages_to_node',
    'move_pages_and_store_status',
    'do_pages_move',
    'kernel_move_pages',
    'migrate_to_node',
    'do_migrate_pages',
    'kernel_migrate_pages',
    'cpuset_migrate_mm',
  ]),
  // mm/mempolicy.c, do_mbind()
  ...callers('mempolicy_mbind', 'MIGRATE_SYNC', ['do_mbind', 'kernel_mbind']),
  // mm/migrate.c, migrate_misplaced_folio()
  ...callers('numa_misplaced', 'MIGRATE_ASYNC', ['migrate_misplaced_folio', 'migrate_misplaced_page']),
  // mm/vmscan.c, demote_folio_list()
  ...callers('demotion', 'MIGRATE_ASYNC', ['demote_folio_list', 'demote_page_list']),
  // mm/compaction.c, compact_zone(): the mode is compact_control.mode
  ...callers('compaction', null, ['compact_zone', 'compact_zone_order', 'kcompactd_do_work', 'compact_node']),
  // mm/page_alloc.c, __alloc_contig_migrate_range()
  ...callers('contig_range', 'MIGRATE_SYNC', [
    '__alloc_contig_migrate_range',
    'alloc_contig_range_noprof',
    'alloc_contig_range',
  ]),
  // mm/gup.c, migrate_longterm_unpinnable_folios()
  ...callers('longterm_pin', 'MIGRATE_SYNC', [
    'migrate_longterm_unpinnable_folios',
    'check_and_migrate_movable_pages',
    '__gup_longterm_locked',
  ]),
  // mm/memory_hotplug.c, do_migrate_range()
  ...callers('memory_hotplug', 'MIGRATE_SYNC', ['do_migrate_range', 'offline_pages']),
  // mm/memory-failure.c, soft_offline_in_use_page()
  ...callers('memory_failure', 'MIGRATE_SYNC', ['soft_offline_in_use_page', 'soft_offline_page']),
  // mm/damon/paddr.c (ops-common.c since 6.17), damon_migrate_folio_list()
  ...callers('damon', 'MIGRATE_ASYNC', [
    '__damon_pa_migrate_folio_list',
    'damon_pa_migrate_folio_list',
    'damon_migrate_folio_list',
  ]),
];

function callers(
  reason: MigrateReason,
  mode: MigrateMode | null,
  names: readonly string[],
): CallerFunction[] {
  return names.map((name) => ({ name, reason, mode }));
}
