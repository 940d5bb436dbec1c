/**
 * When each call of a workload begins in a replay. A recording's gaps and durations belong to the
 * machine it was made on, so a replay keeps the recording's *order*: a call begins when its own task is
 * free and every call that had ended before it began in the recording has ended here too. Described
 * calls begin at their stated time, or when their task is free.
 */
import { nsToPs } from '../../base/units';
import type { Workload } from '../folio/workload';
import { CALL_FLAGS } from '../folio/workload';

export interface Schedule {
  readonly laneOf: Uint16Array;
  readonly lanes: readonly string[];
  /**
   * The next call of a lane that is idle, and when it begins, ps; null after its last, or while that depends on calls
   * whose ends are not told yet.
   */
  ready(lane: number): { readonly call: number; readonly begin: number } | null;
  /** Tells that the call ended at `end` ps. */
  end(call: number, end: number): void;
}

export function createSchedule(workload: Workload): Schedule {
  const { calls } = workload;
  const { laneOf, lanes } = assignLanes(workload);
  /** When the call was entered, else left, else (neither is known) at once; ns. */
  const startOf = (call: number): number =>
    [calls.startNs[call], calls.endNs[call]].find((ns) => ns !== undefined && !Number.isNaN(ns)) ?? 0;
  const order = Array.from({ length: calls.length }, (_, i) => i).sort(
    (x, y) => startOf(x) - startOf(y) || x - y,
  );
  const rank = new Uint32Array(calls.length);
  order.forEach((call, i) => (rank[call] = i));
  const recordedEnds = order
    .filter((call) => !Number.isNaN(calls.endNs[call]))
    .sort((x, y) => (calls.endNs[x] as number) - (calls.endNs[y] as number));
  /** For each call, how many of `recordedEnds` must have ended before. */
  const needs = new Uint32Array(calls.length);
  let ended = 0;
  for (const call of order) {
    while (ended < recordedEnds.length) {
      const other = recordedEnds[ended] as number;
      const end = calls.endNs[other] as number;
      if (end > startOf(call) || (rank[other] as number) >= (rank[call] as number)) break;
      ended++;
    }
    needs[call] = ended;
  }

  const queues: number[][] = lanes.map(() => []);
  for (const call of order) (queues[laneOf[call] as number] as number[]).push(call);
  const turn = new Uint32Array(lanes.length);
  const laneFree = new Float64Array(lanes.length);
  const replayEnd = new Float64Array(calls.length).fill(NaN);
  /** frontier[i]: when the first i of `recordedEnds` have ended in the replay; known up to `reached`. */
  const frontier = new Float64Array(recordedEnds.length + 1);
  let reached = 0;

  return {
    laneOf,
    lanes,
    ready: (lane) => {
      const call = queues[lane]?.[turn[lane] as number];
      if (call === undefined || (needs[call] as number) > reached) return null;
      const isDescribed = ((calls.flags[call] as number) & CALL_FLAGS.described) !== 0;
      const stated = isDescribed ? nsToPs(Math.max(0, startOf(call) || 0)) : 0;
      const frontierBegin = frontier[needs[call] as number] as number;
      return { call, begin: Math.max(laneFree[lane] as number, frontierBegin, stated) };
    },
    end: (call, end) => {
      const lane = laneOf[call] as number;
      laneFree[lane] = end;
      turn[lane] = (turn[lane] as number) + 1;
      replayEnd[call] = end;
      while (reached < recordedEnds.length && !Number.isNaN(replayEnd[recordedEnds[reached] as number])) {
        const at = replayEnd[recordedEnds[reached] as number] as number;
        frontier[reached + 1] = Math.max(frontier[reached] as number, at);
        reached++;
      }
    },
  };
}

/** One lane per task, in order of appearance, named by its first CPU and its task. */
function assignLanes(workload: Workload): { laneOf: Uint16Array; lanes: string[] } {
  const { calls, comms } = workload;
  const laneOf = new Uint16Array(calls.length);
  const known = new Map<number, number>();
  const lanes: string[] = [];
  for (let call = 0; call < calls.length; call++) {
    const pid = calls.pid[call] as number;
    // A task that is not known (-1) is told from others by its CPU only.
    const key = pid < 0 ? -1 - (calls.cpu[call] as number) : pid;
    let lane = known.get(key);
    if (lane === undefined) {
      lane = lanes.length;
      known.set(key, lane);
      const comm = comms[calls.comm[call] as number] ?? '';
      const task = pid < 0 ? comm : comm === '' ? `task ${pid}` : `${comm}-${pid}`;
      lanes.push(`CPU ${calls.cpu[call] as number}${task === '' ? '' : ` · ${task}`}`);
    }
    laneOf[call] = lane;
  }
  return { laneOf, lanes };
}
