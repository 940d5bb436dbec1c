/**
 * Runs in the shape that designs with two halves of a batch have, without the engine: a batch is unmapped and its copy
 * issued, other batches of the lane come in between, then its second half moves it. Times need not be whole.
 */
import fc from 'fast-check';
import { GrowableTable } from '../../../src/base/columns';
import type { Run, SegmentKind } from '../../../src/engine/sim/run';
import {
  BATCH_KINDS,
  BATCH_SCHEMA,
  FOLIO_RESULTS,
  RUN_CALL_SCHEMA,
  RUN_FOLIO_SCHEMA,
  SEGMENT_KINDS,
  SEGMENT_SCHEMA,
} from '../../../src/engine/sim/run';
import { playOne } from '../../support/workloads';
import { ShapeTable } from '../../../src/engine/sim/segmentShapes';

interface Stretch {
  readonly count: number;
  readonly order: number;
  readonly ends: 'moved' | 'undone' | 'never unmapped';
  /** Time of a step, ps, and how much longer it takes for the folios from `change` on: its rate changed there. */
  readonly step: number;
  readonly change: number;
  readonly slower: number;
}
interface Batch {
  readonly stretches: readonly Stretch[];
  /** How long the copy runs, and the gap before the batch, ps. */
  readonly copy: number;
  readonly gap: number;
}
interface Call {
  readonly lane: number;
  /** Batches whose copies run beside the next ones; 0: each is moved at once. */
  readonly ahead: number;
  /** Copied while mapped: the destinations are allocated first, and the unmap comes in the second half. */
  readonly speculative: boolean;
  readonly batches: readonly Batch[];
}

const anyStretch: fc.Arbitrary<Stretch> = fc.record({
  count: fc.integer({ min: 1, max: 12 }),
  order: fc.constantFrom(0, 0, 2, 9),
  ends: fc.constantFrom('moved', 'moved', 'undone', 'never unmapped'),
  step: fc.oneof(fc.integer({ min: 0, max: 900 }), fc.double({ min: 0.1, max: 900, noNaN: true })),
  change: fc.integer({ min: 0, max: 12 }),
  slower: fc.oneof(fc.constant(1), fc.double({ min: 1, max: 3, noNaN: true })),
});
const anyBatch: fc.Arbitrary<Batch> = fc.record({
  stretches: fc.array(anyStretch, { minLength: 1, maxLength: 4 }),
  copy: fc.integer({ min: 0, max: 100_000 }),
  gap: fc.integer({ min: 0, max: 500 }),
});
const anyCall: fc.Arbitrary<Call> = fc.record({
  lane: fc.integer({ min: 0, max: 1 }),
  ahead: fc.integer({ min: 0, max: 2 }),
  speculative: fc.boolean(),
  batches: fc.array(anyBatch, { minLength: 1, maxLength: 5 }),
});

/** Async and speculative runs of two lanes. */
export const syntheticRun: fc.Arbitrary<Run> = fc
  .array(anyCall, { minLength: 1, maxLength: 4 })
  .map((calls) => new Writer().play(calls));

class Writer {
  private readonly calls = new GrowableTable(RUN_CALL_SCHEMA);
  private readonly batches = new GrowableTable(BATCH_SCHEMA);
  private readonly segments = new GrowableTable(SEGMENT_SCHEMA);
  private readonly shapes = new ShapeTable();
  private readonly folios = new GrowableTable(RUN_FOLIO_SCHEMA);
  private readonly laneNow = [0, 0];
  private folioCount = 0;
  private now = 0;
  private copied: number[] = [];

  play(calls: readonly Call[]): Run {
    for (const played of calls) this.call(played);
    const finished = this.calls.finish();
    return {
      ...playOne({ runs: [] }),
      lanes: ['lane 0', 'lane 1'],
      calls: finished,
      batches: this.batches.finish(),
      segments: this.segments.finish(),
      shapes: this.shapes.rows.finish(),
      folios: this.folios.finish(),
      folioCount: this.folioCount,
      end: Math.max(...finished.end),
    };
  }

  private call({ lane, ahead, speculative, batches }: Call): void {
    const row = this.calls.push();
    const first = this.folioCount;
    const firstBatch = this.batches.length;
    this.now = this.laneNow[lane] ?? 0;
    this.copied = [];
    const c = this.calls.columns;
    c.lane[row] = lane;
    c.start[row] = this.now;
    c.first[row] = first;
    c.firstBatch[row] = firstBatch;
    const firsts: number[] = [];
    batches.forEach((of, i) => {
      firsts.push(this.folioCount);
      this.write(row, 'batch', of, this.folioCount, () => this.firstHalf(of, speculative));
      const due = i - ahead;
      if (due >= 0) this.secondHalf(row, batches, firsts, due, speculative);
    });
    for (let i = Math.max(0, batches.length - ahead); i < batches.length; i++) {
      this.secondHalf(row, batches, firsts, i, speculative);
    }
    const d = this.calls.columns;
    d.end[row] = this.now;
    d.count[row] = this.folioCount - first;
    d.batchCount[row] = this.batches.length - firstBatch;
    d.pages[row] = pagesOf(batches.flatMap(({ stretches }) => stretches));
    this.laneNow[lane] = this.now;
  }

  /** Unmaps, or allocates what will be copied while mapped, and issues the copy; it may run on after the row's end. */
  private firstHalf({ stretches, copy }: Batch, speculative: boolean): void {
    const first = this.folioCount;
    for (const of of stretches) {
      const row = this.folios.push();
      const c = this.folios.columns;
      c.first[row] = this.folioCount;
      c.count[row] = of.count;
      c.order[row] = of.order;
      c.result[row] = FOLIO_RESULTS.indexOf(of.ends === 'moved' ? 'moved' : 'failed');
      this.folioCount += of.count;
    }
    this.each(stretches, first, (of, at) => {
      if (of.ends === 'never unmapped') this.stretched('unmapFails', at, of, [of.step]);
      else if (speculative) this.stretched('prepare', at, of, [of.step]);
      else this.stretched('unmap', at, of, [of.step, 2 * of.step, of.step]);
    });
    let at = this.now;
    this.each(stretches, first, (of, folio) => {
      if (of.ends === 'never unmapped') return;
      this.stretched('setup', folio, of, [of.step / 2, of.step]);
      const period = copy / this.folioCount / 2;
      this.segment('remoteCopy', folio, of.count, [period], at, 1);
      at += of.count * period;
    });
    this.copied.push(at);
    this.now = Math.ceil(this.now);
  }

  private secondHalf(
    call: number,
    batches: readonly Batch[],
    firsts: readonly number[],
    i: number,
    speculative: boolean,
  ): void {
    const of = batches[i] as Batch;
    const first = firsts[i] ?? 0;
    this.write(call, 'finish', of, first, () => {
      const wait = Math.max(0, Math.ceil((this.copied[i] ?? 0) - this.now));
      this.segment('poll', 0, 0, [wait], this.now);
      this.now += wait;
      const live = (s: Stretch) => s.ends !== 'never unmapped';
      if (speculative) {
        this.each(of.stretches, first, (s, at) => {
          if (live(s)) this.stretched('unmap', at, s, [0, s.step, s.step]);
        });
        this.each(of.stretches, first, (s, at) => {
          if (live(s)) this.stretched('recopy', at, s, [s.step]);
        });
      }
      this.each(of.stretches, first, (s, at) => {
        if (s.ends === 'moved') this.stretched('moveCopied', at, s, [s.step, s.step / 3, s.step]);
        else if (s.ends === 'undone') this.stretched('undo', at, s, [s.step, s.step]);
      });
      this.now = Math.ceil(this.now);
    });
  }

  private each(stretches: readonly Stretch[], first: number, work: (of: Stretch, at: number) => void): void {
    let at = first;
    for (const of of stretches) {
      work(of, at);
      at += of.count;
    }
  }

  private write(
    call: number,
    kind: 'batch' | 'finish',
    { stretches, gap }: Batch,
    first: number,
    work: () => void,
  ): void {
    this.now += gap;
    const row = this.batches.push();
    const firstSegment = this.segments.length;
    const start = this.now;
    work();
    const c = this.batches.columns;
    const settled = (end: Stretch['ends']) => pagesOf(stretches.filter(({ ends }) => ends === end));
    c.call[row] = call;
    c.kind[row] = BATCH_KINDS.indexOf(kind);
    c.start[row] = start;
    c.end[row] = this.now;
    c.firstSegment[row] = firstSegment;
    c.segmentCount[row] = this.segments.length - firstSegment;
    c.first[row] = first;
    c.count[row] = stretches.reduce((sum, { count }) => sum + count, 0);
    c.pages[row] = pagesOf(stretches);
    c.moved[row] = kind === 'finish' ? settled('moved') : 0;
    c.failed[row] = settled(kind === 'finish' ? 'undone' : 'never unmapped');
  }

  /** Equal steps, then the one folio during which the rate changes, then the rest at the new rate. */
  private stretched(kind: SegmentKind, first: number, of: Stretch, d: readonly number[]): void {
    const before = Math.min(of.count, of.change);
    const part = (at: number, count: number, factor: number) => {
      if (count <= 0) return;
      const durations = d.map((duration, i) => (i === 0 ? duration * factor : duration));
      this.now = this.segment(kind, at, count, durations, this.now);
    };
    part(first, before, 1);
    part(first + before, Math.min(1, of.count - before), (1 + of.slower) / 2);
    part(first + before + 1, of.count - before - 1, of.slower);
  }

  /** Returns when it is over. */
  private segment(
    kind: SegmentKind,
    first: number,
    count: number,
    d: readonly number[],
    start: number,
    channel = -1,
  ): number {
    const row = this.segments.push();
    const c = this.segments.columns;
    const period = d.reduce((sum, duration) => sum + duration, 0);
    c.kind[row] = SEGMENT_KINDS.indexOf(kind);
    c.batch[row] = this.batches.length - 1;
    c.start[row] = start;
    c.period[row] = count === 0 ? 0 : period;
    c.shape[row] = this.shapes.ofDurations(d, c.period[row] ?? 0);
    c.first[row] = first;
    c.count[row] = count;
    c.channel[row] = channel;
    return start + count * period;
  }
}

function pagesOf(stretches: readonly Stretch[]): number {
  return stretches.reduce((sum, { count, order }) => sum + count * 2 ** order, 0);
}
