import { emptyTable, GrowableTable } from '../../base/columns';
import { segmentsOf } from '../../base/segments';
import {
  CALL_FLAGS,
  CALL_SCHEMA,
  FOLIO_FATES,
  FOLIO_KINDS,
  FOLIO_MAPPINGS,
  FOLIO_RUN_SCHEMA,
  type FolioRuns,
  type Workload,
} from '../../engine/folio/workload';
import { MIGRATE_REASONS } from '../../engine/kernel/modes';
import { type MigrateTotals, TOTAL_NAMES, zeroTotals } from '../../engine/kernel/totals';
import { PMD_ORDER } from '../../base/units';
import { inCallOrder } from '../formats/migtrace/normal';
import { FOLIO_TIME_SCHEMA, type FolioTimes, type TraceMachine } from '../model';
import { CallTracker, DOUBTS } from './callTracker';
import { inferFolioRuns } from './inferFolioRuns';
import type { MemberEvents } from './memberEvents';
import { type NodeOfPfn, nodeOfPfn } from './nodeOfPfn';
import { FolioPairing } from './pairFolios';
import { RunWriter } from './runWriter';
import { TimeColumns } from './timeColumns';
import { CallSumming, FlowSumming, FolioSumming, type TraceSums } from './traceSums';

export interface AssembledCalls {
  readonly workload: Workload;
  readonly folioTimes: FolioTimes;
  /** Set where only sums were asked for; calls, runs and times are empty then. */
  readonly sums: TraceSums | null;
  /** What `sums` was made of: calls that no event tells of can be added. */
  readonly callSums: CallSumming;
  readonly span: { readonly startNs: number; readonly endNs: number };
  readonly clockJumps: number;
  readonly behindNs: number;
  /** The number that each call the tracker opened has in the end; null where it is the same. */
  readonly renumber: Int32Array | null;
}

export interface AssembleOptions {
  /** The machine whose memory the page frames are looked up in; null where not known. */
  readonly machine: TraceMachine | null;
  readonly detail: 'all' | 'sums';
  /** Of a very long recording little is left unpacked. */
  readonly isLong?: boolean;
}

const NUMA_MISPLACED = MIGRATE_REASONS.indexOf('numa_misplaced');
/** Callers that find the pages through page tables (kernel-semantics section 7). */
const BY_ADDRESS = ['syscall_or_cpuset', 'mempolicy_mbind', 'numa_misplaced', 'longterm_pin'] as const;
const BY_ADDRESS_CODES = new Set(BY_ADDRESS.map((reason) => MIGRATE_REASONS.indexOf(reason)));
const FILE = FOLIO_KINDS.indexOf('file');
const ANON = FOLIO_KINDS.indexOf('anon');
const SPLIT_FIRST = FOLIO_FATES.indexOf('split-first');
const NO_DESTINATION = FOLIO_FATES.indexOf('no-destination');
/** Observed folios up to which their rows are put in the order of the calls; beyond, calls lie in the order they ended. */
const SORTED_TIMES = 1 << 20;

/**
 * Takes calls apart as they end: when their folios were unmapped and remapped, and the folio lists to replay. What it holds
 * of a call's events is gone then, so that it costs no more memory than the largest calls that are open at one time.
 */
export class CallAssembler {
  readonly tracker = new CallTracker((call, members) => this.take(call, members));
  private readonly pairing: FolioPairing;
  private readonly runs = new RunWriter();
  private readonly times: TimeColumns | null;
  private readonly callSums = new CallSumming();
  private readonly folioSums = new FolioSumming();
  private readonly flowSums = new FlowSumming();
  /** Calls added to the sums as complete, by their DOUBTS. */
  private readonly doubtful = new Float64Array(8);
  private hasFolioEvents = false;
  private readonly nodeOf: NodeOfPfn | null;
  private readonly keepsAll: boolean;

  constructor({ machine, detail, isLong = false }: AssembleOptions) {
    this.nodeOf = nodeOfPfn(machine);
    this.keepsAll = detail === 'all';
    this.times = this.keepsAll ? new TimeColumns(isLong) : null;
    this.pairing = new FolioPairing(this.keepsAll);
    this.tracker.recycles = !this.keepsAll;
  }

  finish(comms: readonly string[], overrun: boolean): AssembledCalls {
    const { tracker } = this;
    tracker.finish();
    const span =
      tracker.startNs <= tracker.endNs
        ? { startNs: tracker.startNs, endNs: tracker.endNs }
        : { startNs: 0, endNs: 0 };
    const isCut = (doubts: number): boolean =>
      ((doubts & DOUBTS.noStart) !== 0 &&
        (tracker.hasStarts || (overrun && (doubts & DOUBTS.firstOfTask) !== 0))) ||
      (overrun && (doubts & DOUBTS.beforeCpu) !== 0);
    const common = {
      span,
      clockJumps: tracker.clockJumps,
      behindNs: tracker.behindNs,
      callSums: this.callSums,
    };
    if (this.times === null) return { ...common, ...this.finishSums(comms, isCut) };
    const renumber = this.renumbering();
    const calls = this.finishCalls(renumber, isCut);
    const runs = this.runs.finish();
    this.settleSilent(calls, runs);
    const folioTimes = this.times.finish(renumber);
    return {
      ...common,
      workload: inCallOrder({ calls, folioRuns: runs, comms }),
      folioTimes: folioTimes.length <= SORTED_TIMES ? inOrderOfCalls(folioTimes) : folioTimes,
      sums: null,
      renumber,
    };
  }

  private finishSums(
    comms: readonly string[],
    isCut: (doubts: number) => boolean,
  ): Pick<AssembledCalls, 'workload' | 'folioTimes' | 'sums' | 'renumber'> {
    for (const [doubts, calls] of this.doubtful.entries()) if (isCut(doubts)) this.callSums.takeBack(calls);
    return {
      workload: { calls: emptyTable(CALL_SCHEMA), folioRuns: emptyTable(FOLIO_RUN_SCHEMA), comms },
      folioTimes: emptyTable(FOLIO_TIME_SCHEMA),
      sums: {
        ...this.callSums.sums(),
        folios: this.folioSums.sums(),
        flows: this.flowSums.sums(),
        phases: null,
      },
      renumber: null,
    };
  }

  /** A call that is over. */
  private take(call: number, members: MemberEvents): void {
    const { pairing, runs, tracker } = this;
    const columns = tracker.calls.columns;
    pairing.pair(members, columns, call);
    if (members.length > 0) this.hasFolioEvents = true;
    if (pairing.isOpenEnded) columns.flags[call] = columns.flags[call]! | CALL_FLAGS.partial;
    if (!this.keepsAll) runs.clear();
    runs.beginCall();
    columns.firstRun[call] = runs.length;
    inferFolioRuns(
      pairing.rows,
      {
        totals: this.totalsOf(call),
        extraFlushes: this.flushesOf(call).extra,
        isByAddress: BY_ADDRESS_CODES.has(columns.reason[call]!),
        isNumaFault: columns.reason[call] === NUMA_MISPLACED,
        nodeOf: this.nodeOf,
      },
      runs,
    );
    columns.runCount[call] = runs.length - columns.firstRun[call];
    if (this.times === null) this.addToSums(call);
    else this.times.add(pairing.rows, call);
  }

  private addToSums(call: number): void {
    const columns = this.tracker.calls.columns;
    const { rows } = this.pairing;
    this.callSums.add(columns, call);
    this.folioSums.add(rows.columns.order, rows.columns.outcome, rows.length);
    this.flowSums.add(columns, call, this.runs.columns);
    const isComplete = (columns.flags[call]! & (CALL_FLAGS.end | CALL_FLAGS.partial)) === CALL_FLAGS.end;
    if (isComplete) this.doubtful[this.tracker.evidence.columns.doubts[call]!]!++;
  }

  private totalsOf(call: number): MigrateTotals | null {
    const columns = this.tracker.calls.columns;
    if ((columns.flags[call]! & CALL_FLAGS.end) === 0) return null;
    const totals = zeroTotals();
    for (const name of TOTAL_NAMES) totals[name] = columns[name][call]!;
    return totals;
  }

  /**
   * How the call's task flushed. One operation prints `remote ipi send` if other CPUs run the mm and then
   * `local mm shootdown` if this one does (flush_tlb_mm_range(), arch/x86/mm/tlb.c). The CPUs of the mm are looked at
   * for each PTE, so a call can mix both ways: what most of its sets did decides. Receivers print until after the call.
   */
  private flushesOf(call: number): { readonly mmCpus: number; readonly extra: number } {
    const evidence = this.tracker.evidence.columns;
    const local = evidence.localFlushes[call]!;
    const sent = evidence.sentFlushes[call]!;
    const sets = evidence.sets[call]!;
    const localOnly = Math.max(0, local - sent);
    if (sent === 0 || localOnly * 2 >= Math.max(1, sets)) return { mmCpus: 1, extra: local + sent - sets };
    const receivers = bits(evidence.receiversLow[call]!) + bits(evidence.receiversHigh[call]!);
    return { mmCpus: 1 + Math.max(1, receivers), extra: Math.max(local, sent) };
  }

  private renumbering(): Int32Array | null {
    const { dropped, calls } = this.tracker;
    if (dropped.length === 0) return null;
    const renumber = new Int32Array(calls.length);
    for (const call of dropped) renumber[call] = -1;
    let next = 0;
    for (let call = 0; call < calls.length; call++) if (renumber[call] !== -1) renumber[call] = next++;
    return renumber;
  }

  private finishCalls(renumber: Int32Array | null, isCut: (doubts: number) => boolean): Workload['calls'] {
    const { calls, evidence, dropped } = this.tracker;
    const kept = new GrowableTable(CALL_SCHEMA, Math.max(1, calls.length - dropped.length));
    for (let call = 0; call < calls.length; call++) {
      if (renumber !== null && renumber[call] === -1) continue;
      const row = kept.push();
      for (const name of Object.keys(CALL_SCHEMA) as (keyof typeof CALL_SCHEMA)[])
        kept.columns[name][row] = calls.columns[name][call]!;
      kept.columns.mmCpus[row] = this.flushesOf(call).mmCpus;
      if (isCut(evidence.columns.doubts[call]!))
        kept.columns.flags[row] = kept.columns.flags[row]! | CALL_FLAGS.partial;
    }
    return kept.finish();
  }

  /**
   * Pages that printed nothing are taken for unmapped ones (RunWriter has them as file pages); but where folio events were
   * not recorded, or some of the call were lost, they were mapped as any other.
   */
  private settleSilent(calls: Workload['calls'], runs: FolioRuns): void {
    for (let call = 0; call < calls.length; call++) {
      if (this.hasFolioEvents && (calls.flags[call]! & CALL_FLAGS.partial) === 0) continue;
      const end = calls.firstRun[call]! + calls.runCount[call]!;
      for (let run = calls.firstRun[call]!; run < end; run++) {
        if (runs.address[run]! >= 0 || runs.kind[run] !== FILE) continue;
        const order = runs.order[run]!;
        const fate = runs.fate[run]!;
        const isSplit = fate === SPLIT_FIRST || (fate === NO_DESTINATION && order > 0);
        if (!isSplit) runs.kind[run] = ANON;
        runs.mapping[run] = FOLIO_MAPPINGS.indexOf(order === PMD_ORDER ? 'pmd' : 'pte');
        runs.mappings[run] = 1;
      }
    }
  }
}

/** The rows of `times` with those of each call behind those of the call before it; they keep their order otherwise. */
function inOrderOfCalls(times: FolioTimes): FolioTimes {
  if (isInOrder(times)) return times;
  const { call, length } = times;
  const order = Uint32Array.from({ length }, (_, row) => row).sort(
    (left, right) => call[left]! - call[right]! || left - right,
  );
  const sorted = new GrowableTable(FOLIO_TIME_SCHEMA, length).columns;
  for (const name of Object.keys(FOLIO_TIME_SCHEMA) as (keyof typeof FOLIO_TIME_SCHEMA)[])
    for (let row = 0; row < length; row++) sorted[name][row] = times[name][order[row]!]!;
  return { length, ...sorted };
}

function isInOrder(times: FolioTimes): boolean {
  let last = 0;
  for (const { rows } of segmentsOf(FOLIO_TIME_SCHEMA, times)) {
    for (let row = 0; row < rows.length; row++) {
      if (rows.call[row]! < last) return false;
      last = rows.call[row]!;
    }
  }
  return true;
}

function bits(word: number): number {
  let count = 0;
  for (let left = word; left !== 0; left &= left - 1) count++;
  return count;
}
