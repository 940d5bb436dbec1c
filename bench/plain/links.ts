/** Copies that share links: max-min fair rates, worked out anew when a copier begins, ends or goes on to folios of another kind. */
import type { Event, EventQueue } from './eventQueue';

/** Rates may lie so far above a capacity, relatively, by rounding alone. */
const SLACK = 1 + 1e-9;

export interface Copier {
  readonly links: readonly number[];
  /** The most it takes by itself, bytes per ps; 0 while it does nothing. */
  cap: number;
  rate: number;
  /** Bytes left of the folio in progress, as of `since`. */
  left: number;
  since: number;
  event: Event | null;
  done: () => void;
}

export class Links {
  private readonly queue: EventQueue;
  private readonly capacities: readonly number[];
  private readonly active = new Set<Copier>();
  /** By link: what its copiers would take together. */
  private readonly wanted: number[];
  /** Whether some copier runs below its own cap. */
  private throttled = false;

  constructor(queue: EventQueue, capacities: readonly number[]) {
    this.queue = queue;
    this.capacities = capacities;
    this.wanted = capacities.map(() => 0);
  }

  copier(links: readonly number[]): Copier {
    return { links, cap: 0, rate: 0, left: 0, since: 0, event: null, done: () => {} };
  }

  /** Copies one folio; alone it takes `alone` ps. */
  copy(copier: Copier, bytes: number, alone: number, done: () => void): void {
    copier.left = bytes;
    copier.since = this.queue.now;
    copier.done = done;
    copier.event = null;
    const cap = bytes / alone;
    if (cap !== copier.cap) this.change(copier, cap);
    copier.event ??= this.queue.after(copier.left / copier.rate, done);
  }

  /** The copier has nothing more to do for now. */
  rest(copier: Copier): void {
    copier.event = null;
    this.change(copier, 0);
  }

  private change(copier: Copier, cap: number): void {
    for (const link of copier.links) this.wanted[link] = (this.wanted[link] as number) + cap - copier.cap;
    copier.cap = cap;
    copier.rate = cap;
    if (cap > 0) this.active.add(copier);
    else this.active.delete(copier);
    const full = this.wanted.some((wanted, link) => wanted > (this.capacities[link] as number) * SLACK);
    if (full || this.throttled) this.share();
    this.throttled = full;
  }

  private share(): void {
    const rates = fairRates([...this.active], this.capacities);
    const { now } = this.queue;
    for (const [copier, rate] of rates) {
      if (copier.event === null) {
        copier.rate = rate;
        continue;
      }
      if (Math.abs(rate - copier.rate) <= 1e-12 * rate) continue;
      copier.left -= (now - copier.since) * copier.rate;
      copier.since = now;
      copier.rate = rate;
      copier.event.cancelled = true;
      copier.event = this.queue.after(Math.max(0, copier.left / rate), copier.done);
    }
  }
}

/** Raises all rates together; whoever reaches its cap or a full link stays there. */
function fairRates(copiers: readonly Copier[], capacities: readonly number[]): Map<Copier, number> {
  const rates = new Map<Copier, number>();
  const free = [...capacities];
  const users = capacities.map(() => 0);
  for (const copier of copiers) for (const link of copier.links) users[link] = (users[link] as number) + 1;
  let open = copiers;
  while (open.length > 0) {
    let level = Infinity;
    for (const copier of open) level = Math.min(level, limit(copier, free, users));
    const fixed = open.filter((copier) => limit(copier, free, users) <= level * SLACK);
    open = open.filter((copier) => !fixed.includes(copier));
    for (const copier of fixed) {
      rates.set(copier, level);
      for (const link of copier.links) {
        free[link] = Math.max(0, (free[link] as number) - level);
        users[link] = (users[link] as number) - 1;
      }
    }
  }
  return rates;
}

function limit(copier: Copier, free: readonly number[], users: readonly number[]): number {
  let least = copier.cap;
  for (const link of copier.links) least = Math.min(least, (free[link] as number) / (users[link] as number));
  return least;
}
