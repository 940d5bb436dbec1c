/** Models migrate_pages() and migrate_pages_sync(), mm/migrate.c v6.8; rules/ says where other kernels differ. */
import type { Span } from '../folio/span';
import { countFolios, countPages } from '../folio/span';
import type { CallState, Stats } from './callState';
import { migrateHugetlbs } from './hugetlb';
import type { BatchFrame } from './copyPath/copyPath';
import { batchOfGroup, cutBatches } from './cutBatches';
import type { BatchOutcome } from './migratePagesBatch';
import { finishBatch, migratePagesBatch } from './migratePagesBatch';
import type { Playing } from './playing';
import { repeatBatch, snapshot } from './repeatBatch';
import type { UnmapOutcome } from './unmap';
import { unmapFolios } from './unmap';
import {
  ENOMEM,
  NR_MAX_MIGRATE_ASYNC_RETRY,
  NR_MAX_MIGRATE_PAGES_RETRY,
  NR_MAX_MIGRATE_SYNC_RETRY,
} from './limits';
import { migratePagesFolioByFolio } from './unmapAndMove';
import { addTotals, zeroTotals } from './totals';

export interface CallOutcome {
  readonly stats: Stats;
  /** Base pages neither succeeded nor failed. */
  readonly untried: number;
  /** Folios not migrated, or -12 (-ENOMEM). */
  readonly returned: number;
}

export interface Progress {
  readonly stats: Stats;
  readonly splitList: Span[];
  /** Folios left on the list at the end (ret_folios). */
  kept: number;
  untried: number;
  /** What the batches returned so far. */
  returned: number;
}

/** Plays one call over `spans` (its list, in order), cutting batches at `batchPages` base pages. */
export function* migratePages(
  state: CallState,
  spans: readonly Span[],
  batchPages: number,
): Playing<CallOutcome> {
  const progress: Progress = { stats: zeroTotals(), splitList: [], kept: 0, untried: 0, returned: 0 };
  const hugetlb = spans.filter((span) => span.of.hugetlb);
  const gathered = migrateHugetlbs(state, progress.stats, hugetlb);
  progress.kept += gathered.kept;
  progress.untried += gathered.untried;
  let noMemory = gathered.rc === 'ENOMEM';
  if (gathered.rc !== 'ENOMEM') progress.returned = gathered.rc;
  const rest = hugetlb.length === 0 ? spans : spans.filter((span) => !span.of.hugetlb);
  const groups = cutBatches(rest, batchPages, state.rules.crossingFolio);
  const pipeline = state.path.frame === undefined ? null : new Pipeline(state.path.frame());
  for (const group of groups) {
    for (let i = 0; i < group.times; i++) {
      const batch = batchOfGroup(group, i);
      if (noMemory) {
        leave(state, progress, batch);
        continue;
      }
      const before = i + 1 < group.times ? snapshot(state, progress) : null;
      noMemory = yield* playBatch(state, progress, batch, pipeline);
      if (before !== null && !noMemory) {
        i += repeatBatch(state, progress, before, batch, group.times - i - 1);
      }
      // A tape as long as a batch, not as a call; a frame waits for its own copies.
      if (pipeline === null && state.builder.isWaiting) yield 'tape';
    }
  }
  if (pipeline !== null) {
    while (pipeline.begun.length > 0) {
      noMemory = (yield* finishBegun(state, progress, pipeline, noMemory)) || noMemory;
    }
    // What it gives back it gives back when all before is done.
    if (state.builder.isWaiting) yield null;
    pipeline.frame.end?.(state);
  }
  const returned = noMemory ? -ENOMEM : progress.kept === 0 ? 0 : progress.returned;
  return { stats: progress.stats, untried: progress.untried, returned };
}

/** One batch in the caller's mode, with the parts of folios it split. Returns whether the call ends with -ENOMEM. */
function playBatch(
  state: CallState,
  progress: Progress,
  batch: readonly Span[],
  pipeline: Pipeline | null,
): Playing<boolean> {
  if (pipeline !== null) return playFramed(state, progress, batch, pipeline);
  state.builder.beginBatch('batch', batch);
  if (state.rules.work === 'phases') return playPhases(state, progress, batch);
  const outcome = migratePagesFolioByFolio(state, progress.stats, batch, progress.splitList);
  return settleBatch(state, progress, outcome);
}

/** One batch of a kernel that works through it in phases. */
function* playPhases(state: CallState, progress: Progress, batch: readonly Span[]): Playing<boolean> {
  const isAsync = state.mode === 'MIGRATE_ASYNC';
  const passes = isAsync ? NR_MAX_MIGRATE_PAGES_RETRY : NR_MAX_MIGRATE_ASYNC_RETRY;
  const stats = isAsync ? progress.stats : zeroTotals();
  const unmap = unmapFolios(state, stats, batch, true, passes, progress.splitList);
  const move = state.path.moveBatch(state, stats, unmap.unmapped, true);
  const moved = 'left' in move ? move : yield* move;
  const outcome = finishBatch(state, stats, unmap, moved, passes, 'MIGRATE_ASYNC');
  if (isAsync) return yield* settleBatch(state, progress, outcome);
  return yield* migratePagesSync(state, progress, stats, outcome);
}

/** Models the end of the loop of migrate_pages() for a batch that is not tried again folio by folio. */
function* settleBatch(state: CallState, progress: Progress, outcome: BatchOutcome): Playing<boolean> {
  fail(state, progress, outcome.failed);
  leave(state, progress, outcome.untried);
  state.builder.endBatch();
  return yield* endBatch(state, progress, outcome.rc);
}

/** Adds up what a batch returned, and plays the parts of folios that it split. */
function* endBatch(state: CallState, progress: Progress, rc: number | 'ENOMEM'): Playing<boolean> {
  if (rc === 'ENOMEM') {
    leave(state, progress, progress.splitList.splice(0));
    return true;
  }
  progress.returned += rc;
  const parts = progress.splitList.length > 0 ? yield* playSplit(state, progress) : 0;
  return parts === 'ENOMEM' && state.rules.noMemoryForPart === 'endsCall';
}

/** Models migrate_pages_sync() after its ASYNC attempt: every folio that is left alone, in the caller's mode. */
function* migratePagesSync(
  state: CallState,
  progress: Progress,
  first: Stats,
  attempt: BatchOutcome,
): Playing<boolean> {
  const { stats, splitList } = progress;
  if (attempt.rc === 'ENOMEM') {
    addTotals(stats, first);
    return yield* settleBatch(state, progress, attempt);
  }
  // Failures are dropped: these folios are tried again below. Split ones stay counted as failed.
  first.nr_failed = 0;
  first.nr_thp_failed = first.nr_thp_split;
  addTotals(stats, first);
  state.builder.endBatch();
  let nrFailed = first.nr_split;
  if (attempt.failed.length === 0 && splitList.length === 0) {
    progress.returned += nrFailed;
    return false;
  }
  for (const [at, { first: from, count, of }] of attempt.failed.entries()) {
    for (let i = 0; i < count; i++) {
      const alone: readonly Span[] = [{ first: from + i, count: 1, of }];
      const before = i + 1 < count ? snapshot(state, progress) : null;
      state.builder.beginBatch('alone', alone);
      const outcome = yield* migratePagesBatch(
        state,
        stats,
        alone,
        false,
        NR_MAX_MIGRATE_SYNC_RETRY,
        splitList,
      );
      fail(state, progress, outcome.failed);
      leave(state, progress, outcome.untried);
      state.builder.endBatch();
      if (outcome.rc === 'ENOMEM') {
        if (i + 1 < count) leave(state, progress, [{ first: from + i + 1, count: count - i - 1, of }]);
        leave(state, progress, attempt.failed.slice(at + 1));
        return yield* endBatch(state, progress, 'ENOMEM');
      }
      const times = before === null ? 0 : repeatBatch(state, progress, before, alone, count - i - 1);
      nrFailed += outcome.rc * (1 + times);
      i += times;
    }
  }
  return yield* endBatch(state, progress, nrFailed);
}

/** A batch that a frame has begun. */
interface BegunBatch {
  readonly batch: readonly Span[];
  readonly unmap: UnmapOutcome;
  /** Counters of its ASYNC part. */
  readonly stats: Stats;
  readonly splitList: Span[];
  readonly passes: number;
}

class Pipeline {
  readonly frame: BatchFrame;
  readonly begun: BegunBatch[] = [];

  constructor(frame: BatchFrame) {
    this.frame = frame;
  }
}

/** A batch of a design that works around batches: the one before is finished after this one has begun, if the design says so. */
function* playFramed(
  state: CallState,
  progress: Progress,
  batch: readonly Span[],
  pipeline: Pipeline,
): Playing<boolean> {
  const { frame, begun } = pipeline;
  const isAsync = state.mode === 'MIGRATE_ASYNC';
  const passes = isAsync ? NR_MAX_MIGRATE_PAGES_RETRY : NR_MAX_MIGRATE_ASYNC_RETRY;
  const stats = isAsync ? progress.stats : zeroTotals();
  const splitList: Span[] = [];
  state.builder.beginBatch('batch', batch);
  const prepared = frame.prepare === undefined ? null : yield* frame.prepare(state, batch);
  let unmap = unmapFolios(state, stats, batch, true, passes, splitList, prepared?.allocated ?? null);
  let isRunning = false;
  if (frame.begin !== undefined) {
    isRunning = yield* frame.begin(state, unmap.unmapped);
    // What nobody tries again, in an ASYNC call or after -ENOMEM, is settled in this half.
    if (isAsync || unmap.noMemory) {
      fail(state, progress, unmap.failed);
      unmap = { ...unmap, failed: [] };
    }
    state.builder.endBatch();
  }
  begun.push({ batch, unmap, stats, splitList, passes });
  let noMemory = false;
  // Without a destination for all there is no next batch to go on with.
  const ahead = !isRunning || unmap.noMemory ? 0 : 1;
  while (begun.length > ahead) {
    noMemory = (yield* finishBegun(state, progress, pipeline, noMemory)) || noMemory;
  }
  return noMemory;
}

/** `ends`: the call has ended with -ENOMEM; what is left of the batch is not tried again. */
function* finishBegun(
  state: CallState,
  progress: Progress,
  { frame, begun }: Pipeline,
  ends: boolean,
): Playing<boolean> {
  const { batch, unmap, stats, splitList, passes } = begun.shift() as BegunBatch;
  if (frame.begin !== undefined) state.builder.beginBatch('finish', batch);
  const moved = yield* frame.finish(state, stats, unmap.unmapped);
  const finished = finishBatch(state, stats, unmap, moved, passes, 'MIGRATE_ASYNC');
  const outcome: BatchOutcome = ends ? { ...finished, rc: 'ENOMEM' } : finished;
  progress.splitList.push(...splitList);
  if (state.mode === 'MIGRATE_ASYNC') return yield* settleBatch(state, progress, outcome);
  return yield* migratePagesSync(state, progress, stats, outcome);
}

/** The parts of folios that were split: one pass, ASYNC (6.1: in the caller's mode). Its failures are not returned, its counts stay. */
function* playSplit(state: CallState, progress: Progress): Playing<number | 'ENOMEM'> {
  const parts = progress.splitList.splice(0);
  state.builder.beginBatch('split', parts);
  const outcome =
    state.rules.work === 'folioByFolio'
      ? migratePagesFolioByFolio(state, progress.stats, parts, null)
      : yield* migratePagesBatch(state, progress.stats, parts, true, 1, null);
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
