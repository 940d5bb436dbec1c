/** One piece of work that shares links: what it takes of them, load after load, and how far it has come. docs/MODEL.md, "Contention". */

/** Alike units (folios) of one flow, in order. */
export interface Load {
  readonly first: number;
  readonly count: number;
  /** What one unit takes of each link: bytes, or ps under a lock. */
  readonly amount: number;
  /** Time of one unit when nothing else runs, ps. */
  readonly alone: number;
  /** What it crosses. */
  readonly links: readonly number[];
}

/** A load as it was done, in `points` straight parts: each its begin (ps), the units done by then, and the period (ps per unit) from there on. */
export interface Curve {
  readonly points: number;
  /** Three numbers each; those beyond `points` mean nothing. */
  readonly values: readonly number[];
}

export interface FlowSink {
  /** A load is done at `end` (ps). The curve is the flow's own and changes afterwards. */
  loadDone(flow: Flow, load: Load, curve: Curve, end: number): void;
  /** All loads are done. */
  flowDone(flow: Flow, end: number): void;
}

/** More loads for a flow that is done, to begin `delay` ps later. */
export interface Refill {
  readonly delay: number;
  readonly loads: readonly Load[];
}

export interface FlowSpec {
  /** When it begins, ps; with `after`, when that flow is done, if later. */
  readonly start: number;
  readonly loads: readonly Load[];
  readonly sink: FlowSink;
  readonly after?: Flow | null;
  /** Asked when the loads are done. */
  readonly refill?: (() => Refill | null) | null;
  /** Of a copy beside the CPU: its channel or worker thread. */
  readonly track?: number;
}

/** A machine with costs of 0 has copies that take no time; they ask for this much of a link per ps. */
const NO_TIME = 1e-3;
/** Paces closer than this to each other are the same. */
const SAME_PACE = 1e-12;
/** Ends closer than this to a whole picosecond are taken for it. */
const ROUNDING = 1e-6;

export class Flow {
  sink: FlowSink;
  refill: (() => Refill | null) | null;
  /** As told, -1 if not. */
  track: number;
  loads: readonly Load[];
  start: number;
  /** When it first began, and when it was done for good, ps; NaN before. */
  begun = NaN;
  doneAt = NaN;
  /** Place in the order in which a pool was given its flows, -1 before. */
  number = -1;
  /** End of the load in progress, Infinity while it waits. */
  end = Infinity;
  /** What it would take of its links alone, per ps. */
  cap = 0;
  /** What the load in progress crosses. */
  links: readonly number[] = [];
  isDone = false;
  /** The flow that waits for this one. */
  successor: Flow | null = null;
  private at = -1;
  private done = 0;
  private since = 0;
  private period = 0;
  private readonly curve = { points: 0, values: [] as number[] };
  /** It runs ahead up to this load, at its own pace: nobody it shares links with can hold it back; `cap` is the largest of these loads. -1: it does not. */
  private last = -1;

  constructor(spec: FlowSpec) {
    this.sink = spec.sink;
    this.refill = spec.refill ?? null;
    this.track = spec.track ?? -1;
    this.loads = spec.loads;
    this.start = spec.start;
  }

  /** Becomes another flow. Contract: it is done, and nobody asks it anything more. */
  reuse(spec: FlowSpec): void {
    this.sink = spec.sink;
    this.refill = spec.refill ?? null;
    this.track = spec.track ?? -1;
    this.begun = NaN;
    this.doneAt = NaN;
    this.number = -1;
    this.successor = null;
    this.take(spec.loads, spec.start);
  }

  /** Goes on to the next load that has units; false if there is none. */
  nextLoad(now: number): boolean {
    this.at++;
    while (this.at < this.loads.length && this.load.count === 0) this.at++;
    if (this.at >= this.loads.length) return false;
    this.done = 0;
    this.since = now;
    this.period = NaN;
    this.curve.points = 0;
    const { amount, alone, links } = this.load;
    this.cap = amount / Math.max(alone, NO_TIME);
    this.links = links;
    return true;
  }

  /** Forgets its loads and takes new ones. */
  take(loads: readonly Load[], start: number): void {
    this.loads = loads;
    this.start = start;
    this.at = -1;
    this.end = Infinity;
    this.isDone = false;
    this.last = -1;
  }

  get isAhead(): boolean {
    return this.last >= 0;
  }

  /** The most that it takes of its links in the loads up to the first that crosses others; its own cap if that is the next. */
  capAhead(): number {
    let cap = this.cap;
    for (let i = this.at + 1; i < this.loads.length; i++) {
      const { amount, alone, links } = this.loads[i] as Load;
      if (links !== this.links) break;
      cap = Math.max(cap, amount / Math.max(alone, NO_TIME));
    }
    return cap;
  }

  get hasMore(): boolean {
    return this.at + 1 < this.loads.length;
  }

  /** Takes the loads that cross the same links as one. Contract: it has its cap, and will have `cap` as long as it runs ahead. */
  runAhead(cap: number): void {
    let last = this.at;
    for (let i = this.at + 1; i < this.loads.length; i++) {
      const { count, alone, links } = this.loads[i] as Load;
      if (links !== this.links) break;
      if (count > 0) this.end += endAfter(count, alone);
      last = i;
    }
    this.last = last;
    this.cap = cap;
  }

  /** Tells of the loads that are done at `now`; it is then at the one in progress, if there is one, and no longer ahead. */
  settle(now: number): void {
    const { loads, last, curve } = this;
    this.last = -1;
    for (;;) {
      const load = loads[this.at] as Load;
      const { count, alone } = load;
      this.period = alone;
      this.done = 0;
      curve.points = 1;
      curve.values[0] = this.since;
      curve.values[1] = 0;
      curve.values[2] = alone;
      this.end = this.since + endAfter(count, alone);
      this.cap = load.amount / Math.max(alone, NO_TIME);
      let next = this.at + 1;
      while (next <= last && (loads[next] as Load).count === 0) next++;
      // The last one is told of by whoever ends the flow's load.
      if (this.end > now || next > last) return;
      this.sink.loadDone(this, load, curve, this.end);
      this.since = this.end;
      this.at = next;
    }
  }

  get load(): Load {
    return this.loads[this.at] as Load;
  }

  setRate(rate: number, now: number): void {
    const { load, curve } = this;
    const { amount, alone, count } = load;
    const period = rate >= this.cap * (1 - 1e-12) ? alone : amount / rate;
    // What takes no time ends now, whatever its share; and a pace that differs by rounding is the same.
    if (this.period === 0 || Math.abs(period - this.period) <= this.period * SAME_PACE) return;
    if (curve.points > 0) this.done = Math.min(count, this.done + (now - this.since) / this.period);
    this.since = now;
    this.period = period;
    const at = 3 * curve.points++;
    curve.values[at] = now;
    curve.values[at + 1] = this.done;
    curve.values[at + 2] = period;
    this.end = now + endAfter(count - this.done, period);
  }

  finishLoad(): void {
    this.sink.loadDone(this, this.load, this.curve, this.end);
  }
}

/** How long `units` take, in whole picoseconds, rounded up. */
export function endAfter(units: number, period: number): number {
  return Math.max(0, Math.ceil(units * period - ROUNDING));
}
