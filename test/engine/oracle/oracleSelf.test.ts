/** The oracle against closed forms worked out by hand from docs/MODEL.md: lanes and what they share; and what must hold of every play. */
import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { oracleCase } from './arbitraries';
import { endsOf, machineWith, PAGE, play } from './closedForms';
import { playOracle } from './oracle';
import { fairRates } from './oracleFair';

const CASES = 200;

describe('engine: the oracle itself', () => {
  it('shares a link between two lanes: half each, until one has no more', () => {
    const machine = machineWith({ copyMemory: 1, nodeLink: 1 });
    const run = play(machine, {}, { pid: 1, runs: [{ count: 10 }] }, { pid: 2, runs: [{ count: 30 }] });
    assert.deepEqual(endsOf(run), [20 * PAGE, 40 * PAGE]);
    assert.equal(run.wasBound, true);
  });

  it('spreads the demand of a move over its whole duration: lanes that copy a third of the time share three times the link', () => {
    // 4096 ns of copy and 8192 ns of other work ask for a third of 1 GB/s: three of them fit, six take twice as long.
    const machine = machineWith({ copyMemory: 1, nodeLink: 1, folioFinish: 8192 });
    const lanes = (count: number) =>
      Array.from({ length: count }, (_, pid) => ({ pid, runs: [{ count: 4 }] }));
    assert.deepEqual(
      endsOf(play(machine, {}, ...lanes(3))),
      [1, 2, 3].map(() => 4 * 3 * PAGE),
    );
    const six = play(machine, {}, ...lanes(6));
    assert.deepEqual(
      endsOf(six),
      [1, 2, 3, 4, 5, 6].map(() => 8 * 3 * PAGE),
    );
    // What is waited for is copy.
    assert.deepEqual(
      six.calls.map(({ phases }) => [phases.copy, phases.other]),
      six.calls.map(() => [4 * 4 * PAGE, 4 * 2 * PAGE]),
    );
  });

  it('shares the allocator of a node: alloc grows, the rest of the unmap step does not', () => {
    const machine = machineWith({ folioAlloc: 100, allocLock: 60, pteUnmap: 20 });
    const run = play(machine, {}, { pid: 1, runs: [{ count: 5 }] }, { pid: 2, runs: [{ count: 5 }] });
    // 60 of 120 ns under the lock: two lanes just fit; with a lock of 90 they need 180 each.
    assert.deepEqual(
      run.calls.map(({ phases }) => phases.unmap),
      [600_000, 600_000],
    );
    const longer = machineWith({ folioAlloc: 100, allocLock: 90, pteUnmap: 20 });
    const slow = play(longer, {}, { pid: 1, runs: [{ count: 5 }] }, { pid: 2, runs: [{ count: 5 }] });
    assert.deepEqual(
      slow.calls.map(({ phases }) => phases.unmap),
      [900_000, 900_000],
    );
    const unmaps = slow.calls[0]?.log.filter(({ what }) => what === 'unmap' || what === 'alloc');
    assert.deepEqual(
      unmaps?.slice(0, 4).map(({ time, duration }) => [time, duration]),
      [
        [0, 160_000],
        [160_000, 20_000],
        [180_000, 160_000],
        [340_000, 20_000],
      ],
    );
  });

  it('takes turns on the one channel of v1', () => {
    const machine = machineWith({ dmaMap: 50, dmaUnmap: 50, dmaLatency: 300 });
    const calls = [1, 2].map((pid) => ({ pid, runs: [{ count: 10 }] }));
    // 300 of 500 ns in the engine: each folio takes 600; then all is copied again in no time.
    const run = play(machine, { path: 'dcbm-v1' }, ...calls);
    assert.deepEqual(
      run.calls.map(({ phases }) => Math.round(phases.copy / 1000)),
      [6000, 6000],
    );
    assert.equal(run.dma.descriptors, 20);
  });

  it('gives each thread its run, or its slice, and lets the caller sleep', () => {
    const machine = machineWith({ threadBandwidth: 1, workQueue: 10, workStart: 100, wakeup: 500 });
    const run = (count: number) => play(machine, { path: 'threads', threads: 4 }, { runs: [{ count }] });
    assert.deepEqual(endsOf(run(10)), [(4 * 10 + 100 + 500) * 1000 + 3 * PAGE]);
    assert.deepEqual(endsOf(run(2)), [(4 * 10 + 100 + 500) * 1000 + (2 * PAGE) / 4]);
    // Eight on one CCD, or one on each of eight.
    const narrow = machineWith({ threadBandwidth: 1, ccdLink: 1 });
    const end = (placement: 'fill' | 'spread') =>
      play(narrow, { path: 'threads', threads: 8, placement }, { runs: [{ count: 8 }] }).end;
    assert.deepEqual([end('spread'), end('fill')], [PAGE, 8 * PAGE]);
  });

  it('sleeps for a lock and for writeback where the mode lets it', () => {
    const machine = machineWith({ lockWait: 300, writebackWait: 7000 });
    const slept = (mode: 'MIGRATE_ASYNC' | 'MIGRATE_SYNC_LIGHT' | 'MIGRATE_SYNC') =>
      play(
        machine,
        {},
        {
          mode,
          runs: [
            { count: 2, fate: 'locked' },
            { count: 1, fate: 'writeback' },
          ],
        },
      ).calls[0]?.slept;
    assert.equal(slept('MIGRATE_ASYNC'), 0);
    assert.equal(slept('MIGRATE_SYNC_LIGHT'), 600_000);
    assert.equal(slept('MIGRATE_SYNC'), 7_600_000);
  });

  it('gives fair rates: 10 among one that wants 2 and two that want all is 2, 4, 4', () => {
    const link = { name: 'a', capacity: 10 };
    const narrow = { name: 'b', capacity: 3 };
    assert.deepEqual(
      fairRates([
        { most: 2, crosses: [link] },
        { most: 9, crosses: [link] },
        { most: 9, crosses: [link] },
      ]),
      [2, 4, 4],
    );
    assert.deepEqual(
      fairRates([
        { most: 9, crosses: [link, narrow] },
        { most: 9, crosses: [link] },
        { most: 1, crosses: [] },
      ]),
      [3, 7, 1],
    );
  });

  it('loses nothing and overlaps nothing, whatever it plays', () => {
    fc.assert(
      fc.property(oracleCase, ({ workload, machine, config }) => {
        const run = playOracle(workload, machine, config);
        for (const call of run.calls) {
          const phases = Object.values(call.phases).reduce((sum, phase) => sum + phase, 0);
          assert.ok(Math.abs(phases - (call.now - call.start)) < 1000, 'phases add up');
          const { nr_succeeded, nr_failed } = call.stats;
          const given = call.folios
            .filter(({ result }) => result !== 'split')
            .reduce((sum, { pages }) => sum + pages, 0);
          if (config.path !== 'dcbm-v2') assert.equal(nr_succeeded + nr_failed + call.untried, given);
          let at = call.start;
          for (const { time, duration, by } of call.log) {
            if (by !== null) continue;
            assert.ok(time >= at - 1, 'one thing after the other');
            at = time + duration;
          }
          assert.ok(at <= call.now + 1);
        }
        if (config.path === 'threads') return;
        const freeAt = run.dma.busy.map(() => 0);
        const copies = run.calls
          .flatMap(({ log }) => log)
          .filter(({ by, what }) => by !== null && what === 'copy')
          .toSorted((x, y) => x.time - y.time);
        for (const { by, time, duration } of copies) {
          assert.ok(time >= (freeAt[by ?? 0] ?? 0) - 1, 'a channel does one thing at a time');
          freeAt[by ?? 0] = time + duration;
        }
      }),
      { numRuns: CASES },
    );
  }).timeout(CASES * 1000);
});
