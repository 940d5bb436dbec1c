import { GrowableTable, type Schema, type Table } from '../../base/columns';
import { UNKNOWN_CODE } from '../../engine/kernel/modes';
import { TOTAL_NAMES } from '../../engine/kernel/totals';
import { CALL_FLAGS, CALL_SCHEMA } from '../../engine/folio/workload';
import type { TraceEvents } from '../model';
import { EVENT_CODES } from './eventColumns';
import type { Summaries } from './recording';

/** What a call shows besides CALL_SCHEMA; rows go with the rows of `calls`. */
const EVIDENCE_SCHEMA = {
  /** tlb_flush events of the call's own task: `local mm shootdown` (3), `remote ipi send` (4). */
  localFlushes: 'u32',
  sentFlushes: 'u32',
  /** Receivers of its flushes, a bit per CPU modulo 64. */
  receiversLow: 'u32',
  receiversHigh: 'u32',
} as const satisfies Schema;

export interface GroupOptions {
  readonly comms: readonly string[];
  /** Whether the recording holds mm_migrate_pages_start (mm_migrate_pages) events at all. */
  readonly hasStarts: boolean;
  readonly hasEnds: boolean;
  /** The oldest events of some CPUs were overwritten. */
  readonly overrun: boolean;
}

export interface GroupedCalls {
  readonly calls: GrowableTable<typeof CALL_SCHEMA>;
  readonly evidence: Table<typeof EVIDENCE_SCHEMA>;
  /** Rows of the set/remove events of call c: `members[memberStart[c] .. memberStart[c + 1])`, in file order. */
  readonly members: Int32Array;
  readonly memberStart: Int32Array;
  readonly span: { readonly startNs: number; readonly endNs: number };
  /** Events that are earlier than the one before them on the same CPU. */
  readonly clockJumps: number;
}

const NO_CALL = -1;

/**
 * Finds the migrate_pages() calls of a recording: per task (pid) from mm_migrate_pages_start to mm_migrate_pages,
 * which do not nest (include/trace/events/migrate.h; mm/migrate.c, migrate_pages()). Without start events
 * (kernels before 5.14) a call takes the task's events since its last call. Set and remove events that no call
 * follows are page table splits outside of migration and belong to none.
 */
export function groupCalls(events: TraceEvents, summaries: Summaries, options: GroupOptions): GroupedCalls {
  return new CallGrouping(events, summaries, options).run();
}

class CallGrouping {
  private readonly calls = new GrowableTable(CALL_SCHEMA);
  private readonly evidence = new GrowableTable(EVIDENCE_SCHEMA);
  private readonly callOf: Int32Array;
  private readonly slotOfPid = new Map<number, number>();
  /** Per slot (task): its open call or NO_CALL, and the row of that call's last event. */
  private readonly openCall: number[] = [];
  private readonly lastEvent: number[] = [];
  /** Per slot: 1 until a call of the task has ended. */
  private readonly isFirst: number[] = [];
  private readonly lostAt = new Map<number, number>();
  private readonly firstTime = new Map<number, number>();
  private readonly lastTime = new Float64Array(1 << 16).fill(-Infinity);
  private lastSender = NO_CALL;
  private lastPid = Number.NaN;
  private lastSlot = 0;
  private readonly events: TraceEvents;
  private readonly summaries: Summaries;
  private readonly options: GroupOptions;

  constructor(events: TraceEvents, summaries: Summaries, options: GroupOptions) {
    this.events = events;
    this.summaries = summaries;
    this.options = options;
    this.callOf = new Int32Array(events.length).fill(NO_CALL);
  }

  run(): GroupedCalls {
    const { type, timeNs, cpu } = this.events;
    let startNs = Infinity;
    let endNs = -Infinity;
    let clockJumps = 0;
    for (let row = 0; row < this.events.length; row++) {
      const time = timeNs[row]!;
      if (type[row] === EVENT_CODES.lost) {
        this.lostAt.set(cpu[row]!, row);
        continue;
      }
      if (time < startNs) startNs = time;
      if (time > endNs) endNs = time;
      const last = this.lastTime[cpu[row]!]!;
      if (time < last) clockJumps++;
      else if (last === -Infinity) this.firstTime.set(cpu[row]!, time);
      this.lastTime[cpu[row]!] = time;
      this.visit(row);
    }
    for (const call of this.openCall) if (call !== NO_CALL) this.flag(call, CALL_FLAGS.partial);
    const span = startNs <= endNs ? { startNs, endNs } : { startNs: 0, endNs: 0 };
    return { ...this.collect(), span, clockJumps };
  }

  private visit(row: number): void {
    switch (this.events.type[row]!) {
      case EVENT_CODES.set_migration_pte:
      case EVENT_CODES.remove_migration_pte:
      case EVENT_CODES.set_migration_pmd:
      case EVENT_CODES.remove_migration_pmd: {
        const slot = this.slot(row);
        if (this.openCall[slot] === NO_CALL) this.open(slot, row);
        else this.touch(slot, row);
        this.callOf[row] = this.openCall[slot]!;
        break;
      }
      case EVENT_CODES.tlb_flush:
        this.flush(row);
        break;
      case EVENT_CODES.mm_migrate_pages_start:
        this.start(row);
        break;
      case EVENT_CODES.mm_migrate_pages:
        this.end(row);
        break;
      default:
    }
  }

  private start(row: number): void {
    const slot = this.slot(row);
    if (this.openCall[slot] !== NO_CALL) this.flag(this.openCall[slot]!, CALL_FLAGS.partial);
    const call = this.open(slot, row);
    const columns = this.calls.columns;
    columns.startNs[call] = this.events.timeNs[row]!;
    columns.flags[call] = columns.flags[call]! | CALL_FLAGS.start;
    this.describe(call, row);
  }

  private end(row: number): void {
    const slot = this.slot(row);
    if (this.openCall[slot] === NO_CALL) this.open(slot, row);
    else this.touch(slot, row);
    const call = this.openCall[slot]!;
    const columns = this.calls.columns;
    const summary = this.events.a[row]!;
    columns.endNs[call] = this.events.timeNs[row]!;
    for (const name of TOTAL_NAMES) columns[name][call] = this.summaries[name][summary]!;
    columns.flags[call] = columns.flags[call]! | CALL_FLAGS.end | this.summaries.flags[summary]!;
    const isCut = this.options.hasStarts || (this.options.overrun && this.isFirst[slot] === 1);
    if (isCut && (columns.flags[call] & CALL_FLAGS.start) === 0) this.flag(call, CALL_FLAGS.partial);
    this.isFirst[slot] = 0;
    this.describe(call, row);
    this.openCall[slot] = NO_CALL;
  }

  /** Mode, reason and comm as the event of `row` says them; the event then points at its call. */
  private describe(call: number, row: number): void {
    const summary = this.events.a[row]!;
    const columns = this.calls.columns;
    columns.mode[call] = this.summaries.mode[summary]!;
    columns.reason[call] = this.summaries.reason[summary]!;
    columns.comm[call] = this.summaries.comm[summary]!;
    this.callOf[row] = call;
  }

  private flush(row: number): void {
    const reason = this.events.b[row]!;
    if (reason === TLB_REMOTE_SHOOTDOWN) {
      if (this.lastSender !== NO_CALL) this.receive(this.lastSender, this.events.cpu[row]!);
      return;
    }
    if (reason !== TLB_LOCAL_MM_SHOOTDOWN && reason !== TLB_REMOTE_SEND_IPI) return;
    const call = this.openCall[this.slot(row)]!;
    if (reason === TLB_REMOTE_SEND_IPI) this.lastSender = call;
    if (call === NO_CALL) return;
    const { localFlushes, sentFlushes } = this.evidence.columns;
    if (reason === TLB_REMOTE_SEND_IPI) sentFlushes[call]!++;
    else localFlushes[call]!++;
  }

  private receive(call: number, cpu: number): void {
    const { receiversLow, receiversHigh } = this.evidence.columns;
    const bit = 1 << (cpu & 31);
    if ((cpu & 32) === 0) receiversLow[call] = receiversLow[call]! | bit;
    else receiversHigh[call] = receiversHigh[call]! | bit;
  }

  private slot(row: number): number {
    const pid = this.events.pid[row]!;
    if (pid === this.lastPid) return this.lastSlot;
    let slot = this.slotOfPid.get(pid);
    if (slot === undefined) {
      slot = this.openCall.length;
      this.slotOfPid.set(pid, slot);
      this.openCall.push(NO_CALL);
      this.lastEvent.push(0);
      this.isFirst.push(1);
    }
    this.lastPid = pid;
    this.lastSlot = slot;
    return slot;
  }

  private open(slot: number, row: number): number {
    const call = this.calls.push();
    this.evidence.push();
    const columns = this.calls.columns;
    columns.startNs[call] = Number.NaN;
    columns.endNs[call] = Number.NaN;
    columns.cpu[call] = this.events.cpu[row]!;
    columns.pid[call] = this.events.pid[row]!;
    columns.mode[call] = UNKNOWN_CODE;
    columns.reason[call] = UNKNOWN_CODE;
    this.openCall[slot] = call;
    this.lastEvent[slot] = row;
    return call;
  }

  /** A further event of the open call: were events lost on its CPU since the last one? */
  private touch(slot: number, row: number): void {
    const before = this.lastEvent[slot]!;
    const cpu = this.events.cpu[row]!;
    const call = this.openCall[slot]!;
    if (this.lostAt.size > 0 && (this.lostAt.get(cpu) ?? -1) > before) this.flag(call, CALL_FLAGS.partial);
    if (this.options.overrun && cpu !== this.calls.columns.cpu[call]!) {
      const start = this.calls.columns.startNs[call]!;
      if (!(start >= this.firstTime.get(cpu)!)) this.flag(call, CALL_FLAGS.partial);
    }
    this.lastEvent[slot] = row;
  }

  private flag(call: number, bit: number): void {
    this.calls.columns.flags[call] = this.calls.columns.flags[call]! | bit;
  }

  /** Drops what is no call, numbers the rest, and sorts the events by call. */
  private collect(): Pick<GroupedCalls, 'calls' | 'evidence' | 'members' | 'memberStart'> {
    const bounded = CALL_FLAGS.start | CALL_FLAGS.end;
    const keepAll = !this.options.hasStarts && !this.options.hasEnds;
    const renumbered = new Int32Array(this.calls.length).fill(NO_CALL);
    const calls = new GrowableTable(CALL_SCHEMA, Math.max(1, this.calls.length));
    const evidence = new GrowableTable(EVIDENCE_SCHEMA, Math.max(1, this.calls.length));
    for (let old = 0; old < this.calls.length; old++) {
      if (!keepAll && (this.calls.columns.flags[old]! & bounded) === 0) continue;
      const call = calls.push();
      renumbered[old] = call;
      copyRow(this.calls.columns, old, calls.columns, call);
      copyRow(this.evidence.columns, old, evidence.columns, evidence.push());
    }
    return { calls, evidence: evidence.finish(), ...this.sortMembers(renumbered, calls.length) };
  }

  private sortMembers(renumbered: Int32Array, calls: number): Pick<GroupedCalls, 'members' | 'memberStart'> {
    const { type, a } = this.events;
    const memberStart = new Int32Array(calls + 1);
    for (let row = 0; row < this.events.length; row++) {
      const old = this.callOf[row]!;
      if (old === NO_CALL) continue;
      const call = renumbered[old]!;
      if (type[row] === EVENT_CODES.mm_migrate_pages || type[row] === EVENT_CODES.mm_migrate_pages_start) {
        a[row] = call;
        this.callOf[row] = NO_CALL;
      } else {
        this.callOf[row] = call;
        if (call !== NO_CALL) memberStart[call + 1]!++;
      }
    }
    for (let call = 0; call < calls; call++) memberStart[call + 1]! += memberStart[call]!;
    const next = memberStart.slice();
    const members = new Int32Array(memberStart[calls]!);
    for (let row = 0; row < this.events.length; row++) {
      const call = this.callOf[row]!;
      if (call !== NO_CALL) members[next[call]!++] = row;
    }
    return { members, memberStart };
  }
}

/** enum tlb_flush_reason, include/linux/mm_types.h. */
const TLB_REMOTE_SHOOTDOWN = 1;
const TLB_LOCAL_MM_SHOOTDOWN = 3;
const TLB_REMOTE_SEND_IPI = 4;

function copyRow<T extends Record<string, { [row: number]: number }>>(
  from: T,
  source: number,
  to: T,
  target: number,
): void {
  for (const name of Object.keys(from)) to[name]![target] = from[name]![source]!;
}
