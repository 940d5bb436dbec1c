/** Machines and plays simple enough to be worked out by hand, for the suites of the oracle itself. */
import type { CostName } from '../../../src/engine/machine/costs';
import { COSTS } from '../../../src/engine/machine/costs';
import type { DmaDevice, Machine, Quantity } from '../../../src/engine/machine/machine';
import { RFC_V1_ZEN3 } from '../../../src/engine/machine/presets/rfcV1Zen3';
import { DEFAULT_CONFIG } from '../../../src/engine/sim/simulate';
import type { RunConfig } from '../../../src/engine/sim/run';
import type { CallOfRuns } from '../../support/workloads';
import { workloadOf } from '../../support/workloads';
import type { OracleRun } from './oracle';
import { playOracle } from './oracle';

/** ps of 4 KiB at 1 GB/s. */
export const PAGE = 4_096_000;

/** A machine on which nothing takes time or is narrow but what is named: ns and GB/s. */
export function machineWith(
  costs: Partial<Record<CostName, number>>,
  device: Partial<DmaDevice> = {},
): Machine {
  const quantities = Object.fromEntries(
    (Object.keys(COSTS) as CostName[]).map((name): [CostName, Quantity] => {
      const value = costs[name] ?? (COSTS[name].unit === 'ns' ? 0 : 1e9);
      return [name, { value, kind: 'assumed', source: 'test' }];
    }),
  ) as Record<CostName, Quantity>;
  quantities.lastLevelCache = { value: 1, kind: 'assumed', source: 'test' };
  const channels = device.channels ?? 16;
  const whole: DmaDevice = {
    name: 'dma',
    driver: 'test',
    node: null,
    channels,
    engines: channels,
    queueDepth: null,
    inFlight: 1,
    completionWindow: 1,
    interrupts: 'per-list',
    ...device,
  };
  const iommu = { value: 'off' as const, kind: 'assumed' as const, source: 'test' };
  return { ...RFC_V1_ZEN3, iommu, costs: quantities, dmaDevices: [whole] };
}

export function play(
  machine: Machine,
  config: Partial<RunConfig>,
  ...calls: readonly CallOfRuns[]
): OracleRun {
  const asynchronous = calls.map((call) => ({ mode: 'MIGRATE_ASYNC' as const, ...call }));
  return playOracle(workloadOf(...asynchronous), machine, {
    ...DEFAULT_CONFIG,
    kernel: '6.12',
    runs: 1,
    ...config,
  });
}

export const endsOf = ({ calls }: OracleRun) =>
  calls.toSorted((a, b) => a.lane - b.lane || a.turn - b.turn).map(({ now }) => now);
