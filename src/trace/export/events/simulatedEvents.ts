/** The events that the kernel of a simulated run would print, all tasks together, in the order of time. */
import type { Workload } from '../../../engine/folio/workload';
import { RULES } from '../../../engine/kernel/rules/registry';
import type { Run } from '../../../engine/sim/run';
import { type CallSummary, type EventStream, summaryOf } from './eventStream';
import type { LaneEvent } from './laneEvents';
import { laneEvents } from './laneEvents';
import { UNKNOWN_COMM } from './recordedEvents';
import { firstFrames } from './simulatedFolios';

interface Lane {
  readonly events: Generator<LaneEvent>;
  event: LaneEvent;
  readonly order: number;
}

export class SimulatedEvents implements EventStream {
  timeNs = 0;
  type = 0;
  cpu = 0;
  pid = 0;
  comm = UNKNOWN_COMM;
  a = 0;
  b = 0;
  lo = 0;
  hi = 0;
  readonly text = '';
  private call = -1;
  private readonly run: Run;
  private readonly workload: Workload;
  private readonly countsSplits: boolean;
  /** A heap: the lane whose event comes next is first. */
  private readonly heap: Lane[] = [];
  private first: Lane | null = null;

  /** `workload`: what the run was played from. Throws for an observed run. */
  constructor(run: Run, workload: Workload) {
    if (run.config === null) throw new Error('The events of an observed run are those of its recording.');
    this.run = run;
    this.workload = workload;
    const rules = RULES[run.config.kernel];
    this.countsSplits = rules.countsSplits;
    const input = { run, workload, rules, frames: firstFrames(workload) };
    for (const [order, calls] of callsOfLanes(run).entries()) {
      const events = laneEvents(input, calls);
      const step = events.next();
      if (step.done !== true) this.put({ events, event: step.value, order });
    }
  }

  next(): boolean {
    const { heap } = this;
    if (this.first !== null) {
      const step = this.first.events.next();
      if (step.done === true) this.dropFirst();
      else this.first.event = step.value;
      if (step.done !== true) this.sink(0);
    }
    this.first = heap[0] ?? null;
    if (this.first === null) return false;
    const { event } = this.first;
    this.timeNs = event.time / 1000;
    this.type = event.type;
    this.a = event.a;
    this.b = event.b;
    this.lo = event.lo;
    this.hi = event.hi;
    if (event.call !== this.call) this.beginCall(event.call);
    return true;
  }

  summary(row: number): CallSummary {
    return summaryOf(this.run.calls, row, false, !this.countsSplits);
  }

  private beginCall(call: number): void {
    const { calls, comms } = this.workload;
    const source = this.run.calls.source[call] as number;
    this.call = call;
    this.cpu = Math.max(0, calls.cpu[source] as number);
    this.pid = Math.max(0, calls.pid[source] as number);
    const comm = comms[calls.comm[source] as number] ?? '';
    this.comm = comm === '' ? UNKNOWN_COMM : comm;
  }

  private put(lane: Lane): void {
    this.heap.push(lane);
    for (let i = this.heap.length - 1; i > 0;) {
      const parent = (i - 1) >> 1;
      if (!comesBefore(this.heap[i] as Lane, this.heap[parent] as Lane)) return;
      this.swap(i, parent);
      i = parent;
    }
  }

  private dropFirst(): void {
    const last = this.heap.pop() as Lane;
    if (this.heap.length === 0) return;
    this.heap[0] = last;
    this.sink(0);
  }

  private sink(from: number): void {
    const { heap } = this;
    for (let i = from; ;) {
      let least = i;
      for (const child of [2 * i + 1, 2 * i + 2]) {
        if (child < heap.length && comesBefore(heap[child] as Lane, heap[least] as Lane)) least = child;
      }
      if (least === i) return;
      this.swap(i, least);
      i = least;
    }
  }

  private swap(i: number, j: number): void {
    const { heap } = this;
    [heap[i], heap[j]] = [heap[j] as Lane, heap[i] as Lane];
  }
}

function comesBefore(x: Lane, y: Lane): boolean {
  return x.event.time < y.event.time || (x.event.time === y.event.time && x.order < y.order);
}

/** Calls of each lane, in the order in which they began. */
function callsOfLanes({ calls, lanes }: Run): number[][] {
  const lists: number[][] = lanes.map(() => []);
  for (let call = 0; call < calls.length; call++) lists[calls.lane[call] as number]?.push(call);
  return lists;
}
