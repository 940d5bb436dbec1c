/**
 * When each call of a workload begins in a replay. A recording's gaps and durations belong to the
 * machine it was made on, so a replay keeps the recording's *order*: a call begins when its own task is
 * free and every call that had ended before it began in the recording has ended here too. Described
 * workloads begin at their stated time, or when their task is free.
 */
import type { Workload } from '../folio/workload';
import { nsToPs } from '../../base/units';

export interface Schedule {
  /** Calls in the order they are played. */
  readonly order: readonly number[];
  readonly laneOf: Uint16Array;
  readonly lanes: readonly string[];
  /** Start of a call in the replay, ps. */
  begin(call: number, lane: number): number;
  /** Tells that the call ended at `end` ps. */
  end(call: number, lane: number, end: number): void;
}

export function createSchedule(workload: Workload): Schedule {
  const { calls } = workload;
  const startOf = (call: number) =>
    Number.isNaN(calls.startNs[call]) ? (calls.endNs[call] as number) : (calls.startNs[call] as number);
  const order = Array.from({ length: calls.length }, (_, i) => i).sort(
    (x, y) => startOf(x) - startOf(y) || x - y,
  );
  const { laneOf, lanes } = assignLanes(workload);
  const laneFree = new Float64Array(lanes.length);
  const recordedEnds = order
    .filter((call) => !Number.isNaN(calls.endNs[call]))
    .sort((x, y) => (calls.endNs[x] as number) - (calls.endNs[y] as number));
  const replayEnd = new Float64Array(calls.length);
  let ended = 0;
  let frontier = 0;
  return {
    order,
    laneOf,
    lanes,
    begin: (call, lane) => {
      const recorded = !Number.isNaN(calls.endNs[call]);
      while (ended < recordedEnds.length) {
        const other = recordedEnds[ended] as number;
        if (other === call || (calls.endNs[other] as number) > startOf(call)) break;
        frontier = Math.max(frontier, replayEnd[other] as number);
        ended++;
      }
      const stated = recorded ? 0 : nsToPs(Math.max(0, startOf(call) || 0));
      return Math.max(laneFree[lane] as number, frontier, stated);
    },
    end: (call, lane, end) => {
      laneFree[lane] = end;
      replayEnd[call] = end;
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
    let lane = known.get(pid);
    if (lane === undefined) {
      lane = lanes.length;
      known.set(pid, lane);
      const comm = comms[calls.comm[call] as number] ?? '';
      const task = comm === '' ? `task ${pid}` : `${comm}-${pid}`;
      lanes.push(`CPU ${calls.cpu[call] as number} · ${task}`);
    }
    laneOf[call] = lane;
  }
  return { laneOf, lanes };
}
