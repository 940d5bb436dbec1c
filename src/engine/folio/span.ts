/** Stretches of alike folios, the unit the kernel model works in. */
import { defined } from '../../base/assert';
import { pagesOfOrder } from '../../base/units';
import type { FolioFate, FolioMapping, FolioRuns } from './workload';
import { FOLIO_FATES, FOLIO_KINDS, FOLIO_MAPPINGS } from './workload';

/** The same object for folios that differ only in fate, address and number. `parts`: of the base pages of such folios. */
export interface Alike {
  parts: Alike | null;
}

/** Finds out which rows of a workload hold alike folios. */
export class Likeness {
  /** By nodes, then by all else. */
  private readonly known = new Map<number, Map<number, Alike>>();

  of({ order, kind, mapping, mappings, from, to }: FolioRuns, row: number): Alike {
    const nodes = (from[row] as number) * 2 ** 16 + (to[row] as number);
    const sizes = (mappings[row] as number) * 2 ** 8 + (order[row] as number);
    const key = (sizes * 2 ** 8 + (kind[row] as number)) * 2 ** 8 + (mapping[row] as number);
    let between = this.known.get(nodes);
    if (between === undefined) this.known.set(nodes, (between = new Map()));
    let alike = between.get(key);
    if (alike === undefined) between.set(key, (alike = { parts: null }));
    return alike;
  }
}

/** What alike folios have in common: one row of a workload, or the base pages of a split folio. */
export interface FolioClass {
  readonly alike: Alike;
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
export function spanOfRow(runs: FolioRuns, row: number, first: number, likeness = new Likeness()): Span {
  const order = runs.order[row] as number;
  const hugetlb = runs.kind[row] === HUGETLB;
  return {
    first,
    count: runs.count[row] as number,
    of: {
      alike: likeness.of(runs, row),
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
      alike: (whole.alike.parts ??= { parts: null }),
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
