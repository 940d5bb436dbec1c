/** Progress and cancelling, driven by the events of real runs. */
import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import type { RunObserver } from '../../../src/engine/probe/observer';
import { ProgressObserver, RunCancelled } from '../../../src/engine/probe/observer';
import type { Run } from '../../../src/engine/sim/run';
import { playOne } from '../../support/workloads';
import { simulatedRun } from './runs';

/** Tells an observer what was played, as the contract says. */
function tell(run: Run, observer: RunObserver, play = 0, plays = 1): void {
  const { batches, calls } = run;
  observer.playBegins?.(play, plays);
  for (let call = 0; call < calls.length; call++) {
    const lane = calls.lane[call] ?? 0;
    observer.callBegins?.(call, lane, calls.start[call] ?? 0, calls.pages[call] ?? 0);
    const first = calls.firstBatch[call] ?? 0;
    for (let batch = first; batch < first + (calls.batchCount[call] ?? 0); batch++) {
      observer.batchEnds?.(
        call,
        lane,
        batches.kind[batch] ?? 0,
        batches.start[batch] ?? 0,
        batches.end[batch] ?? 0,
        batches.moved[batch] ?? 0,
        batches.failed[batch] ?? 0,
      );
    }
    observer.callEnds?.(
      call,
      lane,
      calls.end[call] ?? 0,
      calls.nr_succeeded[call] ?? 0,
      calls.nr_failed[call] ?? 0,
      calls.untried[call] ?? 0,
    );
  }
}

describe('engine: observers', () => {
  it('reports progress that only grows, and all of it at the end, whatever becomes of the folios', () => {
    fc.assert(
      fc.property(simulatedRun, fc.integer({ min: 1, max: 3 }), (run, plays) => {
        const pages = run.calls.pages.reduce((sum, given) => sum + given, 0);
        const told: number[] = [];
        const report = (done: number, total: number) => {
          assert.equal(total, pages * plays);
          told.push(done);
        };
        const observer = new ProgressObserver({ pages, report });
        for (let play = 0; play < plays; play++) tell(run, observer, play, plays);
        assert.deepEqual(
          told,
          told.toSorted((x, y) => x - y),
        );
        assert.equal(told.at(-1), pages * plays);
      }),
      { numRuns: 100 },
    );
  });

  it('reports about every so many pages, not every batch', () => {
    const run = playOne({ runs: [{ count: 100 * 512 }] });
    const told: number[] = [];
    tell(run, new ProgressObserver({ pages: 51_200, report: (done) => told.push(done), every: 5120 }));
    assert.deepEqual(
      told,
      Array.from({ length: 11 }, (_, i) => i * 5120),
    );
  });

  it('gives the run up at the report after the cancel', () => {
    const run = playOne({ runs: [{ count: 10 * 512 }] });
    const told: number[] = [];
    const observer = new ProgressObserver({
      pages: 5120,
      report: (done) => told.push(done),
      isCancelled: () => told.length === 4,
      every: 512,
    });
    assert.throws(() => tell(run, observer), RunCancelled);
    assert.deepEqual(told, [0, 512, 1024, 1536]);
  });
});
