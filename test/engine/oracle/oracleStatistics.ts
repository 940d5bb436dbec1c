/** The statistics of docs/MODEL.md, section 3: further plays of the workload at varied costs. */
import { createRng } from '../../../src/base/rng';
import type { MeanSd } from '../../../src/base/statistics';
import { meanSd } from '../../../src/base/statistics';
import type { Workload } from '../../../src/engine/folio/workload';
import type { Machine } from '../../../src/engine/machine/machine';
import { varyMachine } from '../../../src/engine/machine/vary';
import type { RunConfig, RunStatistics } from '../../../src/engine/sim/run';
import type { OracleRun } from './oracle';
import { playOracle } from './oracle';

export function oracleStatistics(
  workload: Workload,
  machine: Machine,
  config: RunConfig,
): { readonly statistics: RunStatistics; readonly wasBound: boolean } {
  const runs = Array.from({ length: config.runs }, (_, i) =>
    playOracle(workload, varyMachine(machine, createRng(config.seed + i)), config),
  );
  const plays = runs.map(sumsOf).filter(({ pages }) => pages > 0);
  const cyclesPerPs = machine.cpuHertz.value / 1e12;
  const over = (value: (sums: Sums) => number): MeanSd => meanSd(plays.map(value));
  const statistics = {
    migratePagesCycles: over(({ total, pages }) => (total * cyclesPerPs) / pages),
    folioCopyCycles: over(({ copy, pages }) => (copy * cyclesPerPs) / pages),
    fraction: over(({ total, copy }) => (total > 0 ? copy / total : 0)),
    // Bytes per nanosecond are GB/s.
    throughputGBps: over(({ total, pages }) => (total > 0 ? (pages * 4096) / (total / 1000) : 0)),
  };
  return { statistics, wasBound: runs.some((run) => run.wasBound) };
}

interface Sums {
  /** ps in migrate_pages(), and in its copies. */
  readonly total: number;
  readonly copy: number;
  /** Base pages moved. */
  readonly pages: number;
}

function sumsOf({ calls }: OracleRun): Sums {
  const sums = { total: 0, copy: 0, pages: 0 };
  for (const call of calls) {
    sums.total += call.now - call.start;
    sums.copy += call.phases.copy;
    sums.pages += call.stats.nr_succeeded;
  }
  return sums;
}
