/** The rows and sums of one call as it is played, and the clock of its CPU. */
import type { Span } from '../folio/span';
import type { MigrateTotals } from '../kernel/totals';
import type { RunObserver } from '../probe/observer';
import type { Curve, Load } from './fluidPool';
import { completions } from './fluidPool';
import type { ResultSpan } from './folioResults';
import { continues, writeResults } from './folioResults';
import type { FolioResult, SegmentKind } from './run';
import { PHASES, SEGMENT_KINDS, SEGMENT_SHAPES, STEP_PHASE } from './run';
import type { RunSums, RunTables } from './runTables';

/** Durations of the steps of one folio, whole picoseconds; missing ones are 0. */
export type Durations = readonly [number, number?, number?, number?, number?, number?, number?];

/** Equal steps over folios that follow each other. */
export interface Steps {
  readonly kind: SegmentKind;
  readonly first: number;
  readonly count: number;
  readonly d: Durations;
  /** Sum of `d`. */
  readonly period: number;
  readonly channel: number;
}

/** For each segment kind, the account (index in PHASES) that each of its durations goes to. */
const ACCOUNTS = Object.fromEntries(
  SEGMENT_KINDS.map((kind) => [
    kind,
    Uint8Array.from(SEGMENT_SHAPES[kind], (step) => PHASES.indexOf(STEP_PHASE[step])),
  ]),
) as Record<SegmentKind, Uint8Array>;
const KIND_CODES = Object.fromEntries(SEGMENT_KINDS.map((kind, code) => [kind, code])) as Record<
  SegmentKind,
  number
>;
/** Kinds of which a step is a sleep, and its position in them. */
const SLEEPS: ReadonlySet<SegmentKind> = new Set(['unmapAfterWait', 'writeOut', 'writeOutUnmapped']);
const WAIT_STEP = 1;

/** A place in a call to repeat from: what had been summed up by then. */
export interface Mark {
  readonly now: number;
  readonly slept: number;
  readonly phases: Float64Array;
  readonly events: RunSums['events'];
  readonly batches: number;
  readonly moved: number;
  readonly failed: number;
  readonly segments: number;
}

export class CallWriter {
  /** The CPU's clock, ps. */
  now: number;
  folioCount = 0;
  batchCount = 0;
  readonly lane: number;
  private readonly tables: RunTables | null;
  private readonly sums: RunSums;
  private readonly observer: RunObserver | null;
  private readonly start: number;
  /** Number of the call in the order in which they begin, and its base pages. */
  private readonly number: number;
  private readonly pages: number;
  private batchKind = 0;
  private batchStart = 0;
  private batchMoved = 0;
  private batchFailed = 0;
  private readonly row: number;
  private readonly phases = new Float64Array(PHASES.length);
  private slept = 0;
  private readonly results: ResultSpan[] = [];
  private readonly firstBatch: number;
  private inBatch = false;

  constructor(
    tables: RunTables | null,
    sums: RunSums,
    call: { number: number; lane: number; start: number; mode: number; reason: number; pages: number },
    observer: RunObserver | null,
  ) {
    this.tables = tables;
    this.sums = sums;
    this.observer = observer;
    this.lane = call.lane;
    this.now = call.start;
    this.start = call.start;
    this.row = tables === null ? 0 : tables.calls.push();
    this.firstBatch = tables?.batches.length ?? 0;
    this.number = call.number;
    this.pages = call.pages;
    observer?.callBegins?.(call.number, call.lane, call.start, call.pages);
    if (tables === null) return;
    const { columns } = tables.calls;
    this.folioCount = tables.folioCount;
    columns.lane[this.row] = call.lane;
    columns.mode[this.row] = call.mode;
    columns.reason[this.row] = call.reason;
    columns.start[this.row] = call.start;
    columns.firstBatch[this.row] = this.firstBatch;
    columns.first[this.row] = this.folioCount;
  }

  /** What the kernel of this call would print, summed up over the run. */
  get events(): RunSums['events'] {
    return this.sums.events;
  }

  beginBatch(kind: number, spans: readonly Span[]): void {
    this.batchCount++;
    this.inBatch = true;
    this.batchKind = kind;
    this.batchStart = this.now;
    if (this.tables === null) return;
    const { batches, segments } = this.tables;
    const row = batches.push();
    const { columns } = batches;
    let pages = 0;
    let low = Infinity;
    let high = 0;
    for (const span of spans) {
      pages += span.count * span.of.pages;
      low = Math.min(low, span.first);
      high = Math.max(high, span.first + span.count);
    }
    columns.call[row] = this.row;
    columns.kind[row] = kind;
    columns.start[row] = this.now;
    columns.firstSegment[row] = segments.length;
    columns.first[row] = low === Infinity ? this.folioCount : low;
    columns.count[row] = low === Infinity ? 0 : high - low;
    columns.pages[row] = pages;
  }

  endBatch(moved: number, failed: number): void {
    this.inBatch = false;
    this.batchMoved += moved;
    this.batchFailed += failed;
    const { number, lane, batchKind, batchStart } = this;
    this.observer?.batchEnds?.(number, lane, batchKind, batchStart, this.now, moved, failed);
    if (this.tables === null) return;
    const { batches, segments } = this.tables;
    const row = batches.length - 1;
    const { columns } = batches;
    columns.end[row] = this.now;
    columns.segmentCount[row] = segments.length - (columns.firstSegment[row] as number);
    columns.moved[row] = moved;
    columns.failed[row] = failed;
  }

  steps(
    kind: SegmentKind,
    first: number,
    count: number,
    d: Durations,
    period: number,
    channel: number,
  ): void {
    if (this.tables !== null) this.emit(kind, first, count, d, period, channel, this.now);
    const accounts = ACCOUNTS[kind];
    for (let i = 0; i < accounts.length; i++) this.charge(accounts[i] as number, count * (d[i] ?? 0));
    if (SLEEPS.has(kind)) this.slept += count * (d[WAIT_STEP] ?? 0);
    this.now += count * period;
  }

  /**
   * Steps whose share of a resource was smaller for a while: each folio that lay in a change of pace is a row of its own.
   * `stretch` is the step that grew; `end` is when the last folio was done.
   */
  stretched(work: Steps, stretch: number, curve: Curve, end: number): void {
    if (curve.length === 3 && curve[2] === work.period) {
      this.steps(work.kind, work.first, work.count, work.d, work.period, work.channel);
      return;
    }
    const { kind, count, d } = work;
    let done = 0;
    let at = this.now;
    const row = (folios: number, period: number) => {
      const longer = [...SEGMENT_SHAPES[kind].map((_, i) => d[i] ?? 0)];
      longer[stretch] = (longer[stretch] as number) + period - work.period;
      const first = work.first + done;
      if (this.tables !== null)
        this.emit(kind, first, folios, longer as unknown as Durations, period, work.channel, at);
      done += folios;
      at += folios * period;
    };
    for (let i = 0; i < curve.length && done < count; i += 3) {
      const isLast = i + 3 >= curve.length;
      const [since, before, period] = [curve[i] as number, curve[i + 1] as number, curve[i + 2] as number];
      const until = isLast ? count : Math.min(count, curve[i + 4] as number);
      // The folio in progress when this pace began, if it ends in it.
      if (before > done + 1e-9 && until >= done + 1 - 1e-9) row(1, since + (done + 1 - before) * period - at);
      const whole = Math.floor(until + 1e-9) - done;
      if (whole > 0) row(whole, period);
    }
    const accounts = ACCOUNTS[kind];
    for (let i = 0; i < accounts.length; i++) this.charge(accounts[i] as number, count * (d[i] ?? 0));
    this.charge(accounts[stretch] as number, end - this.now - count * work.period);
    if (SLEEPS.has(kind)) this.slept += count * (d[WAIT_STEP] ?? 0);
    this.now = end;
  }

  once(kind: SegmentKind, duration: number, first: number, count: number, slept: number): void {
    if (duration <= 0 && count === 0) return;
    if (this.tables !== null) this.emit(kind, first, count, [duration], 0, -1, this.now);
    this.charge(ACCOUNTS[kind][0] as number, duration);
    this.slept += slept;
    this.now += duration;
  }

  /** Copies that ran elsewhere; the clock and the accounts stay as they are. `batch`: as `currentBatch` was when they began. */
  remote(
    kind: 'remoteCopy' | 'remoteCopyMapped',
    load: Load,
    curve: Curve,
    end: number,
    channel: number,
    batch: number,
  ): void {
    this.sums.end = Math.max(this.sums.end, end);
    if (this.tables === null) return;
    this.tables.end = Math.max(this.tables.end, end);
    for (const { first, count, start, period } of completions(load, curve)) {
      this.emit(kind, first, count, [period], period, channel, start, batch);
    }
  }

  /** The row of the batch in progress, else of the next one. */
  get currentBatch(): number {
    return this.firstBatch + (this.inBatch ? this.batchCount - 1 : this.batchCount);
  }

  /** How the folios of a span ended: once for each folio of the call. */
  result(span: Span, result: FolioResult): void {
    if (this.tables === null) return;
    const next: ResultSpan = { first: span.first, count: span.count, of: span.of, result };
    const last = this.results.at(-1);
    if (last !== undefined && continues(last, next)) {
      this.results[this.results.length - 1] = { ...last, count: last.count + next.count };
    } else this.results.push(next);
  }

  /** Whether folios [first, first + count), the last that ended, all ended alike. */
  endedAlike(first: number, count: number): boolean {
    if (this.tables === null) return true;
    const last = this.results.at(-1);
    return last !== undefined && last.first <= first && last.first + last.count === first + count;
  }

  mark(): Mark {
    return {
      now: this.now,
      slept: this.slept,
      phases: this.phases.slice(),
      events: { ...this.sums.events },
      batches: this.batchCount,
      moved: this.batchMoved,
      failed: this.batchFailed,
      segments: this.tables?.segments.length ?? 0,
    };
  }

  /**
   * Writes what has been written since `mark` `times` more, each time for the next `folios` folios. Contract: since the
   * mark whole batches were played, over folios that all ended alike.
   */
  repeat(mark: Mark, times: number, folios: number): void {
    const delta = this.now - mark.now;
    for (let i = 0; i < this.phases.length; i++) {
      this.charge(i, times * ((this.phases[i] as number) - (mark.phases[i] as number)));
    }
    for (const name of Object.keys(mark.events) as (keyof Mark['events'])[]) {
      this.events[name] += times * (this.events[name] - mark.events[name]);
    }
    this.slept += times * (this.slept - mark.slept);
    const batches = this.batchCount - mark.batches;
    if (this.tables !== null) this.repeatRows(this.tables, mark, batches, times, folios, delta);
    this.batchCount += times * batches;
    const [moved, failed] = [this.batchMoved - mark.moved, this.batchFailed - mark.failed];
    this.batchMoved += times * moved;
    this.batchFailed += times * failed;
    this.tellRepeated(times, delta, moved, failed);
    this.now += times * delta;
  }

  /** An observer hears of the repeated work batch by batch, each time as of one batch. */
  private tellRepeated(times: number, delta: number, moved: number, failed: number): void {
    const { observer, number, lane, batchKind } = this;
    if (observer?.batchEnds === undefined) return;
    for (let time = 0; time < times; time++) {
      const start = this.now + time * delta;
      observer.batchEnds(number, lane, batchKind, start, start + delta, moved, failed);
    }
  }

  endCall(totals: MigrateTotals, untried: number, returned: number): void {
    const { sums, tables, phases, pages } = this;
    sums.calls++;
    sums.batches += this.batchCount;
    sums.pages += pages;
    sums.inCalls += this.now - this.start;
    sums.slept += this.slept;
    sums.end = Math.max(sums.end, this.now);
    for (let i = 0; i < phases.length; i++)
      sums.phases[i] = (sums.phases[i] as number) + (phases[i] as number);
    sums.folios += this.folioCount - (tables?.folioCount ?? 0);
    const [moved, failed] = [this.batchMoved, this.batchFailed];
    this.observer?.callEnds?.(this.number, this.lane, this.now, moved, failed, untried);
    if (tables === null) return;
    writeResults(tables.folios, this.results);
    const { columns } = tables.calls;
    const call = this.row;
    columns.end[call] = this.now;
    PHASES.forEach((phase, i) => {
      columns[phase][call] = phases[i] as number;
    });
    columns.slept[call] = this.slept;
    columns.batchCount[call] = this.batchCount;
    columns.count[call] = this.folioCount - tables.folioCount;
    columns.pages[call] = pages;
    columns.nr_succeeded[call] = totals.nr_succeeded;
    columns.nr_failed[call] = totals.nr_failed;
    columns.nr_thp_succeeded[call] = totals.nr_thp_succeeded;
    columns.nr_thp_failed[call] = totals.nr_thp_failed;
    columns.nr_thp_split[call] = totals.nr_thp_split;
    columns.nr_split[call] = totals.nr_split;
    columns.untried[call] = untried;
    columns.returned[call] = returned;
    tables.folioCount = this.folioCount;
    tables.end = Math.max(tables.end, this.now);
  }

  private repeatRows(
    tables: RunTables,
    mark: Mark,
    batches: number,
    times: number,
    folios: number,
    delta: number,
  ): void {
    const segments = tables.segments.length - mark.segments;
    const s = tables.segments;
    for (let row = s.repeat(mark.segments, times), time = 1; time <= times; time++) {
      for (const end = row + segments; row < end; row++) {
        const { batch, start, first, count } = s.columns;
        batch[row] = (batch[row] as number) + time * batches;
        start[row] = (start[row] as number) + time * delta;
        if (count[row] !== 0) first[row] = (first[row] as number) + time * folios;
      }
    }
    const b = tables.batches;
    for (let row = b.repeat(b.length - batches, times), time = 1; time <= times; time++) {
      for (const end = row + batches; row < end; row++) {
        const { start, end: ends, first, firstSegment } = b.columns;
        start[row] = (start[row] as number) + time * delta;
        ends[row] = (ends[row] as number) + time * delta;
        first[row] = (first[row] as number) + time * folios;
        firstSegment[row] = (firstSegment[row] as number) + time * segments;
      }
    }
    const last = this.results.at(-1);
    if (last !== undefined) {
      this.result({ first: last.first + last.count, count: times * folios, of: last.of }, last.result);
    }
  }

  private emit(
    kind: SegmentKind,
    first: number,
    count: number,
    d: Durations,
    period: number,
    channel: number,
    start: number,
    batch = this.currentBatch,
  ): void {
    const { segments } = this.tables as RunTables;
    const row = segments.push();
    const { columns } = segments;
    columns.kind[row] = KIND_CODES[kind];
    columns.batch[row] = batch;
    columns.start[row] = start;
    columns.period[row] = period;
    columns.d0[row] = d[0];
    if (d.length > 1) {
      columns.d1[row] = d[1] ?? 0;
      columns.d2[row] = d[2] ?? 0;
      columns.d3[row] = d[3] ?? 0;
      columns.d4[row] = d[4] ?? 0;
      columns.d5[row] = d[5] ?? 0;
      columns.d6[row] = d[6] ?? 0;
    }
    columns.first[row] = first;
    columns.count[row] = count;
    columns.channel[row] = channel;
  }

  private charge(account: number, duration: number): void {
    this.phases[account] = (this.phases[account] as number) + duration;
  }
}
