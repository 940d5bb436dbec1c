import type { FolioFate } from '../folio/workload';
import type { MigrateMode } from './modes';
import type { KernelRules } from './rules/kernelRules';

/** How a try to unmap a folio ends (return value of migrate_folio_unmap(), mm/migrate.c). */
export type UnmapResult = 'unmapped' | 'freed' | 'again' | 'busy' | 'nomem';

const RESULTS: Readonly<
  Record<Exclude<FolioFate, 'movable' | 'locked' | 'writeback' | 'orphaned-buffers'>, UnmapResult>
> = {
  'pinned-get': 'unmapped',
  'move-fails': 'unmapped',
  'split-first': 'unmapped',
  'pinned-pin': 'again',
  freed: 'freed',
  unmovable: 'busy',
  'no-destination': 'nomem',
  'no-destination-split-fails': 'nomem',
  'no-destination-split-busy': 'nomem',
  dirty: 'unmapped',
  'unsupported-mapping': 'unmapped',
  'pinned-late': 'unmapped',
  'pinned-briefly': 'unmapped',
};

/** Models the tests of migrate_folio_unmap(), of 6.1 those of __unmap_and_move(), in their order: lock, then writeback, then unmap. A try may sleep if its `mode` says so, and belongs to a `pass`, from 0. */
export function unmapResult(
  rules: KernelRules,
  fate: FolioFate,
  mode: MigrateMode,
  pass: number,
): UnmapResult {
  if (fate === 'movable') return 'unmapped';
  const waits = pass >= rules.passesWithoutWaiting;
  if (fate === 'locked') return mode !== 'MIGRATE_ASYNC' && waits ? 'unmapped' : 'again';
  // The first try frees the buffers; then only the isolation holds a reference.
  if (fate === 'orphaned-buffers') return pass === 0 ? 'again' : 'freed';
  if (fate !== 'writeback') return RESULTS[fate];
  if (mode !== 'MIGRATE_SYNC' && mode !== 'MIGRATE_SYNC_NO_COPY') return 'busy';
  return waits ? 'unmapped' : 'again';
}
