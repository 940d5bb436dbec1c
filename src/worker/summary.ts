/** What is told about a trace and a run before any of their columns is sent. */
import { agreement } from '../analysis/replay';
import type { Parsed } from '../base/problem';
import { CALL_FLAGS } from '../engine/folio/workload';
import { MEASURED, type Run } from '../engine/sim/run';
import { PAGE_BYTES } from '../base/units';
import type { RunHeader, TraceSummary } from '../protocol/messages';
import type { MigrationTrace } from '../trace/model';

/** Problems that travel with a summary; the count tells of the rest. */
const SENT_PROBLEMS = 200;
const SENT_COMMS = 50;

export function summaryOf(id: number, parsed: Parsed<MigrationTrace>): TraceSummary {
  const { value: trace, problems, problemCount } = parsed;
  const { calls, folioRuns } = trace.workload;
  let incompleteCalls = 0;
  const isMeasured = new Uint8Array(calls.length);
  for (const call of trace.callPhases.call) isMeasured[call] = 1;
  for (let call = 0; call < calls.length; call++)
    if (!isComplete(trace, call) && isMeasured[call] === 0) incompleteCalls++;
  return {
    id,
    name: trace.provenance.source,
    provenance: trace.provenance,
    machine: trace.machine,
    span: trace.span,
    calls: calls.length,
    incompleteCalls,
    folios: folioRuns.count.reduce((sum, count) => sum + count, 0),
    lines: trace.lines,
    lostEvents: trace.lostEvents,
    eventCounts: trace.eventCounts,
    problems: problems.slice(0, SENT_PROBLEMS),
    problemCount,
    comms: commsByCalls(trace),
  };
}

export function headerOf(id: number, traceId: number, trace: MigrationTrace, run: Run): RunHeader {
  const seconds = run.end / 1e12;
  const moved = run.totals.nr_succeeded;
  const plain =
    run.kind === 'observed' && seconds > 0 && moved > 0 ? (moved * PAGE_BYTES) / seconds / 1e9 : null;
  return {
    id,
    traceId,
    title: run.title,
    kind: run.kind,
    config: run.config,
    machine: run.machine?.name ?? trace.machine?.name ?? '',
    pagesMoved: moved,
    pagesFailed: run.totals.nr_failed,
    fraction: run.statistics?.fraction.mean ?? measuredFraction(run),
    throughputGBps: run.statistics?.throughputGBps.mean ?? plain,
    cyclesPerPage: run.statistics?.migratePagesCycles ?? null,
    agrees: run.kind === 'simulated' ? agreement(trace, run) : null,
  };
}

/** F over the calls of a recording whose copies were timed; null where none was. */
function measuredFraction({ calls }: Run): number | null {
  let copy = 0;
  let total = 0;
  for (let call = 0; call < calls.length; call++) {
    if (((calls.measured[call] as number) & MEASURED.copy) === 0) continue;
    copy += calls.copy[call] as number;
    total += (calls.end[call] as number) - (calls.start[call] as number);
  }
  return total > 0 ? copy / total : null;
}

function isComplete(trace: MigrationTrace, call: number): boolean {
  const flags = trace.workload.calls.flags[call] as number;
  if ((flags & CALL_FLAGS.described) !== 0) return true;
  return (
    (flags & CALL_FLAGS.start) !== 0 && (flags & CALL_FLAGS.end) !== 0 && (flags & CALL_FLAGS.partial) === 0
  );
}

function commsByCalls(trace: MigrationTrace): string[] {
  const { calls, comms } = trace.workload;
  const counts = new Float64Array(comms.length);
  for (let call = 0; call < calls.length; call++) {
    const comm = calls.comm[call] as number;
    counts[comm] = (counts[comm] ?? 0) + 1;
  }
  return comms
    .map((name, row) => ({ name, count: counts[row] as number }))
    .filter(({ name, count }) => name !== '' && count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, SENT_COMMS)
    .map(({ name }) => name);
}
