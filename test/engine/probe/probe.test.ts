/** What the probe finds by arithmetic and bisection against the folio-by-folio definition. */
import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { countersAt } from '../../../src/engine/probe/countersAt';
import { folioStates } from '../../../src/engine/probe/folioStates';
import { createRunIndex } from '../../../src/engine/probe/runIndex';
import { stableOrder } from '../../../src/engine/probe/stableOrder';
import { FOLIO_STATES } from '../../../src/engine/probe/states';
import type { Run } from '../../../src/engine/sim/run';
import { instantsOf, picks, simulatedRun } from './runs';
import { syntheticRun } from './syntheticRun';
import { countersByFolio, statesByFolio } from './yardstick';

const SOURCES = {
  'runs of every design, fate and kernel': { runs: simulatedRun, cases: 250 },
  'runs whose batches have two halves': { runs: syntheticRun, cases: 400 },
};

describe('engine: probe', () => {
  for (const [what, { runs, cases }] of Object.entries(SOURCES)) {
    it(`shows the states that each folio's own times give, in ${what}`, () => {
      fc.assert(
        fc.property(runs, picks, fc.nat(), fc.nat(), (run, chosen, from, size) => {
          const index = createRunIndex(run);
          const first = run.folioCount === 0 ? 0 : from % run.folioCount;
          const count = Math.min(run.folioCount - first, 1 + (size % 600));
          const out = new Uint8Array(count);
          for (const time of instantsOf(run, chosen)) {
            folioStates(index, first, count, time, out);
            const expected = statesByFolio(run, time).slice(first, first + count);
            assert.deepEqual(
              Array.from(out, (code) => FOLIO_STATES[code]),
              expected,
              `at ${time}`,
            );
          }
        }),
        { numRuns: cases },
      );
    });

    it(`counts what counting folios gives, in ${what}`, () => {
      fc.assert(
        fc.property(runs, picks, (run, chosen) => {
          const index = createRunIndex(run);
          for (const time of instantsOf(run, chosen)) {
            assert.deepEqual(countersAt(index, time), countersByFolio(run, time), `at ${time}`);
          }
        }),
        { numRuns: cases },
      );
    });
  }

  it('is put to the test by copies that outlast their batch, with other batches in between', () => {
    const sample = fc.sample(syntheticRun, { numRuns: 60, seed: 1 });
    assert.ok(sample.some(hasCopyPastItsBatch));
    assert.ok(
      sample.some((run) => run.batches.kind.some((kind, i) => i > 0 && kind === run.batches.kind[i - 1])),
    );
  });

  it('orders few keys and many as a stable sort does', () => {
    const few = fc.array(fc.oneof(fc.nat(20), fc.integer({ min: 0, max: 2 ** 32 - 1 })), { maxLength: 300 });
    // Every key of the short list some times over, in turns, with both halves of its bits in use.
    const many = few.map((list) =>
      list.length === 0
        ? []
        : Array.from({ length: 9000 }, (_, i) => ((list[i % list.length] ?? 0) ^ (i >> 8)) >>> 0),
    );
    const check = (list: number[]) => {
      const expected = list.map((_, i) => i).sort((x, y) => (list[x] ?? 0) - (list[y] ?? 0) || x - y);
      assert.deepEqual([...stableOrder(Uint32Array.from(list))], expected);
    };
    fc.assert(fc.property(few, check));
    fc.assert(fc.property(many, check), { numRuns: 20 });
  });
});

function hasCopyPastItsBatch(run: Run): boolean {
  const { segments, batches } = run;
  return segments.channel.some((channel, i) => {
    const end = (segments.start[i] ?? 0) + (segments.count[i] ?? 0) * (segments.period[i] ?? 0);
    return channel >= 0 && end > (batches.end[segments.batch[i] ?? 0] ?? 0);
  });
}
