/** Plays the cover letter's grid: its designs at its sizes, and how far the results are from what was published. */
import type { MeanSd } from '../base/statistics';
import { emptyTable, GrowableTable } from '../base/columns';
import { CALL_FLAGS, CALL_SCHEMA, FOLIO_RUN_SCHEMA } from '../engine/folio/workload';
import type { Workload } from '../engine/folio/workload';
import { modeCode, reasonCode } from '../engine/kernel/modes';
import type { Machine } from '../engine/machine/machine';
import type { Phase, Run } from '../engine/sim/run';
import { PHASES } from '../engine/sim/run';
import { simulate } from '../engine/sim/simulate';
import { latencyOf } from './latency';
import type { OverheadRow, OverheadTable } from './overhead';
import { RFC_V1_TABLE } from './published';

/** Runs the statistics are taken over; the cover letter does not say how many it took. */
const REPRODUCE_RUNS = 100;

export interface ReproducedCell {
  readonly path: string;
  readonly size: string;
  readonly metric: 'migrate_pages' | 'folio_copy' | 'F';
  readonly published: MeanSd;
  readonly simulated: MeanSd;
  readonly withinOneSd: boolean;
}

export interface Reproduction {
  readonly cells: readonly ReproducedCell[];
  readonly within: number;
  readonly total: number;
}

/** One SYNC move_pages() call over base pages from node 1 to node 0, as the cover letter's benchmark makes. */
export function promotionWorkload(pages: number): Workload {
  const calls = new GrowableTable(CALL_SCHEMA, 1);
  const call = calls.push();
  const c = calls.columns;
  c.startNs[call] = 0;
  c.endNs[call] = NaN;
  c.pid[call] = 1;
  c.mode[call] = modeCode('MIGRATE_SYNC');
  c.reason[call] = reasonCode('syscall_or_cpuset');
  c.flags[call] = CALL_FLAGS.described;
  c.mmCpus[call] = 1;
  c.runCount[call] = 1;
  const runs = new GrowableTable(FOLIO_RUN_SCHEMA, 1);
  const run = runs.push();
  const r = runs.columns;
  r.count[run] = pages;
  r.mappings[run] = 1;
  r.address[run] = -1;
  r.from[run] = 1;
  r.to[run] = 0;
  return {
    calls: calls.finish(),
    folioRuns: pages > 0 ? runs.finish() : emptyTable(FOLIO_RUN_SCHEMA),
    comms: [''],
  };
}

/** The cover letter's grid on `machine`, with the published values beside. */
export function overheadTable(machine: Machine, runs = REPRODUCE_RUNS): OverheadTable {
  const rows = RFC_V1_TABLE.map((cell): OverheadRow => {
    const workload = promotionWorkload(cell.totalBytes / 4096);
    const run = simulate(workload, { machine, config: { path: cell.path, kernel: '6.8', runs } });
    return {
      ...overheadRow(run, cell.size, cell.totalBytes),
      published: { migratePages: cell.migratePages, folioCopy: cell.folioCopy, fraction: cell.fraction },
    };
  });
  return { machine: machine.name, rows };
}

/** One row of the overhead table out of a simulated run. */
export function overheadRow(run: Run, size: string, totalBytes: number): OverheadRow {
  const cyclesPerPs = (run.machine?.cpuHertz.value ?? 0) / 1e12;
  const pages = Math.max(1, run.totals.nr_succeeded);
  const phases = Object.fromEntries(
    PHASES.map((phase) => [phase, (run.calls[phase].reduce((sum, ps) => sum + ps, 0) * cyclesPerPs) / pages]),
  ) as Record<Phase, number>;
  const latency = latencyOf(run);
  const none = { mean: 0, sd: 0 };
  return {
    path: run.config?.path ?? 'serial',
    size,
    totalBytes,
    phases,
    migratePages: run.statistics?.migratePagesCycles ?? none,
    folioCopy: run.statistics?.folioCopyCycles ?? none,
    fraction: run.statistics?.fraction ?? none,
    throughputGBps: run.statistics?.throughputGBps ?? none,
    firstFolioNs: latency?.firstFolio.mean ?? 0,
    blockedP99Ns: latency?.blocked.p99 ?? 0,
    published: null,
  };
}

/** All 36 cells: simulated mean within one published SD of the published mean? */
export function reproduceRfcV1(machine: Machine): Reproduction {
  const cells = overheadTable(machine).rows.flatMap((row): ReproducedCell[] => {
    if (row.published === null) return [];
    const metrics = [
      ['migrate_pages', row.published.migratePages, row.migratePages],
      ['folio_copy', row.published.folioCopy, row.folioCopy],
      ['F', row.published.fraction, row.fraction],
    ] as const;
    return metrics.map(([metric, published, simulated]) => ({
      path: row.path,
      size: row.size,
      metric,
      published,
      simulated,
      withinOneSd: Math.abs(simulated.mean - published.mean) <= published.sd,
    }));
  });
  return { cells, within: cells.filter((cell) => cell.withinOneSd).length, total: cells.length };
}
