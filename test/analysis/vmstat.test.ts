/** The vmstat counters of replayed recordings against those that the kernel itself counted. */
import { strict as assert } from 'node:assert';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { replay } from '../../src/analysis/replay';
import { replayVmstat } from '../../src/analysis/vmstat';
import { compactionEvents, VMSTAT_COUNTERS } from '../../src/engine/kernel/vmstat';
import type { Vmstat } from '../../src/engine/kernel/vmstat';
import type { Run } from '../../src/engine/sim/run';
import { describeWorkload } from '../../src/trace/calls/synth';
import { SYNTH_DEFAULTS } from '../../src/trace/calls/synthOptions';
import type { MigrationTrace } from '../../src/trace/model';
import { EVENT_TYPES } from '../../src/trace/model';
import { playOne } from '../support/workloads';
import { collectedTraces, fixtureTraces, readRecording } from '../trace/recordings';

type Deltas = Readonly<Record<string, number>>;

const FOLDER = 'test/fixtures/vmstat';
const DELTAS = JSON.parse(readFileSync(`${FOLDER}/vmstat.json`, 'utf8')) as Readonly<Record<string, Deltas>>;

/** The calls that returned between the markers: what the snapshots of vmstat see. */
function countedCalls({ events, strings }: MigrationTrace): Set<number> {
  const counted = new Set<number>();
  let inside = false;
  let ended = false;
  for (let row = 0; row < events.length; row++) {
    const type = EVENT_TYPES[events.type[row] as number];
    const text = type === 'marker' ? (strings[events.a[row] as number] ?? '') : '';
    if (text.startsWith('snap: before')) {
      inside = true;
      counted.clear();
    }
    if (text.startsWith('snap: after')) ended = true;
    if (type === 'mm_migrate_pages' && inside && !ended) counted.add(events.a[row] as number);
  }
  return counted;
}

function play(trace: MigrationTrace): Run {
  return replay(trace, { kernel: '6.12', runs: 1 }, null);
}

function simulated(trace: MigrationTrace, counts?: (call: number) => boolean): Vmstat {
  return replayVmstat(trace, play(trace), { tiering: false, ...(counts !== undefined && { counts }) });
}

/** The counters that both have: all that the simulated kernel counts. */
function checkCounters(vmstat: Vmstat, recorded: Deltas): void {
  const names = VMSTAT_COUNTERS.filter((name) => name in vmstat);
  assert.ok(names.length >= 10, names.join());
  for (const name of names) assert.equal(vmstat[name], recorded[name], name);
}

function checkRecording(path: string, recorded: Deltas): void {
  const trace = readRecording(path).value;
  assert.equal(trace.lostEvents, 0);
  const counted = countedCalls(trace);
  assert.ok(counted.size > 0, 'calls between the markers');
  checkCounters(
    simulated(trace, (call) => counted.has(call)),
    recorded,
  );
}

/** The differences of the two snapshots beside a recording. */
function deltasBeside(folder: string): Deltas {
  const read = (name: string) =>
    new Map(
      readFileSync(`${folder}/${name}`, 'utf8')
        .split('\n')
        .map((line) => line.split(' '))
        .map(([counter = '', value]) => [counter, Number(value)] as const),
    );
  const before = read('vmstat.before');
  return Object.fromEntries(
    [...read('vmstat.after')].map(([name, value]) => [name, value - (before.get(name) ?? 0)]),
  );
}

describe('analysis: vmstat of replayed recordings', () => {
  for (const { name, path } of fixtureTraces()) {
    const recorded = DELTAS[name.split('/')[0] ?? ''];
    if (recorded !== undefined) it(`${name}: as the kernel counted`, () => checkRecording(path, recorded));
  }

  for (const name of ['demote', 'compact-256m']) {
    it(`${name}: as the kernel counted`, () =>
      checkRecording(`${FOLDER}/${name}.txt.gz`, DELTAS[name] ?? {}));
  }

  it('has a recording for every entry', () => {
    const known = new Set(fixtureTraces().map(({ name }) => name.split('/')[0]));
    for (const name of Object.keys(DELTAS)) {
      assert.ok(known.has(name) || existsSync(`${FOLDER}/${name}.txt.gz`), name);
    }
    assert.equal(Object.keys(DELTAS).length, 19);
  });

  it('tells kswapd from direct reclaim by the task, unless told who it was', () => {
    const trace = readRecording(`${FOLDER}/demote.txt.gz`).value;
    const run = play(trace);
    assert.equal(replayVmstat(trace, run).pgdemote_kswapd, 65_826);
    assert.equal(replayVmstat(trace, run).pgdemote_direct, 14_784);
    const all = replayVmstat(trace, run, { reclaimer: 'khugepaged' });
    assert.deepEqual([all.pgdemote_kswapd, all.pgdemote_direct, all.pgdemote_khugepaged], [0, 0, 80_610]);
  });

  it('counts what synth describes for its caller', () => {
    const of = (options: Partial<typeof SYNTH_DEFAULTS>) =>
      simulated(describeWorkload({ ...SYNTH_DEFAULTS, folios: 640, ...options }).value);
    assert.equal(of({ reason: 'demotion', pinned: 3 }).pgdemote_kswapd, 637);
    assert.equal(of({ caller: 'direct_reclaim', pinned: 3 }).pgdemote_direct, 637);
    assert.equal(of({ reason: 'numa_misplaced', pinned: 3 }).numa_pages_migrated, 637);
    assert.equal(of({ reason: 'numa_misplaced', pinned: 3 }).pgmigrate_fail, 3);
  });

  it('gives compaction the events that were recorded', () => {
    const trace = readRecording(`${FOLDER}/compact-256m.txt.gz`).value;
    const { events } = trace;
    const recorded: { nr_migrated: number; nr_failed: number }[] = [];
    for (let row = 0; row < events.length; row++) {
      if (EVENT_TYPES[events.type[row] as number] !== 'mm_compaction_migratepages') continue;
      recorded.push({ nr_migrated: events.a[row] as number, nr_failed: events.b[row] as number });
    }
    assert.equal(recorded.length, 45);
    const played = compactionEvents(play(trace).calls);
    assert.deepEqual(
      played.map((event) => event.nr_migrated),
      recorded.map((event) => event.nr_migrated),
    );
    // Two calls ran out of destinations: a recording does not say how many pages they then left untried.
    const untried = recorded.flatMap(({ nr_failed }, i) => nr_failed - (played[i]?.nr_failed ?? 0) || []);
    assert.deepEqual(untried, [97, 236]);
    const full = (moved: number, left: number) =>
      playOne({
        mode: 'MIGRATE_SYNC',
        reason: 'compaction',
        runs: [{ count: moved }, { count: left, fate: 'no-destination' }],
      });
    for (const [moved, left] of [
      [382, 98],
      [243, 237],
    ] as const) {
      const run = full(moved, left);
      assert.deepEqual([run.totals.nr_succeeded, run.totals.nr_failed], [moved, 1]);
      assert.deepEqual(compactionEvents(run.calls), [{ call: 0, nr_migrated: moved, nr_failed: left }]);
    }
  });
});

/** Recordings that are small enough to be read here; of the large ones the fixtures hold what matters. */
const LARGEST_BYTES = 2_000_000;

describe('analysis: vmstat of the whole collection', () => {
  // NUMA balancing also moves pages of the recorders, between the snapshots and the markers.
  const unsteady = new Set(['autonuma-24m']);
  for (const { name, path } of collectedTraces()) {
    const folder = path.slice(0, path.lastIndexOf('/'));
    if (!name.endsWith('/trace.txt') || !existsSync(`${folder}/vmstat.after`)) continue;
    if (statSync(path).size > LARGEST_BYTES) continue;
    it(name, () => {
      const trace = readRecording(path).value;
      if (trace.lostEvents !== 0) {
        assert.match(name, /overrun|dropped|pipe-lost/);
        return;
      }
      const recorded = deltasBeside(folder);
      if (!unsteady.has(name.split('/')[0] ?? '')) {
        checkRecording(path, recorded);
        return;
      }
      const counted = countedCalls(trace);
      const inside = simulated(trace, (call) => counted.has(call));
      const all = simulated(trace);
      for (const counter of ['pgmigrate_success', 'numa_pages_migrated'] as const) {
        const [low = NaN, high = NaN, delta = NaN] = [inside[counter], all[counter], recorded[counter]];
        assert.ok(low <= delta && delta <= high, `${counter}: ${low} <= ${delta} <= ${high}`);
      }
      assert.equal(inside.pgpromote_success, recorded['pgpromote_success']);
    });
  }
});
