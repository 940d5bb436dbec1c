/** A trace played through a design: how what the caller left open is resolved, and whether the result agrees. */
import { CALL_FLAGS } from '../engine/folio/workload';
import { rulesForRelease } from '../engine/kernel/rules/registry';
import type { MigrateTotals } from '../engine/kernel/totals';
import { TOTAL_NAMES, zeroTotals } from '../engine/kernel/totals';
import type { Machine } from '../engine/machine/machine';
import { DEFAULT_MACHINE, PRESETS } from '../engine/machine/presets/registry';
import type { Run, RunConfig } from '../engine/sim/run';
import { hasPlaceFor, resolveConfig, simulate } from '../engine/sim/simulate';
import { pagesOfOrder } from '../base/units';
import type { RunObserver } from '../engine/probe/observer';
import type { MigrationTrace } from '../trace/model';

/**
 * The configuration a replay runs under. Unless told otherwise, every design follows the rules of the
 * kernel that was recorded, so that designs differ in nothing else (those of v1, patches on 6.8, as if
 * carried over); a design that kernel has no place for follows 6.8's. Throws ConfigError where both are asked for.
 */
export function resolveReplay(trace: MigrationTrace, config: Partial<RunConfig>): RunConfig {
  const recorded = rulesForRelease(trace.provenance.kernel);
  return resolveConfig({
    kernel: hasPlaceFor(recorded, config.path ?? 'serial') ? recorded : '6.8',
    ...config,
  });
}

/** The machine a trace asks for, else the default one. */
export function machineOf(trace: MigrationTrace): Machine {
  return PRESETS[trace.machine?.preset ?? ''] ?? DEFAULT_MACHINE;
}

/** `observer` hears of the run while it is played. */
export function replay(
  trace: MigrationTrace,
  config: Partial<RunConfig>,
  machine: Machine | null,
  observer?: RunObserver,
): Run {
  return simulate(trace.workload, {
    machine: machine ?? machineOf(trace),
    config: resolveReplay(trace, config),
    provenance: { input: trace.provenance.source, sha256: trace.provenance.sha256 },
    ...(observer !== undefined && { observer }),
  });
}

/** Nodes that all folios are taken to be on, and to go to; null: as the trace says. */
export interface ReplayNodes {
  readonly from: number | null;
  readonly to: number | null;
}

/** The trace with its folios between other nodes, whether it knew theirs or not. */
export function betweenNodes(trace: MigrationTrace, { from, to }: ReplayNodes): MigrationTrace {
  if (from === null && to === null) return trace;
  const { folioRuns } = trace.workload;
  const all = (node: number) => new Int16Array(folioRuns.length).fill(node);
  return {
    ...trace,
    workload: {
      ...trace.workload,
      folioRuns: {
        ...folioRuns,
        ...(from !== null && { from: all(from) }),
        ...(to !== null && { to: all(to) }),
      },
    },
  };
}

/** Base pages that the calls of a trace are given. */
export function pagesGiven({ workload }: MigrationTrace): number {
  const { count, order, length } = workload.folioRuns;
  let pages = 0;
  for (let run = 0; run < length; run++) {
    pages += (count[run] as number) * pagesOfOrder(order[run] as number);
  }
  return pages;
}

/** What the kernel recorded over all calls; null when no call was recorded to its end. */
export function recordedTotals(trace: MigrationTrace): MigrateTotals | null {
  const { calls } = trace.workload;
  const totals = zeroTotals();
  let recorded = 0;
  for (let call = 0; call < calls.length; call++) {
    if (((calls.flags[call] as number) & CALL_FLAGS.end) === 0) continue;
    recorded++;
    for (const name of TOTAL_NAMES) totals[name] += calls[name][call] as number;
  }
  return recorded === 0 ? null : totals;
}

/**
 * Whether a replay gives the recorded totals; null where nothing was recorded, or calls are incomplete.
 * Sums that the kernel did not print (thp before 5.9, nr_split before 6.7) are not compared.
 */
export function agreement(trace: MigrationTrace, run: Run): boolean | null {
  const recorded = recordedTotals(trace);
  if (recorded === null) return null;
  const { flags } = trace.workload.calls;
  if (flags.some((bits) => (bits & CALL_FLAGS.end) === 0)) return null;
  const missing = flags.reduce((all, bits) => all | bits, 0);
  return TOTAL_NAMES.every(
    (name) =>
      recorded[name] === run.totals[name] ||
      (name === 'nr_split' && (missing & CALL_FLAGS.noSplit) !== 0) ||
      (name.startsWith('nr_thp') && (missing & CALL_FLAGS.noThp) !== 0),
  );
}
