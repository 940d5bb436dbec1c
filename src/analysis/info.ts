/** What a trace holds, as recorded: the document of `migtrace info --json`. No simulation. */
import type { Parsed, Problem } from '../base/problem';
import { pagesOfOrder } from '../base/units';
import { CALL_FLAGS, FOLIO_FATES, type Workload } from '../engine/folio/workload';
import { modeName, reasonName } from '../engine/kernel/modes';
import { type MigrateTotals, TOTAL_NAMES, zeroTotals } from '../engine/kernel/totals';
import { FOLIO_OUTCOMES, type FolioTimes, type MigrationTrace, type TraceFormat } from '../trace/model';

export interface TraceInfo {
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
  /** complete: recorded from start to end (kernels before 5.14: its end) with no loss known within. */
  readonly calls: { readonly total: number; readonly complete: number; readonly incomplete: number };
  /** Sums over the mm_migrate_pages events. */
  readonly totals: MigrateTotals;
  readonly byReason: Readonly<Record<string, { calls: number } & MigrateTotals>>;
  readonly byMode: Readonly<Record<string, { calls: number; nr_succeeded: number; nr_failed: number }>>;
  /** Folios that printed set or remove events, once per call. */
  readonly folios: {
    readonly total: number;
    readonly byOrder: Readonly<Record<string, number>>;
    readonly moved: number;
    readonly restored: number;
    readonly unknown: number;
  };
  /** Base pages moved between nodes; null where the trace does not tell the node. */
  readonly flows: readonly PageFlow[];
  readonly functions: Readonly<Record<string, { readonly calls: number; readonly total_ns: number }>>;
  /** Measured phases of the calls; null where the trace cannot tell. */
  readonly phases: {
    readonly unmap_ns: number;
    readonly flush_ns: number;
    readonly copy_ns: number;
    readonly remap_ns: number;
    readonly other_ns: number;
    readonly total_ns: number;
    readonly F: number;
  } | null;
}

export interface PageFlow {
  readonly from: number | null;
  readonly to: number | null;
  pages: number;
}

/** The info document of a trace as a reader gave it. Calls without an mm_migrate_pages event add nothing to the sums. */
export function traceInfo(parsed: Parsed<MigrationTrace>): TraceInfo {
  const trace = parsed.value;
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
    ...sums(trace.workload),
    folios: folioCounts(trace.folioTimes),
    flows: pageFlows(trace.workload),
    functions: Object.fromEntries(
      trace.timings.map(({ name, calls, totalNs }) => [name, { calls, total_ns: totalNs }]),
    ),
    phases: null,
  };
}

function sums({ calls }: Workload): Pick<TraceInfo, 'calls' | 'totals' | 'byReason' | 'byMode'> {
  const totals = zeroTotals();
  const byReason: Record<string, { calls: number } & MigrateTotals> = {};
  const byMode: Record<string, { calls: number; nr_succeeded: number; nr_failed: number }> = {};
  let complete = 0;
  for (let call = 0; call < calls.length; call++) {
    const flags = calls.flags[call]!;
    const isDescribed = (flags & CALL_FLAGS.described) !== 0;
    const hasEnd = (flags & CALL_FLAGS.end) !== 0;
    if (isDescribed || (hasEnd && (flags & CALL_FLAGS.partial) === 0)) complete++;
    if (!isDescribed && !hasEnd) continue;
    const reason = (byReason[reasonName(calls.reason[call]!)] ??= { calls: 0, ...zeroTotals() });
    const mode = (byMode[modeName(calls.mode[call]!)] ??= { calls: 0, nr_succeeded: 0, nr_failed: 0 });
    reason.calls++;
    mode.calls++;
    mode.nr_succeeded += calls.nr_succeeded[call]!;
    mode.nr_failed += calls.nr_failed[call]!;
    for (const name of TOTAL_NAMES) {
      totals[name] += calls[name][call]!;
      reason[name] += calls[name][call]!;
    }
  }
  const total = calls.length;
  return { calls: { total, complete, incomplete: total - complete }, totals, byReason, byMode };
}

function folioCounts(times: FolioTimes): TraceInfo['folios'] {
  const byOrder: Record<string, number> = {};
  const byOutcome = FOLIO_OUTCOMES.map(() => 0);
  for (let row = 0; row < times.length; row++) {
    const order = times.order[row]!;
    byOrder[order] = (byOrder[order] ?? 0) + 1;
    byOutcome[times.outcome[row]!]!++;
  }
  const [unknown = 0, moved = 0, restored = 0] = byOutcome;
  return { total: times.length, byOrder, moved, restored, unknown };
}

/** Fates whose folios are moved in the end, as a folio list says it. */
const MOVED_FATES = new Set(
  ['movable', 'locked', 'writeback', 'freed', 'orphaned-buffers', 'pinned-briefly'].map((fate) =>
    fateCode(fate),
  ),
);
const SPLIT_FATES = new Set(['no-destination', 'split-first'].map((fate) => fateCode(fate)));

function fateCode(fate: string): number {
  return (FOLIO_FATES as readonly string[]).indexOf(fate);
}

function pageFlows({ calls, folioRuns }: Workload): PageFlow[] {
  const flows = new Map<string, PageFlow>();
  const add = (from: number, to: number, pages: number): void => {
    if (pages <= 0) return;
    const key = `${from}>${to}`;
    const flow = flows.get(key);
    if (flow !== undefined) flow.pages += pages;
    else flows.set(key, { from: from < 0 ? null : from, to: to < 0 ? null : to, pages });
  };
  for (let call = 0; call < calls.length; call++) {
    let listed = 0;
    const end = calls.firstRun[call]! + calls.runCount[call]!;
    for (let run = calls.firstRun[call]!; run < end; run++) {
      const fate = folioRuns.fate[run]!;
      const count = folioRuns.count[run]!;
      const pages = MOVED_FATES.has(fate)
        ? count * pagesOfOrder(folioRuns.order[run]!)
        : SPLIT_FATES.has(fate)
          ? count * folioRuns.partsMoved[run]!
          : 0;
      listed += pages;
      add(folioRuns.from[run]!, folioRuns.to[run]!, pages);
    }
    if ((calls.flags[call]! & CALL_FLAGS.end) !== 0) add(-1, -1, calls.nr_succeeded[call]! - listed);
  }
  return [...flows.values()].sort(
    (left, right) => (left.from ?? -1) - (right.from ?? -1) || (left.to ?? -1) - (right.to ?? -1),
  );
}
