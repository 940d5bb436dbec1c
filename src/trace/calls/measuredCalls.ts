/** Puts what was measured of each migrate_pages() call beside the calls that its events tell. */
import { emptyTable, GrowableTable, type TypedArray } from '../../base/columns';
import { CALL_FLAGS, CALL_SCHEMA, type Calls, type Workload } from '../../engine/folio/workload';
import { UNKNOWN_CODE } from '../../engine/kernel/modes';
import { CALL_PHASE_SCHEMA, type CallPhases } from '../model';
import type { FunctionMeasurement } from './functionTimes';
import type { MeasuredCalls } from './taskStack';

export interface MergedCalls {
  readonly workload: Workload;
  readonly callPhases: CallPhases;
}

export const NO_CALL_PHASES = emptyTable(CALL_PHASE_SCHEMA);

/**
 * A measured call that holds an mm_migrate_pages(_start) event is the call of that event; any other is a row of its own, without
 * totals: functions do not tell numbers of pages. `renumber` is that of AssembledCalls; `commOf` gives the row of `comms` of a task.
 */
export function mergeMeasuredCalls(
  workload: Workload,
  renumber: Int32Array | null,
  { calls: measured, seen }: FunctionMeasurement,
  commOf: (task: number) => number,
): MergedCalls {
  const callOf = new Int32Array(measured.length).fill(-1);
  let rows = workload.calls.length;
  for (let row = 0; row < measured.length; row++) {
    const told = measured.call[row]!;
    const call = told < 0 || renumber === null ? told : renumber[told]!;
    callOf[row] = call >= 0 && call < workload.calls.length ? call : rows++;
  }
  const calls = widened(workload.calls, rows, workload.folioRuns.length);
  const phases = new GrowableTable(CALL_PHASE_SCHEMA, Math.max(1, measured.length));
  const order = Array.from(callOf, (_, row) => row).sort((x, y) => callOf[x]! - callOf[y]!);
  for (const row of order) {
    const call = callOf[row]!;
    const isSilent = call >= workload.calls.length;
    if (isSilent) describe(calls, call, measured, row, commOf);
    if (measured.isComplete[row] === 0) {
      // What the events tell of a call is whole even where the timing of its functions is not.
      if (isSilent) calls.flags[call] = calls.flags[call]! | CALL_FLAGS.partial;
      continue;
    }
    calls.startNs[call] = measured.startNs[row]!;
    calls.endNs[call] = measured.endNs[row]!;
    const phase = phases.push();
    const c = phases.columns;
    c.call[phase] = call;
    c.totalNs[phase] = measured.totalNs[row]!;
    c.unmapNs[phase] = seen.unmap ? measured.unmapNs[row]! : Number.NaN;
    c.flushNs[phase] = seen.flush ? measured.flushNs[row]! : Number.NaN;
    c.copyNs[phase] = seen.copy ? measured.copyNs[row]! : Number.NaN;
    c.remapNs[phase] = seen.remap ? measured.remapNs[row]! : Number.NaN;
    c.allocNs[phase] = seen.alloc ? measured.allocNs[row]! : Number.NaN;
    c.unmapFlushNs[phase] = seen.unmapFlush ? measured.unmapFlushNs[row]! : Number.NaN;
    c.copies[phase] = measured.copies[row]!;
  }
  return { workload: { ...workload, calls }, callPhases: phases.finish() };
}

/** The calls with room for `rows`; new rows own no folio runs. */
function widened(calls: Calls, rows: number, folioRuns: number): Calls {
  if (rows === calls.length) return calls;
  const table = new GrowableTable(CALL_SCHEMA, Math.max(1, rows));
  table.length = rows;
  for (const name of Object.keys(CALL_SCHEMA) as (keyof typeof CALL_SCHEMA)[]) {
    (table.columns[name] as TypedArray).set(calls[name]);
  }
  table.columns.firstRun.fill(folioRuns, calls.length, rows);
  return table.finish();
}

function describe(
  calls: Calls,
  call: number,
  measured: MeasuredCalls,
  row: number,
  commOf: (task: number) => number,
): void {
  const task = measured.task[row]!;
  calls.startNs[call] = measured.startNs[row]!;
  calls.endNs[call] = measured.endNs[row]!;
  calls.cpu[call] = measured.cpu[row]!;
  calls.pid[call] = Math.max(-1, task);
  calls.comm[call] = commOf(task);
  calls.mode[call] = measured.mode[row] ?? UNKNOWN_CODE;
  calls.reason[call] = measured.reason[row] ?? UNKNOWN_CODE;
  calls.mmCpus[call] = 1;
}
