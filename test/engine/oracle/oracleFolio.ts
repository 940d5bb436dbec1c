/** One folio of the oracle: an object with its own state, and the log of everything that happens to it. */
import type { FolioFate, FolioKind, FolioMapping } from '../../../src/engine/folio/workload';
import type { FolioResult, Step } from '../../../src/engine/sim/run';

/** An instant at which a folio becomes something, with no time spent. */
export type Mark =
  | 'listed'
  | 'unmapped'
  | 'copied'
  /** What an engine copied does not count. */
  | 'uncopied'
  | 'done'
  | 'restored'
  | 'parted';

export interface LogEntry {
  /** ps from the start of the run. */
  readonly time: number;
  /** null: the call as a whole (entry, a batched flush, cold code, waiting for a channel). */
  readonly folio: OracleFolio | null;
  readonly what: Step | Mark;
  /** ps; 0 for marks. */
  readonly duration: number;
  /** Channel or worker thread; null: the migrating CPU. */
  readonly by: number | null;
}

export interface OracleFolio {
  /** Place in the call: listed folios first, then the parts of split ones in the order of splitting. */
  readonly number: number;
  readonly order: number;
  readonly pages: number;
  readonly kind: FolioKind;
  /** What stands in its way now; some of it passes, or comes late. */
  fate: FolioFate;
  /** Written out, and its page table entries back, while the batch still holds it. */
  isGivenBack: boolean;
  readonly mapping: FolioMapping;
  readonly mappings: number;
  /** Source and destination node, or -1. */
  readonly from: number;
  readonly to: number;
  /** User address, or -1. */
  readonly address: number;
  readonly partsMoved: number;
  readonly partsFailed: number;
  result: FolioResult;
}

/** PMD-sized and not hugetlb: what the kernel counts as THP (folio_test_pmd_mappable). */
export function isThp(folio: OracleFolio): boolean {
  return folio.order === 9 && folio.kind !== 'hugetlb';
}

/** Entries that map the folio: a PMD or a huge PTE each, else a PTE for every base page; times the mappings. */
export function entriesOf(folio: OracleFolio): number {
  if (folio.mapping === 'none') return 0;
  const perMapping = folio.mapping === 'pmd' || folio.kind === 'hugetlb' ? 1 : folio.pages;
  return perMapping * folio.mappings;
}

/**
 * The base pages of `whole` after a split. An anonymous folio is remapped with PTEs; a file or shmem
 * folio stays unmapped (remap_page() returns for anything that is not anonymous). How the parts fare
 * is the workload's, told from the last page of the folio, which is the first of the list, to its first:
 * so many move, so many fail at the reference check, then one finds no destination.
 */
export function partsOf(whole: OracleFolio, firstNumber: number): OracleFolio[] {
  const mapping = whole.mapping !== 'none' && whole.kind === 'anon' ? 'pte' : 'none';
  const parts: OracleFolio[] = [];
  for (let i = 0; i < whole.pages; i++) {
    parts.push({
      number: firstNumber + i,
      order: 0,
      pages: 1,
      kind: whole.kind,
      fate: partFate(whole, whole.pages - 1 - i),
      isGivenBack: false,
      mapping,
      mappings: mapping === 'none' ? 0 : whole.mappings,
      from: whole.from,
      to: whole.to,
      address: whole.address < 0 ? -1 : whole.address + i * 4096,
      partsMoved: 0,
      partsFailed: 0,
      result: 'untried',
    });
  }
  return parts;
}

/** The parts in the order of their list. Those that fare alike stand in the order of their pages, as the engine plays them. */
export function listedParts(parts: readonly OracleFolio[]): OracleFolio[] {
  const without = parts.filter((part) => part.fate === 'no-destination');
  return [
    ...parts.filter((part) => part.fate === 'movable'),
    ...parts.filter((part) => part.fate === 'pinned-get'),
    ...without.slice(-1),
    ...without.slice(0, -1),
  ];
}

/** No destination is to be had, whatever a split then says. */
export function wantsMemory({ fate }: OracleFolio): boolean {
  return (
    fate === 'no-destination' || fate === 'no-destination-split-fails' || fate === 'no-destination-split-busy'
  );
}

function partFate(whole: OracleFolio, i: number): FolioFate {
  // A workload that says nothing of the parts of a folio that is split first means that they move.
  if (whole.fate === 'split-first' && whole.partsMoved === 0 && whole.partsFailed === 0) return 'movable';
  if (i < whole.partsMoved) return 'movable';
  return i < whole.partsMoved + whole.partsFailed ? 'pinned-get' : 'no-destination';
}
