/** How the folios of a call ended, as rows of `Run.folios`. */
import type { GrowableTable } from '../../base/columns';
import type { FolioClass } from '../folio/span';
import { PAGE_BYTES } from '../../base/units';
import type { FolioResult, RUN_FOLIO_SCHEMA } from './run';
import { FOLIO_RESULTS } from './run';

export interface ResultSpan {
  readonly first: number;
  readonly count: number;
  readonly of: FolioClass;
  readonly result: FolioResult;
}

/** Writes one row per stretch of alike folios that ended alike, in the order of the folios. */
export function writeResults(
  folios: GrowableTable<typeof RUN_FOLIO_SCHEMA>,
  results: readonly ResultSpan[],
): void {
  let open: ResultSpan | null = null;
  for (const span of results.toSorted((x, y) => x.first - y.first)) {
    if (open !== null && continues(open, span)) {
      open = { first: open.first, count: open.count + span.count, of: open.of, result: open.result };
      continue;
    }
    if (open !== null) writeRow(folios, open);
    open = span;
  }
  if (open !== null) writeRow(folios, open);
}

/** Whether `next` goes on where `span` ends, with alike folios that ended alike. */
export function continues(span: ResultSpan, next: ResultSpan): boolean {
  return span.of === next.of && span.result === next.result && span.first + span.count === next.first;
}

function writeRow(folios: GrowableTable<typeof RUN_FOLIO_SCHEMA>, span: ResultSpan): void {
  const row = folios.push();
  const { columns } = folios;
  const { of } = span;
  columns.first[row] = span.first;
  columns.count[row] = span.count;
  columns.order[row] = of.order;
  columns.kind[row] = of.kind;
  columns.fate[row] = of.fate;
  columns.mapping[row] = of.mapping;
  columns.result[row] = FOLIO_RESULTS.indexOf(span.result);
  columns.from[row] = of.from;
  columns.to[row] = of.to;
  columns.address[row] = of.address < 0 ? -1 : of.address + (span.first - of.first) * of.pages * PAGE_BYTES;
}
