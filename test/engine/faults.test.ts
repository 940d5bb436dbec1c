/** Faults suite: engines that fail at every stage, in every design. Nothing is lost, and the counters tell. */
import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import type { FaultStage, Run } from '../../src/engine/sim/run';
import { FAULT_STAGES, SEGMENT_KINDS } from '../../src/engine/sim/run';
import type { FaultCase } from '../support/faultRuns';
import {
  assertNothingLost,
  faultMatrix,
  FAULT_SITUATIONS,
  machineOf,
  offloadableBatches,
  OFFLOADING,
  playFaults,
} from '../support/faultRuns';

/** ps that a hung engine is waited for: dcbm v3 to v6 10 s (v2 taken alike), v1 dma_sync_wait() 5 s. */
const waitOf = (path: string) => (path === 'dcbm-v1' ? 5e12 : 10e12);

const serialOf = (one: FaultCase) => playFaults(one, { path: 'serial' });

/** Attempts that a run made: one for every batch; v1 none for batches without base pages, adaptive none where it declines. */
function attemptsOf({ path, situation }: FaultCase, run: Run): number {
  if (path === 'adaptive') return offloadableBatches(run) - run.dma.declinedBatches;
  if (path !== 'dcbm-v1') return offloadableBatches(run);
  const small = situation.calls.map(([first]) => Math.ceil((first?.count ?? 0) / 512));
  return small.reduce((sum, batches) => sum + batches, 0);
}

const others = (run: Run, stage: FaultStage) =>
  FAULT_STAGES.filter((other) => other !== stage).map((other) => run.dma.failures[other]);

describe('engine: injected failures', () => {
  for (const path of OFFLOADING) {
    for (const stage of FAULT_STAGES) {
      it(`${path}: ${stage} in every second attempt loses nothing, and is counted`, () => {
        for (const one of faultMatrix()) {
          if (one.path !== path || one.stage !== stage) continue;
          const run = playFaults(one);
          assertNothingLost(one, run, serialOf(one));
          const attempts = attemptsOf(one, run);
          const expected = Math.ceil(attempts / 2);
          const where = `${one.mode} ${one.situation.name}`;
          if (path === 'dcbm-v1' && stage === 'channel-lost') {
            // The lanes share the channel: what each has begun goes on until it is lost.
            const lanes = one.situation.calls.length;
            assert.equal(run.dma.failures[stage], Math.ceil(lanes / 2), where);
            assert.equal(run.dma.failures['no-channel'], attempts - lanes, where);
            continue;
          }
          assert.equal(run.dma.failures[stage], expected, where);
          assert.deepEqual(others(run, stage), Array<number>(FAULT_STAGES.length - 1).fill(0), where);
          assert.ok(expected > 0, `${where} attempts nothing`);
        }
      }).timeout(60_000);
    }

    it(`${path}: a timeout takes ${waitOf(path) / 1e12} s each, and the run is as much longer`, () => {
      for (const situation of FAULT_SITUATIONS.slice(0, 3)) {
        const one: FaultCase = { path, mode: 'MIGRATE_SYNC', situation, faults: [] };
        const run = playFaults(one, { faults: [{ stage: 'timeout', first: 0, every: 2 }] });
        const longer = run.end - playFaults(one).end;
        const waits = run.dma.failures.timeout * waitOf(path);
        // What the CPU then copies is far below a second.
        assert.ok(
          longer > waits - 1e12 && longer < waits + 1e12,
          `${situation.name}: ${longer} for ${waits}`,
        );
      }
    });
  }

  for (const path of OFFLOADING.filter((name) => name !== 'dcbm-v1' && name !== 'adaptive')) {
    it(`${path}: a lost channel is gone for good; the others go on; none left: refused`, () => {
      const situation = FAULT_SITUATIONS[1] ?? assert.fail();
      const one: FaultCase = { path, mode: 'MIGRATE_ASYNC', situation, faults: [] };
      const machine = machineOf(one);
      const two = {
        ...machine,
        dmaDevices: machine.dmaDevices.map((device) => ({ ...device, channels: 2, engines: 1 })),
      };
      const once = playFaults(one, { faults: [{ stage: 'channel-lost', first: 0, every: 0 }] }, two);
      // Attempt 0 fails on channel 0; async has submitted the batch after it by then.
      const before = path === 'async' ? 2 : 1;
      const after = offloadableBatches(once) - before;
      assert.deepEqual(channelsByBatch(once), [
        ...Array<string>(before).fill('0,1'),
        ...Array<string>(after).fill('1'),
      ]);
      assert.equal(once.dma.refusedBatches, 0);
      const faults = [{ stage: 'channel-lost', first: 0, every: 1 }] as const;
      const run = playFaults(one, { faults }, two);
      // What async had submitted to a channel before it was lost fails with it.
      const lost = path === 'async' ? 3 : 2;
      assert.equal(run.dma.failures['channel-lost'], lost);
      assert.equal(run.dma.failures['no-channel'], offloadableBatches(run) - lost);
      assertNothingLost(one, run, serialOf(one));
    });
  }

  it('a fault in the first round of several leaves nothing marked: the CPU copies the whole batch', () => {
    const situation = FAULT_SITUATIONS[2] ?? assert.fail();
    const one: FaultCase = { path: 'precopy', mode: 'MIGRATE_ASYNC', situation, faults: [] };
    const healthy = playFaults(one);
    assert.equal(healthy.dma.fallbackFolios, 0);
    const run = playFaults(one, { faults: [{ stage: 'error-completion', first: 0, every: 0 }] });
    assert.equal(run.dma.fallbackFolios, 512);
    assert.equal(run.dma.foliosMigrated, run.folioCount - 512);
  });

  it('loses nothing under any plan', () => {
    const plan = fc.record({
      stage: fc.constantFrom(...FAULT_STAGES),
      first: fc.nat(8),
      every: fc.nat(4),
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...OFFLOADING),
        fc.constantFrom('MIGRATE_ASYNC' as const, 'MIGRATE_SYNC' as const, 'MIGRATE_SYNC_LIGHT' as const),
        fc.constantFrom(...FAULT_SITUATIONS),
        fc.array(plan, { maxLength: 4 }),
        fc.record({
          channels: fc.integer({ min: 1, max: 16 }),
          divider: fc.constantFrom('folios' as const, 'bytes' as const, 'stealing' as const),
          completion: fc.constantFrom('interrupt' as const, 'poll' as const),
          batchPages: fc.constantFrom(64, 512, 2048),
        }),
        (path, mode, situation, faults, config) => {
          const one: FaultCase = { path, mode, situation, faults };
          assertNothingLost(one, playFaults(one, config), playFaults(one, { ...config, path: 'serial' }));
        },
      ),
      { numRuns: 150 },
    );
  }).timeout(120_000);
});

/** The channels that copied in each batch, in order. */
function channelsByBatch({ segments }: Run): string[] {
  const used = new Map<number, Set<number>>();
  segments.kind.forEach((code, i) => {
    if (!(SEGMENT_KINDS[code] ?? '').startsWith('remoteCopy')) return;
    const batch = segments.batch[i] ?? 0;
    const channels = used.get(batch) ?? new Set<number>();
    used.set(batch, channels.add(segments.channel[i] ?? 0));
  });
  return [...used]
    .sort(([a], [b]) => a - b)
    .map(([, channels]) => [...channels].sort((a, b) => a - b).join(','));
}
