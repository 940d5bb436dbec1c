/**
 * Work that shares links: docs/MODEL.md, "Contention". An event happens only when a flow begins, ends, or goes on
 * to its next load; between two events every rate is constant, so the completion of each unit is linear in time
 * and is rebuilt from the flow's curve.
 */
import { FairShare } from '../machine/fairShare';
import type { Curve, FlowSpec, Load } from './flow';
import { Flow } from './flow';

export class FluidPool {
  private readonly capacities: readonly number[];
  private readonly active: Flow[] = [];
  /** By start, the next one last; of those that begin at once, the first that came. */
  private readonly waiting: Flow[] = [];
  /** By link: the sum of caps, the number of flows, and whether they ask for more than it has. */
  private demand = new Float64Array(0);
  private users = new Int32Array(0);
  private isTight = new Uint8Array(0);
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
  again(flow: Flow, loads: readonly Load[], start: number): void {
    if (flow.number < 0) flow.number = this.added++;
    flow.take(loads, start);
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
    if (this.isTouched) {
      this.settleTight(now);
      this.share(now);
    } else {
      for (let i = 0; i < this.freshCount; i++) (fresh[i] as Flow).setRate((fresh[i] as Flow).cap, now);
    }
    for (let i = 0; i < this.freshCount; i++) if ((fresh[i] as Flow).hasMore) this.letAhead(fresh[i] as Flow);
    this.findNext();
  }

  /** Lets a flow take several loads as one, if its links have room for the largest of them. */
  private letAhead(flow: Flow): void {
    if (this.crossesTight(flow)) return;
    const cap = flow.capAhead();
    const { links } = flow;
    for (let i = 0; i < links.length; i++) {
      const link = links[i] as number;
      const demand = (this.demand[link] as number) + cap - flow.cap;
      if (demand > (this.capacities[link] as number)) return;
    }
    this.addDemand(flow, -1);
    flow.runAhead(cap);
    this.addDemand(flow, 1);
  }

  /** Flows that ran ahead over links that are tight now are taken as they are. */
  private settleTight(now: number): void {
    const { active } = this;
    for (let i = 0; i < active.length; i++) {
      const flow = active[i] as Flow;
      if (flow.isAhead && this.crossesTight(flow)) {
        this.addDemand(flow, -1);
        flow.settle(now);
        this.addDemand(flow, 1);
      }
    }
  }

  private crossesTight({ links }: Flow): boolean {
    for (let i = 0; i < links.length; i++) if (this.isTight[links[i] as number] === 1) return true;
    return false;
  }

  /** Ends the load in progress and begins the next; false if the flow has none. */
  private goOn(flow: Flow, now: number): boolean {
    this.addDemand(flow, -1);
    if (flow.isAhead) flow.settle(now);
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
    const { capacities } = this;
    if (this.demand.length < capacities.length) this.widen(2 * capacities.length);
    const { demand, users, isTight } = this;
    const { links, cap } = flow;
    for (let i = 0; i < links.length; i++) {
      const link = links[i] as number;
      const sharing = (users[link] as number) + sign;
      // The last user leaves exactly nothing behind.
      const after = sharing === 0 ? 0 : (demand[link] as number) + sign * cap;
      const tight = after > (capacities[link] as number) * (1 + 1e-12) ? 1 : 0;
      users[link] = sharing;
      demand[link] = after;
      if (tight === 1 || isTight[link] === 1) this.isTouched = true;
      isTight[link] = tight;
    }
  }

  private widen(links: number): void {
    const { demand, users, isTight } = this;
    this.demand = new Float64Array(links);
    this.demand.set(demand);
    this.users = new Int32Array(links);
    this.users.set(users);
    this.isTight = new Uint8Array(links);
    this.isTight.set(isTight);
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
