/**
 * The clock of the oracle, the flows under way, and what goes on beside each other: migrating CPUs
 * (lanes), channels and worker threads. Each is a generator that says until when it waits. Whenever
 * a flow has begun or ended, all rates are worked out anew.
 */
import type { Demand, Resource } from './oracleFair';
import { fairRates } from './oracleFair';

/** When the waiting one can go on, ps; Infinity while that is not known. */
export type Wait = () => number;
export type Play<T> = Generator<Wait, T, void>;

/** One unit (folio) that uses something shared. */
export interface Flow {
  readonly amount: number;
  /** ps it takes when nothing else runs. */
  readonly alone: number;
  readonly crosses: readonly Resource[];
  /** Share of its own pace it gets, 0 … 1; and since when, with how much of `alone` left then. */
  pace: number;
  since: number;
  left: number;
  /** ps; Infinity while it is under way. */
  endedAt: number;
}

export interface Process {
  /** Who goes first of those that go on at the same instant: lowest. */
  rank: number;
  readonly routine: Play<number>;
  wait: Wait;
  /** What the routine returns, ps; Infinity while it is under way. */
  endedAt: number;
}

export class World {
  clock = 0;
  /** Was anything shared ever full, to the noise of the arithmetic? Then times need not be sums of costs. */
  wasBound = false;
  private readonly flows = new Set<Flow>();
  private readonly processes = new Set<Process>();
  private hasChanged = false;

  beginFlow(amount: number, alone: number, crosses: readonly Resource[]): Flow {
    const flow = { amount, alone, crosses, pace: 0, since: this.clock, left: alone, endedAt: Infinity };
    this.flows.add(flow);
    this.hasChanged = true;
    return flow;
  }

  /** Flows are gone through in the order in which they began; those that end at an instant are done before anybody goes on. */
  run(): void {
    for (;;) {
      if (this.hasChanged) this.setPaces();
      this.hasChanged = false;
      const next = this.firstToGoOn();
      const at = next?.wait() ?? Infinity;
      const end = Math.min(...[...this.flows].map(endOf));
      if (end <= at && end < Infinity) this.endFlows(end);
      else if (next !== null && at < Infinity) this.goOn(next, at);
      else break;
    }
    if (this.processes.size > 0) throw new Error('somebody waits for what never comes');
  }

  /** Runs `routine` from `wait` on. It returns when it ended, ps. */
  begin(rank: number, wait: Wait, routine: Play<number>): Process {
    const process = { rank, routine, wait, endedAt: Infinity };
    this.processes.add(process);
    return process;
  }

  private goOn(process: Process, at: number): void {
    this.clock = Math.max(this.clock, at);
    const { done, value } = process.routine.next();
    if (done === true) {
      process.endedAt = value;
      this.processes.delete(process);
    } else process.wait = value;
  }

  private endFlows(at: number): void {
    this.clock = at;
    for (const flow of this.flows) {
      if (endOf(flow) > at) continue;
      flow.endedAt = at;
      this.flows.delete(flow);
      this.hasChanged = true;
    }
  }

  private firstToGoOn(): Process | null {
    let first: Process | null = null;
    let earliest = Infinity;
    for (const process of this.processes) {
      const at = process.wait();
      const isNext = first === null || at < earliest || (at === earliest && process.rank < first.rank);
      if (isNext) [first, earliest] = [process, at];
    }
    return first;
  }

  private setPaces(): void {
    const flows = [...this.flows];
    const demands = flows.map(({ amount, alone, crosses }) => ({ most: amount / alone, crosses }));
    const rates = fairRates(demands);
    const shared = new Set(demands.flatMap(({ crosses }) => crosses));
    this.wasBound ||= [...shared].some(
      (resource) => loadOf(resource, demands, rates) >= resource.capacity * (1 - 1e-9),
    );
    rates.forEach((rate, i) => {
      const flow = flows[i];
      const most = demands[i]?.most ?? NaN;
      if (flow === undefined) return;
      const pace = rate === most ? 1 : rate / most;
      if (pace === flow.pace) return;
      flow.left -= (this.clock - flow.since) * flow.pace;
      flow.since = this.clock;
      flow.pace = pace;
    });
  }
}

function loadOf(resource: Resource, demands: readonly Demand[], rates: readonly number[]): number {
  return demands.reduce((sum, { crosses }, i) => sum + (crosses.includes(resource) ? (rates[i] ?? 0) : 0), 0);
}

function endOf({ since, left, pace }: Flow): number {
  return since + left / pace;
}

/** What a flow does ends at a whole picosecond, rounded up; a hundredth of one is the noise of the arithmetic. */
export function wholePs(time: number): number {
  // Plus 0, since the ceiling of -0.01 is -0.
  return Math.ceil(time - 0.01) + 0;
}
