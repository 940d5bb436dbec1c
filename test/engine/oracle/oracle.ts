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
import type { OracleCall, OracleDma } from './oracleCall';
import { oracleCosts } from './oracleCosts';
import type { OracleFolio } from './oracleFolio';
import { migratePages } from './oracleMigratePages';
import type { ScheduledCall } from './oracleSchedule';
import { playInOrder, scheduleCalls } from './oracleSchedule';

export interface PlayedCall extends OracleCall {
  readonly lane: number;
  /** Place among the calls of the lane. */
  readonly turn: number;
  /** Row of `workload.calls`. */
  readonly row: number;
}

export interface OracleRun {
  /** In the order in which they begin. */
  readonly calls: readonly PlayedCall[];
  readonly dma: OracleDma;
  /** ps. */
  readonly end: number;
}

export function playOracle(workload: Workload, machine: Machine, config: RunConfig): OracleRun {
  const channels = machine.dmaDevices.reduce((sum, device) => sum + device.channels, 0);
  const dma: OracleDma = {
    present: config.path === 'dcbm-v1' && channels > 0,
    freeAt: 0,
    busy: 0,
    descriptors: 0,
    bytes: 0,
    fallbackFolios: 0,
    refusedBatches: 0,
  };
  const calls: PlayedCall[] = [];
  playInOrder(scheduleCalls(workload), (scheduled, begin) => {
    const call = createCall(workload, scheduled, begin, machine, config, dma);
    migratePages(call);
    calls.push(call);
    return call.now;
  });
  return { calls, dma, end: Math.max(0, ...calls.map((call) => call.now)) };
}

function createCall(
  workload: Workload,
  { row, lane, turn }: ScheduledCall,
  start: number,
  machine: Machine,
  config: RunConfig,
  dma: OracleDma,
): PlayedCall {
  const { calls } = workload;
  const folios = listedFolios(workload, row);
  // What the trace did not tell is taken for SYNC, and for a caller without rules of its own.
  const mode = MIGRATE_MODES[calls.mode[row] ?? 0] ?? 'MIGRATE_SYNC';
  const reason = MIGRATE_REASONS[calls.reason[row] ?? 0] ?? null;
  const mmCpus = calls.mmCpus[row] ?? 1;
  const pages = folios.reduce((sum, folio) => sum + folio.pages, 0);
  return {
    lane,
    turn,
    row,
    mode,
    reason,
    mmCpus,
    config,
    costs: oracleCosts(machine, pages, reason, mmCpus),
    dma,
    start,
    now: start,
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
        mapping: FOLIO_MAPPINGS[runs.mapping[run] ?? 0] ?? 'pte',
        mappings: runs.mappings[run] ?? 1,
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
