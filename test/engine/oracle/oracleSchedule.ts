/** What the calls of a workload wait for: docs/MODEL.md, "Order of calls". */
import type { Workload } from '../../../src/engine/folio/workload';
import { CALL_FLAGS } from '../../../src/engine/folio/workload';

export interface ScheduledCall {
  /** Row of `workload.calls`. */
  readonly row: number;
  readonly lane: number;
  /** Place among the calls of the lane. */
  readonly turn: number;
  /** Rows that must have ended before: the one before on the lane, and what had ended in the recording. */
  readonly after: readonly number[];
  /** ps before which it does not begin: a described call's own start. A recorded one has only its order. */
  readonly stated: number;
}

export function scheduleCalls(workload: Workload): ScheduledCall[] {
  const { calls } = workload;
  const startOf = (row: number) => timeOr(calls.startNs[row], calls.endNs[row]);
  const rows = Array.from({ length: calls.length }, (_, row) => row);
  const inOrder = rows.toSorted((x, y) => startOf(x) - startOf(y) || x - y);
  const pids = [...new Set(rows.map((row) => calls.pid[row]))];
  const scheduled: ScheduledCall[] = [];
  for (const row of inOrder) {
    const lane = pids.indexOf(calls.pid[row]);
    const sameLane = scheduled.filter((other) => other.lane === lane).map((other) => other.row);
    const ended = scheduled.map((other) => other.row).filter((other) => endedBefore(workload, other, row));
    const isDescribed = ((calls.flags[row] ?? 0) & CALL_FLAGS.described) !== 0;
    scheduled.push({
      row,
      lane,
      turn: sameLane.length,
      after: [...sameLane, ...ended],
      stated: isDescribed ? Math.round(startOf(row) * 1000) : 0,
    });
  }
  return scheduled;
}

function endedBefore(workload: Workload, other: number, row: number): boolean {
  const { startNs, endNs } = workload.calls;
  const end = endNs[other] ?? NaN;
  return !Number.isNaN(end) && end <= timeOr(startNs[row], endNs[row]);
}

function timeOr(time: number | undefined, otherwise: number | undefined): number {
  const stated = time ?? NaN;
  return Number.isNaN(stated) ? (otherwise ?? NaN) : stated;
}
