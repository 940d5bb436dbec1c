/** Small workloads for the engine's suites. */
import { GrowableTable } from '../../src/base/columns';
import type { FolioFate, FolioKind, FolioMapping, Workload } from '../../src/engine/folio/workload';
import {
  CALL_FLAGS,
  CALL_SCHEMA,
  FOLIO_FATES,
  FOLIO_KINDS,
  FOLIO_MAPPINGS,
  FOLIO_RUN_SCHEMA,
} from '../../src/engine/folio/workload';
import type { MigrateMode, MigrateReason } from '../../src/engine/kernel/modes';
import { modeCode, reasonCode } from '../../src/engine/kernel/modes';
import { RFC_V1_ZEN3 } from '../../src/engine/machine/presets/rfcV1Zen3';
import type { Run, RunConfig } from '../../src/engine/sim/run';
import { ConfigError, resolveConfig, simulate } from '../../src/engine/sim/simulate';

export interface RunOfFolios {
  count: number;
  order?: number;
  kind?: FolioKind;
  fate?: FolioFate;
  mapping?: FolioMapping;
  mappings?: number;
  partsMoved?: number;
  partsFailed?: number;
  address?: number;
}

export interface CallOfRuns {
  mode?: MigrateMode;
  reason?: MigrateReason;
  mmCpus?: number;
  pid?: number;
  runs: readonly RunOfFolios[];
}

/** A described workload: the calls in order, all of one task unless a pid is given. */
export function workloadOf(...described: readonly CallOfRuns[]): Workload {
  const calls = new GrowableTable(CALL_SCHEMA);
  const runs = new GrowableTable(FOLIO_RUN_SCHEMA);
  for (const call of described) {
    const row = calls.push();
    const c = calls.columns;
    c.endNs[row] = NaN;
    c.pid[row] = call.pid ?? 1;
    c.mode[row] = modeCode(call.mode ?? 'MIGRATE_SYNC');
    c.reason[row] = reasonCode(call.reason ?? 'syscall_or_cpuset');
    c.flags[row] = CALL_FLAGS.described;
    c.mmCpus[row] = call.mmCpus ?? 1;
    c.firstRun[row] = runs.length;
    c.runCount[row] = call.runs.length;
    for (const run of call.runs) {
      const at = runs.push();
      const r = runs.columns;
      const order = run.order ?? 0;
      const mapping = run.mapping ?? (order === 9 && run.kind !== 'hugetlb' ? 'pmd' : 'pte');
      r.count[at] = run.count;
      r.order[at] = order;
      r.kind[at] = FOLIO_KINDS.indexOf(run.kind ?? 'anon');
      r.fate[at] = FOLIO_FATES.indexOf(run.fate ?? 'movable');
      r.mapping[at] = FOLIO_MAPPINGS.indexOf(mapping);
      r.mappings[at] = mapping === 'none' ? 0 : (run.mappings ?? 1);
      r.address[at] = run.address ?? -1;
      r.from[at] = 1;
      r.to[at] = 0;
      r.partsMoved[at] = run.partsMoved ?? 0;
      r.partsFailed[at] = run.partsFailed ?? 0;
    }
  }
  return { calls: calls.finish(), folioRuns: runs.finish(), comms: [''] };
}

/** Whether a design can be played by a kernel's rules at all. */
export function isPlayable(config: Partial<RunConfig>): boolean {
  try {
    resolveConfig(config);
    return true;
  } catch (error) {
    if (error instanceof ConfigError) return false;
    throw error;
  }
}

/** Plays one call on the RFC's machine. */
export function playOne(call: CallOfRuns, config: Partial<RunConfig> = {}): Run {
  return simulate(workloadOf(call), { machine: RFC_V1_ZEN3, config: { kernel: '6.12', runs: 1, ...config } });
}
