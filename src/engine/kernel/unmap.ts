/** Models the unmap phase of migrate_pages_batch(), mm/migrate.c v6.8 (phase A), and the flush after it. */
import type { Span } from '../folio/span';
import type { FolioFate } from '../folio/workload';
import type { CallState, FlushPlan, Stats } from './callState';
import { allocatorShare, NO_FLUSH, flushPlan, printSet } from './callState';
import type { MigrateMode } from './modes';
import type { SplitList } from './split';
import { canSplit, isSplitFirst, splitFolios, waitsForSplit } from './split';
import type { UnmapResult } from './unmapResult';
import { unmapResult } from './unmapResult';

/** What is left of a list after its tries to unmap. */
export interface TriedFolios {
  /** Failed for good in this batch, and folios whose passes ran out. */
  readonly failed: Span[];
  /** Never tried, or tried and not counted, because of -ENOMEM. */
  readonly untried: Span[];
  /** Folios of the local nr_failed of migrate_pages_batch(). */
  nrFailed: number;
  noMemory: boolean;
}

export interface UnmapOutcome extends TriedFolios {
  /** Unmapped, in list order of the pass that unmapped them. */
  readonly unmapped: Span[];
}

export function unmapFolios(
  state: CallState,
  stats: Stats,
  spans: readonly Span[],
  async: boolean,
  passes: number,
  splitList: SplitList,
  prepared: ReadonlySet<Span> | null = null,
): UnmapOutcome {
  const outcome: UnmapOutcome = { unmapped: [], failed: [], untried: [], nrFailed: 0, noMemory: false };
  const mode = async ? 'MIGRATE_ASYNC' : state.mode;
  let deferred = false;
  let pending = spans;
  for (let pass = 0; pass < passes && pending.length > 0; pass++) {
    const again: Span[] = [];
    for (let i = 0; i < pending.length; i++) {
      const span = pending[i] as Span;
      if (isSplitFirst(state, span, splitList)) {
        outcome.nrFailed += span.count;
        splitFolios(state, stats, span, splitList, false);
        continue;
      }
      const result = tryToUnmap(state, span, splitList, mode, pass);
      if (result === 'nomem') {
        if (answerNoMemory(state, stats, outcome, span, splitList, again, pending.slice(i + 1))) continue;
        if (deferred) flushBatch(state, outcome.unmapped);
        return outcome;
      }
      const touches = result === 'unmapped' || span.of.fateName === 'pinned-pin';
      const plan = touches ? flushPlan(state, span.of, async) : NO_FLUSH;
      deferred ||= plan.deferred;
      if (result === 'unmapped') {
        emitUnmap(state, span, plan, prepared?.has(span) === true ? 0 : state.costs.alloc);
        printSet(state, span);
        outcome.unmapped.push(span);
      } else {
        finishTry(state, stats, outcome, span, result, plan, again);
      }
    }
    pending = again;
  }
  giveUp(stats, outcome, pending);
  if (deferred) flushBatch(state, outcome.unmapped);
  return outcome;
}

/** How a try to unmap ends, as migrate_pages_batch() takes it. */
export function tryToUnmap(
  state: CallState,
  span: Span,
  splitList: SplitList,
  mode: MigrateMode,
  pass: number,
): UnmapResult {
  const result = unmapResult(state.rules, span.of.fateName, mode, pass);
  return result === 'nomem' && waitsForSplit(state, span, splitList) ? 'again' : result;
}

/** Emits a try that leaves nothing unmapped, and sorts the folios by how it ended. */
export function finishTry(
  state: CallState,
  stats: Stats,
  outcome: TriedFolios,
  span: Span,
  result: Exclude<UnmapResult, 'unmapped' | 'nomem'>,
  plan: FlushPlan,
  again: Span[],
): void {
  switch (result) {
    case 'freed':
      countFreed(state, stats, span);
      return;
    case 'again':
      emitFailedTry(state, span, plan);
      again.push(span);
      return;
    case 'busy':
      emitFailedTry(state, span, plan);
      outcome.nrFailed += span.count;
      countFailed(stats, span);
      outcome.failed.push(span);
  }
}

/** The last other reference is gone: the folio counts as moved, and nothing is printed. */
export function countFreed(state: CallState, stats: Stats, span: Span): void {
  state.builder.steps('freed', span.first, span.count, [state.costs.finish]);
  stats.nr_succeeded += span.count * span.of.pages;
  if (span.of.thp) stats.nr_thp_succeeded += span.count;
  state.builder.settle(span.count * span.of.pages, 0);
  state.builder.result(span, 'moved');
}

/** Passes have run out: what still says -EAGAIN has failed here. It never left the list, so it comes first. */
export function giveUp(stats: Stats, outcome: TriedFolios, pending: readonly Span[]): void {
  for (const span of pending) {
    outcome.nrFailed += span.count;
    countFailed(stats, span);
  }
  if (pending.length > 0) outcome.failed.unshift(...pending);
}

/** Emits a try that leaves the folios unmapped; those that were locked or under writeback were waited for. `alloc`: ps, 0 for folios that have their destination. */
export function emitUnmap(
  state: CallState,
  span: Span,
  plan: FlushPlan,
  alloc: number,
  wait = waitFor(state, span.of.fateName),
): void {
  const { builder, costs } = state;
  const flush = flushAtOnce(state, span, plan);
  const { first, count, of } = span;
  const share = alloc > 0 ? allocatorShare(state, of) : null;
  if (wait === null && alloc === costs.alloc) {
    const known = state.steps.of(of);
    // Each entry is flushed at once, or none.
    builder.play(plan.immediate > 0 ? known.unmapAndFlush : known.unmap, first, count, share);
  } else if (wait === null) builder.steps('unmap', first, count, [alloc, costs.unmap(of), flush], share);
  else builder.steps('unmapAfterWait', first, count, [alloc, wait, costs.unmap(of), flush], share);
}

/** How long a caller sleeps for a folio that it can have by waiting, ps; null where there is nothing to wait for. */
export function waitFor({ costs }: CallState, fate: FolioFate): number | null {
  if (fate === 'locked') return costs.lockWait;
  return fate === 'writeback' ? costs.writebackWait : null;
}

/** Emits a try that leaves nothing unmapped. FOLL_PIN clears the PTE and puts it back. */
function emitFailedTry(state: CallState, span: Span, plan: FlushPlan): void {
  const { builder, costs } = state;
  const flush = flushAtOnce(state, span, plan);
  const unmap = span.of.fateName === 'pinned-pin' ? costs.unmap(span.of) : 0;
  builder.steps(
    'unmapFails',
    span.first,
    span.count,
    [costs.alloc, unmap, flush],
    allocatorShare(state, span.of),
  );
}

function flushAtOnce({ builder, costs }: CallState, span: Span, plan: FlushPlan): number {
  builder.events.tlb_flush_operations += span.count * plan.immediate;
  return plan.immediate > 0 ? costs.immediateFlush(plan.immediate) : 0;
}

/** One flush for everything that was deferred in this batch (try_to_unmap_flush). */
function flushBatch(state: CallState, unmapped: readonly Span[]): void {
  const { builder, costs } = state;
  builder.events.tlb_flush_operations++;
  const first = unmapped[0];
  const last = unmapped.at(-1);
  const covered =
    first === undefined || last === undefined ? [0, 0] : [first.first, last.first + last.count - first.first];
  builder.once('flush', costs.batchedFlush(), covered[0], Math.max(0, covered[1] ?? 0));
}

/**
 * No destination. A large folio is split, and the list goes on (true). Else one folio fails, what waits for a retry
 * in this pass fails with it, and the rest of the list stays untried (false).
 */
export function answerNoMemory(
  state: CallState,
  stats: Stats,
  outcome: TriedFolios,
  span: Span,
  splitList: SplitList,
  again: readonly Span[],
  rest: readonly Span[],
): boolean {
  if (canSplit(state, span, splitList)) {
    outcome.nrFailed += span.count;
    splitFolios(state, stats, span, splitList, true);
    return true;
  }
  const one: Span = { first: span.first, count: 1, of: span.of };
  state.builder.steps('unmapFails', one.first, 1, [state.costs.alloc], allocatorShare(state, one.of));
  outcome.noMemory = true;
  outcome.nrFailed++;
  countFailed(stats, one);
  outcome.failed.push(one);
  for (const retried of again) {
    countFailed(stats, retried);
    outcome.failed.push(retried);
  }
  if (span.count > 1) outcome.untried.push({ first: span.first + 1, count: span.count - 1, of: span.of });
  outcome.untried.push(...rest);
  return false;
}

export function countFailed(stats: Stats, span: Span): void {
  stats.nr_failed += span.count * span.of.pages;
  if (span.of.thp) stats.nr_thp_failed += span.count;
}
