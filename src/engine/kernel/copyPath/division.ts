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
  return cutSpans(spans, parts, (part) => Math.floor((total * part) / parts));
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
  return cutSpans(spans, parts, cut);
}

/** Folios that a free channel takes of a list with `left` folios, where `channels` take of it. */
export function chunkOf(left: number, channels: number): number {
  return Math.max(1, Math.ceil(left / (2 * channels)));
}

/** The list in `parts` shares, share i being the folios at positions [cut(i), cut(i + 1)): one walk over the list. */
function cutSpans(spans: readonly Span[], parts: number, cut: (part: number) => number): Span[][] {
  const shares: Span[][] = [];
  let at = 0;
  /** Folios before span `at`. */
  let position = 0;
  for (let part = 0, from = cut(0); part < parts; part++) {
    const to = cut(part + 1);
    const share: Span[] = [];
    if (from < to) {
      for (; at < spans.length && position < to; at++) {
        const span = spans[at] as Span;
        const end = position + span.count;
        if (end > from) share.push(partOf(span, position, from, to));
        // The rest of it belongs to the next share.
        if (end > to) break;
        position = end;
      }
    }
    shares.push(share);
    from = to;
  }
  return shares;
}

/** The folios at positions [from, to) of the list. */
export function sliceSpans(spans: readonly Span[], from: number, to: number): Span[] {
  const out: Span[] = [];
  let position = 0;
  for (const span of spans) {
    const end = position + span.count;
    if (Math.max(from, position) < Math.min(to, end)) out.push(partOf(span, position, from, to));
    position = end;
  }
  return out;
}

/** What lies in [from, to) of a span that begins at `position`. */
function partOf(span: Span, position: number, from: number, to: number): Span {
  const begin = Math.max(from, position);
  const end = Math.min(to, position + span.count);
  if (end - begin === span.count) return span;
  return { first: span.first + begin - position, count: end - begin, of: span.of };
}
