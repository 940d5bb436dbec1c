/** What one migrate_pages() call of the oracle has at hand, and how it spends time. */
import type { MigrateMode, MigrateReason } from '../../../src/engine/kernel/modes';
import type { MigrateTotals } from '../../../src/engine/kernel/totals';
import type { EventCounts, Phase, RunConfig, Step } from '../../../src/engine/sim/run';
import { STEP_PHASE } from '../../../src/engine/sim/run';
import type { OracleCosts } from './oracleCosts';
import type { Resource } from './oracleFair';
import type { LogEntry, Mark, OracleFolio } from './oracleFolio';
import { entriesOf } from './oracleFolio';
import type { OracleHardware } from './oracleHardware';
import type { Play } from './oracleWorld';
import { wholePs } from './oracleWorld';

/** One migrate_pages_batch(), its second half (`finish`), or the hugetlb folios of a call. */
export interface OracleBatch {
  readonly kind: 'batch' | 'alone' | 'split' | 'finish' | 'hugetlb';
  readonly start: number;
  end: number;
  /** Base pages that go in. */
  readonly pages: number;
}

export interface OracleCall {
  readonly lane: number;
  /** The migrating CPU, or -1. */
  readonly cpu: number;
  readonly mode: MigrateMode;
  readonly reason: MigrateReason | null;
  readonly mmCpus: number;
  readonly config: RunConfig;
  readonly costs: OracleCosts;
  readonly hardware: OracleHardware;
  readonly start: number;
  /** This CPU's clock, ps. Between flows that follow each other it need not be whole. */
  now: number;
  /** ps asleep: for engines, threads, locks and writeback. */
  slept: number;
  readonly phases: Record<Phase, number>;
  readonly log: LogEntry[];
  readonly batches: OracleBatch[];
  /** Every folio by its number. */
  readonly folios: OracleFolio[];
  readonly stats: MigrateTotals;
  readonly events: EventCounts;
  /** Folios whose destination is allocated and whose content is to be copied while they are mapped. */
  readonly prepared: Set<OracleFolio>;
  /** Folios whose content an engine has brought to the destination, and of these, those a CPU has copied again. */
  readonly copied: Set<OracleFolio>;
  readonly recopied: Set<OracleFolio>;
  /** PTEs were cleared whose flush is still due. */
  flushDue: boolean;
  cpuCopyIsCold: boolean;
  dmaIsCold: boolean;
  /** Value of migrate_pages(). */
  returned: number;
  untried: number;
}

/** A step with its duration, ps, or a mark. */
export type Part = readonly [Step, number] | Mark;

/** The CPU is busy with `what` for `duration` ps, and shares nothing. */
export function spend(call: OracleCall, folio: OracleFolio | null, what: Step, duration: number): void {
  call.now = wholePs(call.now);
  take(call, folio, what, duration);
}

export function spendAll(call: OracleCall, folio: OracleFolio, parts: readonly Part[]): void {
  for (const part of parts) {
    if (typeof part === 'string') mark(call, folio, part);
    else spend(call, folio, part[0], part[1]);
  }
}

/** As `spend`, but asleep. */
export function sleep(call: OracleCall, folio: OracleFolio | null, what: Step, duration: number): void {
  spend(call, folio, what, duration);
  call.slept += duration;
}

export function mark(call: OracleCall, folio: OracleFolio, what: Mark): void {
  call.log.push({ time: call.now, folio, what, duration: 0, by: null });
}

/**
 * The parts, one after the other, with `amount` spread over all of them through what they cross. What
 * they wait for a share makes the part `grows` longer.
 */
export function* share(
  call: OracleCall,
  folio: OracleFolio,
  parts: readonly Part[],
  { grows, amount, crosses }: { grows: Step; amount: number; crosses: readonly Resource[] },
): Play<void> {
  const alone = parts.reduce((sum, part) => sum + (typeof part === 'string' ? 0 : part[1]), 0);
  if (alone === 0 || amount === 0 || crosses.length === 0) {
    spendAll(call, folio, parts);
    return;
  }
  yield () => call.now;
  const flow = call.hardware.world.beginFlow(amount, alone, crosses);
  yield () => flow.endedAt;
  const waited = Math.max(0, flow.endedAt - call.now - alone);
  for (const part of parts) {
    if (typeof part === 'string') mark(call, folio, part);
    else take(call, folio, part[0], part[1] + (part[0] === grows ? waited : 0));
  }
  call.now = flow.endedAt;
}

/** Waits until the clock of the world has come to this CPU's, so that what others did before is known. */
export function* meet(call: OracleCall): Play<void> {
  call.now = wholePs(call.now);
  yield () => call.now;
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

function take(call: OracleCall, folio: OracleFolio | null, what: Step, duration: number): void {
  call.log.push({ time: call.now, folio, what, duration, by: null });
  call.phases[STEP_PHASE[what]] += duration;
  call.now += duration;
}
