/** Phase A of migrate_pages_batch(): folios are unmapped one by one, in passes, or fail, or are split. */
import type { MigrateMode } from '../../../src/engine/kernel/modes';
import type { MigrateTotals } from '../../../src/engine/kernel/totals';
import type { OracleCall, Part } from './oracleCall';
import { mark, printSets, share, spend, spendAll } from './oracleCall';
import type { OracleFolio } from './oracleFolio';
import { entriesOf, isThp, listedParts, partsOf, wantsMemory } from './oracleFolio';
import type { Play } from './oracleWorld';

export type Errno = 'ok' | 'EAGAIN' | 'EBUSY' | 'ENOMEM';

/** The lists and settings of one migrate_pages_batch(). */
export interface BatchTask {
  /** Folios still to be taken; shrinks. */
  readonly from: OracleFolio[];
  /** Folios this batch has given up. */
  readonly ret: OracleFolio[];
  /** Takes the parts of split folios; null: splitting is not allowed. */
  readonly splitList: OracleFolio[] | null;
  readonly mode: MigrateMode;
  readonly passes: number;
  readonly stats: MigrateTotals;
}

export interface UnmapOutcome {
  readonly unmapped: OracleFolio[];
  readonly failed: number;
  readonly outOfMemory: boolean;
}

export function* unmapPasses(call: OracleCall, task: BatchTask): Play<UnmapOutcome> {
  const { from, ret, stats } = task;
  const unmapped: OracleFolio[] = [];
  let failed = 0;
  let retry: OracleFolio[] = from;
  for (let pass = 0; pass < task.passes && retry.length > 0; pass++) {
    retry = [];
    const list = from.slice();
    for (const folio of list) {
      if (splitsFirst(call, task, folio)) {
        take(from, folio);
        splitFolio(call, task, folio);
        failed++;
        continue;
      }
      if (folio.fate === 'freed') {
        take(from, folio);
        spend(call, folio, 'finish', call.costs.finish);
        mark(call, folio, 'done');
        succeed(folio, stats);
        continue;
      }
      const rc = yield* migrateFolioUnmap(call, task.mode, folio);
      if (rc === 'ok') {
        take(from, folio);
        unmapped.push(folio);
      } else if (rc === 'EAGAIN') {
        retry.push(folio);
      } else if (rc === 'EBUSY') {
        take(from, folio);
        ret.push(folio);
        failed++;
        fail(folio, stats);
      } else if (waitsForSplit(call, task, folio)) {
        retry.push(folio);
      } else if (canSplit(call, task, folio)) {
        take(from, folio);
        splitFolio(call, task, folio);
        failed++;
      } else {
        fail(folio, stats);
        for (const waiting of retry) fail(waiting, stats);
        return { unmapped, failed, outOfMemory: true };
      }
    }
  }
  for (const folio of retry) fail(folio, stats);
  return { unmapped, failed: failed + retry.length, outOfMemory: false };
}

/** Models migrate_folio_unmap(): allocate, lock, writeback, replace the page table entries. */
function* migrateFolioUnmap(call: OracleCall, mode: MigrateMode, folio: OracleFolio): Play<Errno> {
  const { fate } = folio;
  let rc: Errno = 'ok';
  if (wantsMemory(folio)) rc = 'ENOMEM';
  else if (fate === 'locked' && mode === 'MIGRATE_ASYNC') rc = 'EAGAIN';
  else if (fate === 'writeback' && mode !== 'MIGRATE_SYNC') rc = 'EBUSY';
  else if (fate === 'unmovable') rc = 'EBUSY';
  else if (fate === 'orphaned-buffers') rc = 'EAGAIN';
  if (rc !== 'ok') {
    yield* allocate(call, folio, []);
    mark(call, folio, 'listed');
    freeBuffers(folio);
    return rc;
  }
  const wait = waitFor(call, folio);
  const unmap = tryToMigrate(call, mode === 'MIGRATE_ASYNC', folio);
  // docs/MODEL.md does not say where a wait falls: between alloc and unmap, as in the kernel, and part of the step.
  const rest: Part[] = wait > 0 ? [['wait', wait], ...unmap] : unmap;
  call.slept += wait;
  if (call.prepared.delete(folio)) spendAll(call, folio, rest);
  else yield* allocate(call, folio, rest);
  if (fate === 'pinned-pin') rc = 'EAGAIN';
  else printSets(call, folio);
  mark(call, folio, rc === 'ok' ? 'unmapped' : 'listed');
  return rc;
}

/** The first try frees the buffers that held a truncated folio: the next one finds it free. */
export function freeBuffers(folio: OracleFolio): void {
  if (folio.fate === 'orphaned-buffers') folio.fate = 'freed';
}

/** A try begins with the destination, whose allocator CPUs share, also where there is none to be had; `rest` is part of the same step. */
export function* allocate(call: OracleCall, folio: OracleFolio, rest: readonly Part[]): Play<void> {
  yield* share(call, folio, [['alloc', call.costs.alloc], ...rest], {
    grows: 'alloc',
    amount: call.costs.allocLock,
    crosses: call.hardware.allocatorOf(folio),
  });
}

/** How long the caller sleeps before it has the folio to itself, where it may sleep. */
export function waitFor(call: OracleCall, { fate }: OracleFolio): number {
  if (fate === 'locked') return call.costs.lockWait;
  return fate === 'writeback' ? call.costs.writebackWait : 0;
}

/** Models try_to_migrate(): the entries are cleared and flushed, at once or with the batch. Says what is to be spent. */
export function tryToMigrate(call: OracleCall, mayDefer: boolean, folio: OracleFolio): Part[] {
  const entries = entriesOf(folio);
  if (entries === 0) return [];
  const unmap: Part = ['unmap', call.costs.unmap(folio)];
  const huge = folio.mapping === 'pmd' || folio.kind === 'hugetlb';
  // PTEs of a NUMA hint are not accessible: there is nothing to flush.
  if (!huge && call.reason === 'numa_misplaced') return [unmap];
  if (!huge && mayDefer && call.mmCpus > 1) {
    call.flushDue = true;
    return [unmap];
  }
  call.events.tlb_flush_operations += entries;
  return [unmap, ['flush', entries * call.costs.flush]];
}

/** 6.12: a partially mapped folio on the deferred-split list is split before anything else; it has more than two pages. */
export function splitsFirst(call: OracleCall, task: BatchTask, folio: OracleFolio): boolean {
  return (
    folio.fate === 'split-first' &&
    call.config.kernel !== '6.1' &&
    call.config.kernel !== '6.8' &&
    folio.pages > 2 &&
    task.splitList !== null
  );
}

export function canSplit(call: OracleCall, task: BatchTask, folio: OracleFolio): boolean {
  return (
    triesSplit(call, task, folio) &&
    folio.fate !== 'no-destination-split-fails' &&
    folio.fate !== 'no-destination-split-busy'
  );
}

/** A split that says -EAGAIN is tried again where a long-term pin needs the folio elsewhere; not by 6.1. */
function waitsForSplit(call: OracleCall, task: BatchTask, folio: OracleFolio): boolean {
  const isBusy = folio.fate === 'no-destination-split-busy' && triesSplit(call, task, folio);
  return isBusy && call.reason === 'longterm_pin' && call.config.kernel !== '6.1';
}

function triesSplit(call: OracleCall, task: BatchTask, folio: OracleFolio): boolean {
  return folio.order > 0 && call.reason !== 'numa_misplaced' && task.splitList !== null;
}

export function splitFolio(call: OracleCall, task: BatchTask, folio: OracleFolio): void {
  if (folio.kind === 'anon' && folio.mapping === 'pmd') {
    // The PMD is flushed; PTE migration entries are written silently and their removal is printed.
    call.events.tlb_flush_operations += folio.mappings;
    for (let i = 0; i < folio.pages * folio.mappings; i++) call.events.remove_migration_pte++;
  } else if (folio.kind === 'anon' && folio.mapping === 'pte') {
    printSets(call, folio);
    for (let i = 0; i < entriesOf(folio); i++) {
      call.events.tlb_flush_operations++;
      call.events.remove_migration_pte++;
    }
  }
  spend(call, folio, 'split', call.costs.split);
  mark(call, folio, 'parted');
  folio.result = 'split';
  // The event of 6.1 has no nr_split.
  if (call.config.kernel !== '6.1') task.stats.nr_split++;
  if (isThp(folio)) {
    task.stats.nr_thp_failed++;
    task.stats.nr_thp_split++;
  }
  const parts = partsOf(folio, call.folios.length);
  call.folios.push(...parts);
  task.splitList?.push(...listedParts(parts));
}

export function succeed(folio: OracleFolio, stats: MigrateTotals): void {
  folio.result = 'moved';
  stats.nr_succeeded += folio.pages;
  if (isThp(folio)) stats.nr_thp_succeeded++;
}

export function fail(folio: OracleFolio, stats: MigrateTotals): void {
  folio.result = 'failed';
  stats.nr_failed += folio.pages;
  if (isThp(folio)) stats.nr_thp_failed++;
}

function take(list: OracleFolio[], folio: OracleFolio): void {
  list.splice(list.indexOf(folio), 1);
}
