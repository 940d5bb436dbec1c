/** migrate_pages(), migrate_pages_sync() and migrate_pages_batch() of the oracle. */
import type { MigrateTotals } from '../../../src/engine/kernel/totals';
import { zeroTotals } from '../../../src/engine/kernel/totals';
import { migrateFoliosBatchMove, movesBatches } from './oracleBatchMove';
import type { OracleBatch, OracleCall } from './oracleCall';
import { flushNow, spend } from './oracleCall';
import type { OracleFolio } from './oracleFolio';
import { migrateFolioByFolio } from './oracleFolioByFolio';
import { migrateHugetlbs } from './oracleHugetlb';
import { movePasses } from './oracleMove';
import type { Attempt } from './oracleOffload';
import { complete, giveBackAll } from './oracleOffload';
import {
  copyAgain,
  copyWhileMapped,
  dropCopies,
  looksAt,
  precopyBatch,
  submitBatch,
  twoLists,
} from './oraclePrecopy';
import type { BatchTask } from './oracleUnmap';
import { unmapPasses } from './oracleUnmap';
import type { Play } from './oracleWorld';
import { wholePs } from './oracleWorld';

const ENOMEM = 12;
const ASYNC_PASSES = 10;
const SYNC_ASYNC_PASSES = 3;
const SYNC_ALONE_PASSES = 7;

/** Plays the call over its listed folios (`call.folios` as it is now); sets `returned` and `untried`. */
export function* migratePages(call: OracleCall): Play<void> {
  const listed = [...call.folios];
  if (listed.length > 0) spend(call, null, 'entry', call.costs.entry);
  const failed = yield* migrateAll(call, listed);
  yield* giveBackAll(call);
  // The call ends at a whole picosecond.
  call.now = wholePs(call.now);
  // The list is empty when every folio, split ones by their parts, has moved.
  const empty = call.folios.every((folio) => folio.result === 'moved' || folio.result === 'split');
  call.returned = empty ? 0 : failed;
  for (const folio of call.folios) if (folio.result === 'untried') call.untried += folio.pages;
}

function* migrateAll(call: OracleCall, listed: readonly OracleFolio[]): Play<number> {
  const hugetlb = listed.filter((folio) => folio.kind === 'hugetlb');
  const others = listed.filter((folio) => folio.kind !== 'hugetlb');
  let failed = 0;
  if (hugetlb.length > 0) {
    const batch = beginBatch(call, 'hugetlb', hugetlb);
    const outcome = yield* migrateHugetlbs(call, hugetlb);
    endBatch(call, batch);
    if (outcome.outOfMemory) return -ENOMEM;
    failed += outcome.failed;
  }
  const batches = cutIntoBatches(others, call.config.batchPages, call.config.kernel !== '6.1');
  if (call.config.path === 'async') return yield* migrateOverlapped(call, batches, failed);
  for (const from of batches) {
    const splitList: OracleFolio[] = [];
    if (call.config.kernel === '6.1') {
      const rc = yield* migrateBothRounds(call, from, splitList);
      if (rc < 0) return rc;
      failed += rc;
      continue;
    }
    const half = yield* firstHalf(call, 'batch', firstTask(call, from, splitList));
    const rc = yield* secondHalves(call, half);
    if (rc < 0) return rc;
    failed += rc;
  }
  return failed;
}

/**
 * async: batch k + 1 is unmapped, flushed and submitted before batch k is waited for and moved. A batch of
 * which nothing was submitted is moved at once, after the one before. One that wants memory is the last; where a try
 * alone wants memory, what is under way is moved, and nothing else is tried.
 */
function* migrateOverlapped(call: OracleCall, batches: OracleFolio[][], before: number): Play<number> {
  let failed = before;
  let pending: Half | null = null;
  for (const from of batches) {
    const next: Half = yield* firstHalf(call, 'batch', firstTask(call, from, []));
    if (pending !== null) {
      const batch = beginBatch(call, 'finish', pending.all);
      const rc: number = yield* secondHalves(call, pending, batch);
      if (rc < 0) {
        const last = beginBatch(call, 'finish', next.all);
        yield* secondHalf(call, next, last);
        addFailures(call, next.task.stats);
        return rc;
      }
      failed += rc;
    }
    pending = next;
    if (next.attempt !== null && !next.outOfMemory) continue;
    pending = null;
    const batch = beginBatch(call, 'finish', next.all);
    const rc: number = yield* secondHalves(call, next, batch);
    if (rc < 0) return rc;
    failed += rc;
  }
  if (pending === null) return failed;
  const rc = yield* secondHalves(call, pending, beginBatch(call, 'finish', pending.all));
  return rc < 0 ? rc : failed + rc;
}

/** The batch as ASYNC: the whole of it, or what SYNC and SYNC_LIGHT begin with. */
function firstTask(call: OracleCall, from: OracleFolio[], splitList: OracleFolio[]): BatchTask {
  const isAsync = call.mode === 'MIGRATE_ASYNC';
  return {
    from,
    ret: [],
    splitList,
    mode: 'MIGRATE_ASYNC',
    passes: isAsync ? ASYNC_PASSES : SYNC_ASYNC_PASSES,
    stats: isAsync ? call.stats : zeroTotals(),
  };
}

/** The rest of the batch, of migrate_pages_sync(), and the pass over the parts of split folios. */
function* secondHalves(call: OracleCall, half: Half, finish?: OracleBatch): Play<number> {
  const splitList = half.task.splitList ?? [];
  const asyncRc = yield* secondHalf(call, half, finish);
  const rc = call.mode === 'MIGRATE_ASYNC' ? asyncRc : yield* restOfSync(call, half.task, asyncRc);
  if (rc < 0 || splitList.length === 0) return rc;
  yield* migratePagesBatch(call, 'split', {
    from: splitList,
    ret: [],
    splitList: null,
    mode: 'MIGRATE_ASYNC',
    passes: 1,
    stats: call.stats,
  });
  return rc;
}

/** 6.1: the folios of the batch, then the parts of those that were split; -ENOMEM in either ends the call. */
function* migrateBothRounds(call: OracleCall, from: OracleFolio[], splitList: OracleFolio[]): Play<number> {
  const batch = beginBatch(call, 'batch', from);
  const first = yield* migrateFolioByFolio(call, from, splitList);
  endBatch(call, batch);
  if (first.outOfMemory) return -ENOMEM;
  if (splitList.length === 0) return first.failed;
  const parts = beginBatch(call, 'split', splitList);
  const second = yield* migrateFolioByFolio(call, splitList, null);
  endBatch(call, parts);
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

/** migrate_pages_sync() after its batch: the failures are forgotten; then each folio that is left, alone, in the call's own mode. */
function* restOfSync(
  call: OracleCall,
  { from, ret, splitList, stats: own }: BatchTask,
  rc: number,
): Play<number> {
  const { stats } = call;
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
    const alone = yield* migratePagesBatch(call, 'alone', {
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

/** As after -ENOMEM in migrate_pages_sync(): the statistics of the batch are added as they are. */
function addFailures(call: OracleCall, own: MigrateTotals): void {
  if (own === call.stats) return;
  addSuccess(call.stats, own);
  call.stats.nr_failed += own.nr_failed;
  call.stats.nr_thp_failed += own.nr_thp_failed;
}

function addSuccess(stats: MigrateTotals, own: MigrateTotals): void {
  stats.nr_succeeded += own.nr_succeeded;
  stats.nr_thp_succeeded += own.nr_thp_succeeded;
  stats.nr_thp_split += own.nr_thp_split;
  stats.nr_split += own.nr_split;
}

/** A migrate_pages_batch() up to where its copies run, if any do. */
interface Half {
  readonly task: BatchTask;
  readonly batch: OracleBatch;
  readonly all: readonly OracleFolio[];
  /** Unmapped, in the order in which they are moved. */
  readonly unmapped: OracleFolio[];
  readonly failed: number;
  readonly outOfMemory: boolean;
  /** async: what engines are at. */
  readonly attempt: Attempt | null;
}

/** Returns the folios that failed, or -ENOMEM. Folios still on `task.from` afterwards could not be unmapped. */
function* migratePagesBatch(call: OracleCall, kind: OracleBatch['kind'], task: BatchTask): Play<number> {
  return yield* secondHalf(call, yield* firstHalf(call, kind, task));
}

/** Unmap and flush, and the copy of the designs that copy before any mapping moves. */
function* firstHalf(call: OracleCall, kind: OracleBatch['kind'], task: BatchTask): Play<Half> {
  const all = [...task.from];
  const batch = beginBatch(call, kind, all);
  const { path } = call.config;
  const looks = looksAt(call);
  const isBatch = kind === 'batch';
  const written = looks && isBatch && path === 'speculative' ? yield* copyWhileMapped(call, task) : 0;
  const { unmapped, failed, outOfMemory } = yield* unmapPasses(call, task);
  if (call.flushDue) flushNow(call, null, 1);
  call.flushDue = false;
  dropCopies(call, task);
  const lists = looks ? twoLists(call, unmapped) : { batch: [], all: unmapped };
  let attempt: Attempt | null = null;
  if (isBatch && path === 'async') attempt = yield* submitBatch(call, lists.batch);
  else if (isBatch && path === 'speculative') yield* copyAgain(call, unmapped, written);
  else yield* precopyBatch(call, lists.batch);
  endBatch(call, batch);
  return { task, batch, all, unmapped: lists.all, failed, outOfMemory, attempt };
}

/** The wait for copies under way, the batched move of v1 to v3, the ordinary loop, and the undo. */
function* secondHalf(call: OracleCall, half: Half, finish: OracleBatch = half.batch): Play<number> {
  const { task, attempt } = half;
  let left = half.unmapped;
  let failed = half.failed;
  if (attempt !== null) yield* complete(call, attempt);
  if (movesBatches(call, task)) {
    const outcome = yield* migrateFoliosBatchMove(call, task, left);
    left = outcome.left;
    failed += outcome.failed;
  }
  failed += yield* movePasses(call, task, left);
  endBatch(call, finish);
  return half.outOfMemory ? -ENOMEM : failed;
}

function beginBatch(
  call: OracleCall,
  kind: OracleBatch['kind'],
  folios: readonly OracleFolio[],
): OracleBatch {
  call.now = wholePs(call.now);
  const pages = folios.reduce((sum, folio) => sum + folio.pages, 0);
  const batch: OracleBatch = { kind, start: call.now, end: call.now, pages };
  call.batches.push(batch);
  return batch;
}

function endBatch(call: OracleCall, batch: OracleBatch): void {
  call.now = wholePs(call.now);
  batch.end = call.now;
}
