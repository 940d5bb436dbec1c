/** The oracle against closed forms worked out by hand from docs/MODEL.md: scatter-list offload. */
import { strict as assert } from 'node:assert';
import type { CostName } from '../../../src/engine/machine/costs';
import type { CallOfRuns } from '../../support/workloads';
import { endsOf, machineWith, PAGE, play } from './closedForms';
import { divide, takeChunk } from './oracleDivide';
import type { OracleFolio } from './oracleFolio';

/** What a scatter-list offload costs its caller, ns. */
const SOFTWARE = {
  channelSetup: 1000,
  sgMap: 10,
  sgSubmit: 7,
  channelIssue: 100,
  wakeup: 500,
  sgUnmap: 3,
  channelAbort: 2000,
};

/** A folio of each number of base pages. */
const folios = (...pages: readonly number[]) => pages.map((count) => ({ pages: count }) as OracleFolio);
const counts = (shares: readonly (readonly OracleFolio[])[]) => shares.map((share) => share.length);

describe('engine: the oracle itself, offload', () => {
  it('divides one batch over four channels', () => {
    const machine = machineWith({ ...SOFTWARE, channelBandwidth: 1 });
    const run = play(machine, { path: 'dcbm-v3', channels: 4 }, { runs: [{ count: 10 }] });
    // 2, 3, 2, 3: the last channel begins last and has the most.
    const submitted = 4 * 1000 + 10 * 17 + 4 * 100;
    const end = (submitted + 500 + 10 * 3) * 1000 + 3 * PAGE;
    assert.deepEqual(endsOf(run), [end]);
    assert.deepEqual(run.dma.busy.slice(0, 5), [2 * PAGE, 3 * PAGE, 2 * PAGE, 3 * PAGE, 0]);
    assert.equal(run.dma.slept, 3 * PAGE);
    assert.equal(run.dma.foliosMigrated, 10);
    assert.equal(run.dma.interrupts, 4);
    assert.equal(run.wasBound, false);
  });

  it('shares an engine between two channels, and all engines between all', () => {
    const run = (costs: Partial<Record<CostName, number>>) =>
      play(
        machineWith({ ...costs, channelBandwidth: 1 }, { channels: 4, engines: 2 }),
        { path: 'precopy', channels: 4 },
        { runs: [{ count: 8 }] },
      );
    assert.deepEqual(endsOf(run({})), [2 * PAGE]);
    assert.deepEqual(endsOf(run({ engineBandwidth: 1 })), [4 * PAGE]);
    assert.deepEqual(endsOf(run({ engineBandwidth: 1, engineLink: 1 })), [8 * PAGE]);
  });

  it('keeps several descriptors of a channel in flight', () => {
    const machine = (inFlight: number) =>
      machineWith({ channelBandwidth: 1, engineDescriptor: 4096 }, { inFlight });
    const end = (inFlight: number) =>
      play(machine(inFlight), { path: 'precopy' }, { runs: [{ count: 8 }] }).end;
    // d = x: two at once hide all of d.
    assert.equal(end(1), 16 * PAGE);
    assert.equal(end(2), 8 * PAGE);
    assert.equal(end(4), 8 * PAGE);
  });

  it('fills queues of three in rounds', () => {
    const machine = machineWith({ ...SOFTWARE, channelBandwidth: 1, iotlbFlush: 40 }, { queueDepth: 3 });
    const run = play(machine, { path: 'precopy', channels: 2, iommu: 'strict' }, { runs: [{ count: 14 }] });
    // 7 and 7: 3 + 3, 3 + 3, 1 + 1. The second channel is issued last and ends last.
    const round = (n: number) => (2 * n * 20 + 2 * 100 + 500 + 2 * 80) * 1000 + n * PAGE;
    assert.deepEqual(endsOf(run), [2 * 1000 * 1000 + round(3) + round(3) + round(1)]);
    assert.equal(run.dma.interrupts, 6);
  });

  it('polls until it has seen the end', () => {
    const machine = machineWith({ ...SOFTWARE, pollCheck: 40, channelBandwidth: 1 });
    const run = play(machine, { path: 'precopy', completion: 'poll' }, { runs: [{ count: 2 }] });
    assert.deepEqual(endsOf(run), [(1000 + 34 + 100 + 40 + 6) * 1000 + 2 * PAGE]);
    assert.equal(run.dma.slept, 0);
    assert.equal(run.dma.interrupts, 0);
  });

  it('leaves a second lane the channels that the first does not hold, and refuses it where there are none', () => {
    const machine = machineWith({ ...SOFTWARE, channelBandwidth: 1, copyMemory: 2 }, { channels: 3 });
    const calls = [1, 2, 3].map((pid) => ({ pid, runs: [{ count: 6 }] }));
    const run = play(machine, { path: 'precopy', channels: 2 }, ...calls);
    // The first has two channels, the second one, the third copies by itself.
    assert.equal(run.dma.refusedBatches, 1);
    assert.equal(run.dma.failures['no-channel'], 1);
    assert.equal(run.dma.fallbackFolios, 6);
    assert.deepEqual(endsOf(run), [
      (2 * 1000 + 6 * 20 + 2 * 100 + 500) * 1000 + 3 * PAGE,
      (1000 + 6 * 20 + 100 + 500) * 1000 + 6 * PAGE,
      3 * PAGE,
    ]);
  });

  it('waits ten seconds for a channel that hangs, after the channels before it', () => {
    const machine = machineWith({ ...SOFTWARE, channelBandwidth: 1, copyMemory: 2 });
    const faults = [{ stage: 'timeout' as const, first: 0, every: 0 }];
    const run = play(machine, { path: 'precopy', channels: 2, faults }, { runs: [{ count: 8 }] });
    // Channel 0 hangs: 10 s from the last issue, the caller wakes up, then abort, release, and 8 copies by the CPU.
    const expected = 10_000_000_000 + 2 * 1000 + 8 * 17 + 2 * 100 + 500 + 2000 + 8 * 3;
    assert.deepEqual(endsOf(run), [expected * 1000 + 4 * PAGE]);
    assert.equal(run.dma.failures.timeout, 1);
    assert.equal(run.dma.foliosFailures, 8);
    assert.equal(run.dma.fallbackFolios, 8);
    assert.equal(run.calls[0]?.stats.nr_succeeded, 8);
  });

  it('takes back what was mapped before a channel could not be submitted', () => {
    const machine = machineWith({ ...SOFTWARE, channelBandwidth: 1 });
    const faults = [{ stage: 'submit-error' as const, first: 1, every: 0 }];
    const run = play(
      machine,
      { path: 'precopy', channels: 3, faults, batchPages: 9 },
      { runs: [{ count: 18 }] },
    );
    // The second attempt fails at channel 1: 3 folios submitted, 3 more mapped, 1 of these submitted.
    const good = 3 * 1000 + 9 * 20 + 3 * 100 + 500;
    const bad = 2 * 1000 + 6 * 10 + 4 * 7 + 2 * 2000 + 6 * 3;
    assert.equal(Math.round(run.end / 1000), good + 3 * 4096 + bad);
    assert.equal(run.dma.foliosMigrated, 9);
    assert.equal(run.dma.foliosFailures, 9);
  });

  it('does without a channel that was lost', () => {
    const machine = machineWith({ channelBandwidth: 1 }, { channels: 2 });
    const faults = [{ stage: 'channel-lost' as const, first: 0, every: 0 }];
    const run = play(
      machine,
      { path: 'precopy', channels: 2, faults, batchPages: 8 },
      { runs: [{ count: 16 }] },
    );
    // Two of its four folios, then channel 1 has all eight of the second batch.
    assert.deepEqual(run.dma.busy, [2 * PAGE, 12 * PAGE]);
    assert.equal(run.dma.foliosFailures, 8);
    assert.equal(run.dma.foliosMigrated, 8);
  });

  it('copies one batch while the next is unmapped (async)', () => {
    // Unmapping 8 folios takes 8 × 1000 ns, copying them 8 × 4096 ns.
    const machine = machineWith({ channelBandwidth: 1, folioAlloc: 1000 });
    const call = { runs: [{ count: 16 }] };
    const inTurn = play(machine, { path: 'precopy', batchPages: 8 }, call);
    const beside = play(machine, { path: 'async', batchPages: 8 }, call);
    assert.deepEqual(endsOf(inTurn), [2 * (8_000_000 + 8 * PAGE)]);
    // The second list queues behind the first: the engine is never idle.
    assert.deepEqual(endsOf(beside), [8_000_000 + 16 * PAGE]);
    assert.deepEqual(
      beside.calls[0]?.batches.map(({ kind, start, end }) => [kind, start, end]),
      [
        ['batch', 0, 8_000_000],
        ['batch', 8_000_000, 16_000_000],
        ['finish', 16_000_000, 8_000_000 + 8 * PAGE],
        ['finish', 8_000_000 + 8 * PAGE, 8_000_000 + 16 * PAGE],
      ],
    );
  });

  it('copies again what was written meanwhile (speculative)', () => {
    const machine = machineWith({ channelBandwidth: 1, copyMemory: 4 });
    const run = (writeRate: number) =>
      play(machine, { path: 'speculative', writeRate }, { runs: [{ count: 100 }] });
    // T = 409.6 µs; a rate of ln 2 / T gives half of them a write.
    const half = run(Math.LN2 / 409.6e-6);
    assert.equal(half.dma.rewrittenFolios, 50);
    assert.deepEqual(endsOf(half), [100 * PAGE + (50 * PAGE) / 4]);
    assert.equal(run(0).dma.rewrittenFolios, 0);
    assert.equal(run(1e9).dma.rewrittenFolios, 100);
  });

  it('takes chunks of what is left by whichever channel is free', () => {
    const left = folios(1, 1, 1, 1, 1, 1, 1, 1, 1, 1);
    const chunks: number[] = [];
    while (left.length > 0) chunks.push(takeChunk(left, 2).length);
    assert.deepEqual(chunks, [3, 2, 2, 1, 1, 1]);
    // Two channels in step, the lower first: 3, 2, 1 and 2, 2, 1 … but the second is free first after its two.
    const machine = machineWith({ channelBandwidth: 1, channelIssue: 8 });
    const config = { path: 'precopy', channels: 2, divider: 'stealing' } as const;
    const run = play(machine, config, { runs: [{ count: 10 }] });
    // Channel 0 issued at 8 ns: 3 until 3 P + 8, then 1 until 4 P + 16, then 1 until 5 P + 24.
    // Channel 1 issued at 16 ns: 2 until 2 P + 16, 2 until 4 P + 24, 1 until 5 P + 32.
    assert.deepEqual(run.dma.busy.slice(0, 2), [5 * PAGE + 16_000, 5 * PAGE + 16_000]);
    assert.deepEqual(endsOf(run), [5 * PAGE + 32_000]);
  });

  it('divides by number, or by bytes', () => {
    assert.deepEqual(counts(divide(folios(1, 1, 1, 1, 1, 1, 1, 1, 1, 1), 4, 'folios')), [2, 3, 2, 3]);
    assert.deepEqual(counts(divide(folios(8, 1, 1, 1, 1, 1, 1, 1, 1), 2, 'bytes')), [1, 8]);
    assert.deepEqual(counts(divide(folios(512, 1, 1), 3, 'bytes')), [1, 0, 2]);
  });

  it('counts what v2 copies again twice, and nothing else does', () => {
    const faults = [{ stage: 'error-completion' as const, first: 0, every: 0 }];
    for (const path of ['dcbm-v2', 'dcbm-v3', 'precopy-v4', 'precopy', 'async', 'speculative'] as const) {
      const run = play(machineWith({}), { path, faults }, { runs: [{ count: 20 }] });
      assert.equal(run.calls[0]?.stats.nr_succeeded, path === 'dcbm-v2' ? 40 : 20, path);
      assert.equal(run.dma.fallbackFolios, 20, path);
    }
  });

  it('copies pinned folios for nothing in v4, twice in SYNC, and not at all in v6', () => {
    const call: CallOfRuns = { mode: 'MIGRATE_SYNC', runs: [{ count: 5 }, { count: 2, fate: 'pinned-get' }] };
    assert.equal(play(machineWith({}), { path: 'precopy-v4' }, call).dma.wastedCopies, 4);
    assert.equal(play(machineWith({}), { path: 'precopy' }, call).dma.wastedCopies, 0);
  });

  it('decides by the predicted time (adaptive)', () => {
    const machine = machineWith({ channelSetup: 10_000, channelBandwidth: 2, copyMemory: 1 });
    const at = (count: number) => play(machine, { path: 'adaptive' }, { runs: [{ count }] }).dma;
    // n × 4096 ns by the CPU, 10,000 + n × 2048 by one channel: five pay.
    assert.equal(at(4).declinedBatches, 1);
    assert.equal(at(5).declinedBatches, 0);
    assert.equal(at(5).foliosMigrated, 5);
  });
});
