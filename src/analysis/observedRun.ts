/**
 * What the kernel itself recorded, as a run: the same type as a simulated one, so that every view works
 * on both. Batches come from the order of events (a run of sets, then its removes); times from the
 * events. No event marks copy or flush: phases are known of calls whose functions were timed as well
 * (function_graph), else they stay unknown. A recording whose folios print no events (unmapped pages, brief
 * event selections) has calls and totals only.
 */
import { emptyAccount } from '../engine/kernel/copyPath/dmaState';
import { emptyTable, GrowableTable } from '../base/columns';
import { RowCursor, segmentsOf } from '../base/segments';
import { nsToPs, pagesOfOrder } from '../base/units';
import { CALL_FLAGS, FOLIO_MAPPINGS } from '../engine/folio/workload';
import type { Calls } from '../engine/folio/workload';
import { TOTAL_NAMES, addTotals, zeroTotals } from '../engine/kernel/totals';
import type { EventCounts, ObservedTimes, Run, RunCalls, RunProvenance } from '../engine/sim/run';
import { SHAPE_SCHEMA } from '../engine/sim/segmentShapes';
import {
  BATCH_SCHEMA,
  FOLIO_RESULTS,
  OBSERVED_TIME_SCHEMA,
  RUN_CALL_SCHEMA,
  RUN_FOLIO_SCHEMA,
  SEGMENT_SCHEMA,
} from '../engine/sim/run';
import { createSchedule } from '../engine/sim/schedule';
import type { FolioTimes, MigrationTrace } from '../trace/model';
import { FOLIO_OUTCOMES, FOLIO_TIME_SCHEMA } from '../trace/model';
import { observedPhases } from './observedPhases';

const RESULT_OF_OUTCOME = FOLIO_OUTCOMES.map((outcome) =>
  FOLIO_RESULTS.indexOf(outcome === 'moved' ? 'moved' : outcome === 'restored' ? 'failed' : 'unknown'),
);
const RESTORED = FOLIO_OUTCOMES.indexOf('restored');
const SPLIT = FOLIO_RESULTS.indexOf('split');
const PTE = FOLIO_MAPPINGS.indexOf('pte');
const PMD = FOLIO_MAPPINGS.indexOf('pmd');
const PMD_ORDER = 9;

const ACCOUNTS = ['unmap', 'flush', 'copy', 'remap', 'other', 'measured'] as const;

type FolioCursor = RowCursor<typeof FOLIO_TIME_SCHEMA>;

export interface Observed {
  readonly run: Run;
  /** When folios [first, first + count) of the run were unmapped and remapped, as far as the run has so many. */
  readonly times: (first: number, count: number) => ObservedTimes;
}

/** null when the trace describes a workload that no kernel has run. */
export function observedRun(trace: MigrationTrace): Run | null {
  return observe(trace, Infinity)?.run ?? null;
}

/** As `observedRun`; of more than `inline` folios the run has no times: ask for those that are looked at. */
export function observe(trace: MigrationTrace, inline: number): Observed | null {
  const { calls } = trace.workload;
  if (trace.provenance.origin === 'described' || calls.length === 0) return null;
  const { lanes, laneOf } = createSchedule(trace.workload);
  const origin = trace.span.startNs;
  const at = (ns: number) => nsToPs(ns - origin);
  const order = Array.from({ length: calls.length }, (_, call) => call);
  const rowsOfCall = groupByCall(trace.folioTimes, calls.length);
  const out = new GrowableTable(RUN_CALL_SCHEMA, calls.length);
  const batches = new GrowableTable(BATCH_SCHEMA, calls.length);
  const folios = new GrowableTable(RUN_FOLIO_SCHEMA, calls.length);
  const keepsTimes = trace.folioTimes.length <= inline;
  const times = keepsTimes ? new GrowableTable(OBSERVED_TIME_SCHEMA, trace.folioTimes.length) : null;
  const cursor = new RowCursor(FOLIO_TIME_SCHEMA, trace.folioTimes);
  let folioCount = 0;
  const totals = zeroTotals();
  const measured = observedPhases(trace);
  const laneEnd = new Float64Array(lanes.length);
  for (const call of order) {
    const row = out.push();
    const c = out.columns;
    const phases = measured[call];
    const lane = laneOf[call] as number;
    // Without times, calls of a task follow each other: that much is known.
    const unplaced = phases === undefined ? 0 : (laneEnd[lane] as number);
    const start = known(at(known(calls.startNs[call], known(calls.endNs[call], NaN))), unplaced);
    const end = known(calls.endNs[call], known(calls.startNs[call], trace.span.endNs));
    c.source[row] = call;
    c.lane[row] = lane;
    c.mode[row] = calls.mode[call] as number;
    c.reason[row] = calls.reason[call] as number;
    c.start[row] = start;
    c.end[row] = phases === undefined ? at(end) : start + phases.total;
    c.other[row] = c.end[row] - start;
    if (phases !== undefined) for (const account of ACCOUNTS) c[account][row] = phases[account];
    laneEnd[lane] = c.end[row];
    c.firstBatch[row] = batches.length;
    c.first[row] = folioCount;
    const recorded = recordedTotals(calls, call);
    addTotals(totals, recorded);
    for (const name of TOTAL_NAMES) c[name][row] = recorded[name];
    c.pages[row] = recorded.nr_succeeded + recorded.nr_failed;
    c.returned[row] = NaN;
    const [first, last] = rowsOfCall(call);
    addBatches({
      cursor,
      call: row,
      first,
      last,
      at,
      batches,
      folios,
      times,
      folio: folioCount,
      callStart: start,
      callEnd: c.end[row],
    });
    folioCount += last - first;
    if (first === last) addWholeCall(batches, row, folioCount, start, c.end[row], recorded);
    else addSilentPages(batches, c.firstBatch[row], recorded);
    c.batchCount[row] = batches.length - c.firstBatch[row];
    c.count[row] = last - first;
  }
  const provenance: RunProvenance = { input: trace.provenance.source, sha256: trace.provenance.sha256 };
  const finished: RunCalls = out.finish();
  const run: Run = {
    kind: 'observed',
    title: trace.provenance.kernel === null ? 'Observed' : `Observed · ${trace.provenance.kernel}`,
    config: null,
    machine: null,
    provenance,
    end: finished.end.reduce((latest, end) => Math.max(latest, end), 0),
    lanes,
    channels: [],
    calls: finished,
    batches: batches.finish(),
    segments: emptyTable(SEGMENT_SCHEMA),
    shapes: emptyTable(SHAPE_SCHEMA),
    folios: folios.finish(),
    folioCount,
    observedTimes: times?.finish() ?? null,
    totals,
    untried: 0,
    events: observedEvents(trace),
    dma: emptyAccount(),
    statistics: null,
  };
  return { run, times: (first, count) => timesOf(trace, run, rowsOfCall, at, first, count) };
}

/** Looked up in the calls of the run, whose folios lie together in `folioTimes`. */
function timesOf(
  trace: MigrationTrace,
  run: Run,
  rowsOfCall: (call: number) => readonly [number, number],
  at: (ns: number) => number,
  first: number,
  count: number,
): ObservedTimes {
  const { first: firstFolio, count: folios, length } = run.calls;
  const unmapped = new Float64Array(count);
  const remapped = new Float64Array(count);
  const cursor = new RowCursor(FOLIO_TIME_SCHEMA, trace.folioTimes);
  let done = 0;
  for (let call = 0; call < length && done < count; call++) {
    const skipped = first + done - firstFolio[call]!;
    if (skipped < 0 || skipped >= folios[call]!) continue;
    const [firstRow, end] = rowsOfCall(call);
    for (let row = firstRow + skipped; row < end && done < count; row++, done++) {
      cursor.seek(row);
      unmapped[done] = at(cursor.columns.unmappedNs[cursor.at]!);
      remapped[done] = at(cursor.columns.remappedNs[cursor.at]!);
    }
  }
  return { length: done, unmapped: unmapped.slice(0, done), remapped: remapped.slice(0, done) };
}

function known(value: number | undefined, otherwise: number): number {
  return value === undefined || Number.isNaN(value) ? otherwise : value;
}

function recordedTotals(calls: Calls, call: number) {
  const totals = zeroTotals();
  if (((calls.flags[call] as number) & CALL_FLAGS.end) === 0) return totals;
  for (const name of TOTAL_NAMES) totals[name] = calls[name][call] as number;
  return totals;
}

/** Rows of `folioTimes` of each call; they are grouped by call, though not in order of call. */
function groupByCall(times: FolioTimes, calls: number): (call: number) => readonly [number, number] {
  const first = new Uint32Array(calls);
  const last = new Uint32Array(calls);
  let before = -1;
  for (const segment of segmentsOf(FOLIO_TIME_SCHEMA, times)) {
    for (let row = 0; row < segment.rows.length; row++) {
      const call = segment.rows.call[row] as number;
      if (call !== before) first[call] = segment.first + row;
      last[call] = segment.first + row + 1;
      before = call;
    }
  }
  return (call) => [first[call] as number, last[call] as number];
}

interface BatchInput {
  readonly cursor: FolioCursor;
  readonly call: number;
  readonly first: number;
  readonly last: number;
  readonly at: (ns: number) => number;
  readonly batches: GrowableTable<typeof BATCH_SCHEMA>;
  readonly folios: GrowableTable<typeof RUN_FOLIO_SCHEMA>;
  readonly times: GrowableTable<typeof OBSERVED_TIME_SCHEMA> | null;
  /** The number of the call's first folio in the run. */
  readonly folio: number;
  readonly callStart: number;
  readonly callEnd: number;
}

function addBatches(input: BatchInput): void {
  const { cursor } = input;
  let row = input.first;
  while (row < input.last) {
    cursor.seek(row);
    const batch = cursor.columns.batch[cursor.at];
    const end = addBatch(input, row, batch as number);
    row = end;
  }
}

/** Adds the batch that begins with `from`: rows up to the next batch. Gives the row behind it. */
function addBatch(input: BatchInput, from: number, number: number): number {
  const { cursor, at, batches, times } = input;
  const batch = batches.push();
  let start = Infinity;
  let end = -Infinity;
  let moved = 0;
  let failed = 0;
  let pages = 0;
  const first = input.folio + from - input.first;
  let row = from;
  for (; row < input.last; row++) {
    cursor.seek(row);
    const { columns, at: here } = cursor;
    if (columns.batch[here] !== number) break;
    const unmapped = at(columns.unmappedNs[here] as number);
    const remapped = at(columns.remappedNs[here] as number);
    if (times !== null) {
      const folio = times.push();
      times.columns.unmapped[folio] = unmapped;
      times.columns.remapped[folio] = remapped;
    }
    start = Math.min(start, Number.isNaN(unmapped) ? Infinity : unmapped);
    end = Math.max(end, Number.isNaN(remapped) ? -Infinity : remapped);
    // The parts of a folio that was split are rows of their own.
    const size = wasSplit(cursor) ? 0 : pagesOfOrder(columns.order[here] as number);
    pages += size;
    if (columns.outcome[here] === 1) moved += size;
    if (columns.outcome[here] === 2) failed += size;
    addFolio(input.folios, cursor, input.folio + row - input.first);
  }
  const columns = batches.columns;
  columns.call[batch] = input.call;
  columns.start[batch] = start === Infinity ? input.callStart : start;
  columns.end[batch] = Math.max(columns.start[batch], end === -Infinity ? input.callEnd : end);
  columns.first[batch] = first;
  columns.count[batch] = row - from;
  columns.pages[batch] = pages;
  columns.moved[batch] = moved;
  columns.failed[batch] = failed;
  return row;
}

/** A folio mapped back that was never seen unmapped: its split wrote migration entries without events (mm/huge_memory.c). */
function wasSplit({ columns, at }: FolioCursor): boolean {
  return columns.outcome[at] === RESTORED && Number.isNaN(columns.unmappedNs[at]);
}

/** Extends the last row of `folios` where the folio goes on where it ends, else begins a new one. */
function addFolio(folios: GrowableTable<typeof RUN_FOLIO_SCHEMA>, cursor: FolioCursor, folio: number): void {
  const { columns, at } = cursor;
  const order = columns.order[at] as number;
  const result = wasSplit(cursor) ? SPLIT : (RESULT_OF_OUTCOME[columns.outcome[at] as number] ?? 0);
  const address = columns.address[at] as number;
  const last = folios.length - 1;
  const c = folios.columns;
  if (last >= 0 && c.order[last] === order && c.result[last] === result) {
    const expected = (c.address[last] as number) + (c.count[last] as number) * pagesOfOrder(order) * 4096;
    if (expected === address) {
      c.count[last] = (c.count[last] as number) + 1;
      return;
    }
  }
  const next = folios.push();
  const d = folios.columns;
  d.first[next] = folio;
  d.count[next] = 1;
  d.order[next] = order;
  d.result[next] = result;
  d.mapping[next] = order === PMD_ORDER ? PMD : PTE;
  d.from[next] = -1;
  d.to[next] = -1;
  d.address[next] = address;
}

/** A call whose folios printed nothing: one batch as long as the call, without folios. */
function addWholeCall(
  batches: GrowableTable<typeof BATCH_SCHEMA>,
  call: number,
  first: number,
  start: number,
  end: number,
  totals: { nr_succeeded: number; nr_failed: number },
): void {
  const batch = batches.push();
  const columns = batches.columns;
  columns.call[batch] = call;
  columns.start[batch] = start;
  columns.end[batch] = end;
  columns.first[batch] = first;
  columns.pages[batch] = totals.nr_succeeded + totals.nr_failed;
  columns.moved[batch] = totals.nr_succeeded;
  columns.failed[batch] = totals.nr_failed;
}

/** Pages of the recorded sums that printed no events (not mapped, FOLL_PIN) go to the call's last batch. */
function addSilentPages(
  batches: GrowableTable<typeof BATCH_SCHEMA>,
  firstBatch: number,
  totals: { nr_succeeded: number; nr_failed: number },
): void {
  const { moved, failed, pages } = batches.columns;
  const last = batches.length - 1;
  let movedLeft = totals.nr_succeeded;
  let failedLeft = totals.nr_failed;
  for (let batch = firstBatch; batch <= last; batch++) {
    movedLeft -= moved[batch] as number;
    failedLeft -= failed[batch] as number;
  }
  moved[last] = (moved[last] as number) + Math.max(0, movedLeft);
  failed[last] = (failed[last] as number) + Math.max(0, failedLeft);
  pages[last] = (pages[last] as number) + Math.max(0, movedLeft) + Math.max(0, failedLeft);
}

function observedEvents(trace: MigrationTrace): EventCounts {
  const count = (name: string) => trace.eventCounts[name] ?? 0;
  return {
    set_migration_pte: count('set_migration_pte'),
    remove_migration_pte: count('remove_migration_pte'),
    set_migration_pmd: count('set_migration_pmd'),
    remove_migration_pmd: count('remove_migration_pmd'),
    tlb_flush_operations: count('tlb_flush'),
  };
}
