/** Large folios that are split because no destination was found, or because they are partially mapped. */
import type { FolioClass, Span } from '../folio/span';
import { partSpan } from '../folio/span';
import type { FolioFate } from '../folio/workload';
import { PAGE_BYTES } from '../../base/units';
import { pageTableEntries } from '../machine/costModel';
import type { CallState, Stats } from './callState';
import { allocatorShare } from './callState';

/** Where split folios leave their parts; null in the pass over parts. */
export type SplitList = Span[] | null;

/** Whether -ENOMEM for a folio is answered by a split (migrate_pages_batch(), `nosplit`). */
export function canSplit(state: CallState, span: Span, splitList: SplitList): splitList is Span[] {
  return span.of.fateName === 'no-destination' && triesSplit(state, span, splitList);
}

/** Whether a folio without destination waits for the next pass: its split returned -EAGAIN, and a long-term pin needs it moved. */
export function waitsForSplit(state: CallState, span: Span, splitList: SplitList): boolean {
  return (
    span.of.fateName === 'no-destination-split-busy' &&
    state.reason === 'longterm_pin' &&
    state.rules.retriesSplitForPin &&
    triesSplit(state, span, splitList)
  );
}

function triesSplit(state: CallState, { of }: Span, splitList: SplitList): splitList is Span[] {
  return splitList !== null && of.pages > 1 && !of.hugetlb && state.reason !== 'numa_misplaced';
}

/** Whether a folio is split before any try to unmap it: partially mapped, of more than two pages, on the deferred-split list. */
export function isSplitFirst(state: CallState, span: Span, splitList: SplitList): splitList is Span[] {
  return (
    splitList !== null &&
    span.of.fateName === 'split-first' &&
    span.of.pages > 2 &&
    state.rules.splitsDeferredFirst
  );
}

/**
 * Models try_split_folio() for every folio of a span, after a try that found no destination if `tried`: each counts
 * as a failed folio whose pages go on as parts.
 */
export function splitFolios(
  state: CallState,
  stats: Stats,
  span: Span,
  splitList: Span[],
  tried: boolean,
): void {
  const { builder, costs } = state;
  if (span.of.thp) {
    stats.nr_thp_failed += span.count;
    stats.nr_thp_split += span.count;
  }
  if (state.rules.countsSplits) stats.nr_split += span.count;
  for (let i = 0; i < span.count; i++) {
    if (tried) builder.steps('unmapFails', span.first + i, 1, [costs.alloc], allocatorShare(state, span.of));
    builder.steps('split', span.first + i, 1, [costs.split]);
  }
  builder.result(span, 'split');
  printSplit(state, span);
  for (let i = 0; i < span.count; i++) splitList.push(...partsOf(state, span, i));
}

/**
 * The base pages of the `index`-th folio of a span, by how they will fare. Their list begins with the last page of
 * the folio and ends with its first (__split_huge_page(), mm/huge_memory.c up to 6.12; try_split_folio()), so those
 * that move first are its last ones. They are numbered by address, and alike ones play in that order.
 */
function partsOf(state: CallState, span: Span, index: number): Span[] {
  const { of } = span;
  const base = state.builder.addFolios(of.pages);
  const folioBytes = of.pages * PAGE_BYTES;
  const address = of.address < 0 ? -1 : of.address + (span.first - of.first + index) * folioBytes;
  const whole: FolioClass = { ...of, address };
  const known =
    of.fateName === 'split-first' && of.partsMoved === 0 && of.partsFailed === 0 ? of.pages : of.partsMoved;
  const moved = Math.min(known, of.pages);
  const failed = Math.min(of.partsFailed, of.pages - moved);
  const rest = of.pages - moved - failed;
  const parts: Span[] = [];
  let listed = 0;
  const add = (fate: FolioFate, count: number) => {
    const first = of.pages - listed - count;
    if (count > 0) parts.push(partSpan(whole, fate, base + first, count, first));
    listed += Math.max(0, count);
  };
  add('movable', moved);
  add('pinned-get', failed);
  add('no-destination', Math.min(1, rest));
  add('movable', rest - 1);
  return parts;
}

/**
 * Splitting a PMD-mapped anonymous THP writes PTE migration entries without events, flushes once, and
 * prints a remove event per part; a PTE-mapped one prints set and remove (K23; mm/huge_memory.c,
 * unmap_folio(), remap_page()). File folios are unmapped without events.
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
