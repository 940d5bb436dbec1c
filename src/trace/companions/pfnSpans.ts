/** Where the memory of each node lies, in page frame numbers. */

/** A stretch of page frames [start, end) of one node. */
export interface NodeSpan {
  readonly node: number;
  readonly start: number;
  readonly end: number;
}

/**
 * Cuts spans so that none overlaps another. A zone's span may enclose memory of other nodes, so the shorter of two
 * overlapping ones is right (`spanned` counts holes, `present` does not: include/linux/mmzone.h, struct zone).
 * Neighbours of one node are joined; the result is sorted.
 */
export function disjointSpans(spans: readonly NodeSpan[]): NodeSpan[] {
  const kept: NodeSpan[] = [];
  const byLength = spans
    .filter(({ start, end }) => end > start)
    .sort((left, right) => left.end - left.start - (right.end - right.start));
  for (const span of byLength) {
    let at = span.start;
    const inside = kept
      .filter(({ start, end }) => start < span.end && end > span.start)
      .sort((left, right) => left.start - right.start);
    for (const { start, end } of inside) {
      if (start > at) kept.push({ node: span.node, start: at, end: start });
      at = Math.max(at, end);
    }
    if (at < span.end) kept.push({ node: span.node, start: at, end: span.end });
  }
  kept.sort((left, right) => left.start - right.start);
  const joined: NodeSpan[] = [];
  for (const span of kept) {
    const last = joined.at(-1);
    if (last?.node === span.node && last.end === span.start)
      joined[joined.length - 1] = { ...last, end: span.end };
    else joined.push(span);
  }
  return joined;
}

/** The spans of each node, by its number. */
export function spansByNode(spans: readonly NodeSpan[]): Map<number, [number, number][]> {
  const byNode = new Map<number, [number, number][]>();
  for (const { node, start, end } of spans) {
    const own = byNode.get(node);
    if (own === undefined) byNode.set(node, [[start, end]]);
    else own.push([start, end]);
  }
  return byNode;
}
