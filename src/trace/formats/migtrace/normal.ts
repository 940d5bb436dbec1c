/** The normal form that both encodings store: task names begin with the empty one, runs stand in the order of the calls. */
import { GrowableTable } from '../../../base/columns';
import { FOLIO_RUN_SCHEMA } from '../../../engine/folio/workload';
import type { Workload } from '../../../engine/folio/workload';

/** `workload` with the empty name as row 0 of `comms`, as the model demands; the same object where it is so. */
export function normalComms(workload: Workload): Workload {
  if (workload.comms[0] === '') return workload;
  const calls = { ...workload.calls, comm: workload.calls.comm.map((row) => row + 1) };
  return { ...workload, calls, comms: ['', ...workload.comms] };
}

/** `workload` with the runs of each call behind those of the call before; the same object where it is so. */
export function inCallOrder(workload: Workload): Workload {
  const { calls, folioRuns } = workload;
  if (isInCallOrder(workload)) return workload;
  const runs = new GrowableTable(FOLIO_RUN_SCHEMA, Math.max(1, folioRuns.length));
  const firstRun = new Uint32Array(calls.length);
  const runCount = new Uint32Array(calls.length);
  for (let call = 0; call < calls.length; call++) {
    firstRun[call] = runs.length;
    const first = calls.firstRun[call]!;
    const last = Math.min(folioRuns.length, first + calls.runCount[call]!);
    for (let run = first; run < last; run++) {
      const row = runs.push();
      for (const name of Object.keys(FOLIO_RUN_SCHEMA) as (keyof typeof FOLIO_RUN_SCHEMA)[]) {
        runs.columns[name][row] = folioRuns[name][run]!;
      }
    }
    runCount[call] = runs.length - firstRun[call]!;
  }
  return { ...workload, calls: { ...calls, firstRun, runCount }, folioRuns: runs.finish() };
}

function isInCallOrder({ calls, folioRuns }: Workload): boolean {
  let next = 0;
  for (let call = 0; call < calls.length; call++) {
    if (calls.firstRun[call] !== next) return false;
    next += calls.runCount[call]!;
  }
  return next === folioRuns.length;
}
