/** A folio in words: number, size, address, kind, and what became of it. */
import { pagesOfOrder, PAGE_BYTES } from '../../base/units';
import { FOLIO_FATES, FOLIO_KINDS } from '../../engine/folio/workload';
import { folioRow } from '../../engine/probe/runIndex';
import { formatAddress, formatCount, formatOrder, plural } from './format';
import type { RunView } from './runView';

export interface FolioFacts {
  readonly folio: number;
  readonly order: number;
  /** -1 where unknown. */
  readonly address: number;
  readonly kind: string;
  readonly fate: string;
  readonly from: number;
  readonly to: number;
}

export function folioFacts(view: RunView, folio: number): FolioFacts {
  const { folios } = view.run;
  const row = folioRow(view.index, folio);
  const order = folios.order[row] as number;
  const first = folios.address[row] as number;
  const inRow = folio - (folios.first[row] as number);
  return {
    folio,
    order,
    address: first < 0 ? -1 : first + inRow * pagesOfOrder(order) * PAGE_BYTES,
    kind: FOLIO_KINDS[folios.kind[row] as number] ?? 'unknown',
    fate: FOLIO_FATES[folios.fate[row] as number] ?? 'unknown',
    from: folios.from[row] as number,
    to: folios.to[row] as number,
  };
}

/** `512 folios`; the pages, where no event tells of the folios. */
export function batchSize(view: RunView, batch: number): string {
  const { count, pages } = view.run.batches;
  const folios = count[batch] as number;
  // Where only functions were timed, nothing counted pages.
  if (folios === 0 && pages[batch] === 0 && view.run.kind === 'observed') return 'pages not recorded';
  return folios > 0 ? plural(folios, 'folio') : plural(pages[batch] as number, 'page');
}

/** `1,024 · 4K · 0x7f12…`. */
export function folioText(view: RunView, folio: number): string {
  const facts = folioFacts(view, folio);
  const parts = [formatCount(folio), formatOrder(facts.order)];
  if (facts.address >= 0) parts.push(formatAddress(facts.address));
  return parts.join(' · ');
}
