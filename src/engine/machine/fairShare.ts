/** Max-min fair rates: every flow gets as much as its own cap and the links it crosses allow, the poorest first. */

export interface Flow {
  /** The most the flow can take by itself. */
  readonly cap: number;
  /** Indices of the links it crosses. */
  readonly links: readonly number[];
}

/** Rates and levels closer than this to a bound count as having reached it. */
const REACHED = 1 + 1e-12;

/**
 * Rates of `flows` over links of the given `capacities`, in the same unit. Water filling: raise all rates
 * together until a flow reaches its cap or a link is full, fix those, go on with the rest.
 */
export function maxMinFairRates(flows: readonly Flow[], capacities: readonly number[]): number[] {
  const rates = new Array<number>(flows.length).fill(-1);
  const left = Float64Array.from(capacities);
  const users = new Int32Array(capacities.length);
  const bound = new Float64Array(capacities.length);
  for (const { links } of flows) for (const link of links) users[link] = (users[link] as number) + 1;
  let open = flows.length;
  let level = 0;
  while (open > 0) {
    let next = Infinity;
    for (let link = 0; link < bound.length; link++) {
      const sharing = users[link] as number;
      bound[link] = sharing === 0 ? Infinity : level + (left[link] as number) / sharing;
      if ((bound[link] as number) < next) next = bound[link] as number;
    }
    for (let i = 0; i < flows.length; i++) {
      const { cap } = flows[i] as Flow;
      if (rates[i] === -1 && cap < next) next = cap;
    }
    for (let link = 0; link < bound.length; link++) {
      const rest = (left[link] as number) - (next - level) * (users[link] as number);
      left[link] = rest > 0 ? rest : 0;
    }
    level = next;
    const limit = next * REACHED;
    for (let i = 0; i < flows.length; i++) {
      if (rates[i] !== -1) continue;
      const { cap, links } = flows[i] as Flow;
      if (cap > limit && !links.some((link) => (bound[link] as number) <= limit)) continue;
      rates[i] = next;
      open--;
      for (const link of links) users[link] = (users[link] as number) - 1;
    }
  }
  return rates;
}
