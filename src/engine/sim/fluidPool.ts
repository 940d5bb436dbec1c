/**
 * Work that shares links: docs/MODEL.md, "Contention". An event happens only when a flow begins, ends, or goes on
 * to its next load; between two events every rate is constant, so the completion of each unit is linear in time
 * and is rebuilt from the flow's curve.
 */
import { FairShare } from '../machine/fairShare';

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

export class FluidPool {
  private readonly capacities: readonly number[];
  private readonly active: Flow[] = [];
  /** By start, the next one last; of those that begin at once, the first that came. */
  private readonly waiting: Flow[] = [];
  /** By link: the sum of caps, the number of flows, and whether they ask for more than it has. */
  private readonly demand: number[] = [];
  private readonly users: number[] = [];
  private readonly isTight: boolean[] = [];
  private nextEvent = Infinity;
  private added = 0;
  private readonly fairShare = new FairShare();
  /** Flows whose load began in the event that is played. */
  private readonly fresh: Flow[] = [];
  private freshCount = 0;
  /** Whether one of the flows that began or ended in it crosses a tight link. */
  private isTouched = false;
  /** Flows to be used again. */
  private readonly spare: Flow[] = [];

  /** `capacities` per ps, by link; links may be added to it, none changed. */
  constructor(capacities: readonly number[]) {
    this.capacities = capacities;
  }

  /** Sets a flow that is done to work again, from `start` on. */
  again(flow: Flow, load: Load, start: number): void {
    if (flow.number < 0) flow.number = this.added++;
    flow.take([load], start);
    this.wait(flow);
  }

  /** Adds a flow that begins at its start, not before the last `advance`. */
  add(spec: FlowSpec): Flow {
    const flow = this.spare.pop() ?? new Flow(spec);
    flow.reuse(spec);
    flow.number = this.added++;
    if (spec.after != null && !spec.after.isDone) spec.after.successor = flow;
    else this.wait(flow);
    return flow;
  }

  /** Takes flows that are done, and that nobody asks anything more. */
  recycle(flows: readonly Flow[]): void {
    for (let i = 0; i < flows.length; i++) this.spare.push(flows[i] as Flow);
  }

  /** When something happens next, ps; Infinity when all is done. */
  get next(): number {
    return this.nextEvent;
  }

  /** Plays what happens at `next`: ends first, then begins. */
  advance(): void {
    const now = this.nextEvent;
    this.isTouched = false;
    const { active, waiting, fresh } = this;
    this.freshCount = 0;
    let kept = 0;
    for (let i = 0; i < active.length; i++) {
      const flow = active[i] as Flow;
      if (flow.end <= now && !this.goOn(flow, now)) continue;
      active[kept++] = flow;
    }
    while (active.length > kept) active.pop();
    while (waiting.length > 0 && (waiting[waiting.length - 1] as Flow).start <= now) {
      const flow = waiting.pop() as Flow;
      if (Number.isNaN(flow.begun)) flow.begun = now;
      if (!flow.nextLoad(now)) {
        this.finish(flow, now);
        continue;
      }
      this.activate(flow);
      this.addDemand(flow, 1);
      fresh[this.freshCount++] = flow;
    }
    // Who crosses no tight link has its cap, and changes nobody's share.
    if (this.isTouched) this.share(now);
    else {
      for (let i = 0; i < this.freshCount; i++) (fresh[i] as Flow).setRate((fresh[i] as Flow).cap, now);
    }
    this.findNext();
  }

  /** Ends the load in progress and begins the next; false if the flow has none. */
  private goOn(flow: Flow, now: number): boolean {
    this.addDemand(flow, -1);
    flow.finishLoad();
    if (flow.nextLoad(now)) {
      this.addDemand(flow, 1);
      this.fresh[this.freshCount++] = flow;
      return true;
    }
    this.finish(flow, now);
    return false;
  }

  /** Keeps the flows in the order in which they were added: of several that end at once, the first added is free first. */
  private activate(flow: Flow): void {
    const { active } = this;
    let at = active.length;
    while (at > 0 && (active[at - 1] as Flow).number > flow.number) at--;
    if (at === active.length) active.push(flow);
    else active.splice(at, 0, flow);
  }

  private wait(flow: Flow): void {
    const { waiting } = this;
    let at = waiting.length;
    waiting.push(flow);
    while (at > 0 && (waiting[at - 1] as Flow).start <= flow.start) {
      waiting[at] = waiting[at - 1] as Flow;
      at--;
    }
    waiting[at] = flow;
    if (flow.start < this.nextEvent) this.nextEvent = flow.start;
  }

  private finish(flow: Flow, now: number): void {
    const more = flow.refill?.() ?? null;
    if (more !== null) {
      flow.take(more.loads, now + more.delay);
      this.wait(flow);
      return;
    }
    flow.isDone = true;
    flow.doneAt = now;
    const { successor } = flow;
    if (successor !== null) {
      successor.start = Math.max(successor.start, now);
      this.wait(successor);
    }
    flow.sink.flowDone(flow, now);
  }

  private addDemand(flow: Flow, sign: 1 | -1): void {
    const { demand, users, capacities, isTight } = this;
    const { links, cap } = flow;
    for (let link = demand.length; link < capacities.length; link++) {
      demand.push(0);
      users.push(0);
      isTight.push(false);
    }
    for (let i = 0; i < links.length; i++) {
      const link = links[i] as number;
      const sharing = (users[link] as number) + sign;
      // The last user leaves exactly nothing behind.
      const after = sharing === 0 ? 0 : (demand[link] as number) + sign * cap;
      const tight = after > (capacities[link] as number) * (1 + 1e-12);
      users[link] = sharing;
      demand[link] = after;
      if (tight || isTight[link] === true) this.isTouched = true;
      isTight[link] = tight;
    }
  }

  private share(now: number): void {
    const { active } = this;
    const rates = this.fairShare.ratesOf(active, this.capacities, this.isTight);
    for (let i = 0; i < active.length; i++) (active[i] as Flow).setRate(rates[i] as number, now);
  }

  private findNext(): void {
    const { active, waiting } = this;
    let next = waiting.length > 0 ? (waiting[waiting.length - 1] as Flow).start : Infinity;
    for (let i = 0; i < active.length; i++) {
      const { end } = active[i] as Flow;
      if (end < next) next = end;
    }
    this.nextEvent = next;
  }
}

/** Units [first, first + count) follow each other from `start` on, each `period` long, ps. */
export interface Piece {
  readonly first: number;
  readonly count: number;
  readonly start: number;
  readonly period: number;
}

/** Fractions of a unit below this are rounding. */
const WHOLE = 1e-9;

/**
 * When the units of a load were worked on: a piece for those of one pace, and one for each unit that lay in a change of
 * pace. The pieces follow each other without a gap.
 */
export function piecesOf(load: Pick<Load, 'first' | 'count'>, { points, values }: Curve): Piece[] {
  const pieces: Piece[] = [];
  let done = 0;
  let at = values[0] as number;
  const add = (count: number, period: number) => {
    pieces.push({ first: load.first + done, count, start: at, period });
    done += count;
    at += count * period;
  };
  for (let i = 0; i < points && done < load.count; i++) {
    const since = values[3 * i] as number;
    const before = values[3 * i + 1] as number;
    const period = values[3 * i + 2] as number;
    const until = (i + 1 < points ? Math.min(load.count, values[3 * i + 4] as number) : load.count) + WHOLE;
    // The unit in progress when this pace began, if it ends in it.
    if (before > done + WHOLE && until >= done + 1) add(1, since + (done + 1 - before) * period - at);
    const whole = Math.floor(until) - done;
    if (whole > 0) add(whole, period);
  }
  return pieces;
}
