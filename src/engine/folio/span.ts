/** Stretches of alike folios, the unit the kernel model works in. */
import { defined } from '../../base/assert';
import { pagesOfOrder } from '../../base/units';
import type { FolioFate, FolioMapping, FolioRuns } from './workload';
import { FOLIO_FATES, FOLIO_KINDS, FOLIO_MAPPINGS } from './workload';

/** What alike folios have in common: one row of a workload, or the base pages of a split folio. */
export interface FolioClass {
  readonly order: number;
  /** Base pages of one folio. */
  readonly pages: number;
  /** Codes as in `FolioRuns`. */
  readonly kind: number;
  readonly fate: number;
  readonly mapping: number;
  readonly fateName: FolioFate;
  readonly mappingName: FolioMapping;
  readonly hugetlb: boolean;
  /** PMD-sized, and not hugetlb: what the kernel counts as THP. */
  readonly thp: boolean;
  readonly mappings: number;
  readonly from: number;
  readonly to: number;
  readonly address: number;
  /** Number of the class's first folio in the run. */
  readonly first: number;
  readonly partsMoved: number;
  readonly partsFailed: number;
  /** Written out by this batch, and mapped at its old place again: nothing is left to undo. */
  readonly givenBack?: boolean;
}

/** Folios [first, first + count) of one class. */
export interface Span {
  readonly first: number;
  readonly count: number;
  readonly of: FolioClass;
}

const ANON = FOLIO_KINDS.indexOf('anon');
const HUGETLB = FOLIO_KINDS.indexOf('hugetlb');
const PMD_ORDER = 9;

/** The span of a whole workload row, its first folio being number `first` of the run. */
export function spanOfRow(runs: FolioRuns, row: number, first: number): Span {
  const order = runs.order[row] as number;
  const hugetlb = runs.kind[row] === HUGETLB;
  return {
    first,
    count: runs.count[row] as number,
    of: {
      order,
      pages: pagesOfOrder(order),
      kind: runs.kind[row] as number,
      fate: runs.fate[row] as number,
      mapping: runs.mapping[row] as number,
      fateName: defined(FOLIO_FATES[runs.fate[row] as number], 'folio fate'),
      mappingName: defined(FOLIO_MAPPINGS[runs.mapping[row] as number], 'folio mapping'),
      hugetlb,
      thp: order === PMD_ORDER && !hugetlb,
      mappings: runs.mappings[row] as number,
      from: runs.from[row] as number,
      to: runs.to[row] as number,
      address: runs.address[row] as number,
      first,
      partsMoved: runs.partsMoved[row] as number,
      partsFailed: runs.partsFailed[row] as number,
    },
  };
}

/**
 * Base pages of a folio that was split, each with its own fate: those of an anonymous folio are mapped by
 * PTEs; those of any other stay unmapped (remap_page(), mm/huge_memory.c, returns for them).
 */
export function partSpan(
  whole: FolioClass,
  fateName: FolioFate,
  first: number,
  count: number,
  offset: number,
): Span {
  const remapped = whole.mappings > 0 && whole.mappingName !== 'none' && whole.kind === ANON;
  const mappingName: FolioMapping = remapped ? 'pte' : 'none';
  return {
    first,
    count,
    of: {
      ...whole,
      order: 0,
      pages: 1,
      fate: FOLIO_FATES.indexOf(fateName),
      fateName,
      mapping: FOLIO_MAPPINGS.indexOf(mappingName),
      mappingName,
      mappings: remapped ? whole.mappings : 0,
      hugetlb: false,
      thp: false,
      address: whole.address < 0 ? -1 : whole.address + offset * 4096,
      first,
      partsMoved: 0,
      partsFailed: 0,
    },
  };
}

export function countFolios(spans: readonly Span[]): number {
  let sum = 0;
  for (let i = 0; i < spans.length; i++) sum += (spans[i] as Span).count;
  return sum;
}

export function countPages(spans: readonly Span[]): number {
  let sum = 0;
  for (let i = 0; i < spans.length; i++) sum += (spans[i] as Span).count * (spans[i] as Span).of.pages;
  return sum;
}
