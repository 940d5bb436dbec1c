/** How migrate_pages() cuts its list into batches. */
import type { Span } from '../folio/span';
import type { KernelRules } from './rules/kernelRules';

/** A batch, and how many alike ones of the same span follow each other: `times` counts the first. */
export interface BatchGroup {
  readonly batch: readonly Span[];
  readonly times: number;
}

/** The `index`-th batch of a group. */
export function batchOfGroup({ batch }: BatchGroup, index: number): readonly Span[] {
  if (index === 0) return batch;
  return batch.map(({ first, count, of }) => ({ first: first + index * count, count, of }));
}

/** Cuts the list as migrate_pages() does: folios are added until their base pages reach the limit. */
export function cutBatches(
  spans: readonly Span[],
  limit: number,
  crossingFolio: KernelRules['crossingFolio'],
): BatchGroup[] {
  const groups: BatchGroup[] = [];
  let batch: Span[] = [];
  let pages = 0;
  const close = (times: number) => {
    groups.push({ batch, times });
    batch = [];
    pages = 0;
  };
  for (const { first, count, of } of spans) {
    let done = 0;
    while (done < count) {
      const fit = (limit - pages) / of.pages;
      // A folio larger than the limit still is a batch.
      const least = crossingFolio === 'included' || batch.length === 0 ? 1 : 0;
      const wanted = crossingFolio === 'included' ? Math.ceil(fit) : Math.floor(fit);
      const take = Math.min(count - done, Math.max(least, wanted));
      const isWhole = batch.length === 0;
      if (take > 0) batch.push({ first: first + done, count: take, of });
      pages += take * of.pages;
      done += take;
      if (take === 0) close(1);
      else if (isWhole && count - done >= take) {
        // As many alike batches as are followed by more of the span, which may still share its last one.
        const times = Math.floor((count - done) / take);
        close(times);
        done += (times - 1) * take;
      } else if (pages >= limit) close(1);
    }
  }
  if (batch.length > 0) close(1);
  return groups;
}
