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
  /** Places of the flows that have no rate yet: the first `openCount`. */
  private readonly open: number[] = [];
  private openCount = 0;
  /** By link: what is left of it, and how many flows without a rate cross it. Only those in `used` hold anything. */
  private left = new Float64Array(0);
  private users = new Int32Array(0);
  private bound = new Float64Array(0);
  private used = new Int32Array(0);
  private usedCount = 0;

  /**
   * Rates of `flows` over links of the given `capacities`, in the same unit; one each, valid until the next call. Water filling: raise
   * all rates together until a flow reaches its cap or a link is full, fix those, go on with the rest. `isTight`: by link, whether its
   * flows ask for more than it has; the others hold nobody back and are not looked at. Missing: any may be.
   */
  ratesOf(
    flows: readonly Flow[],
    capacities: readonly number[],
    isTight: Uint8Array | null = null,
  ): readonly number[] {
    const { rates, open } = this;
    this.prepare(flows, capacities, isTight);
    const { users } = this;
    for (let level = 0; this.openCount > 0;) {
      const next = this.nextLevel(flows, level);
      this.fill(next - level);
      level = next;
      const limit = next * REACHED;
      let kept = 0;
      for (let k = 0; k < this.openCount; k++) {
        const at = open[k] as number;
        const { cap, links } = flows[at] as Flow;
        if (cap > limit && !this.isFull(links, limit)) {
          open[kept++] = at;
          continue;
        }
        rates[at] = next;
        for (let i = 0; i < links.length; i++) {
          const link = links[i] as number;
          if (users[link] !== 0) users[link] = (users[link] as number) - 1;
        }
      }
      this.openCount = kept;
    }
    // All bounds of the last level are met or past; a link that is not looked at must not keep one.
    for (let k = 0; k < this.usedCount; k++) this.bound[this.used[k] as number] = Infinity;
    return rates;
  }

  private prepare(flows: readonly Flow[], capacities: readonly number[], isTight: Uint8Array | null): void {
    const { rates, open } = this;
    if (this.users.length < capacities.length) this.widen(capacities.length);
    this.usedCount = 0;
    this.openCount = 0;
    for (let at = 0; at < flows.length; at++) {
      const { cap, links } = flows[at] as Flow;
      rates[at] = cap;
      let isOpen = false;
      for (let i = 0; i < links.length; i++) {
        const link = links[i] as number;
        if (isTight !== null && isTight[link] !== 1) continue;
        isOpen = true;
        this.use(link, capacities);
      }
      if (isOpen) open[this.openCount++] = at;
    }
  }

  /** Between two calls no link holds anything. */
  private widen(links: number): void {
    this.left = new Float64Array(2 * links);
    this.users = new Int32Array(2 * links);
    this.bound = new Float64Array(2 * links).fill(Infinity);
    this.used = new Int32Array(2 * links);
  }

  private use(link: number, capacities: readonly number[]): void {
    const { users } = this;
    if (users[link] === 0) {
      this.used[this.usedCount++] = link;
      this.left[link] = capacities[link] as number;
    }
    users[link] = (users[link] as number) + 1;
  }

  /** The rate at which the next flow reaches its cap, or the next link is full. */
  private nextLevel(flows: readonly Flow[], level: number): number {
    const { open, left, users, bound, used } = this;
    let next = Infinity;
    for (let k = 0; k < this.usedCount; k++) {
      const link = used[k] as number;
      const sharing = users[link] as number;
      const at = sharing <= 0 ? Infinity : level + (left[link] as number) / sharing;
      bound[link] = at;
      if (at < next) next = at;
    }
    for (let k = 0; k < this.openCount; k++) {
      const { cap } = flows[open[k] as number] as Flow;
      if (cap < next) next = cap;
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
