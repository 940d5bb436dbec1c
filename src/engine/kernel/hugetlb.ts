/**
 * Models migrate_hugetlbs() and unmap_and_move_huge_page(), mm/migrate.c v6.8: before everything else,
 * in up to ten passes over the hugetlb folios of the list; each try unmaps, copies and remaps one folio,
 * and is undone where it fails.
 */
import type { Span } from '../folio/span';
import { countFolios, countPages } from '../folio/span';
import type { CallState, Stats } from './callState';
import { flushPlan, printSet, succeed } from './callState';
import { moveToNewFolio, undo } from './move';
import { afterAttempt, moveResult } from './moveResult';
import { countFreed, emitUnmap } from './unmap';
import { FIRST_FORCED_PASS, NR_MAX_MIGRATE_PAGES_RETRY } from './limits';

export interface HugetlbOutcome {
  readonly rc: number | 'ENOMEM';
  /** Folios left on the list, and base pages never tried. */
  readonly kept: number;
  readonly untried: number;
}

type HugetlbResult = 'moved' | 'again' | 'busy' | 'nomem';

export function migrateHugetlbs(state: CallState, stats: Stats, spans: readonly Span[]): HugetlbOutcome {
  const { builder } = state;
  const fail = (span: Span) => {
    stats.nr_failed += span.of.pages;
    builder.settle(0, span.of.pages);
    builder.result(span, 'failed');
  };
  let pending = spans.flatMap((span) =>
    Array.from({ length: span.count }, (_, i): Span => ({ first: span.first + i, count: 1, of: span.of })),
  );
  if (pending.length === 0) return { rc: 0, kept: 0, untried: 0 };
  builder.beginBatch('alone', pending);
  let failed = 0;
  for (let pass = 0; pass < NR_MAX_MIGRATE_PAGES_RETRY && pending.length > 0; pass++) {
    const again: Span[] = [];
    for (let i = 0; i < pending.length; i++) {
      const span = pending[i] as Span;
      const result = migrateHugetlb(state, stats, span, pass >= FIRST_FORCED_PASS);
      if (result === 'again') again.push(afterAttempt(span));
      else if (result !== 'moved') {
        fail(span);
        failed++;
      }
      if (result === 'nomem') {
        for (const waiting of again) fail(waiting);
        const rest = pending.slice(i + 1);
        for (const left of rest) builder.result(left, 'untried');
        builder.endBatch();
        return {
          rc: 'ENOMEM',
          kept: failed + again.length + countFolios(rest),
          untried: countPages(rest),
        };
      }
    }
    pending = again;
  }
  for (const span of pending) fail(span);
  failed += pending.length;
  builder.endBatch();
  return { rc: failed, kept: failed, untried: 0 };
}

/** One try of one folio. */
function migrateHugetlb(state: CallState, stats: Stats, span: Span, force: boolean): HugetlbResult {
  const { builder, costs } = state;
  const fate = span.of.fateName;
  if (fate === 'freed') {
    countFreed(state, stats, span);
    return 'moved';
  }
  const early = endsBeforeUnmap(state, span, force);
  if (early !== null) {
    builder.steps('unmapFails', span.first, 1, [costs.alloc]);
    return early;
  }
  const flush = flushPlan(state, span.of, false).immediate;
  if (fate === 'pinned-pin') {
    builder.events.tlb_flush_operations += flush;
    builder.steps('unmapFails', span.first, 1, [
      costs.alloc,
      costs.unmap(span.of),
      costs.immediateFlush(flush),
    ]);
    return 'again';
  }
  // unmap_and_move_huge_page() does not look at writeback.
  const wait = fate === 'locked' ? costs.lockWait : null;
  emitUnmap(state, span, { immediate: flush, deferred: false }, costs.alloc, wait);
  printSet(state, span);
  // hugetlbfs has a migrate_folio, and no buffers: dirty folios move as they are.
  const result = fate === 'dirty' ? 'moved' : moveResult(state.rules, span.of, state.mode);
  if (result === 'moved') {
    moveToNewFolio(state, span);
    succeed(state, stats, span);
    return 'moved';
  }
  if (result === 'again') builder.steps('retry', span.first, 1, [costs.retry]);
  undo(state, span);
  return result === 'again' ? 'again' : 'busy';
}

function endsBeforeUnmap(state: CallState, span: Span, force: boolean): HugetlbResult | null {
  const fate = span.of.fateName;
  if (fate.startsWith('no-destination')) return 'nomem';
  if (fate === 'locked' && !(force && state.mode === 'MIGRATE_SYNC')) return 'again';
  return fate === 'unmovable' ? 'busy' : null;
}
