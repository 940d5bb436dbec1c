/** DMA device presets: every number with its source, and what a machine becomes with one. */
import { strict as assert } from 'node:assert';
import { CostModel } from '../../../src/engine/machine/costModel';
import type { CostName } from '../../../src/engine/machine/costs';
import type { Setting } from '../../../src/engine/machine/machine';
import { DEVICE_COSTS } from '../../../src/engine/machine/presets/devices/devicePreset';
import { DEVICE_PRESETS } from '../../../src/engine/machine/presets/devices/registry';
import { deviceOf, withDevice } from '../../../src/engine/machine/presets/devices/withDevice';
import { PRESETS } from '../../../src/engine/machine/presets/registry';
import { SERIES_V3_ZEN3 } from '../../../src/engine/machine/presets/seriesV3Zen3';
import { ZEN5_CXL } from '../../../src/engine/machine/presets/zen5Cxl';
import { parseMachineFile } from '../../../src/engine/machine/machineFile';
import { reasonCode } from '../../../src/engine/kernel/modes';
import { simulate } from '../../../src/engine/sim/simulate';
import { spanOfRow } from '../../../src/engine/folio/span';
import { workloadOf } from '../../support/workloads';

const preset = (name: string) => {
  const found = DEVICE_PRESETS[name];
  assert.ok(found);
  return found;
};
/** Costs of a machine that are not those of the v3 machine. */
const changed = (machine: typeof SERIES_V3_ZEN3) =>
  (Object.keys(machine.costs) as CostName[]).filter(
    (cost) => machine.costs[cost] !== SERIES_V3_ZEN3.costs[cost],
  );

describe('DMA device presets', () => {
  for (const [name, device] of Object.entries(DEVICE_PRESETS)) {
    it(`${name}: every number has a source, and bandwidths are such`, () => {
      assert.equal(device.name, name);
      const settings: readonly [string, Setting<unknown>][] = [
        ...Object.entries(device.shape),
        ...Object.entries(device.costs),
      ];
      assert.deepEqual(Object.keys(device.costs).sort(), [...DEVICE_COSTS].sort());
      for (const [what, { source }] of settings) assert.ok(source.length > 15, what);
      for (const bandwidth of ['channelBandwidth', 'engineBandwidth', 'engineLink', 'dmaBandwidth'] as const)
        assert.ok(device.costs[bandwidth].value > 0, bandwidth);
      const { inFlight, completionWindow } = device.shape;
      assert.ok(completionWindow.value <= inFlight.value, 'only what is in flight can complete');
    });

    it(`${name}: a machine with one plays an offloaded call`, () => {
      const machine = withDevice(SERIES_V3_ZEN3, name);
      const run = simulate(workloadOf({ runs: [{ count: 100 }, { count: 2, order: 9 }] }), {
        machine,
        config: { path: 'dcbm-v3', kernel: '7.2', channels: 16, runs: 1 },
      });
      assert.equal(run.dma.descriptors, 102);
      assert.equal(run.dma.fallbackFolios, 0);
      assert.ok(run.channels.every((channel) => channel.startsWith(`${name}0chan`)));
    });
  }

  it('withDevice puts devices and their costs in place of the machine’s own, and nothing else', () => {
    const machine = withDevice(SERIES_V3_ZEN3, 'dsa', 2);
    assert.equal(machine.name, 'series-v3-zen3+2xdsa');
    assert.deepEqual(
      machine.dmaDevices.map(({ name, channels, engines }) => [name, channels, engines]),
      [
        ['dsa0', 8, 1],
        ['dsa1', 8, 1],
      ],
    );
    assert.equal(machine.costs.engineLink.value, 2 * preset('dsa').costs.engineLink.value);
    assert.ok(changed(machine).every((cost) => (DEVICE_COSTS as readonly CostName[]).includes(cost)));
    assert.deepEqual(machine.costs.sgMap, SERIES_V3_ZEN3.costs.sgMap);
    assert.equal(SERIES_V3_ZEN3.dmaDevices[0]?.name, 'ptdma');
  });

  it('a limit that the machine sets does not grow with the number of devices', () => {
    const link = (count: number) => withDevice(SERIES_V3_ZEN3, 'sdxi', count).costs.engineLink.value;
    assert.equal(link(16), link(1));
  });

  it('says which devices there are when asked for another, or for none', () => {
    assert.throws(
      () => withDevice(SERIES_V3_ZEN3, 'toaster'),
      /no DMA device named toaster.*ptdma, sdxi, dsa/,
    );
    assert.throws(() => withDevice(SERIES_V3_ZEN3, 'constructor'), RangeError);
    for (const count of [0, 1.5, NaN])
      assert.throws(() => withDevice(SERIES_V3_ZEN3, 'dsa', count), RangeError);
  });

  it('PTDMA is what the v3 machine has: the same run', () => {
    const own = SERIES_V3_ZEN3.dmaDevices[0];
    assert.deepEqual(deviceOf(preset('ptdma'), { name: 'ptdma' }), own);
    const play = (machine: typeof SERIES_V3_ZEN3) =>
      simulate(workloadOf({ runs: [{ count: 512 }] }), {
        machine,
        config: { path: 'dcbm-v3', kernel: '7.2', channels: 16, runs: 1 },
      }).end;
    assert.equal(play(withDevice(SERIES_V3_ZEN3, 'ptdma')), play(SERIES_V3_ZEN3));
  });

  it('only engines that work on several descriptors may complete out of order', () => {
    const shapes = Object.fromEntries(
      Object.entries(DEVICE_PRESETS).map(([name, { shape }]) => [
        name,
        [shape.inFlight.value, shape.completionWindow.value, shape.interrupts.value],
      ]),
    );
    assert.deepEqual(shapes, {
      ptdma: [1, 1, 'per-descriptor'],
      sdxi: [4, 4, 'per-list'],
      dsa: [4, 4, 'per-list'],
      ioat: [1, 1, 'per-list'],
    });
  });

  it('another number of channels has engines in proportion and its share of a shared queue', () => {
    const of = (name: string, channels: number) => deviceOf(preset(name), { name, channels });
    assert.deepEqual(
      [1, 2, 4, 16].map((channels) => of('ptdma', channels).engines),
      [1, 1, 2, 8],
    );
    assert.deepEqual(
      [1, 2, 8, 256].map((channels) => of('dsa', channels).queueDepth),
      [64, 64, 16, 1],
    );
    assert.equal(of('sdxi', 16).queueDepth, 512);
    assert.equal(of('ptdma', 16).queueDepth, null);
  });
});

describe('zen5-9655-cxl', () => {
  const folio = (from: number, to: number) => ({
    ...spanOfRow(workloadOf({ runs: [{ count: 1, order: 9 }] }).folioRuns, 0, 0).of,
    from,
    to,
  });
  const costs = new CostModel(ZEN5_CXL, {
    pages: 512,
    reason: reasonCode('demotion'),
    mmCpus: 1,
    iommu: 'lazy',
  });
  const published = [
    { way: 'DRAM to DRAM', from: 0, to: 1, byPage: 18.65, whole: 38.03 },
    { way: 'DRAM to CXL', from: 0, to: 2, byPage: 25.46, whole: 39.29 },
    { way: 'CXL to DRAM', from: 2, to: 0, byPage: 20.61, whole: 35.07 },
  ];

  for (const { way, from, to, byPage, whole } of published) {
    it(`copies 2 MB folios from ${way} as published: page by page, and in one`, () => {
      const gbps = (2 ** 21 * 1000) / costs.copy(folio(from, to));
      assert.ok(Math.abs(gbps / byPage - 1) < 0.001, `${gbps} GB/s`);
      const pair = ZEN5_CXL.pairs.find((candidate) => candidate.from === from && candidate.to === to);
      assert.equal(pair?.copyMemory?.value, whole);
    });
  }

  it('needs a cost per page for each pair: one for all would be 13 % off or more somewhere', () => {
    const worst = (page: number) =>
      Math.max(...published.map(({ byPage, whole }) => Math.abs(4096 / (4096 / whole + page) / byPage - 1)));
    const best = Math.min(...Array.from({ length: 200 }, (_, ns) => worst(ns)));
    assert.ok(best > 0.13, `${best}`);
  });

  it('has a memory node without CPUs, and says of every other cost that it is taken from elsewhere', () => {
    assert.deepEqual(ZEN5_CXL.nodes[2], { id: 2, memory: 'cxl', cpus: [], memoryBytes: null });
    assert.equal(new Set(ZEN5_CXL.nodes.flatMap(({ cpus }) => cpus)).size, 384);
    const own: ReadonlySet<CostName> = new Set([
      'lastLevelCache',
      'copyMemory',
      'copyPage',
      'copyResident',
      'threadBandwidth',
      'ccdLink',
      'threadLink',
    ] as const);
    for (const name of Object.keys(ZEN5_CXL.costs) as CostName[]) {
      if (own.has(name) || (DEVICE_COSTS as readonly CostName[]).includes(name)) continue;
      assert.match(ZEN5_CXL.costs[name].source, /^Taken from series-v3-zen3, not published/, name);
      assert.equal(ZEN5_CXL.costs[name].kind, 'assumed', name);
    }
  });

  it('may be extended in a machine file with another device', () => {
    const text = '{ "extends": "zen5-9655-cxl", "dmaDevices": [{ "preset": "dsa", "node": 0 }] }';
    const { value, problems } = parseMachineFile(text, PRESETS);
    assert.deepEqual(problems, []);
    assert.deepEqual(value?.pairs, ZEN5_CXL.pairs);
    assert.equal(value?.dmaDevices[0]?.name, 'dsa');
    assert.equal(value?.dmaDevices[0]?.node, 0);
  });
});
