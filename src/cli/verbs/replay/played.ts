/** What a replay came to, once for the document and for the table. */
import type { Latency } from '../../../analysis/latency';
import { latencyOf } from '../../../analysis/latency';
import type { ReplayNodes } from '../../../analysis/replay';
import { agreement } from '../../../analysis/replay';
import type { ReplayVmstatOptions } from '../../../analysis/vmstat';
import { replayVmstat } from '../../../analysis/vmstat';
import type { Vmstat } from '../../../engine/kernel/vmstat';
import type { Phase, Run } from '../../../engine/sim/run';
import { PHASES } from '../../../engine/sim/run';
import type { MigrationTrace } from '../../../trace/model';

/** ns. */
interface CpuTime {
  readonly busy_ns: number;
  /** Of the callers, for whatever reason. busy and sleep add up to the time in migrate_pages(). */
  readonly sleep_ns: number;
  /** While others copied; until another task gave up a folio lock, or a writeback ended. */
  readonly sleepFor_ns: { readonly copies: number; readonly locks: number };
  /** The sleep, less what interrupt handlers and worker threads took of other CPUs; at least 0. */
  readonly freed_ns: number;
}

export interface Played {
  readonly trace: MigrationTrace;
  readonly run: Run;
  readonly nodes: ReplayNodes;
  readonly vmstat: Vmstat;
  readonly agrees: boolean | null;
  readonly latency: Latency | null;
  readonly phases_ns: Readonly<Record<Phase, number>>;
  /** The sum of `phases_ns` in their order, to the bit: the time in migrate_pages(). */
  readonly total_ns: number;
  readonly cpu: CpuTime;
  /** Busy time of the busiest DMA channel over the mean of those used; null where none was. */
  readonly imbalance: number | null;
  readonly wall_ms: number;
}

export function playedOf(
  trace: MigrationTrace,
  run: Run,
  options: { nodes: ReplayNodes; vmstat: ReplayVmstatOptions; wall_ms: number },
): Played {
  const phases_ns = Object.fromEntries(PHASES.map((phase) => [phase, sumNs(run.calls[phase])])) as Record<
    Phase,
    number
  >;
  const total_ns = PHASES.reduce((sum, phase) => sum + phases_ns[phase], 0);
  return {
    trace,
    run,
    nodes: options.nodes,
    vmstat: replayVmstat(trace, run, options.vmstat),
    agrees: agreement(trace, run),
    latency: latencyOf(run),
    phases_ns,
    total_ns,
    cpu: cpuTime(run, total_ns),
    imbalance: imbalanceOf(run.dma.busy),
    wall_ms: options.wall_ms,
  };
}

function cpuTime(run: Run, total_ns: number): CpuTime {
  const slept = sumNs(run.calls.slept);
  const copies = run.dma.slept / 1000;
  const busy_ns = total_ns - slept;
  // Not `slept` itself: rounded so that the two add up to the total, to the bit.
  const sleep_ns = total_ns - busy_ns;
  return {
    busy_ns,
    sleep_ns,
    sleepFor_ns: { copies, locks: Math.max(0, sumNs(run.calls.slept, -run.dma.slept)) },
    freed_ns: Math.max(0, sleep_ns - (run.dma.interruptTime + workerTime(run)) / 1000),
  };
}

/** ps that worker threads copied: CPU time, unlike that of engines. */
function workerTime({ config, dma }: Run): number {
  return config?.path === 'threads' ? dma.busy.reduce((sum, ps) => sum + ps, 0) : 0;
}

function imbalanceOf(busy: readonly number[]): number | null {
  const used = busy.filter((ps) => ps > 0);
  if (used.length === 0) return null;
  const mean = used.reduce((sum, ps) => sum + ps, 0) / used.length;
  return used.reduce((most, ps) => Math.max(most, ps), 0) / mean;
}

/** ps are whole, so that their sum is exact. */
function sumNs(column: Float64Array, first = 0): number {
  return column.reduce((sum, ps) => sum + ps, first) / 1000;
}
