/** The rows and sums of one call as it is played, and the clock of its CPU. */
import type { Span } from '../folio/span';
import type { MigrateTotals } from '../kernel/totals';
import type { RunObserver } from '../probe/observer';
import type { CallBegin, Mark, Steps } from './callTypes';
import type { Curve, Load } from './flow';
import type { ResultSpan } from './folioResults';
import { continues, writeResults } from './folioResults';
import type { FolioResult, SegmentKind } from './run';
import { PHASES } from './run';
import type { RunSums, RunTables } from './runTables';
import { repeatRows, writeCopies, writeRow, writeStretched } from './segmentRows';
import type { StepShape } from './stepShapes';
import { KINDS } from './stepShapes';

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

  get keepsRows(): boolean {
    return this.tables !== null;
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

  steps(shape: StepShape, first: number, count: number, channel: number): void {
    const { tables } = this;
    if (tables !== null) {
      const row = shape.row < 0 ? tables.shapes.ofSteps(shape) : shape.row;
      const { code, period } = shape;
      writeRow(tables, code, row, first, count, period, channel, this.now, this.currentBatch);
    }
    this.chargeSteps(shape, count);
    this.now += count * shape.period;
  }

  /**
   * Steps whose share of a resource was smaller for a while: each folio that lay in a change of pace is a row of its own.
   * `stretch` is the step that grew; `end` is when the last folio was done.
   */
  stretched(work: Steps, stretch: number, curve: Curve, end: number): void {
    const { shape, first, count, channel } = work;
    if (curve.points === 1 && curve.values[2] === shape.period) {
      this.steps(shape, first, count, channel);
      return;
    }
    if (this.tables !== null) writeStretched(this.tables, work, stretch, curve, this.currentBatch);
    this.chargeSteps(shape, count);
    this.charge(KINDS[shape.kind].accounts[stretch] as number, end - this.now - count * shape.period);
    this.now = end;
  }

  once(kind: SegmentKind, duration: number, first: number, count: number, slept: number): void {
    if (duration <= 0 && count === 0) return;
    const { code, accounts } = KINDS[kind];
    const { tables } = this;
    if (tables !== null) {
      const row = tables.shapes.ofWhole(code, duration);
      writeRow(tables, code, row, first, count, 0, -1, this.now, this.currentBatch);
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
    writeCopies(tables, KINDS[kind].code, load, curve, channel, batch);
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
    if (this.tables !== null) {
      repeatRows(this.tables, mark.segments, batches, times, folios, delta);
      const last = this.results.at(-1);
      if (last !== undefined) {
        this.result({ first: last.first + last.count, count: times * folios, of: last.of }, last.result);
      }
    }
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

  private chargeSteps({ accounts, amounts, slept }: StepShape, count: number): void {
    const { phases } = this;
    for (let i = 0; i < accounts.length; i++) {
      const account = accounts[i] as number;
      phases[account] = (phases[account] as number) + count * (amounts[i] as number);
    }
    if (slept !== 0) this.slept += count * slept;
  }

  private charge(account: number, duration: number): void {
    this.phases[account] = (this.phases[account] as number) + duration;
  }
}
