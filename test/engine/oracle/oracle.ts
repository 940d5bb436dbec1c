/**
 * The oracle of the engine: plays a workload folio by folio, one object each, step after step, and
 * writes down everything that happens. Slow and plain, so that it can be checked by reading.
 */
import type { Workload } from '../../../src/engine/folio/workload';
import { FOLIO_FATES, FOLIO_KINDS, FOLIO_MAPPINGS } from '../../../src/engine/folio/workload';
import { MIGRATE_MODES, MIGRATE_REASONS } from '../../../src/engine/kernel/modes';
import { zeroTotals } from '../../../src/engine/kernel/totals';
import type { Machine } from '../../../src/engine/machine/machine';
import type { RunConfig } from '../../../src/engine/sim/run';
import type { OracleCall } from './oracleCall';
import { oracleCosts } from './oracleCosts';
import type { OracleFolio } from './oracleFolio';
import type { OracleAccount } from './oracleHardware';
import { OracleHardware } from './oracleHardware';
import { migratePages } from './oracleMigratePages';
import type { ScheduledCall } from './oracleSchedule';
import { scheduleCalls } from './oracleSchedule';
import type { Play } from './oracleWorld';
import { World } from './oracleWorld';

export interface PlayedCall extends OracleCall {
  /** Place among the calls of the lane. */
  readonly turn: number;
  /** Row of `workload.calls`. */
  readonly row: number;
}

export interface OracleRun {
  /** In the order in which they begin. */
  readonly calls: readonly PlayedCall[];
  readonly dma: OracleAccount;
  /** ps. */
  readonly end: number;
  /** Anything shared was at its capacity at some time: then times need not be sums of costs. */
  readonly wasBound: boolean;
}

export function playOracle(workload: Workload, machine: Machine, config: RunConfig): OracleRun {
  const world = new World();
  const hardware = new OracleHardware(machine, config, world);
  const calls: PlayedCall[] = [];
  const ends = new Map<number, number>();
  const scheduled = scheduleCalls(workload);
  for (const lane of new Set(scheduled.map((call) => call.lane))) {
    const own = scheduled.filter((call) => call.lane === lane);
    world.begin(lane, () => 0, playLane(own));
  }
  world.run();
  const end = Math.max(0, ...calls.map((call) => call.now));
  return { calls, dma: hardware.account, end, wasBound: world.wasBound };

  function* playLane(own: readonly ScheduledCall[]): Play<number> {
    let now = 0;
    for (const next of own) {
      // Infinity until all that must have ended before has ended.
      const begin = () => Math.max(next.stated, ...next.after.map((row) => ends.get(row) ?? Infinity));
      yield begin;
      const call = createCall(workload, next, begin(), machine, config, hardware);
      calls.push(call);
      yield* migratePages(call);
      now = call.now;
      ends.set(next.row, now);
    }
    return now;
  }
}

function createCall(
  workload: Workload,
  { row, lane, turn }: ScheduledCall,
  start: number,
  machine: Machine,
  config: RunConfig,
  hardware: OracleHardware,
): PlayedCall {
  const { calls } = workload;
  const folios = listedFolios(workload, row);
  // What the trace did not tell is taken for SYNC, and for a caller without rules of its own.
  const mode = MIGRATE_MODES[calls.mode[row] ?? 0] ?? 'MIGRATE_SYNC';
  const reason = MIGRATE_REASONS[calls.reason[row] ?? 0] ?? null;
  const mmCpus = calls.mmCpus[row] ?? 1;
  const pages = folios.reduce((sum, folio) => sum + folio.pages, 0);
  const iommu = config.iommu === 'machine' ? machine.iommu.value : config.iommu;
  return {
    lane,
    turn,
    row,
    cpu: calls.cpu[row] ?? -1,
    mode,
    reason,
    mmCpus,
    config,
    costs: oracleCosts(machine, pages, reason, mmCpus, iommu),
    hardware,
    start,
    now: start,
    slept: 0,
    phases: { unmap: 0, flush: 0, copy: 0, remap: 0, other: 0 },
    log: [],
    batches: [],
    folios,
    stats: zeroTotals(),
    events: {
      set_migration_pte: 0,
      remove_migration_pte: 0,
      set_migration_pmd: 0,
      remove_migration_pmd: 0,
      tlb_flush_operations: 0,
    },
    prepared: new Set(),
    copied: new Set(),
    recopied: new Set(),
    flushDue: false,
    cpuCopyIsCold: true,
    dmaIsCold: true,
    returned: 0,
    untried: 0,
  };
}

function listedFolios({ calls, folioRuns: runs }: Workload, row: number): OracleFolio[] {
  const folios: OracleFolio[] = [];
  const first = calls.firstRun[row] ?? 0;
  for (let run = first; run < first + (calls.runCount[row] ?? 0); run++) {
    const order = runs.order[run] ?? 0;
    for (let i = 0; i < (runs.count[run] ?? 0); i++) {
      folios.push({
        number: folios.length,
        order,
        pages: 2 ** order,
        kind: FOLIO_KINDS[runs.kind[run] ?? 0] ?? 'anon',
        fate: FOLIO_FATES[runs.fate[run] ?? 0] ?? 'movable',
        isGivenBack: false,
        mapping: FOLIO_MAPPINGS[runs.mapping[run] ?? 0] ?? 'pte',
        mappings: runs.mappings[run] ?? 1,
        from: runs.from[run] ?? -1,
        to: runs.to[run] ?? -1,
        address: addressOf(runs.address[run] ?? -1, i, order),
        partsMoved: runs.partsMoved[run] ?? 0,
        partsFailed: runs.partsFailed[run] ?? 0,
        result: 'untried',
      });
    }
  }
  return folios;
}

/** Folios of a run follow each other at their size. */
function addressOf(first: number, i: number, order: number): number {
  return first < 0 ? -1 : first + i * 2 ** order * 4096;
}
