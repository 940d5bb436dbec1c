/** Writes a run while the kernel model plays: segments, batches, calls, and how each folio ended. */
import { defined } from '../../base/assert';
import { GrowableTable } from '../../base/columns';
import type { FolioClass, Span } from '../folio/span';
import type { MigrateTotals } from '../kernel/totals';
import type { EventCounts, FolioResult, Phase, Segments, SegmentKind } from './run';
import {
  BATCH_KINDS,
  BATCH_SCHEMA,
  FOLIO_RESULTS,
  PHASES,
  RUN_CALL_SCHEMA,
  RUN_FOLIO_SCHEMA,
  SEGMENT_DURATIONS,
  SEGMENT_KINDS,
  SEGMENT_SCHEMA,
  SEGMENT_SHAPES,
  STEP_PHASE,
} from './run';

/** For each segment kind, the account (index in PHASES) that each of its durations goes to. */
const ACCOUNTS: readonly (readonly number[])[] = SEGMENT_KINDS.map((kind) =>
  SEGMENT_SHAPES[kind].map((step) => PHASES.indexOf(STEP_PHASE[step])),
);
const KIND_CODES = Object.fromEntries(SEGMENT_KINDS.map((kind, code) => [kind, code])) as Record<
  SegmentKind,
  number
>;
const RESULT_CODES = Object.fromEntries(FOLIO_RESULTS.map((result, code) => [result, code])) as Record<
  FolioResult,
  number
>;

/** Durations of the steps of one folio, whole picoseconds; missing ones are 0. */
export type Durations = readonly [number, number?, number?, number?, number?, number?, number?];

interface ResultSpan {
  readonly first: number;
  readonly count: number;
  readonly of: FolioClass;
  readonly result: FolioResult;
}

export class RunBuilder {
  readonly segments = new GrowableTable(SEGMENT_SCHEMA, 256);
  readonly batches = new GrowableTable(BATCH_SCHEMA, 64);
  readonly calls = new GrowableTable(RUN_CALL_SCHEMA, 16);
  readonly folios = new GrowableTable(RUN_FOLIO_SCHEMA, 64);
  readonly events: EventCounts = {
    set_migration_pte: 0,
    remove_migration_pte: 0,
    set_migration_pmd: 0,
    remove_migration_pmd: 0,
    tlb_flush_operations: 0,
  };
  folioCount = 0;
  /** The lane's clock, ps. */
  now = 0;
  /** Latest end of any segment. */
  end = 0;
  /** Sums of the call in progress, by account. */
  private readonly sums = new Float64Array(PHASES.length);
  private results: ResultSpan[] = [];
  private inBatch = false;
  private batchMoved = 0;
  private batchFailed = 0;

  beginCall(lane: number, mode: number, reason: number, start: number): number {
    const row = this.calls.push();
    const { columns } = this.calls;
    this.now = start;
    this.sums.fill(0);
    this.results = [];
    columns.lane[row] = lane;
    columns.mode[row] = mode;
    columns.reason[row] = reason;
    columns.start[row] = start;
    columns.firstBatch[row] = this.batches.length;
    columns.first[row] = this.folioCount;
    return row;
  }

  /** Gives `count` new folios their numbers. */
  addFolios(count: number): number {
    const first = this.folioCount;
    this.folioCount += count;
    return first;
  }

  beginBatch(call: number, kind: (typeof BATCH_KINDS)[number], spans: readonly Span[]): void {
    const row = this.batches.push();
    const { columns } = this.batches;
    let pages = 0;
    let low = Infinity;
    let high = 0;
    for (const span of spans) {
      pages += span.count * span.of.pages;
      low = Math.min(low, span.first);
      high = Math.max(high, span.first + span.count);
    }
    columns.call[row] = call;
    columns.kind[row] = BATCH_KINDS.indexOf(kind);
    columns.start[row] = this.now;
    columns.firstSegment[row] = this.segments.length;
    columns.first[row] = low === Infinity ? this.folioCount : low;
    columns.count[row] = low === Infinity ? 0 : high - low;
    columns.pages[row] = pages;
    this.batchMoved = 0;
    this.batchFailed = 0;
    this.inBatch = true;
  }

  endBatch(): void {
    const row = this.batches.length - 1;
    const { columns } = this.batches;
    columns.end[row] = this.now;
    columns.segmentCount[row] = this.segments.length - (columns.firstSegment[row] as number);
    columns.moved[row] = this.batchMoved;
    columns.failed[row] = this.batchFailed;
    this.inBatch = false;
  }

  /** Pages whose fate the batch in progress settled, as the kernel's counters take them. */
  settle(moved: number, failed: number): void {
    this.batchMoved += moved;
    this.batchFailed += failed;
  }

  /** Emits equal steps over a span and moves the clock to their end. */
  steps(kind: SegmentKind, first: number, count: number, durations: Durations, channel = -1): void {
    const period = sum(durations);
    this.emit(kind, first, count, durations, period, channel);
    const accounts = defined(ACCOUNTS[KIND_CODES[kind]], kind);
    for (let i = 0; i < accounts.length; i++) this.charge(accounts[i] as number, count * (durations[i] ?? 0));
    this.advance(count * period);
  }

  /** Emits copies that run elsewhere (`channel`); the migrating CPU's clock and accounts stay as they are. */
  remote(first: number, count: number, start: number, period: number, channel: number): void {
    this.emit('remoteCopy', first, count, [period], period, channel, start);
    this.end = Math.max(this.end, start + count * period);
  }

  /** Emits one piece of work that covers the span as a whole (a batched flush, the entry of a call). */
  once(kind: SegmentKind, duration: number, first = 0, count = 0): void {
    if (duration <= 0 && count === 0) return;
    this.emit(kind, first, count, [duration], 0, -1);
    this.charge(defined(ACCOUNTS[KIND_CODES[kind]], kind)[0] as number, duration);
    this.advance(duration);
  }

  /** Records how the folios of a span ended: once for each folio of the call. */
  result(span: Span, result: FolioResult): void {
    this.results.push({ first: span.first, count: span.count, of: span.of, result });
  }

  endCall(call: number, given: number, totals: MigrateTotals, untried: number, returned: number): void {
    this.writeResults();
    const { columns } = this.calls;
    columns.end[call] = this.now;
    PHASES.forEach((phase: Phase, i) => {
      columns[phase][call] = this.sums[i] as number;
    });
    columns.batchCount[call] = this.batches.length - (columns.firstBatch[call] as number);
    columns.count[call] = this.folioCount - (columns.first[call] as number);
    columns.pages[call] = given;
    columns.nr_succeeded[call] = totals.nr_succeeded;
    columns.nr_failed[call] = totals.nr_failed;
    columns.nr_thp_succeeded[call] = totals.nr_thp_succeeded;
    columns.nr_thp_failed[call] = totals.nr_thp_failed;
    columns.nr_thp_split[call] = totals.nr_thp_split;
    columns.nr_split[call] = totals.nr_split;
    columns.untried[call] = untried;
    columns.returned[call] = returned;
    this.end = Math.max(this.end, this.now);
  }

  finishSegments(): Segments {
    return this.segments.finish();
  }

  private emit(
    kind: SegmentKind,
    first: number,
    count: number,
    d: Durations,
    period: number,
    channel: number,
    start = this.now,
  ): void {
    const row = this.segments.push();
    const { columns } = this.segments;
    columns.kind[row] = KIND_CODES[kind];
    columns.batch[row] = this.inBatch ? this.batches.length - 1 : this.batches.length;
    columns.start[row] = start;
    columns.period[row] = period;
    SEGMENT_DURATIONS.forEach((name, i) => {
      columns[name][row] = d[i] ?? 0;
    });
    columns.first[row] = first;
    columns.count[row] = count;
    columns.channel[row] = channel;
  }

  private charge(account: number, duration: number): void {
    this.sums[account] = (this.sums[account] as number) + duration;
  }

  private advance(duration: number): void {
    this.now += duration;
    if (this.now > this.end) this.end = this.now;
  }

  /** Writes one row per stretch of alike folios that ended alike. */
  private writeResults(): void {
    const cuts = this.results.toSorted((x, y) => x.first - y.first);
    let open: ResultSpan | null = null;
    for (const span of cuts) {
      if (
        open !== null &&
        open.of === span.of &&
        open.result === span.result &&
        open.first + open.count === span.first
      ) {
        open = { first: open.first, count: open.count + span.count, of: open.of, result: open.result };
        continue;
      }
      if (open !== null) this.writeRow(open);
      open = span;
    }
    if (open !== null) this.writeRow(open);
  }

  private writeRow(span: ResultSpan): void {
    const row = this.folios.push();
    const { columns } = this.folios;
    columns.first[row] = span.first;
    columns.count[row] = span.count;
    columns.order[row] = span.of.order;
    columns.kind[row] = span.of.kind;
    columns.fate[row] = span.of.fate;
    columns.mapping[row] = span.of.mapping;
    columns.result[row] = RESULT_CODES[span.result];
    columns.from[row] = span.of.from;
    columns.to[row] = span.of.to;
    columns.address[row] =
      span.of.address < 0 ? -1 : span.of.address + (span.first - span.of.first) * span.of.pages * 4096;
  }
}

function sum(d: Durations): number {
  let total = 0;
  for (const duration of d) total += duration ?? 0;
  return total;
}
