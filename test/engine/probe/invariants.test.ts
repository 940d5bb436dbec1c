/** What holds of every run at every instant, whatever the design, the fates, the kernel and the machine. */
import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { countersAt } from '../../../src/engine/probe/countersAt';
import { folioStateAt, folioStates } from '../../../src/engine/probe/folioStates';
import { createRunIndex } from '../../../src/engine/probe/runIndex';
import type { FolioState } from '../../../src/engine/probe/states';
import { FOLIO_STATES } from '../../../src/engine/probe/states';
import type { Phase, Run } from '../../../src/engine/sim/run';
import { PHASES, SEGMENT_KINDS, SEGMENT_SHAPES, STEP_PHASE } from '../../../src/engine/sim/run';
import { instantsOf, picks, simulatedRun } from './runs';
import { syntheticRun } from './syntheticRun';
import { pagesOf, resultOf, tryCounts } from './yardstick';
import { stepDuration } from '../../../src/engine/sim/segmentShapes';

const anyRun = fc.oneof({ weight: 2, arbitrary: simulatedRun }, { weight: 1, arbitrary: syntheticRun });
/** Where a step was stretched its duration is no whole number, and sums of such are off by a bit. ps. */
const ROUNDING = 0.01;

function always(runs: fc.Arbitrary<Run>, check: (run: Run, instants: number[]) => void, numRuns = 150): void {
  fc.assert(
    fc.property(runs, picks, (run, chosen) =>
      check(
        run,
        instantsOf(run, chosen).sort((x, y) => x - y),
      ),
    ),
    { numRuns },
  );
}

describe('engine: invariants at every instant', () => {
  it('accounts for every base page: given = moved + failed + untried + in progress', () => {
    const inProgress = { seen: 0 };
    always(anyRun, (run, instants) => {
      const index = createRunIndex(run);
      const settled = settleTimes(run);
      for (const time of [...instants, run.end]) {
        const sums = { moved: 0, failed: 0, untried: 0, inProgress: 0 };
        for (const [folio, state] of statesOf(run, time).entries()) {
          // The pages of a folio that is split are those of its parts.
          const result = resultOf(run, folio);
          if (result === 'split') continue;
          if (state === 'done') sums.moved += pagesOf(run, folio);
          else if (result === 'failed' && (settled[folio] ?? 0) <= time) sums.failed += pagesOf(run, folio);
          else if (state === 'untried') sums.untried += pagesOf(run, folio);
          else sums.inProgress += pagesOf(run, folio);
        }
        const found = countersAt(index, time);
        assert.equal(found.pagesMoved, sums.moved, `moved at ${time}`);
        assert.equal(found.pagesFailed, sums.failed, `failed at ${time}`);
        const all = sums.moved + sums.failed + sums.untried + sums.inProgress;
        assert.equal(found.pagesTotal, all, `given at ${time}`);
        if (time === run.end) assert.equal(sums.inProgress, 0);
        else inProgress.seen += sums.inProgress;
      }
    });
    assert.ok(inProgress.seen > 0);
  });

  it('has each folio in one state, the same whichever neighbours are asked for with it', () => {
    always(anyRun, (run, instants) => {
      const index = createRunIndex(run);
      for (const time of instants) {
        const states = statesOf(run, time);
        assert.equal(states.length, run.folioCount);
        for (let folio = 0; folio < run.folioCount; folio += 1 + (run.folioCount >> 4)) {
          assert.equal(folioStateAt(index, folio, time), states[folio], `folio ${folio} at ${time}`);
        }
      }
    });
  });

  it('lets no counter fall', () => {
    always(anyRun, (run, instants) => {
      const index = createRunIndex(run);
      let before = countersAt(index, -1);
      assert.deepEqual(
        [before.pagesMoved, before.pagesFailed, before.batchesDone, before.blockedFolios],
        [0, 0, 0, 0],
      );
      for (const time of [...instants, run.end]) {
        const now = countersAt(index, time);
        for (const name of ['pagesMoved', 'pagesFailed', 'batchesDone'] as const) {
          assert.ok(now[name] >= before[name], `${name} falls to ${now[name]} at ${time}`);
        }
        assert.ok(now.pagesMoved + now.pagesFailed <= now.pagesTotal);
        before = now;
      }
      assert.equal(before.batchesDone, run.batches.length);
    });
  });

  it('has as many folios out of reach as were unmapped and not yet remapped', () => {
    always(anyRun, (run, instants) => {
      const index = createRunIndex(run);
      for (const time of instants) {
        const { unmapped, remapped } = tryCounts(run, time);
        assert.equal(countersAt(index, time).blockedFolios, unmapped - remapped, `at ${time}`);
      }
      assert.equal(countersAt(index, run.end).blockedFolios, 0);
    });
  });

  it('shows a folio out of reach exactly while it is, where nothing is copied while mapped', () => {
    const blocked = new Set<FolioState>(['unmapped', 'queued', 'copying', 'copied', 'remapping']);
    always(simulatedRun, (run, instants) => {
      const index = createRunIndex(run);
      for (const time of instants) {
        const shown = statesOf(run, time).filter((state) => blocked.has(state)).length;
        assert.equal(countersAt(index, time).blockedFolios, shown, `at ${time}`);
      }
    });
  });

  it('adds the phases of a call up to its duration, and the steps of its segments up to its phases', () => {
    always(simulatedRun, (run) => {
      const sums = Array.from({ length: run.calls.length }, () => new Map<Phase, number>());
      eachOwnSegment(run, (segment, call) => {
        const kind = SEGMENT_KINDS[run.segments.kind[segment] ?? 0] ?? 'entry';
        SEGMENT_SHAPES[kind].forEach((step, i) => {
          const phase = STEP_PHASE[step];
          const duration = stepDuration(run, segment, i);
          const times = (run.segments.period[segment] ?? 0) > 0 ? (run.segments.count[segment] ?? 0) : 1;
          const sum = sums[call]?.get(phase) ?? 0;
          sums[call]?.set(phase, sum + times * duration);
        });
      });
      for (let call = 0; call < run.calls.length; call++) {
        let total = 0;
        for (const phase of PHASES) {
          const sum = sums[call]?.get(phase) ?? 0;
          assert.ok(
            Math.abs((run.calls[phase][call] ?? 0) - sum) <= ROUNDING + stretched(run),
            `${phase} of call ${call}`,
          );
          total += run.calls[phase][call] ?? 0;
        }
        assert.ok(Math.abs(total - durationOf(run, call)) <= ROUNDING, `duration of call ${call}`);
      }
    });
  });

  it('adds CPU time and sleep of each lane up to the time it spends in its calls', () => {
    let asleep = 0;
    always(simulatedRun, (run) => {
      const worked = new Float64Array(run.lanes.length);
      const slept = new Float64Array(run.lanes.length);
      const wakeup = Math.round((run.machine?.costs.wakeup.value ?? 0) * 1000);
      eachOwnSegment(run, (segment, call) => {
        const lane = run.calls.lane[call] ?? 0;
        const duration = endOf(run, segment) - (run.segments.start[segment] ?? 0);
        const kind = SEGMENT_KINDS[run.segments.kind[segment] ?? 0];
        const count = run.segments.count[segment] ?? 0;
        // After its copies a caller is woken; for a lock or writeback it sleeps within the unmap.
        const waits =
          kind !== undefined && SEGMENT_SHAPES[kind].at(1) === 'wait'
            ? count * stepDuration(run, segment, 1)
            : 0;
        const sleep = kind === 'sleep' ? duration - wakeup : waits;
        worked[lane] = (worked[lane] ?? 0) + duration - sleep;
        slept[lane] = (slept[lane] ?? 0) + sleep;
      });
      const inCalls = new Float64Array(run.lanes.length);
      for (let call = 0; call < run.calls.length; call++) {
        const lane = run.calls.lane[call] ?? 0;
        inCalls[lane] = (inCalls[lane] ?? 0) + durationOf(run, call);
      }
      for (let lane = 0; lane < run.lanes.length; lane++) {
        const sum = (worked[lane] ?? 0) + (slept[lane] ?? 0);
        assert.ok(Math.abs(sum - (inCalls[lane] ?? 0)) <= ROUNDING + stretched(run), `lane ${lane}`);
      }
      const all = slept.reduce((sum, of) => sum + of, 0);
      const told = run.calls.slept.reduce((sum, of) => sum + of, 0);
      assert.ok(Math.abs(all - told) <= ROUNDING, `slept ${all} of ${told}`);
      assert.ok(run.dma.slept <= told + ROUNDING, `slept for copies ${run.dma.slept} of ${told}`);
      asleep += all;
    });
    assert.ok(asleep > 0);
  });

  it('never has a CPU do two things at once', () => {
    always(anyRun, (run) => {
      const busyUntil = new Float64Array(run.lanes.length);
      const own: { segment: number; lane: number }[] = [];
      eachOwnSegment(run, (segment, call) => own.push({ segment, lane: run.calls.lane[call] ?? 0 }));
      own.sort(
        (x, y) =>
          (run.segments.start[x.segment] ?? 0) - (run.segments.start[y.segment] ?? 0) ||
          x.segment - y.segment,
      );
      for (const { segment, lane } of own) {
        const start = run.segments.start[segment] ?? 0;
        assert.ok(start >= (busyUntil[lane] ?? 0) - ROUNDING, `segment ${segment} begins at ${start}`);
        busyUntil[lane] = endOf(run, segment);
      }
    });
  });
});

function statesOf(run: Run, time: number): FolioState[] {
  const codes = new Uint8Array(run.folioCount);
  folioStates(createRunIndex(run), 0, run.folioCount, time, codes);
  return Array.from(codes, (code) => {
    const state = FOLIO_STATES[code];
    assert.ok(state !== undefined, `code ${code}`);
    return state;
  });
}

/** When the last batch that worked on each folio ended: a failure is counted there. A flush is one for all between its first and last folio. */
function settleTimes({ batches, segments, folioCount }: Run): Float64Array {
  const times = new Float64Array(folioCount);
  for (let batch = 0; batch < batches.length; batch++) {
    const from = batches.firstSegment[batch] ?? 0;
    for (let segment = from; segment < from + (batches.segmentCount[batch] ?? 0); segment++) {
      if (SEGMENT_KINDS[segments.kind[segment] ?? 0] === 'flush') continue;
      const first = segments.first[segment] ?? 0;
      times.fill(batches.end[batch] ?? 0, first, first + (segments.count[segment] ?? 0));
    }
  }
  return times;
}

/** Segments of the migrating CPU itself, with the row of their call. */
function eachOwnSegment({ segments, batches }: Run, visit: (segment: number, call: number) => void): void {
  for (let segment = 0; segment < segments.length; segment++) {
    if (SEGMENT_KINDS[segments.kind[segment] ?? 0]?.startsWith('remoteCopy') === true) continue;
    visit(segment, batches.call[segments.batch[segment] ?? 0] ?? 0);
  }
}

function endOf(run: Run, segment: number): number {
  const { segments } = run;
  const period = segments.period[segment] ?? 0;
  const length = period > 0 ? (segments.count[segment] ?? 0) * period : stepDuration(run, segment, 0);
  return (segments.start[segment] ?? 0) + length;
}

/** Work that had to share ends at the next whole picosecond: at most one for each of its rows. ps. */
function stretched({ segments }: Run): number {
  return segments.period.reduce((sum, period) => sum + (Number.isInteger(period) ? 0 : 1), 0);
}

function durationOf({ calls }: Run, call: number): number {
  return (calls.end[call] ?? 0) - (calls.start[call] ?? 0);
}
