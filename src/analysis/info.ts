/** What a trace holds, as recorded: the document of `migtrace info --json`. No simulation. */
import type { Parsed, Problem } from '../base/problem';
import { segmentsOf } from '../base/segments';
import { CallSumming, FlowSumming, FolioSumming, type TraceSums } from '../trace/calls/traceSums';
import { PhaseSumming } from '../trace/calls/phaseSums';
import { FOLIO_TIME_SCHEMA, type MigrationTrace, type TraceFormat } from '../trace/model';
import { compareVmstat, type VmstatComparison } from './vmstatCheck';

export interface TraceInfo extends TraceSums {
  readonly schema: 1;
  readonly format: TraceFormat;
  readonly kernel: string | null;
  readonly clock: string | null;
  readonly span: { readonly start_ns: number; readonly end_ns: number };
  readonly lines: number;
  /** Events by kernel name. */
  readonly events: Readonly<Record<string, number>>;
  /** -1 where events were lost and the recording does not say how many. */
  readonly lostEvents: number;
  readonly problems: readonly Problem[];
  readonly problemCount: number;
  /** Kernel functions and stages that were timed, the longest in all first. */
  readonly functions: Readonly<
    Record<string, { readonly calls: number; readonly total_ns: number; readonly self_ns?: number }>
  >;
  /** NUMA nodes of the machine, where the trace or what lies beside it tells; flows name them. */
  readonly nodes: readonly {
    readonly id: number;
    readonly cpus: readonly number[];
    readonly memory_bytes: number | null;
    /** Page frames known to lie on the node. */
    readonly pages: number;
  }[];
  /** The kernel's own counters beside the recorded sums; null where nobody read them. */
  readonly vmstat: VmstatComparison | null;
}

/** The info document of a trace as a reader gave it. Calls without an mm_migrate_pages event add nothing to the sums. */
export function traceInfo(parsed: Parsed<MigrationTrace>): TraceInfo {
  const trace = parsed.value;
  const sums = trace.sums ?? sumsOf(trace);
  return {
    schema: 1,
    format: trace.provenance.format,
    kernel: trace.provenance.kernel,
    clock: trace.provenance.clock,
    span: { start_ns: trace.span.startNs, end_ns: trace.span.endNs },
    lines: trace.lines,
    events: trace.eventCounts,
    lostEvents: trace.lostEvents,
    problems: parsed.problems,
    problemCount: parsed.problemCount,
    ...sums,
    functions: Object.fromEntries(
      trace.timings.map(({ name, calls, totalNs, selfNs }) => [
        name,
        { calls, total_ns: totalNs, ...(selfNs !== undefined && { self_ns: selfNs }) },
      ]),
    ),
    nodes: (trace.machine?.nodes ?? []).map(({ id, cpus, memoryBytes, pfnSpans }) => ({
      id,
      cpus,
      memory_bytes: memoryBytes,
      pages: pfnSpans.reduce((pages, [start, end]) => pages + end - start, 0),
    })),
    vmstat: compareVmstat({
      ...sums,
      counters: trace.counters,
      countsPages: sums.phases === null || trace.eventCounts['mm_migrate_pages'] !== undefined,
      lostEvents: trace.lostEvents,
    }),
  };
}

/** Computed where the reader was not asked for sums only. */
function sumsOf({ workload, folioTimes, callPhases }: MigrationTrace): TraceSums {
  const { calls, folioRuns } = workload;
  const callSums = new CallSumming();
  const folioSums = new FolioSumming();
  const flowSums = new FlowSumming();
  const phaseSums = new PhaseSumming();
  const isMeasured = new Uint8Array(calls.length);
  for (let row = 0; row < callPhases.length; row++) {
    isMeasured[callPhases.call[row]!] = 1;
    phaseSums.add(callPhases, row);
  }
  for (let call = 0; call < calls.length; call++) {
    callSums.add(calls, call, isMeasured[call] === 1);
    flowSums.add(calls, call, folioRuns);
  }
  for (const { rows } of segmentsOf(FOLIO_TIME_SCHEMA, folioTimes))
    folioSums.add(rows.order, rows.outcome, rows.length);
  return {
    ...callSums.sums(),
    folios: folioSums.sums(),
    flows: flowSums.sums(),
    phases: phaseSums.sums(null),
  };
}
