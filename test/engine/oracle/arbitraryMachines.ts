/** Random machines: costs, nodes, links and DMA devices. */
import fc from 'fast-check';
import type { CostName } from '../../../src/engine/machine/costs';
import { COSTS } from '../../../src/engine/machine/costs';
import type { DmaDevice, Machine, NodePair, Quantity } from '../../../src/engine/machine/machine';
import { IOMMU_MODES } from '../../../src/engine/machine/machine';
import { RFC_V1_ZEN3 } from '../../../src/engine/machine/presets/rfcV1Zen3';

const COST_NAMES = Object.keys(COSTS) as CostName[];
/** What several can be at: GB/s that are the capacity of something. */
const LINKS: readonly CostName[] = ['nodeLink', 'threadLink', 'ccdLink', 'engineLink', 'engineBandwidth'];
/** ns, in place of costs that the preset has at 0. */
const WHERE_ZERO = 30;
/** GB/s, more than all of a run can copy. */
const LOOSE = 1e6;

const quantity = (value: number): Quantity => ({ value, kind: 'assumed', source: 'drawn' });

const device: fc.Arbitrary<DmaDevice> = fc
  .record({
    name: fc.constantFrom('a', 'b'),
    size: fc.constantFrom([1, 1], [2, 1], [2, 2], [4, 2], [8, 4], [16, 8], [16, 2], [0, 0]),
    queueDepth: fc.constantFrom(null, null, 1, 3, 64),
    inFlight: fc.constantFrom(1, 2, 4),
    completionWindow: fc.constantFrom(1, 1, 4),
    interrupts: fc.constantFrom('per-descriptor' as const, 'per-list' as const),
  })
  .map(({ size: [channels = 0, engines = 0], ...rest }) => ({
    ...rest,
    driver: 'test',
    node: null,
    channels,
    engines,
  }));

const pair: fc.Arbitrary<NodePair> = fc
  .record({
    from: fc.nat(2),
    to: fc.nat(2),
    copyMemory: fc.option(fc.integer({ min: 1, max: 30 })),
    copyPage: fc.option(fc.integer({ min: 0, max: 100 })),
    nodeLink: fc.option(fc.integer({ min: 1, max: 60 })),
  })
  .map(({ from, to, copyMemory, copyPage, nodeLink }) => ({
    from,
    to,
    copyMemory: copyMemory === null ? null : quantity(copyMemory),
    ...(copyPage === null ? {} : { copyPage: quantity(copyPage) }),
    nodeLink: nodeLink === null ? null : quantity(nodeLink),
  }));

const SLIT = [
  [10, 20, 32],
  [20, 10, 25],
  [32, 25, 10],
];

/** `loose`: every link carries more than could be asked of it, so that times are sums of costs. */
export const machine: fc.Arbitrary<Machine> = fc
  .record({
    factors: fc.array(fc.double({ min: 0.2, max: 5, noNaN: true }), {
      minLength: COST_NAMES.length,
      maxLength: COST_NAMES.length,
    }),
    free: fc.subarray(
      COST_NAMES.filter((name) => COSTS[name].unit === 'ns'),
      { maxLength: 3 },
    ),
    loose: fc.oneof(
      { weight: 1, arbitrary: fc.constant([...LINKS]) },
      { weight: 2, arbitrary: fc.subarray([...LINKS]) },
    ),
    lock: fc.constantFrom(0, 0.1, 1, 20),
    cache: fc.constantFrom(2 ** 12, 2 ** 16, 2 ** 20, 2 ** 25),
    devices: fc.oneof(
      { weight: 4, arbitrary: fc.tuple(device) },
      { weight: 1, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.tuple(device, device) },
    ),
    pairs: fc.uniqueArray(pair, { maxLength: 2, selector: ({ from, to }) => `${from} ${to}` }),
    knowsDistances: fc.boolean(),
    measured: fc.constantFrom(null, 10, 32),
    iommu: fc.constantFrom(...IOMMU_MODES),
  })
  .map(({ factors, free, loose, lock, cache, devices, pairs, knowsDistances, measured, iommu }) => {
    const costs: Record<CostName, Quantity> = { ...RFC_V1_ZEN3.costs };
    COST_NAMES.forEach((name, i) => {
      const base = costs[name].value === 0 ? WHERE_ZERO : costs[name].value;
      const factor = (factors[i] ?? 1) * (name === 'allocLock' ? lock : 1);
      const drawn = free.includes(name) ? 0 : base * factor;
      costs[name] = quantity(name === 'lastLevelCache' ? cache : loose.includes(name) ? LOOSE : drawn);
    });
    const third = { id: 2, memory: 'cxl' as const, cpus: [], memoryBytes: null };
    return {
      ...RFC_V1_ZEN3,
      nodes: [...RFC_V1_ZEN3.nodes, third],
      distances: knowsDistances ? SLIT : null,
      measuredDistance: { ...RFC_V1_ZEN3.measuredDistance, value: measured },
      iommu: { ...RFC_V1_ZEN3.iommu, value: iommu },
      pairs,
      costs,
      dmaDevices: devices,
    };
  });
