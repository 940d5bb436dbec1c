/**
 * Models migrate_pages_batch() and unmap_and_move(), mm/migrate.c of distribution 6.1.192: each folio is unmapped,
 * flushed, moved and remapped before the next one is looked at, up to ten times, in the caller's mode. A pass that
 * fails gives the folio back at once, so it prints its events again in every pass.
 */
import type { Span } from '../folio/span';
import type { CallState, FlushPlan, Stats } from './callState';
import { copyShare, NO_FLUSH, flushPlan, printRemoved, printSet, succeed } from './callState';
import { NR_MAX_MIGRATE_PAGES_RETRY } from './limits';
import type { BatchOutcome } from './migratePagesBatch';
import { moveToNewFolio, undo, writeOut } from './move';
import { afterAttempt, afterBatch, moveResult } from './moveResult';
import type { SplitList } from './split';
import { isSplitFirst, splitFolios } from './split';
import type { TriedFolios } from './unmap';
import { answerNoMemory, countFailed, emitUnmap, finishTry, giveUp, tryToUnmap, waitFor } from './unmap';

/** Position of the copy in the shape unmapAndMove. */
const COPY_STEP = 4;

/** `splitList` is null in the second round, over the parts of split folios: -EAGAIN of base pages does not call for another pass there. */
export function migratePagesFolioByFolio(
  state: CallState,
  stats: Stats,
  spans: readonly Span[],
  splitList: SplitList,
): BatchOutcome {
  const outcome: TriedFolios = { failed: [], untried: [], nrFailed: 0, noMemory: false };
  const passes = splitList === null ? 1 : NR_MAX_MIGRATE_PAGES_RETRY;
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
      const result = tryToUnmap(state, span, splitList, state.mode, pass);
      if (result === 'unmapped') {
        unmapAndMove(state, stats, outcome, span, again);
      } else if (result !== 'nomem') {
        const touches = span.of.fateName === 'pinned-pin';
        const plan = touches ? flushPlan(state, span.of, state.mode === 'MIGRATE_ASYNC') : NO_FLUSH;
        finishTry(state, stats, outcome, span, result, plan, again);
      } else if (!answerNoMemory(state, stats, outcome, span, splitList, again, pending.slice(i + 1))) {
        return { failed: outcome.failed, untried: outcome.untried, rc: 'ENOMEM' };
      }
    }
    pending = again;
  }
  giveUp(stats, outcome, pending);
  return { failed: outcome.failed, untried: outcome.untried, rc: outcome.nrFailed };
}

/** unmap_and_move() of folios that can be unmapped: moved, or given back to be tried again or for good. */
function unmapAndMove(state: CallState, stats: Stats, outcome: TriedFolios, span: Span, again: Span[]): void {
  const { builder, costs } = state;
  const plan = flushPlan(state, span.of, state.mode === 'MIGRATE_ASYNC');
  const flush = costs.immediateFlush(plan.immediate);
  const [alloc, unmap, remap] = [costs.alloc, costs.unmap(span.of), costs.remap(span.of)];
  const result = moveResult(state.rules, span.of, state.mode);
  printSet(state, span);
  if (result === 'writesOut') {
    again.push(writeOutEach(state, span, plan, alloc));
    return;
  }
  if (result !== 'moved') {
    const attempt = result === 'again' ? costs.retry : 0;
    builder.events.tlb_flush_operations += span.count * plan.immediate;
    builder.steps('unmapAndUndo', span.first, span.count, [alloc, unmap, flush, attempt, costs.undo, remap]);
    printRemoved(state, span);
    if (result === 'again') {
      again.push(afterAttempt(span));
      return;
    }
    outcome.nrFailed += span.count;
    countFailed(stats, span);
    outcome.failed.push(span);
    return;
  }
  const waits = waitFor(state, span.of.fateName) !== null;
  let { first, count } = span;
  // The sleep, and the cold start of the first copy, fall between the steps of one folio.
  for (let alone = waits ? count : state.copyIsCold ? 1 : 0; alone > 0; alone--) {
    const one: Span = { first, count: 1, of: span.of };
    emitUnmap(state, one, plan, alloc);
    moveToNewFolio(state, one);
    first++;
    count--;
  }
  if (count > 0) {
    const move = [costs.switchMapping(true), costs.copy(span.of), remap, costs.finish] as const;
    const share = copyShare(state, span.of, COPY_STEP, costs.resident);
    builder.events.tlb_flush_operations += count * plan.immediate;
    builder.steps('unmapAndMove', first, count, [alloc, unmap, flush, ...move], share);
  }
  succeed(state, stats, span);
}

/** Dirty folios, each unmapped, written out and put back before the next. Returns what they are then: clean. */
function writeOutEach(state: CallState, span: Span, plan: FlushPlan, alloc: number): Span {
  for (let i = 0; i < span.count; i++) {
    const one: Span = { first: span.first + i, count: 1, of: span.of };
    emitUnmap(state, one, plan, alloc);
    writeOut(state, one);
    undo(state, afterAttempt(one));
  }
  return afterBatch(afterAttempt(span));
}
