/** The vmstat counters of a replay: the kernel's own arithmetic, with what a trace says of who called. */
import type { Reclaimer } from '../engine/kernel/rules/kernelRules';
import { rulesForRelease } from '../engine/kernel/rules/registry';
import type { Vmstat } from '../engine/kernel/vmstat';
import { vmstatOf } from '../engine/kernel/vmstat';
import type { Run } from '../engine/sim/run';
import type { MigrationTrace } from '../trace/model';

export interface ReplayVmstatOptions {
  /** Whether NUMA balancing runs in memory tiering mode; null (default): not known. */
  readonly tiering?: boolean | null;
  /** Who reclaims; default: whom the task's name says. */
  readonly reclaimer?: Reclaimer;
  /** Calls that count. Default: all. */
  readonly counts?: (call: number) => boolean;
}

/** `run` is a replay, or the observed run, of `trace`. */
export function replayVmstat(trace: MigrationTrace, run: Run, options: ReplayVmstatOptions = {}): Vmstat {
  const { calls, comms } = trace.workload;
  const { tiering = null, reclaimer, counts } = options;
  return vmstatOf(run, {
    kernel: run.config?.kernel ?? rulesForRelease(trace.provenance.kernel),
    tiering,
    reclaimer: (call) => reclaimer ?? reclaimerOf(comms[calls.comm[call] as number] ?? ''),
    ...(counts !== undefined && { counts }),
  });
}

/** kswapd and khugepaged are threads of these names (current_is_kswapd(), current_is_khugepaged()); everyone else reclaims directly. */
function reclaimerOf(comm: string): Reclaimer {
  if (/^kswapd\d/.test(comm)) return 'kswapd';
  return comm === 'khugepaged' ? 'khugepaged' : 'direct';
}
