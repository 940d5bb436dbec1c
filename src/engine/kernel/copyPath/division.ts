/** Dividing a batch over channels or threads. */
import type { Span } from '../../folio/span';

/**
 * As dcbm does since v2 (drivers/dma/dcbm/dcbm.c): channel i of c gets the folios [floor(n i / c),
 * floor(n (i + 1) / c)) of the list, by number, whatever their size.
 */
export function divideByFolios(spans: readonly Span[], parts: number): Span[][] {
  const total = spans.reduce((sum, span) => sum + span.count, 0);
  return Array.from({ length: parts }, (_, i) =>
    sliceSpans(spans, Math.floor((total * i) / parts), Math.floor((total * (i + 1)) / parts)),
  );
}

/** The folios at positions [from, to) of the list. */
function sliceSpans(spans: readonly Span[], from: number, to: number): Span[] {
  const out: Span[] = [];
  let position = 0;
  for (const span of spans) {
    const begin = Math.max(from, position);
    const end = Math.min(to, position + span.count);
    if (begin < end) out.push({ first: span.first + begin - position, count: end - begin, of: span.of });
    position += span.count;
  }
  return out;
}
