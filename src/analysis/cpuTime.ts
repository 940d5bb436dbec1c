/** How much CPU time a run gives back: what its migrating CPUs slept, less what other CPUs did for them. */
import type { Run } from '../engine/sim/run';

export interface CpuTime {
  /** ps in migrate_pages(), over all calls. */
  readonly total: number;
  /** ps that migrating CPUs slept: for copies, locks and writeback. */
  readonly slept: number;
  /** ps that other CPUs worked: interrupt handlers, worker threads. */
  readonly elsewhere: number;
  /** (slept − elsewhere) / total; below 0 where the design costs more CPU time than it takes. */
  readonly givenBack: number;
}

export function cpuTimeOf(run: Run): CpuTime {
  const { calls, config, dma } = run;
  let total = 0;
  let slept = 0;
  for (let call = 0; call < calls.length; call++) {
    total += (calls.end[call] as number) - (calls.start[call] as number);
    slept += calls.slept[call] as number;
  }
  const workers = config?.path === 'threads' ? dma.busy.reduce((sum, busy) => sum + busy, 0) : 0;
  const elsewhere = workers + dma.interruptTime;
  return { total, slept, elsewhere, givenBack: total > 0 ? (slept - elsewhere) / total : 0 };
}
