/** The rows and sums of one call as it is played, and the clock of its CPU. */
import type { Span } from '../folio/span';
import type { MigrateTotals } from '../kernel/totals';
import type { RunObserver } from '../probe/observer';
import type { CallBegin, Durations, Mark, Steps } from './callTypes';
import type { Curve, Load } from './fluidPool';
import { piecesOf } from './fluidPool';
import type { ResultSpan } from './folioResults';
import { continues, writeResults } from './folioResults';
import type { FolioResult, SegmentKind } from './run';
import { PHASES, SEGMENT_KINDS, SEGMENT_SHAPES, STEP_PHASE } from './run';
import type { RunSums, RunTables } from './runTables';

/** Kinds of which a step is a sleep. */
const SLEEPS: ReadonlySet<SegmentKind> = new Set(['unmapAfterWait', 'writeOut', 'writeOutUnmapped']);

/** Of each segment kind: its code, and the account (index in PHASES) that each of its durations goes to. */
const KINDS = Object.fromEntries(
  SEGMENT_KINDS.map((kind, code) => [
    kind,
    {
      code,
      accounts: Uint8Array.from(SEGMENT_SHAPES[kind], (step) => PHASES.indexOf(STEP_PHASE[step])),
      sleeps: SLEEPS.has(kind),
    },
  ]),
) as Record<SegmentKind, KindOfSegment>;

interface KindOfSegment {
  readonly code: number;
  readonly accounts: Uint8Array;
  /** Its step WAIT_STEP is sleep. */
  readonly sleeps: boolean;
}

/** Position of the sleep in the shapes that have one. */
const WAIT_STEP = 1;

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
  /** Durations of a row of stretched work while it is written. */
  private readonly longer: number[] = [0, 0, 0, 0, 0, 0, 0];
  private readonly firstBatch: number;
  private inBatch = false;

  constructor(tables: RunTables | null, sums: RunSums, call: CallBegin, observer: RunObserver | null) {
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
    columns.source[this.row] = call.source;
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
    const of = KINDS[kind];
    if (this.tables !== null) {
      this.emit(this.tables, of.code, first, count, d, period, channel, this.now, this.currentBatch);
    }
    this.chargeSteps(of, count, d);
    this.now += count * period;
  }

  /**
   * Steps whose share of a resource was smaller for a while: each folio that lay in a change of pace is a row of its own.
   * `stretch` is the step that grew; `end` is when the last folio was done.
   */
  stretched(work: Steps, stretch: number, curve: Curve, end: number): void {
    if (curve.points === 1 && curve.values[2] === work.period) {
      this.steps(work.kind, work.first, work.count, work.d, work.period, work.channel);
      return;
    }
    const of = KINDS[work.kind];
    if (this.tables !== null) this.emitStretched(this.tables, of, work, stretch, curve);
    this.chargeSteps(of, work.count, work.d);
    this.charge(of.accounts[stretch] as number, end - this.now - work.count * work.period);
    this.now = end;
  }

  private emitStretched(
    tables: RunTables,
    of: KindOfSegment,
    work: Steps,
    stretch: number,
    curve: Curve,
  ): void {
    const { d } = work;
    const { longer } = this;
    for (let i = 0; i < longer.length; i++) longer[i] = i < d.length ? (d[i] ?? 0) : 0;
    const normal = longer[stretch] as number;
    const batch = this.currentBatch;
    for (const { first, count, start, period } of piecesOf(work, curve)) {
      longer[stretch] = normal + period - work.period;
      this.emit(tables, of.code, first, count, longer, period, work.channel, start, batch);
    }
  }

  once(kind: SegmentKind, duration: number, first: number, count: number, slept: number): void {
    if (duration <= 0 && count === 0) return;
    const { code, accounts } = KINDS[kind];
    if (this.tables !== null) {
      this.emit(this.tables, code, first, count, [duration], 0, -1, this.now, this.currentBatch);
    }
    this.charge(accounts[0] as number, duration);
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
    const { sums, tables } = this;
    if (end > sums.end) sums.end = end;
    if (tables === null) return;
    if (end > tables.end) tables.end = end;
    for (const { first, count, start, period } of piecesOf(load, curve)) {
      this.emit(tables, KINDS[kind].code, first, count, [period], period, channel, start, batch);
    }
  }

  /** The row of the batch in progress, else of the next one. */
  get currentBatch(): number {
    return this.firstBatch + (this.inBatch ? this.batchCount - 1 : this.batchCount);
  }

  /** How the folios of a span ended: once for each folio of the call. */
  result(span: Span, result: FolioResult): void {
    if (this.tables === null) return;
    const { results } = this;
    const last = results[results.length - 1];
    if (last !== undefined && continues(last, span, result)) last.count += span.count;
    else results.push({ first: span.first, count: span.count, of: span.of, result });
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
    { segments }: RunTables,
    kind: number,
    first: number,
    count: number,
    d: readonly (number | undefined)[],
    period: number,
    channel: number,
    start: number,
    batch: number,
  ): void {
    const row = segments.push();
    const { columns } = segments;
    columns.kind[row] = kind;
    columns.batch[row] = batch;
    columns.start[row] = start;
    columns.period[row] = period;
    columns.first[row] = first;
    columns.count[row] = count;
    columns.channel[row] = channel;
    // Rows are zeroed; a step that the shape does not have stays 0.
    const steps = d.length;
    columns.d0[row] = d[0] as number;
    if (steps < 2) return;
    columns.d1[row] = d[1] as number;
    if (steps < 3) return;
    columns.d2[row] = d[2] as number;
    if (steps < 4) return;
    columns.d3[row] = d[3] as number;
    if (steps < 5) return;
    columns.d4[row] = d[4] as number;
    columns.d5[row] = d[5] ?? 0;
    columns.d6[row] = d[6] ?? 0;
  }

  private chargeSteps({ accounts, sleeps }: KindOfSegment, count: number, d: Durations): void {
    const { phases } = this;
    for (let i = 0; i < d.length; i++) {
      const account = accounts[i] as number;
      phases[account] = (phases[account] as number) + count * (d[i] ?? 0);
    }
    if (sleeps) this.slept += count * (d[WAIT_STEP] ?? 0);
  }

  private charge(account: number, duration: number): void {
    this.phases[account] = (this.phases[account] as number) + duration;
  }
}
