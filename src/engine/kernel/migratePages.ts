/** Models migrate_pages() and migrate_pages_sync(), mm/migrate.c v6.8; rules/ says where other kernels differ. */
import type { Span } from '../folio/span';
import { countFolios, countPages } from '../folio/span';
import type { CallState, Stats } from './callState';
import { migrateHugetlbs } from './hugetlb';
import { migratePagesBatch } from './migratePagesBatch';
import {
  ENOMEM,
  NR_MAX_MIGRATE_ASYNC_RETRY,
  NR_MAX_MIGRATE_PAGES_RETRY,
  NR_MAX_MIGRATE_SYNC_RETRY,
} from './limits';
import { migratePagesFolioByFolio } from './unmapAndMove';
import type { KernelRules } from './rules/kernelRules';
import { addTotals, zeroTotals } from './totals';

export interface CallOutcome {
  readonly stats: Stats;
  /** Base pages neither succeeded nor failed. */
  readonly untried: number;
  /** Folios not migrated, or -12 (-ENOMEM). */
  readonly returned: number;
}

interface Progress {
  readonly stats: Stats;
  readonly splitList: Span[];
  /** Folios left on the list at the end (ret_folios). */
  kept: number;
  untried: number;
}

/** Plays one call over `spans` (its list, in order), cutting batches at `batchPages` base pages. */
export function migratePages(state: CallState, spans: readonly Span[], batchPages: number): CallOutcome {
  const progress: Progress = { stats: zeroTotals(), splitList: [], kept: 0, untried: 0 };
  const rest = spans.filter((span) => !span.of.hugetlb);
  const gathered = migrateHugetlbs(
    state,
    progress.stats,
    spans.filter((span) => span.of.hugetlb),
  );
  progress.kept += gathered.kept;
  progress.untried += gathered.untried;
  let returned: number = gathered.rc === 'ENOMEM' ? -ENOMEM : gathered.rc;
  let noMemory = gathered.rc === 'ENOMEM';
  for (const batch of cutBatches(rest, batchPages, state.rules.crossingFolio)) {
    if (noMemory) {
      leave(state, progress, batch);
      continue;
    }
    state.builder.beginBatch(state.call, 'batch', batch);
    const rc = playBatch(state, progress, batch);
    if (rc === 'ENOMEM') leave(state, progress, progress.splitList.splice(0));
    const parts = progress.splitList.length > 0 ? playSplit(state, progress) : 0;
    noMemory = rc === 'ENOMEM' || (parts === 'ENOMEM' && state.rules.noMemoryForPart === 'endsCall');
    returned = noMemory || rc === 'ENOMEM' ? -ENOMEM : returned + rc;
  }
  return {
    stats: progress.stats,
    untried: progress.untried,
    returned: !noMemory && progress.kept === 0 ? 0 : returned,
  };
}

/** One batch in the caller's mode; ends the builder's batch. Returns what migrate_pages() adds up. */
function playBatch(state: CallState, progress: Progress, batch: readonly Span[]): number | 'ENOMEM' {
  const { stats, splitList } = progress;
  const folioByFolio = state.rules.work === 'folioByFolio';
  if (!folioByFolio && state.mode !== 'MIGRATE_ASYNC') return migratePagesSync(state, progress, batch);
  const outcome = folioByFolio
    ? migratePagesFolioByFolio(state, stats, batch, splitList)
    : migratePagesBatch(state, stats, batch, true, NR_MAX_MIGRATE_PAGES_RETRY, splitList);
  fail(state, progress, outcome.failed);
  leave(state, progress, outcome.untried);
  state.builder.endBatch();
  return outcome.rc;
}

/** The whole batch as ASYNC first; then every folio that is left alone, in the caller's mode. */
function migratePagesSync(state: CallState, progress: Progress, batch: readonly Span[]): number | 'ENOMEM' {
  const { stats, splitList } = progress;
  const first = zeroTotals();
  const attempt = migratePagesBatch(state, first, batch, true, NR_MAX_MIGRATE_ASYNC_RETRY, splitList);
  if (attempt.rc === 'ENOMEM') {
    addTotals(stats, first);
    fail(state, progress, attempt.failed);
    leave(state, progress, attempt.untried);
    state.builder.endBatch();
    return 'ENOMEM';
  }
  // Failures are dropped: these folios are tried again below. Split ones stay counted as failed.
  addTotals(stats, { ...first, nr_failed: 0, nr_thp_failed: first.nr_thp_split });
  state.builder.endBatch();
  let nrFailed = first.nr_split;
  const alone = attempt.failed.flatMap(singly);
  for (let i = 0; i < alone.length; i++) {
    const span = alone[i] as Span;
    state.builder.beginBatch(state.call, 'alone', [span]);
    const outcome = migratePagesBatch(state, stats, [span], false, NR_MAX_MIGRATE_SYNC_RETRY, splitList);
    fail(state, progress, outcome.failed);
    leave(state, progress, outcome.untried);
    state.builder.endBatch();
    if (outcome.rc === 'ENOMEM') {
      leave(state, progress, alone.slice(i + 1));
      return 'ENOMEM';
    }
    nrFailed += outcome.rc;
  }
  return nrFailed;
}

/** The parts of folios that were split: one pass, ASYNC (6.1: in the caller's mode). Its failures are not returned, its counts stay. */
function playSplit(state: CallState, progress: Progress): number | 'ENOMEM' {
  const parts = progress.splitList.splice(0);
  state.builder.beginBatch(state.call, 'split', parts);
  const outcome =
    state.rules.work === 'folioByFolio'
      ? migratePagesFolioByFolio(state, progress.stats, parts, null)
      : migratePagesBatch(state, progress.stats, parts, true, 1, null);
  fail(state, progress, outcome.failed);
  leave(state, progress, outcome.untried);
  state.builder.endBatch();
  return outcome.rc;
}

function fail(state: CallState, progress: Progress, spans: readonly Span[]): void {
  for (const span of spans) state.builder.result(span, 'failed');
  state.builder.settle(0, countPages(spans));
  progress.kept += countFolios(spans);
}

function leave(state: CallState, progress: Progress, spans: readonly Span[]): void {
  for (const span of spans) state.builder.result(span, 'untried');
  progress.untried += countPages(spans);
  progress.kept += countFolios(spans);
}

function singly(span: Span): Span[] {
  return Array.from({ length: span.count }, (_, i) => ({ first: span.first + i, count: 1, of: span.of }));
}

/** Cuts the list as migrate_pages() does: folios are added until their base pages reach the limit. */
export function cutBatches(
  spans: readonly Span[],
  limit: number,
  crossingFolio: KernelRules['crossingFolio'],
): Span[][] {
  const batches: Span[][] = [];
  let batch: Span[] = [];
  let pages = 0;
  for (const { first, count, of } of spans) {
    let done = 0;
    while (done < count) {
      const fit = (limit - pages) / of.pages;
      // A folio larger than the limit still is a batch.
      const least = crossingFolio === 'included' || batch.length === 0 ? 1 : 0;
      const wanted = crossingFolio === 'included' ? Math.ceil(fit) : Math.floor(fit);
      const take = Math.min(count - done, Math.max(least, wanted));
      if (take > 0) batch.push({ first: first + done, count: take, of });
      pages += take * of.pages;
      done += take;
      if (take === 0 || pages >= limit) {
        batches.push(batch);
        batch = [];
        pages = 0;
      }
    }
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}
