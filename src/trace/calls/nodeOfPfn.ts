import type { TraceMachine } from '../model';

/** The node that a page frame lies on, -1 where it is not known (or the page frame is not: -1). */
export type NodeOfPfn = (pfn: number) => number;

/** Looks page frames up in the spans of the nodes, which must not overlap. null where the machine knows no spans. */
export function nodeOfPfn(machine: TraceMachine | null): NodeOfPfn | null {
  const spans = (machine?.nodes ?? []).flatMap(({ id, pfnSpans }) =>
    pfnSpans.map(([start, end]) => ({ id, start, end })),
  );
  if (spans.length === 0) return null;
  spans.sort((left, right) => left.start - right.start);
  const starts = Float64Array.from(spans, ({ start }) => start);
  const ends = Float64Array.from(spans, ({ end }) => end);
  const nodes = Int32Array.from(spans, ({ id }) => id);
  return (pfn) => {
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (starts[middle]! <= pfn) low = middle + 1;
      else high = middle;
    }
    return low > 0 && pfn < ends[low - 1]! ? nodes[low - 1]! : -1;
  };
}
