/** Max-min fair rates: every flow gets as much as its own cap and the links it crosses allow, the poorest first. */

export interface Flow {
  /** The most the flow can take by itself. */
  readonly cap: number;
  /** Indices of the links it crosses. */
  readonly links: readonly number[];
}

/** Rates and levels closer than this to a bound count as having reached it. */
const REACHED = 1 + 1e-12;

/** Works out rates again and again; what it needs for that it keeps, since rates are asked for at every event. */
export class FairShare {
  private readonly rates: number[] = [];
  /** By link: what is left of it, and how many flows without a rate cross it. Only those in `used` hold anything. */
  private readonly left: number[] = [];
  private readonly users: number[] = [];
  private readonly bound: number[] = [];
  private readonly used: number[] = [];
  private usedCount = 0;

  /**
   * Rates of `flows` over links of the given `capacities`, in the same unit; one each, valid until the next call. Water filling: raise
   * all rates together until a flow reaches its cap or a link is full, fix those, go on with the rest.
   */
  ratesOf(flows: readonly Flow[], capacities: readonly number[]): readonly number[] {
    const { rates, users } = this;
    this.prepare(flows, capacities);
    let open = flows.length;
    for (let level = 0; open > 0;) {
      const next = this.nextLevel(flows, level);
      this.fill(next - level);
      level = next;
      const limit = next * REACHED;
      for (let i = 0; i < flows.length; i++) {
        if (rates[i] !== -1) continue;
        const { cap, links } = flows[i] as Flow;
        if (cap > limit && !this.isFull(links, limit)) continue;
        rates[i] = next;
        open--;
        for (let k = 0; k < links.length; k++) {
          const link = links[k] as number;
          users[link] = (users[link] as number) - 1;
        }
      }
    }
    return rates;
  }

  private prepare(flows: readonly Flow[], capacities: readonly number[]): void {
    const { rates, left, users, used } = this;
    for (let link = users.length; link < capacities.length; link++) users.push(0);
    this.usedCount = 0;
    for (let i = 0; i < flows.length; i++) {
      rates[i] = -1;
      const { links } = flows[i] as Flow;
      for (let k = 0; k < links.length; k++) {
        const link = links[k] as number;
        if (users[link] === 0) {
          used[this.usedCount++] = link;
          left[link] = capacities[link] as number;
        }
        users[link] = (users[link] as number) + 1;
      }
    }
  }

  /** The rate at which the next flow reaches its cap, or the next link is full. */
  private nextLevel(flows: readonly Flow[], level: number): number {
    const { rates, left, users, bound, used } = this;
    let next = Infinity;
    for (let k = 0; k < this.usedCount; k++) {
      const link = used[k] as number;
      const sharing = users[link] as number;
      const at = sharing === 0 ? Infinity : level + (left[link] as number) / sharing;
      bound[link] = at;
      if (at < next) next = at;
    }
    for (let i = 0; i < flows.length; i++) {
      const { cap } = flows[i] as Flow;
      if (rates[i] === -1 && cap < next) next = cap;
    }
    return next;
  }

  /** Raises all open rates by `step`. */
  private fill(step: number): void {
    const { left, users, used } = this;
    for (let k = 0; k < this.usedCount; k++) {
      const link = used[k] as number;
      const rest = (left[link] as number) - step * (users[link] as number);
      left[link] = rest > 0 ? rest : 0;
    }
  }

  private isFull(links: readonly number[], limit: number): boolean {
    for (let k = 0; k < links.length; k++)
      if ((this.bound[links[k] as number] as number) <= limit) return true;
    return false;
  }
}
