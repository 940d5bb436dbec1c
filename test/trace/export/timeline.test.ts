import * as assert from 'node:assert/strict';
import fc from 'fast-check';
import { observedRun } from '../../../src/analysis/observedRun';
import { replay } from '../../../src/analysis/replay';
import type { Run } from '../../../src/engine/sim/run';
import { BATCH_KINDS, COPY_PATHS, PHASES } from '../../../src/engine/sim/run';
import { exportOf } from '../../../src/trace/export/formats';
import type { TimelineDetail } from '../../../src/trace/export/timeline/timeline';
import type { MigrationTrace } from '../../../src/trace/model';
import { oracleCase } from '../../engine/oracle/arbitraries';
import { collectedTraces, fixtureTraces, readRecording } from '../recordings';
import type { PerfettoTrace, Slice } from './perfettoReader';
import { readPerfetto } from './perfettoReader';
import { playCase, recording, sample, traceOf, whole } from './support';

const CASES = Number(process.env['EXPORT_CASES'] ?? 40);

interface JsonEvent {
  readonly ph: string;
  readonly name: string;
  readonly cat?: string;
  readonly pid: number;
  readonly tid?: number;
  readonly ts?: number;
  readonly id?: number;
  readonly args?: Readonly<Record<string, string | number>>;
}

function perfettoOf(trace: MigrationTrace, run: Run, detail?: TimelineDetail): PerfettoTrace {
  return readPerfetto(whole(exportOf({ trace, run }, { format: 'perfetto', table: 'calls', detail })));
}

function jsonOf(trace: MigrationTrace, run: Run, detail?: TimelineDetail): JsonEvent[] {
  const bytes = whole(exportOf({ trace, run }, { format: 'trace-event', table: 'calls', detail }));
  return (JSON.parse(bytes.toString()) as { traceEvents: JsonEvent[] }).traceEvents;
}

function assertHoldsRun({ slices, counters }: PerfettoTrace, run: Run): void {
  const named = (name: string) => slices.filter((slice) => slice.category === name);
  assert.equal(named('call').length, run.calls.length);
  assert.equal(named('batch').length, run.batches.length);
  assert.equal(counters.get('Pages moved')?.at(-1)?.value ?? 0, movedAtEnd(run), 'pages moved');
  for (const slice of slices) assert.ok(slice.end >= slice.start);
}

/** Sum over batches: a design that counts pages twice has more in its totals. */
function movedAtEnd({ batches }: Run): number {
  return batches.moved.reduce((sum, pages) => sum + pages, 0);
}

describe('the timeline of a recording', () => {
  for (const { name, path, truth } of [...fixtureTraces(), ...collectedTraces()]) {
    const events = Object.values(truth.events).reduce((sum, count) => sum + count, 0);
    if (!/trace\.txt(\.gz)?$/.test(name) || events > 50_000) continue;
    it(`keeps the rules of Perfetto, and its calls and batches: ${name}`, () => {
      const trace = readRecording(path).value;
      const run = observedRun(trace);
      assert.ok(run);
      assertHoldsRun(perfettoOf(trace, run), run);
    });
  }

  it('has the times of its own clock, and says which clock that is', () => {
    const trace = recording('mp-4k');
    const mono = { ...trace, provenance: { ...trace.provenance, clock: 'mono' } };
    const read = perfettoOf(mono, observedRun(mono)!);
    assert.equal(read.defaultClock, 3, 'CLOCK_MONOTONIC');
    const calls = read.slices.filter(({ category }) => category === 'call');
    assert.deepEqual(
      calls.map(({ start, end }) => [start, end]),
      [...trace.workload.calls.startNs].map((start, call) => [start, trace.workload.calls.endNs[call]]),
    );
    assert.equal(perfettoOf(trace, observedRun(trace)!).defaultClock, 64, 'a clock of the file alone');
  });

  it('shows what its events say of flushes, markers and losses', () => {
    const trace = recording('pipe-lost');
    const { instants } = perfettoOf(trace, observedRun(trace)!);
    const count = (name: string) => instants.filter((instant) => instant.name === name).length;
    assert.equal(count('tlb_flush'), trace.eventCounts['tlb_flush']);
    assert.ok(count('events lost') > 0);
    assert.ok(count('marker') > 0);
  });

  it('ends with as many folios unmapped as it began', () => {
    const trace = recording('forkshared-2m');
    const values = perfettoOf(trace, observedRun(trace)!).counters.get('Folios unmapped, not yet remapped')!;
    assert.ok(values.some(({ value }) => value > 0));
    assert.equal(values.at(-1)!.value, 0);
  });
});

describe('the timeline of a simulated run', () => {
  for (const path of COPY_PATHS) {
    it(`links each batch with its copies, and its slices add up to the run's accounts: ${path}`, () => {
      const trace = sample('promotion-2m');
      const run = replay(trace, { path, kernel: '6.12', channels: 4, threads: 4, runs: 0 }, null);
      const read = perfettoOf(trace, run, 'folios');
      assertHoldsRun(read, run);
      assertAccounts(read.slices, run);
      assertFlows(read, run);
    });
  }

  it('shows a stretch of folios as one slice where there are many', () => {
    const trace = sample('promotion-256m');
    const run = replay(trace, { path: 'serial', kernel: '6.12', runs: 0 }, null);
    const { slices } = perfettoOf(trace, run);
    assertHoldsRun({ ...perfettoOf(trace, run) }, run);
    assert.ok(slices.length < 10 * run.batches.length);
    const moved = slices.filter(({ name }) => name === 'move (copy, remap)');
    assert.equal(
      moved.reduce((sum, { args }) => sum + Number(args['folios']), 0),
      run.folioCount,
    );
    const copied = moved.reduce((sum, { args }) => sum + Number(args['copy_ns']), 0);
    const cold = slices
      .filter(({ name }) => name === 'copy, cold')
      .reduce((sum, slice) => sum + slice.end - slice.start, 0);
    const account = run.calls.copy.reduce((sum, ps) => sum + ps, 0) / 1000;
    assert.ok(Math.abs(copied + cold - account) <= 1, `${copied + cold} ns of ${account}`);
  });

  it('counts the pages that come to and leave each node', () => {
    const trace = sample('promotion-2m');
    const run = replay(trace, { path: 'serial', kernel: '6.12', runs: 0 }, null);
    const { counters } = perfettoOf(trace, run);
    const last = (name: string) => counters.get(name)?.at(-1)?.value;
    assert.equal(last('Node 0: pages arrived'), run.totals.nr_succeeded);
    assert.equal(last('Node 1: pages left'), run.totals.nr_succeeded);
  });

  it(`keeps the rules of Perfetto in ${CASES} random runs`, () => {
    fc.assert(
      fc.property(oracleCase, fc.constantFrom('folios' as const, 'segments' as const), (play, detail) => {
        const run = playCase(play);
        fc.pre(run.end < Number.MAX_SAFE_INTEGER);
        const read = perfettoOf(traceOf(play.workload), run, detail);
        assertHoldsRun(read, run);
      }),
      { numRuns: CASES, endOnFailure: Boolean(process.env['EXPORT_NO_SHRINK']) },
    );
  }).timeout(CASES * 1000);
});

/** Slices of the migrating CPU by account, to a ns for each slice. */
function assertAccounts(slices: readonly Slice[], run: Run): void {
  for (const phase of PHASES) {
    const own = slices.filter(({ group, category }) => group === 'Migrating CPUs' && category === phase);
    const shown = own.reduce((sum, { start, end }) => sum + end - start, 0);
    const account = run.calls[phase].reduce((sum, ps) => sum + ps, 0) / 1000;
    assert.ok(Math.abs(shown - account) <= own.length, `${phase}: ${shown} ns of ${account}`);
  }
}

/** Each flow leaves from one batch and ends at a copy of that batch. */
function assertFlows({ slices }: PerfettoTrace, run: Run): void {
  const from = new Map<number, Slice>();
  const kinds = new Set<string>(BATCH_KINDS);
  for (const slice of slices.filter(({ category }) => category === 'batch')) {
    for (const flow of slice.flows) {
      assert.ok(!from.has(flow), 'a flow leaves once');
      from.set(flow, slice);
    }
  }
  const copies = slices.filter(({ group }) => group === 'DMA channels');
  const ended = copies.flatMap(({ flows }) => flows);
  assert.deepEqual(
    ended.toSorted((x, y) => x - y),
    [...from.keys()].toSorted((x, y) => x - y),
  );
  for (const copy of copies) {
    for (const flow of copy.flows) {
      assert.equal(from.get(flow)?.args['batch'], copy.args['batch']);
      assert.ok(copy.start >= from.get(flow)!.start);
    }
  }
  assert.equal(kinds.size, BATCH_KINDS.length);
  assert.equal(copies.length > 0, run.channels.length > 0 && run.dma.busy.some((ps) => ps > 0));
}

interface JsonSlice {
  readonly track: string;
  readonly name: string;
  readonly category: string | undefined;
  readonly start: number;
  end: number;
  readonly args: JsonEvent['args'];
}

/** Begins and ends of each thread, put together. */
function slicesOf(events: readonly JsonEvent[]): JsonSlice[] {
  const ns = (us: number | undefined) => Math.round((us ?? NaN) * 1000);
  const slices: JsonSlice[] = [];
  const open = new Map<string, JsonSlice[]>();
  for (const { ph, pid, tid, name, cat, ts, args } of events) {
    const track = `${pid}/${tid}`;
    const stack = open.get(track) ?? [];
    open.set(track, stack);
    if (ph === 'E') stack.pop()!.end = ns(ts);
    if (ph !== 'B') continue;
    const slice = { track, name, category: cat, start: ns(ts), end: NaN, args: args ?? {} };
    slices.push(slice);
    stack.push(slice);
  }
  return slices;
}

describe('trace-event JSON', () => {
  const cases: readonly (readonly [string, () => readonly [MigrationTrace, Run]])[] = [
    ['a recording', () => [recording('mixed-status-1m'), observedRun(recording('mixed-status-1m'))!]],
    [
      'a simulated run',
      () => [
        sample('mixed-fates'),
        replay(sample('mixed-fates'), { path: 'dcbm-v3', kernel: '6.12', runs: 0 }, null),
      ],
    ],
  ];
  for (const [name, make] of cases) {
    it(`holds the same slices, instants and counters as the Perfetto trace of ${name}`, () => {
      const [trace, run] = make();
      const read = perfettoOf(trace, run);
      const events = jsonOf(trace, run);
      const track = new Map(
        events
          .filter(({ name: of }) => of === 'thread_name')
          .map((event) => [`${event.pid}/${event.tid}`, event.args!['name']]),
      );
      const ns = (us: number) => Math.round(us * 1000);
      assert.deepEqual(
        slicesOf(events).map((slice) => ({ ...slice, track: track.get(slice.track) })),
        read.slices.map(({ track: of, name: called, category, start, end, args }) => ({
          track: of,
          name: called,
          category,
          start,
          end,
          args,
        })),
      );
      // The facts about the run are in `otherData`.
      assert.equal(events.filter(({ ph }) => ph === 'i').length, read.instants.length - 1);
      for (const [counter, values] of read.counters) {
        assert.deepEqual(
          events
            .filter(({ ph, name: of }) => ph === 'C' && of === counter)
            .map(({ ts, args }) => ({ time: ns(ts!), value: args!['value'] })),
          values,
        );
      }
    });
  }

  it('repeats in the end of a slice what its begin says', () => {
    const trace = sample('promotion-2m');
    const events = jsonOf(trace, replay(trace, { path: 'serial', kernel: '6.12', runs: 0 }, null));
    const open = new Map<string, JsonEvent[]>();
    for (const event of events.filter(({ ph }) => ph === 'B' || ph === 'E')) {
      const stack = open.get(`${event.pid}/${event.tid}`) ?? [];
      open.set(`${event.pid}/${event.tid}`, stack);
      if (event.ph === 'B') stack.push(event);
      else {
        const begin = stack.pop()!;
        assert.deepEqual([event.name, event.args], [begin.name, begin.args]);
      }
    }
    for (const stack of open.values()) assert.deepEqual(stack, []);
  });

  it('draws an arrow from a batch to each channel that copied for it', () => {
    const trace = sample('promotion-2m');
    const run = replay(trace, { path: 'threads', kernel: '6.12', threads: 8, runs: 0 }, null);
    const events = jsonOf(trace, run);
    const begins = events.filter(({ ph }) => ph === 's').map(({ id }) => id);
    const ends = events.filter(({ ph }) => ph === 'f').map(({ id }) => id);
    assert.equal(begins.length, 8 * run.batches.length);
    assert.deepEqual(new Set(ends), new Set(begins));
  });
});
