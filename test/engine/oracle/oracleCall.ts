/** What one migrate_pages() call of the oracle has at hand, and how it spends time. */
import type { MigrateMode, MigrateReason } from '../../../src/engine/kernel/modes';
import type { MigrateTotals } from '../../../src/engine/kernel/totals';
import type { EventCounts, Phase, RunConfig, Step } from '../../../src/engine/sim/run';
import { STEP_PHASE } from '../../../src/engine/sim/run';
import type { OracleCosts } from './oracleCosts';
import type { LogEntry, Mark, OracleFolio } from './oracleFolio';
import { entriesOf } from './oracleFolio';

/** The one DMA channel, shared by all tasks. */
export interface OracleDma {
  /** Does the machine have a channel that the design may take? */
  readonly present: boolean;
  freeAt: number;
  busy: number;
  descriptors: number;
  bytes: number;
  fallbackFolios: number;
  refusedBatches: number;
}

/** One migrate_pages_batch(), or the hugetlb folios of a call. */
export interface OracleBatch {
  readonly kind: 'batch' | 'alone' | 'split' | 'hugetlb';
  readonly start: number;
  end: number;
  /** Base pages that go in. */
  readonly pages: number;
}

export interface OracleCall {
  readonly mode: MigrateMode;
  readonly reason: MigrateReason | null;
  readonly mmCpus: number;
  readonly config: RunConfig;
  readonly costs: OracleCosts;
  readonly dma: OracleDma;
  readonly start: number;
  /** This CPU's clock, ps. */
  now: number;
  readonly phases: Record<Phase, number>;
  readonly log: LogEntry[];
  readonly batches: OracleBatch[];
  /** Every folio by its number. */
  readonly folios: OracleFolio[];
  readonly stats: MigrateTotals;
  readonly events: EventCounts;
  /** PTEs were cleared whose flush is still due. */
  flushDue: boolean;
  cpuCopyIsCold: boolean;
  dmaIsCold: boolean;
  /** Value of migrate_pages(). */
  returned: number;
  untried: number;
}

/** The CPU is busy with `what` for `duration` ps. */
export function spend(call: OracleCall, folio: OracleFolio | null, what: Step, duration: number): void {
  call.log.push({ time: call.now, folio, what, duration });
  call.phases[STEP_PHASE[what]] += duration;
  call.now += duration;
}

export function mark(call: OracleCall, folio: OracleFolio, what: Mark): void {
  call.log.push({ time: call.now, folio, what, duration: 0 });
}

/** Flushes `operations` times, now. */
export function flushNow(call: OracleCall, folio: OracleFolio | null, operations: number): void {
  call.events.tlb_flush_operations += operations;
  spend(call, folio, 'flush', operations * call.costs.flush);
}

/** Prints set_migration_pte or _pmd once for each entry. */
export function printSets(call: OracleCall, folio: OracleFolio): void {
  for (let i = 0; i < entriesOf(folio); i++) {
    if (printsPmd(folio)) call.events.set_migration_pmd++;
    else call.events.set_migration_pte++;
  }
}

export function printRemoves(call: OracleCall, folio: OracleFolio): void {
  for (let i = 0; i < entriesOf(folio); i++) {
    if (printsPmd(folio)) call.events.remove_migration_pmd++;
    else call.events.remove_migration_pte++;
  }
}

/** hugetlb prints pte events, whatever its size. */
function printsPmd(folio: OracleFolio): boolean {
  return folio.mapping === 'pmd' && folio.kind !== 'hugetlb';
}

/** Does the design hand contents to the engine? */
export function offloads(call: OracleCall): boolean {
  return call.config.path === 'dcbm-v1';
}
