/** migrate_pages(), migrate_pages_sync() and migrate_pages_batch() of the oracle. */
import type { MigrateTotals } from '../../../src/engine/kernel/totals';
import { zeroTotals } from '../../../src/engine/kernel/totals';
import { migrateFoliosBatchMove } from './oracleBatchMove';
import type { OracleBatch, OracleCall } from './oracleCall';
import { flushNow, spend } from './oracleCall';
import type { OracleFolio } from './oracleFolio';
import { migrateFolioByFolio } from './oracleFolioByFolio';
import { migrateHugetlbs } from './oracleHugetlb';
import { movePasses } from './oracleMove';
import type { BatchTask } from './oracleUnmap';
import { unmapPasses } from './oracleUnmap';

const ENOMEM = 12;
const ASYNC_PASSES = 10;
const SYNC_ASYNC_PASSES = 3;
const SYNC_ALONE_PASSES = 7;

/** Plays the call over its listed folios (`call.folios` as it is now); sets `returned` and `untried`. */
export function migratePages(call: OracleCall): void {
  const listed = [...call.folios];
  if (listed.length > 0) spend(call, null, 'entry', call.costs.entry);
  const failed = migrateAll(call, listed);
  // The list is empty when every folio, split ones by their parts, has moved.
  const empty = call.folios.every((folio) => folio.result === 'moved' || folio.result === 'split');
  call.returned = empty ? 0 : failed;
  for (const folio of call.folios) if (folio.result === 'untried') call.untried += folio.pages;
}

function migrateAll(call: OracleCall, listed: readonly OracleFolio[]): number {
  const hugetlb = listed.filter((folio) => folio.kind === 'hugetlb');
  const others = listed.filter((folio) => folio.kind !== 'hugetlb');
  let failed = 0;
  if (hugetlb.length > 0) {
    const batch = beginBatch(call, 'hugetlb', hugetlb);
    const outcome = migrateHugetlbs(call, hugetlb);
    batch.end = call.now;
    if (outcome.outOfMemory) return -ENOMEM;
    failed += outcome.failed;
  }
  for (const from of cutIntoBatches(others, call.config.batchPages, call.config.kernel !== '6.1')) {
    const splitList: OracleFolio[] = [];
    if (call.config.kernel === '6.1') {
      const rc = migrateBothRounds(call, from, splitList);
      if (rc < 0) return rc;
      failed += rc;
      continue;
    }
    const rc =
      call.mode === 'MIGRATE_ASYNC'
        ? migratePagesBatch(call, 'batch', {
            from,
            ret: [],
            splitList,
            mode: 'MIGRATE_ASYNC',
            passes: ASYNC_PASSES,
            stats: call.stats,
          })
        : migratePagesSync(call, from, splitList);
    if (rc < 0) return rc;
    if (splitList.length > 0) {
      migratePagesBatch(call, 'split', {
        from: splitList,
        ret: [],
        splitList: null,
        mode: 'MIGRATE_ASYNC',
        passes: 1,
        stats: call.stats,
      });
    }
    failed += rc;
  }
  return failed;
}

/** 6.1: the folios of the batch, then the parts of those that were split; -ENOMEM in either ends the call. */
function migrateBothRounds(call: OracleCall, from: OracleFolio[], splitList: OracleFolio[]): number {
  const batch = beginBatch(call, 'batch', from);
  const first = migrateFolioByFolio(call, from, splitList);
  batch.end = call.now;
  if (first.outOfMemory) return -ENOMEM;
  if (splitList.length === 0) return first.failed;
  const parts = beginBatch(call, 'split', splitList);
  const second = migrateFolioByFolio(call, splitList, null);
  parts.end = call.now;
  return second.outOfMemory ? -ENOMEM : first.failed;
}

/**
 * Each batch takes folios until their pages reach the limit. The one that reaches it is included; 6.1 puts off
 * the one that would go beyond it.
 */
function cutIntoBatches(
  list: readonly OracleFolio[],
  limit: number,
  includesCrossing: boolean,
): OracleFolio[][] {
  const batches: OracleFolio[][] = [];
  let batch: OracleFolio[] = [];
  let pages = 0;
  for (const folio of list) {
    if (!includesCrossing && batch.length > 0 && pages + folio.pages > limit) {
      batches.push(batch);
      batch = [];
      pages = 0;
    }
    batch.push(folio);
    pages += folio.pages;
    if (pages < limit) continue;
    batches.push(batch);
    batch = [];
    pages = 0;
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}

/** The batch as ASYNC, its failures forgotten; then each folio that is left, alone, in the call's own mode. */
function migratePagesSync(call: OracleCall, from: OracleFolio[], splitList: OracleFolio[]): number {
  const { stats } = call;
  const own = zeroTotals();
  const ret: OracleFolio[] = [];
  const rc = migratePagesBatch(call, 'batch', {
    from,
    ret,
    splitList,
    mode: 'MIGRATE_ASYNC',
    passes: SYNC_ASYNC_PASSES,
    stats: own,
  });
  addSuccess(stats, own);
  if (rc < 0) {
    stats.nr_failed += own.nr_failed;
    stats.nr_thp_failed += own.nr_thp_failed;
    return rc;
  }
  stats.nr_thp_failed += own.nr_thp_split;
  let failed = own.nr_split;
  const again = [...from, ...ret];
  for (const folio of again) folio.result = 'untried';
  for (const folio of again) {
    const alone = migratePagesBatch(call, 'alone', {
      from: [folio],
      ret: [],
      splitList,
      mode: call.mode,
      passes: SYNC_ALONE_PASSES,
      stats,
    });
    if (alone < 0) return alone;
    failed += alone;
  }
  return failed;
}

function addSuccess(stats: MigrateTotals, own: MigrateTotals): void {
  stats.nr_succeeded += own.nr_succeeded;
  stats.nr_thp_succeeded += own.nr_thp_succeeded;
  stats.nr_thp_split += own.nr_thp_split;
  stats.nr_split += own.nr_split;
}

/** Returns the folios that failed, or -ENOMEM. Folios still on `task.from` afterwards could not be unmapped. */
function migratePagesBatch(call: OracleCall, kind: OracleBatch['kind'], task: BatchTask): number {
  const batch = beginBatch(call, kind, task.from);
  const { unmapped, failed, outOfMemory } = unmapPasses(call, task);
  if (call.flushDue) flushNow(call, null, 1);
  call.flushDue = false;
  let left = unmapped;
  let moveFailed = 0;
  if (call.config.path !== 'serial' && task.mode === 'MIGRATE_ASYNC') {
    const outcome = migrateFoliosBatchMove(call, task, unmapped);
    left = outcome.left;
    moveFailed += outcome.failed;
  }
  moveFailed += movePasses(call, task, left);
  batch.end = call.now;
  return outOfMemory ? -ENOMEM : failed + moveFailed;
}

function beginBatch(
  call: OracleCall,
  kind: OracleBatch['kind'],
  folios: readonly OracleFolio[],
): OracleBatch {
  const pages = folios.reduce((sum, folio) => sum + folio.pages, 0);
  const batch: OracleBatch = { kind, start: call.now, end: call.now, pages };
  call.batches.push(batch);
  return batch;
}
