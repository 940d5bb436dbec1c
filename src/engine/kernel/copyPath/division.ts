/** Dividing a batch over channels or threads: docs/MODEL.md, "Division". */
import type { Span } from '../../folio/span';
import { countFolios } from '../../folio/span';
import type { Divider } from '../../sim/run';

/** The share of each of `parts` channels. `stealing` maps and submits as `folios`; who copies what shows later. */
export function divide(divider: Divider, spans: readonly Span[], parts: number): Span[][] {
  return divider === 'bytes' ? divideByBytes(spans, parts) : divideByFolios(spans, parts);
}

/**
 * As dcbm does since v2 (drivers/dma/dcbm/dcbm.c): channel i of c gets the folios [floor(n i / c),
 * floor(n (i + 1) / c)) of the list, by number, whatever their size.
 */
export function divideByFolios(spans: readonly Span[], parts: number): Span[][] {
  const total = countFolios(spans);
  return Array.from({ length: parts }, (_, i) =>
    sliceSpans(spans, Math.floor((total * i) / parts), Math.floor((total * (i + 1)) / parts)),
  );
}

/** Cuts at the first folio at which the pages before it reach i / c of all. */
export function divideByBytes(spans: readonly Span[], parts: number): Span[][] {
  const total = spans.reduce((sum, span) => sum + span.count * span.of.pages, 0);
  const cut = (part: number): number => {
    const wanted = (total * part) / parts;
    let folios = 0;
    let pages = 0;
    for (const { count, of } of spans) {
      const needed = Math.ceil((wanted - pages) / of.pages);
      if (needed <= count) return folios + Math.max(0, needed);
      folios += count;
      pages += count * of.pages;
    }
    return folios;
  };
  return Array.from({ length: parts }, (_, i) => sliceSpans(spans, cut(i), cut(i + 1)));
}

/** Folios that a free channel takes of a list with `left` folios, where `channels` take of it. */
export function chunkOf(left: number, channels: number): number {
  return Math.max(1, Math.ceil(left / (2 * channels)));
}

/** The folios at positions [from, to) of the list. */
export function sliceSpans(spans: readonly Span[], from: number, to: number): Span[] {
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
