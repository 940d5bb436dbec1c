import { GrowableTable } from '../../base/columns';
import { CALL_FLAGS, type Workload } from '../../engine/folio/workload';
import { MIGRATE_REASONS } from '../../engine/kernel/modes';
import { type MigrateTotals, TOTAL_NAMES, zeroTotals } from '../../engine/kernel/totals';
import { FOLIO_TIME_SCHEMA, type FolioTimes, type TraceEvents } from '../model';
import { EVENT_CODES } from './eventColumns';
import type { FolioRows } from './folioRows';
import { type GroupedCalls, groupCalls, type GroupOptions } from './groupCalls';
import { inferFolioRuns } from './inferFolioRuns';
import { FolioPairing } from './pairFolios';
import type { Summaries } from './recording';
import { RunWriter } from './runWriter';

export interface AssembledCalls {
  readonly events: TraceEvents;
  readonly workload: Workload;
  readonly folioTimes: FolioTimes;
  readonly span: GroupedCalls['span'];
  readonly clockJumps: number;
}

const NUMA_MISPLACED = MIGRATE_REASONS.indexOf('numa_misplaced');
/** Callers that find the pages through page tables (kernel-semantics section 7). */
const BY_ADDRESS = ['syscall_or_cpuset', 'mempolicy_mbind', 'numa_misplaced', 'longterm_pin'] as const;
const BY_ADDRESS_CODES = new Set(BY_ADDRESS.map((reason) => MIGRATE_REASONS.indexOf(reason)));
const MAX_TRIES = 255;

/** Events of any format → migration calls, when their folios were unmapped and remapped, and the folio lists to replay. */
export function assembleCalls(
  events: TraceEvents,
  summaries: Summaries,
  options: GroupOptions,
): AssembledCalls {
  const grouped = groupCalls(events, summaries, options);
  const { calls, members, memberStart } = grouped;
  const pairing = new FolioPairing(events);
  const runs = new RunWriter();
  const times = new GrowableTable(FOLIO_TIME_SCHEMA, Math.max(16, Math.ceil(members.length / 2)));
  const columns = calls.columns;
  const hasFolioEvents = members.length > 0;
  for (let call = 0; call < calls.length; call++) {
    const from = memberStart[call]!;
    const to = memberStart[call + 1]!;
    pairing.pair(members, from, to, columns, call);
    writeTimes(pairing.rows, call, times);
    if (pairing.isOpenEnded) columns.flags[call] = columns.flags[call]! | CALL_FLAGS.partial;
    const isPartial = (columns.flags[call]! & CALL_FLAGS.partial) !== 0;
    const sets = countSets(events, members, from, to);
    const flushes = flushEvidence(grouped, call, sets);
    runs.beginCall();
    columns.firstRun[call] = runs.length;
    inferFolioRuns(
      pairing.rows,
      {
        totals: totalsOf(grouped, call),
        silentMapping: hasFolioEvents && !isPartial ? 'none' : 'pte',
        extraFlushes: flushes.extra,
        isByAddress: BY_ADDRESS_CODES.has(columns.reason[call]!),
        isNumaFault: columns.reason[call] === NUMA_MISPLACED,
      },
      runs,
    );
    columns.runCount[call] = runs.length - columns.firstRun[call]!;
    columns.mmCpus[call] = flushes.mmCpus;
  }
  return {
    events,
    workload: { calls: calls.finish(), folioRuns: runs.finish(), comms: options.comms },
    folioTimes: times.finish(),
    span: grouped.span,
    clockJumps: grouped.clockJumps,
  };
}

function totalsOf(grouped: GroupedCalls, call: number): MigrateTotals | null {
  const columns = grouped.calls.columns;
  if ((columns.flags[call]! & CALL_FLAGS.end) === 0) return null;
  const totals = zeroTotals();
  for (const name of TOTAL_NAMES) totals[name] = columns[name][call]!;
  return totals;
}

/**
 * How the call's task flushed. One operation prints `remote ipi send` if other CPUs run the mm and then
 * `local mm shootdown` if this one does (flush_tlb_mm_range(), arch/x86/mm/tlb.c). The CPUs of the mm are looked at
 * for each PTE, so a call can mix both ways: what most of its sets did decides.
 */
function flushEvidence(
  grouped: GroupedCalls,
  call: number,
  sets: number,
): { readonly mmCpus: number; readonly extra: number } {
  const { evidence } = grouped;
  const local = evidence.localFlushes[call]!;
  const sent = evidence.sentFlushes[call]!;
  const localOnly = Math.max(0, local - sent);
  if (sent === 0 || localOnly * 2 >= Math.max(1, sets)) return { mmCpus: 1, extra: local + sent - sets };
  const receivers = bits(evidence.receiversLow[call]!) + bits(evidence.receiversHigh[call]!);
  return { mmCpus: 1 + Math.max(1, receivers), extra: Math.max(local, sent) };
}

function countSets(events: TraceEvents, members: Int32Array, from: number, to: number): number {
  let sets = 0;
  for (let index = from; index < to; index++) {
    const type = events.type[members[index]!];
    if (type === EVENT_CODES.set_migration_pte || type === EVENT_CODES.set_migration_pmd) sets++;
  }
  return sets;
}

function writeTimes(rows: FolioRows, call: number, times: GrowableTable<typeof FOLIO_TIME_SCHEMA>): void {
  const from = rows.columns;
  for (let row = 0; row < rows.length; row++) {
    const target = times.push();
    const to = times.columns;
    to.call[target] = call;
    to.unmappedNs[target] = from.unmappedNs[row]!;
    to.remappedNs[target] = from.remappedNs[row]!;
    to.address[target] = from.address[row]!;
    to.fromPfn[target] = from.fromPfn[row]!;
    to.toPfn[target] = from.toPfn[row]!;
    to.order[target] = from.order[row]!;
    to.outcome[target] = from.outcome[row]!;
    to.tries[target] = Math.min(MAX_TRIES, from.tries[row]!);
    to.batch[target] = from.batch[row]!;
  }
}

function bits(word: number): number {
  let count = 0;
  for (let left = word; left !== 0; left &= left - 1) count++;
  return count;
}
