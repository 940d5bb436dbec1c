import { GrowableTable } from '../../base/columns';
import { segmentsOf } from '../../base/segments';
import { TOTAL_NAMES } from '../../engine/kernel/totals';
import { EVENT_SCHEMA, type MigrationTrace } from '../model';
import { CallAssembler } from './callAssembler';
import { EVENT_CODES } from './eventColumns';
import { nodeOfPfn } from './nodeOfPfn';
import { SUMMARY_SCHEMA } from './summaries';

/**
 * A recorded trace whose folio lists were made before the machine was known (a `.migtrace` of it), with the nodes of its
 * folios: the lists are made anew from the events. The same trace where its folios have nodes, or no event tells them.
 */
export function placedFolios(trace: MigrationTrace): MigrationTrace {
  const { calls, folioRuns } = trace.workload;
  const isPlaced = folioRuns.from.some((node) => node >= 0) || folioRuns.to.some((node) => node >= 0);
  const isRecorded = trace.provenance.origin === 'recorded' && trace.events.length > 0;
  if (!isRecorded || isPlaced || nodeOfPfn(trace.machine) === null) return trace;
  const assembler = new CallAssembler({ machine: trace.machine, detail: 'all' });
  const summaries = new GrowableTable(SUMMARY_SCHEMA, 1);
  summaries.push();
  for (const { rows } of segmentsOf(EVENT_SCHEMA, trace.events)) {
    for (let row = 0; row < rows.length; row++) {
      const type = rows.type[row]!;
      const a = rows.a[row]!;
      const isOfCall = type === EVENT_CODES.mm_migrate_pages || type === EVENT_CODES.mm_migrate_pages_start;
      if (isOfCall) {
        if (!(a >= 0 && a < calls.length)) return trace;
        summaries.columns.comm[0] = calls.comm[a]!;
        summaries.columns.mode[0] = calls.mode[a]!;
        summaries.columns.reason[0] = calls.reason[a]!;
        for (const name of TOTAL_NAMES) summaries.columns[name][0] = calls[name][a]!;
      }
      assembler.tracker.add(
        type,
        rows.timeNs[row]!,
        rows.cpu[row]!,
        rows.pid[row]!,
        isOfCall ? 0 : a,
        rows.b[row]!,
        rows.lo[row]!,
        rows.hi[row]!,
        summaries.columns,
      );
    }
  }
  const { workload } = assembler.finish(trace.workload.comms, false);
  if (workload.calls.length !== calls.length) return trace;
  const { firstRun, runCount } = workload.calls;
  return {
    ...trace,
    workload: { ...trace.workload, calls: { ...calls, firstRun, runCount }, folioRuns: workload.folioRuns },
  };
}
