/** Max-min fair rates: every flow gets as much as its own cap and the links it crosses allow, the poorest first. */

export interface Flow {
  /** The most the flow can take by itself. */
  readonly cap: number;
  /** Indices of the links it crosses. */
  readonly links: readonly number[];
}

/**
 * Rates of `flows` over links of the given `capacities`, in the same unit. Water filling: raise all rates
 * together until a flow reaches its cap or a link is full, fix those, go on with the rest.
 */
export function maxMinFairRates(flows: readonly Flow[], capacities: readonly number[]): number[] {
  const rates = flows.map(() => 0);
  const left = [...capacities];
  let open = flows.map((_, i) => i);
  let level = 0;
  while (open.length > 0) {
    const share = capacities.map((_, link) => {
      const users = open.filter((i) => flows[i]?.links.includes(link)).length;
      return users === 0 ? Infinity : level + (left[link] as number) / users;
    });
    const reach = (i: number) =>
      Math.min((flows[i] as Flow).cap, ...(flows[i] as Flow).links.map((link) => share[link] as number));
    const next = Math.min(...open.map(reach));
    for (const i of open) {
      for (const link of (flows[i] as Flow).links)
        left[link] = Math.max(0, (left[link] as number) - (next - level));
    }
    level = next;
    const fixed = open.filter((i) => reach(i) <= next * (1 + 1e-12));
    for (const i of fixed) rates[i] = next;
    open = open.filter((i) => !fixed.includes(i));
  }
  return rates;
}
