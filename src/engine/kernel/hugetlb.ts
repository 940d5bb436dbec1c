/**
 * Models migrate_hugetlbs() and unmap_and_move_huge_page(), mm/migrate.c v6.8: before everything else,
 * one folio at a time, unmap, copy and remap in one step, undone in every pass that fails.
 */
import type { Span } from '../folio/span';
import { countFolios, countPages } from '../folio/span';
import type { CallState, Stats } from './callState';
import { flushPlan, printRemoved, printSet, succeed } from './callState';
import { moveToNewFolio } from './move';
import { NR_MAX_MIGRATE_PAGES_RETRY } from './rules';

export interface HugetlbOutcome {
  readonly rc: number | 'ENOMEM';
  /** Folios left on the list, and base pages never tried. */
  readonly kept: number;
  readonly untried: number;
}

export function migrateHugetlbs(state: CallState, stats: Stats, spans: readonly Span[]): HugetlbOutcome {
  const { builder } = state;
  const folios = spans.flatMap((span) =>
    Array.from({ length: span.count }, (_, i): Span => ({ first: span.first + i, count: 1, of: span.of })),
  );
  let failed = 0;
  for (let i = 0; i < folios.length; i++) {
    const span = folios[i] as Span;
    builder.beginBatch(state.call, 'alone', [span]);
    const result = migrateHugetlb(state, stats, span);
    if (result !== 'moved') {
      stats.nr_failed += span.of.pages;
      builder.settle(0, span.of.pages);
      builder.result(span, 'failed');
      failed++;
    }
    builder.endBatch();
    if (result === 'nomem') {
      const rest = folios.slice(i + 1);
      for (const left of rest) builder.result(left, 'untried');
      return { rc: 'ENOMEM', kept: failed + countFolios(rest), untried: countPages(rest) };
    }
  }
  return { rc: failed, kept: failed, untried: 0 };
}

function migrateHugetlb(state: CallState, stats: Stats, span: Span): 'moved' | 'failed' | 'nomem' {
  const { builder, costs } = state;
  const fate = span.of.fateName;
  if (fate === 'no-destination' || fate === 'no-destination-split-fails') {
    builder.steps('unmapFails', span.first, 1, [costs.alloc]);
    return 'nomem';
  }
  if (fate === 'freed') {
    builder.steps('freed', span.first, 1, [costs.finish]);
    stats.nr_succeeded += span.of.pages;
    builder.settle(span.of.pages, 0);
    builder.result(span, 'moved');
    return 'moved';
  }
  if (fate === 'unmovable' || (fate === 'locked' && state.mode !== 'MIGRATE_SYNC')) {
    builder.steps('unmapFails', span.first, 1, [costs.alloc]);
    return 'failed';
  }
  const stuck = fate === 'pinned-get' || fate === 'pinned-pin' || fate === 'move-fails';
  const tries = !stuck ? 1 : fate === 'move-fails' ? 1 : NR_MAX_MIGRATE_PAGES_RETRY;
  for (let pass = 0; pass < tries; pass++) {
    const flush = flushPlan(state, span.of, false).immediate;
    builder.events.tlb_flush_operations += flush;
    builder.steps('unmap', span.first, 1, [costs.alloc, costs.unmap(span.of), costs.immediateFlush(flush)]);
    printSet(state, span);
    if (!stuck) {
      moveToNewFolio(state, span);
      succeed(state, stats, span);
      return 'moved';
    }
    builder.steps('undo', span.first, 1, [costs.undo, costs.remap(span.of)]);
    printRemoved(state, span);
  }
  return 'failed';
}
