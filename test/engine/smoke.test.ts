/** Smoke suite: every preset plays every design under every kernel's rules. */
import { strict as assert } from 'node:assert';
import { PRESETS } from '../../src/engine/machine/presets/registry';
import { PATHS } from '../../src/engine/kernel/copyPath/registry';
import { rulesForRelease } from '../../src/engine/kernel/rules/registry';
import { COPY_PATHS, KERNEL_RULES } from '../../src/engine/sim/run';
import { ConfigError, resolveConfig, simulate } from '../../src/engine/sim/simulate';
import { isPlayable, playOne, workloadOf } from '../support/workloads';

describe('engine: smoke', () => {
  for (const machine of Object.values(PRESETS)) {
    for (const path of COPY_PATHS) {
      for (const kernel of KERNEL_RULES) {
        if (!isPlayable({ path, kernel })) continue;
        it(`plays ${PATHS[path].title} under ${kernel} on ${machine.name}`, () => {
          const run = simulate(workloadOf({ runs: [{ count: 1000 }, { count: 2, order: 9 }] }), {
            machine,
            config: { path, kernel, runs: 2 },
          });
          assert.equal(run.totals.nr_succeeded, 2024);
          assert.ok(run.end > 0);
          assert.ok((run.statistics?.fraction.mean ?? 0) > 0);
        });
      }
    }
  }

  for (const path of COPY_PATHS.filter((design) => design !== 'serial')) {
    it(`refuses ${PATHS[path].title} under 6.1, and says what to choose`, () => {
      assert.throws(
        () => resolveConfig({ path, kernel: '6.1' }),
        (error: unknown) =>
          error instanceof ConfigError &&
          error.message.includes(path) &&
          /Choose the design serial, or the rules of 6\.8/.test(error.message),
      );
      assert.equal(isPlayable({ path, kernel: '6.1' }), false);
      assert.equal(resolveConfig({ path }).kernel, '6.8');
    });
  }

  it('copies twice in dcbm v1 as posted: the engine’s bytes equal the CPU’s second copy', () => {
    const run = playOne({ runs: [{ count: 512 }] }, { path: 'dcbm-v1', kernel: '6.8' });
    assert.equal(run.dma.bytes, 512 * 4096);
    assert.equal(run.dma.descriptors, 512);
    const batched = playOne({ runs: [{ count: 512 }] }, { path: 'batch-cpu', kernel: '6.8' });
    assert.ok((run.calls.copy[0] as number) > (batched.calls.copy[0] as number));
  });

  it('never offloads large folios in dcbm v1', () => {
    const run = playOne({ runs: [{ count: 4, order: 9 }] }, { path: 'dcbm-v1', kernel: '6.8' });
    assert.equal(run.dma.descriptors, 0);
    assert.equal(run.dma.fallbackFolios, 4);
    assert.equal(run.totals.nr_thp_succeeded, 4);
  });

  it('falls back to the CPU on a machine without a DMA channel, and says so', () => {
    const machine = Object.values(PRESETS)[0];
    assert.ok(machine);
    const run = simulate(workloadOf({ runs: [{ count: 600 }] }), {
      machine: { ...machine, dmaDevices: [] },
      config: { path: 'dcbm-v1', runs: 1 },
    });
    assert.equal(run.totals.nr_succeeded, 600);
    assert.equal(run.dma.descriptors, 0);
    assert.equal(run.dma.refusedBatches, 2);
    assert.equal(run.dma.fallbackFolios, 600);
  });

  it('finds the rules for a kernel release', () => {
    assert.equal(rulesForRelease('6.12.107+deb13-cloud-amd64'), '6.12');
    assert.equal(rulesForRelease('6.8.0'), '6.8');
    assert.equal(rulesForRelease('6.18.44'), '7.2');
    assert.equal(rulesForRelease('7.2.13'), '7.2');
    assert.equal(rulesForRelease('6.1.192'), '6.1');
    assert.equal(rulesForRelease('5.15.0-91-generic'), '6.1');
    assert.equal(rulesForRelease('6.10.14'), '6.8');
    assert.equal(rulesForRelease(null), '6.8');
  });
});
