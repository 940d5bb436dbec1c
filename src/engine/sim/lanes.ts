/**
 * Plays the calls of a workload on their lanes: CPUs that migrate beside each other. A lane runs ahead on its own clock while
 * it shares nothing; at shared work it waits until the run has come to its time. What is done at one instant: copies and
 * shared work that end, then lanes in their order.
 */
import type { CallOutcome } from '../kernel/migratePages';
import type { Pause, Playing } from '../kernel/playing';
import type { CallRecorder, SharedSteps } from './callRecorder';
import type { FlowSink } from './flow';
import type { FluidPool } from './fluidPool';
import { Flow } from './flow';
import type { Schedule } from './schedule';
import { TimeQueue } from './timeQueue';

/** A call that is being played. */
export interface CallInPlay {
  readonly builder: CallRecorder;
  readonly game: Playing<CallOutcome>;
  /** Writes down how the call ended. */
  readonly end: (outcome: CallOutcome) => void;
}

/** Begins call `call` of the workload on `lane` at `begin` (ps). */
export type BeginCall = (call: number, lane: number, begin: number) => CallInPlay;

/** Plays the calls of the only lane, whose CPU does nothing else while it waits for copies. */
export function playAlone(schedule: Schedule, pool: FluidPool, begin: BeginCall): void {
  for (let next = schedule.ready(0); next !== null; next = schedule.ready(0)) {
    const { builder, game, end } = begin(next.call, 0, next.begin);
    let step = game.next();
    while (step.done !== true) {
      while (pool.next < Infinity) pool.advance();
      step = game.next();
    }
    end(step.value);
    schedule.end(next.call, builder.now);
  }
}

interface Lane {
  readonly index: number;
  /** Row of the call it waits to begin, or plays; -1: none is known yet. */
  call: number;
  play: CallInPlay | null;
  /** What the kernel code waits for; 'tape': nothing, once the tape is empty. */
  pause: Pause;
  /** Known when the kernel code has come to its end; the tape may still hold work. */
  outcome: CallOutcome | null;
  readonly flow: Flow;
}

/** Plays the calls of several lanes, or of one whose copies run beside its other work. */
export function playTogether(schedule: Schedule, pool: FluidPool, begin: BeginCall): void {
  const lanes = schedule.lanes.map((_, index): Lane => {
    const sink: FlowSink = {
      loadDone: (_flow, load, curve, end) => {
        const { play: call } = lane;
        if (call === null) return;
        call.builder.takeShared();
        const shared = load as SharedSteps;
        call.builder.writer.stretched(shared, shared.stretch, curve, end);
      },
      flowDone: () => queue.add(now, index),
    };
    const flow = new Flow({ start: 0, loads: [], sink });
    const lane: Lane = { index, call: -1, play: null, pause: 'tape', outcome: null, flow };
    return lane;
  });
  const queue = new TimeQueue();
  let now = 0;

  /** Queues the next call of each lane that has none, as far as it is known when it begins. */
  const queueCalls = (): void => {
    for (const lane of lanes) {
      const next = lane.call < 0 ? schedule.ready(lane.index) : null;
      if (next === null) continue;
      lane.call = next.call;
      queue.add(next.begin, lane.index);
    }
  };

  /** Goes on until the lane must wait: for the run's clock, for shared work, for copies, or for its next call. */
  const play = (lane: Lane): void => {
    lane.play ??= begin(lane.call, lane.index, now);
    const { builder, game } = lane.play;
    for (;;) {
      const shared = builder.untilShared();
      const needsClock = shared !== null || (lane.outcome === null && lane.pause === null);
      if (needsClock && builder.now > now) {
        // Nobody else has anything to do before.
        if (builder.now < queue.next && builder.now < pool.next) now = builder.now;
        else {
          queue.add(builder.now, lane.index);
          return;
        }
      }
      if (shared !== null) {
        pool.again(lane.flow, builder.sharedRun(), now);
        return;
      }
      if (lane.outcome !== null) {
        endCall(lane, lane.play, lane.outcome);
        return;
      }
      const { pause } = lane;
      if (pause !== null && pause !== 'tape' && !pause.isDone) {
        pause.whenDone = () => queue.add(now, lane.index);
        return;
      }
      const step = game.next();
      if (step.done === true) lane.outcome = step.value;
      lane.pause = step.done === true ? 'tape' : step.value;
    }
  };

  const endCall = (lane: Lane, { builder, end }: CallInPlay, outcome: CallOutcome): void => {
    end(outcome);
    const { call } = lane;
    lane.call = -1;
    lane.play = null;
    lane.outcome = null;
    schedule.end(call, builder.now);
    queueCalls();
  };

  queueCalls();
  for (;;) {
    now = Math.min(pool.next, queue.next);
    if (now === Infinity) return;
    if (pool.next <= now) pool.advance();
    else play(lanes[queue.take()] as Lane);
  }
}
