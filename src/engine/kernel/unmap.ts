/** Models the unmap phase of migrate_pages_batch(), mm/migrate.c v6.8 (phase A), and the flush after it. */
import type { Span } from '../folio/span';
import { partSpan } from '../folio/span';
import type { FolioFate } from '../folio/workload';
import { pageTableEntries } from '../machine/costModel';
import type { CallState, Stats } from './callState';
import { flushPlan, printSet } from './callState';

/** How a try to unmap a folio ends (return value of migrate_folio_unmap()). */
type UnmapResult = 'unmapped' | 'freed' | 'again' | 'busy' | 'nomem';

export interface UnmapOutcome {
  /** Unmapped, in list order of the pass that unmapped them. */
  readonly unmapped: Span[];
  /** Failed for good in this batch, and folios whose passes ran out. */
  readonly failed: Span[];
  /** Never tried, or tried and not counted, because of -ENOMEM. */
  readonly untried: Span[];
  /** Folios of the local nr_failed of migrate_pages_batch(). */
  nrFailed: number;
  noMemory: boolean;
}

/** Where split folios leave their parts; null in the pass over parts. */
export type SplitList = Span[] | null;

export function unmapFolios(
  state: CallState,
  stats: Stats,
  spans: readonly Span[],
  async: boolean,
  passes: number,
  splitList: SplitList,
): UnmapOutcome {
  const outcome: UnmapOutcome = { unmapped: [], failed: [], untried: [], nrFailed: 0, noMemory: false };
  let deferred = false;
  let pending = [...spans];
  for (let pass = 0; pass < passes && pending.length > 0; pass++) {
    const again: Span[] = [];
    for (let i = 0; i < pending.length; i++) {
      const span = pending[i] as Span;
      if (splitsFirst(state, span, splitList)) {
        splitFolios(state, stats, outcome, span, splitList as Span[], false);
        continue;
      }
      const result = unmapResult(state, span.of.fateName, async);
      if (result === 'nomem') {
        if (canSplit(state, span, splitList)) {
          splitFolios(state, stats, outcome, span, splitList as Span[], true);
          continue;
        }
        endWithoutMemory(state, stats, outcome, span, again, pending.slice(i + 1));
        pending = [];
        again.length = 0;
        break;
      }
      const plan =
        result === 'unmapped' || span.of.fateName === 'pinned-pin'
          ? flushPlan(state, span.of, async)
          : NO_FLUSH;
      deferred ||= plan.deferred;
      finishTry(state, stats, outcome, span, result, plan, again);
    }
    pending = again;
  }
  // Passes have run out: what still says -EAGAIN has failed here. It never left the list, so it comes first.
  for (const span of pending) {
    outcome.nrFailed += span.count;
    countFailed(stats, span);
  }
  outcome.failed.unshift(...pending);
  if (deferred) flushBatch(state, outcome.unmapped);
  return outcome;
}

const NO_FLUSH = { immediate: 0, deferred: false } as const;

/** What each fate answers to a try: a fixed result, or one that depends on the try's mode. */
const RESULTS: Readonly<Record<FolioFate, UnmapResult | ((async: boolean, sync: boolean) => UnmapResult)>> = {
  movable: 'unmapped',
  'pinned-get': 'unmapped',
  'move-fails': 'unmapped',
  'split-first': 'unmapped',
  'pinned-pin': 'again',
  locked: (async) => (async ? 'again' : 'unmapped'),
  writeback: (async, sync) => (!async && sync ? 'unmapped' : 'busy'),
  freed: 'freed',
  unmovable: 'busy',
  'no-destination': 'nomem',
  'no-destination-split-fails': 'nomem',
};

function unmapResult(state: CallState, fate: FolioFate, async: boolean): UnmapResult {
  const result = RESULTS[fate];
  return typeof result === 'string' ? result : result(async, state.mode === 'MIGRATE_SYNC');
}

function finishTry(
  state: CallState,
  stats: Stats,
  outcome: UnmapOutcome,
  span: Span,
  result: UnmapResult,
  plan: { immediate: number; deferred: boolean },
  again: Span[],
): void {
  switch (result) {
    case 'freed':
      state.builder.steps('freed', span.first, span.count, [state.costs.finish]);
      stats.nr_succeeded += span.count * span.of.pages;
      if (span.of.thp) stats.nr_thp_succeeded += span.count;
      state.builder.settle(span.count * span.of.pages, 0);
      state.builder.result(span, 'moved');
      return;
    case 'unmapped':
      emitTry(state, span, plan, true);
      printSet(state, span);
      outcome.unmapped.push(span);
      return;
    case 'again':
      emitTry(state, span, plan, false);
      again.push(span);
      return;
    case 'busy':
    case 'nomem':
      emitTry(state, span, plan, false);
      outcome.nrFailed += span.count;
      countFailed(stats, span);
      outcome.failed.push(span);
  }
}

/** Emits the work of one try on each folio of a span. FOLL_PIN clears the PTE and puts it back. */
function emitTry(
  state: CallState,
  span: Span,
  plan: { immediate: number; deferred: boolean },
  done: boolean,
): void {
  const { builder, costs } = state;
  const touches = done || span.of.fateName === 'pinned-pin';
  const flush = plan.immediate > 0 ? costs.immediateFlush(plan.immediate) : 0;
  builder.events.tlb_flush_operations += span.count * plan.immediate;
  const unmap = touches ? costs.unmap(span.of) : 0;
  builder.steps(done ? 'unmap' : 'unmapFails', span.first, span.count, [costs.alloc, unmap, flush]);
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

/** A partially mapped folio of more than two pages on the deferred-split list (6.12 and later). */
function splitsFirst(state: CallState, span: Span, splitList: SplitList): boolean {
  return (
    span.of.fateName === 'split-first' &&
    span.of.pages > 2 &&
    state.rules.splitsDeferredFirst &&
    splitList !== null
  );
}

function canSplit(state: CallState, span: Span, splitList: SplitList): boolean {
  return (
    splitList !== null &&
    span.of.fateName === 'no-destination' &&
    span.of.pages > 1 &&
    !span.of.hugetlb &&
    state.reason !== 'numa_misplaced'
  );
}

/** Splits every folio of a span, after a try that found no destination if `tried`: counted as failed folios whose pages go on as parts. */
function splitFolios(
  state: CallState,
  stats: Stats,
  outcome: UnmapOutcome,
  span: Span,
  splitList: Span[],
  tried: boolean,
): void {
  const { builder, costs } = state;
  outcome.nrFailed += span.count;
  if (span.of.thp) {
    stats.nr_thp_failed += span.count;
    stats.nr_thp_split += span.count;
  }
  stats.nr_split += span.count;
  for (let i = 0; i < span.count; i++) {
    if (tried) builder.steps('unmapFails', span.first + i, 1, [costs.alloc]);
    builder.steps('split', span.first + i, 1, [costs.split]);
  }
  builder.result(span, 'split');
  printSplit(state, span);
  for (let i = 0; i < span.count; i++) splitList.push(...partsOf(state, span, i));
}

/** The base pages of the `index`-th folio of a span, by how they will fare. */
function partsOf(state: CallState, span: Span, index: number): Span[] {
  const { of } = span;
  const base = state.builder.addFolios(of.pages);
  const whole = {
    ...of,
    address: of.address < 0 ? -1 : of.address + (span.first - of.first + index) * of.pages * 4096,
  };
  const known =
    of.fateName === 'split-first' && of.partsMoved === 0 && of.partsFailed === 0 ? of.pages : of.partsMoved;
  const moved = Math.min(known, of.pages);
  const failed = Math.min(of.partsFailed, of.pages - moved);
  const rest = of.pages - moved - failed;
  const parts: Span[] = [];
  const add = (fate: FolioFate, count: number, offset: number) => {
    if (count > 0) parts.push(partSpan(whole, fate, base + offset, count, offset));
  };
  add('movable', moved, 0);
  add('pinned-get', failed, moved);
  add('no-destination', Math.min(1, rest), moved + failed);
  add('movable', rest - 1, moved + failed + 1);
  return parts;
}

/**
 * Splitting a PMD-mapped anonymous THP writes PTE migration entries without events, flushes once, and
 * prints a remove event per part; a PTE-mapped one prints set and remove (K23; mm/huge_memory.c,
 * unmap_folio, remap_page). File folios are unmapped without events.
 */
function printSplit(state: CallState, span: Span): void {
  const { events } = state.builder;
  if (span.of.mappingName === 'none' || span.of.kind !== 0) return;
  const ptes = span.count * span.of.pages * span.of.mappings;
  events.remove_migration_pte += ptes;
  if (span.of.mappingName === 'pmd') events.tlb_flush_operations += span.count * span.of.mappings;
  else {
    events.set_migration_pte += ptes;
    events.tlb_flush_operations += span.count * pageTableEntries(span.of);
  }
}

/** -ENOMEM that no split can answer: the folio fails, what waits for a retry in this pass fails with it. */
function endWithoutMemory(
  state: CallState,
  stats: Stats,
  outcome: UnmapOutcome,
  span: Span,
  again: readonly Span[],
  rest: readonly Span[],
): void {
  const one: Span = { first: span.first, count: 1, of: span.of };
  state.builder.steps('unmapFails', one.first, 1, [state.costs.alloc]);
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
}

export function countFailed(stats: Stats, span: Span): void {
  stats.nr_failed += span.count * span.of.pages;
  if (span.of.thp) stats.nr_thp_failed += span.count;
}
