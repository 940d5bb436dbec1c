/**
 * What the kernel model writes a call to. Work is written as it comes while it shares nothing; where other CPUs, or
 * copies of the same call, run beside it, work that shares a resource, and all that follows it, waits on a tape for
 * the lane that plays it.
 */
import type { Span } from '../folio/span';
import type { CallWriter } from './callWriter';
import type { Mark, Steps } from './callTypes';
import type { FolioResult, SegmentKind } from './run';
import { endAfter } from './flow';
import type { Load } from './flow';
import { BATCH_KINDS } from './run';
import type { Durations, StepShape } from './stepShapes';
import { stepShape } from './stepShapes';

/** What steps take of resources that others use too. */
export interface Share {
  readonly links: readonly number[];
  /** Per folio: bytes, or ps under a lock. */
  readonly amount: number;
  /** The step that grows when the share is small. */
  readonly stretch: number;
}

/** Steps that take a share, as they stand on the tape; at the same time what a flow needs to know of them. */
export interface SharedSteps extends Steps, Load {
  readonly what: 'shared';
  readonly stretch: number;
}

/** Something to write when the clock has come to it. */
export type Op =
  | SharedSteps
  | (Steps & { readonly what: 'steps' })
  | {
      readonly what: 'once';
      readonly kind: SegmentKind;
      readonly first: number;
      readonly count: number;
      readonly duration: number;
      readonly slept: number;
    }
  | { readonly what: 'begin'; readonly kind: number; readonly spans: readonly Span[] }
  | { readonly what: 'end'; readonly moved: number; readonly failed: number };

export class CallRecorder {
  readonly writer: CallWriter;
  /** Whether shared work waits for the lane. */
  readonly contended: boolean;
  /** What waits is [taken, written). */
  private readonly tape: Op[] = [];
  private taken = 0;
  private written = 0;
  private moved = 0;
  private failed = 0;

  private readonly capacities: readonly number[];

  /** `capacities`: of the run's links, per ps. */
  constructor(writer: CallWriter, contended: boolean, capacities: readonly number[]) {
    this.writer = writer;
    this.contended = contended;
    this.capacities = capacities;
  }

  /** The CPU's clock, ps. Contract: nothing waits on the tape, as after a pause and before shared work. */
  get now(): number {
    return this.writer.now;
  }

  /** Whether anybody can look into the call later; else only sums count, and equal steps may be told in any order. */
  get keepsRows(): boolean {
    return this.writer.keepsRows;
  }

  /** What the kernel would print, summed up over the run. */
  get events() {
    return this.writer.events;
  }

  /** Gives `count` new folios their numbers. */
  addFolios(count: number): number {
    const { writer } = this;
    const first = writer.folioCount;
    writer.folioCount += count;
    return first;
  }

  beginBatch(kind: (typeof BATCH_KINDS)[number], spans: readonly Span[]): void {
    this.moved = 0;
    this.failed = 0;
    const code = BATCH_KINDS.indexOf(kind);
    if (this.isWaiting) this.wait({ what: 'begin', kind: code, spans });
    else this.writer.beginBatch(code, spans);
  }

  endBatch(): void {
    if (this.isWaiting) this.wait({ what: 'end', moved: this.moved, failed: this.failed });
    else this.writer.endBatch(this.moved, this.failed);
  }

  /** Pages whose fate the batch in progress settled, as the kernel's counters take them. */
  settle(moved: number, failed: number): void {
    this.moved += moved;
    this.failed += failed;
  }

  /** Equal steps over folios that follow each other; the clock moves to their end. */
  steps(
    kind: SegmentKind,
    first: number,
    count: number,
    d: Durations,
    share: Share | null = null,
    channel = -1,
  ): void {
    this.play(stepShape(kind, d), first, count, share, channel);
  }

  /** The same of steps that are known. */
  play(shape: StepShape, first: number, count: number, share: Share | null = null, channel = -1): void {
    if (share !== null && this.contended && share.amount > 0) {
      const { links, amount, stretch } = share;
      this.wait({
        what: 'shared',
        shape,
        first,
        count,
        channel,
        alone: shape.period,
        amount,
        links,
        stretch,
      });
    } else if (this.isWaiting) this.wait({ what: 'steps', shape, first, count, channel });
    else if (share !== null) this.playAlone({ shape, first, count, channel }, share);
    else this.writer.steps(shape, first, count, channel);
  }

  /** Nobody else takes a share, but a link may carry less than is asked for. */
  private playAlone(steps: Steps, { links, amount, stretch }: Share): void {
    let capacity = Infinity;
    for (let i = 0; i < links.length; i++) {
      capacity = Math.min(capacity, this.capacities[links[i] as number] as number);
    }
    const period = amount / capacity;
    const { shape, first, count, channel } = steps;
    if (period <= shape.period) this.writer.steps(shape, first, count, channel);
    else {
      const end = this.now + endAfter(count, period);
      this.writer.stretched(steps, stretch, { points: 1, values: [this.now, 0, period] }, end);
    }
  }

  /** One piece of work that covers the folios as a whole (a batched flush, the entry of a call). */
  once(kind: SegmentKind, duration: number, first = 0, count = 0): void {
    if (this.isWaiting) this.wait({ what: 'once', kind, duration, first, count, slept: 0 });
    else this.writer.once(kind, duration, first, count, 0);
  }

  /** The caller sleeps until `until` (ps; not at all if that is past), and needs `wakeup` ps to run again. */
  sleep(until: number, wakeup: number): number {
    const slept = until - this.now;
    if (slept <= 0) return 0;
    // The clock is known, so nothing waits on the tape.
    this.writer.once('sleep', slept + wakeup, 0, 0, slept);
    return slept;
  }

  /** How the folios of a span ended: once for each folio of the call. */
  result(span: Span, result: FolioResult): void {
    this.writer.result(span, result);
  }

  endedAlike(first: number, count: number): boolean {
    return this.writer.endedAlike(first, count);
  }

  mark(): Mark {
    return this.writer.mark();
  }

  repeat(mark: Mark, times: number, folios: number): void {
    this.writer.repeat(mark, times, folios);
  }

  get isWaiting(): boolean {
    return this.taken < this.written;
  }

  /** Writes what needs nothing shared; returns the shared work that comes next, or null when the tape is empty. */
  untilShared(): SharedSteps | null {
    while (this.taken < this.written) {
      const op = this.tape[this.taken] as Op;
      if (op.what === 'shared') return op;
      this.taken++;
      this.write(op);
    }
    this.taken = 0;
    this.written = 0;
    return null;
  }

  /** The shared work that comes next, and that follows it at once. Contract: some comes next. */
  sharedRun(): readonly SharedSteps[] {
    const run: SharedSteps[] = [];
    for (let i = this.taken; i < this.written; i++) {
      const op = this.tape[i] as Op;
      if (op.what !== 'shared') break;
      run.push(op);
    }
    return run;
  }

  /** The shared work that came next is done. */
  takeShared(): void {
    this.taken++;
  }

  private wait(op: Op): void {
    this.tape[this.written++] = op;
  }

  private write(op: Exclude<Op, { what: 'shared' }>): void {
    const { writer } = this;
    if (op.what === 'steps') writer.steps(op.shape, op.first, op.count, op.channel);
    else if (op.what === 'once') writer.once(op.kind, op.duration, op.first, op.count, op.slept);
    else if (op.what === 'begin') writer.beginBatch(op.kind, op.spans);
    else writer.endBatch(op.moved, op.failed);
  }
}
