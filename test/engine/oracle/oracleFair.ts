/** Max-min fair rates by plain progressive filling, written from docs/MODEL.md, "Contention". */

/** Something shared: an allocator, a link, an engine. Known by its identity. */
export interface Resource {
  readonly name: string;
  /** Amount per ps: bytes, or ps under a lock. */
  readonly capacity: number;
}

export interface Demand {
  /** The most it takes, amount per ps. */
  readonly most: number;
  readonly crosses: readonly Resource[];
}

/**
 * The level rises for all alike. Who reaches the most it takes stays there; who crosses a resource that
 * is full stays at the level. So until nobody rises.
 */
export function fairRates(demands: readonly Demand[]): number[] {
  const rates = demands.map(() => NaN);
  const isRising = (i: number) => Number.isNaN(rates[i]);
  const resources = [...new Set(demands.flatMap(({ crosses }) => crosses))];
  while (rates.some((_, i) => isRising(i))) {
    const levels = resources.map((resource) => levelWhenFull(resource, demands, rates));
    const full = Math.min(...levels);
    const least = Math.min(...demands.map(({ most }, i) => (isRising(i) ? most : Infinity)));
    if (least <= full) {
      demands.forEach(({ most }, i) => {
        if (isRising(i) && most <= full) rates[i] = most;
      });
    } else {
      const bottleneck = resources[levels.indexOf(full)];
      demands.forEach(({ crosses }, i) => {
        if (isRising(i) && bottleneck !== undefined && crosses.includes(bottleneck)) rates[i] = full;
      });
    }
  }
  return rates;
}

/** The level at which a resource is full, if those who rise cross it; else it never is. */
function levelWhenFull(resource: Resource, demands: readonly Demand[], rates: readonly number[]): number {
  let left = resource.capacity;
  let rising = 0;
  demands.forEach(({ crosses }, i) => {
    if (!crosses.includes(resource)) return;
    const rate = rates[i] ?? NaN;
    if (Number.isNaN(rate)) rising++;
    else left -= rate;
  });
  return rising === 0 ? Infinity : Math.max(0, left) / rising;
}
