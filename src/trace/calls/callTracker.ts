import { GrowableTable, type Schema } from '../../base/columns';
import { CALL_FLAGS, CALL_SCHEMA } from '../../engine/folio/workload';
import { UNKNOWN_CODE } from '../../engine/kernel/modes';
import { TOTAL_NAMES } from '../../engine/kernel/totals';
import { EVENT_CODES } from './eventColumns';
import { addMember, type MemberEvents, MemberPool } from './memberEvents';
import type { Summaries } from './summaries';

/** What a call shows besides CALL_SCHEMA; rows go with the rows of `calls`. */
const EVIDENCE_SCHEMA = {
  /** tlb_flush events of the call's own task: `local mm shootdown` (3), `remote ipi send` (4). */
  localFlushes: 'u32',
  sentFlushes: 'u32',
  /** Receivers of its flushes, a bit per CPU modulo 64. */
  receiversLow: 'u32',
  receiversHigh: 'u32',
  /** Its set events. */
  sets: 'u32',
  /** DOUBTS: what makes it partial once the rest of the recording is known. */
  doubts: 'u8',
} as const satisfies Schema;

export const DOUBTS = {
  /** Its end came without a start: partial if the recording holds starts at all. */
  noStart: 1,
  /** That, and it is the first of its task: partial if the oldest events of some CPUs were overwritten. */
  firstOfTask: 2,
  /** It moved to a CPU whose first event is later than its start: partial if the oldest events were overwritten. */
  beforeCpu: 4,
} as const;

/** Told of every call that is over: it ended, or its task began another, or the recording ended. */
type CallSink = (call: number, members: MemberEvents) => void;

const NO_CALL = -1;

/**
 * Finds the migrate_pages() calls of a recording, event by event: per task (pid) from mm_migrate_pages_start to
 * mm_migrate_pages, which do not nest (include/trace/events/migrate.h; mm/migrate.c, migrate_pages()). Without start
 * events (kernels before 5.14) a call takes the task's events since its last call. Set and remove events that no call
 * follows are page table splits outside of migration and belong to none. Calls are rows of `calls` in the order in
 * which they opened.
 */
export class CallTracker {
  readonly calls = new GrowableTable(CALL_SCHEMA);
  readonly evidence = new GrowableTable(EVIDENCE_SCHEMA);
  startNs = Infinity;
  endNs = -Infinity;
  /** Events that are earlier than the one before them on the same CPU. */
  clockJumps = 0;
  /** By how much an event is earlier than the latest one before it on any CPU, at most. */
  behindNs = 0;
  hasStarts = false;
  hasEnds = false;
  /** Calls that turned out to be none. */
  readonly dropped: number[] = [];
  /** Whether rows of calls that are over, and told, are used again: for sums only. */
  recycles = false;
  private row = 0;
  private readonly freeCalls: number[] = [];
  private readonly pool = new MemberPool();
  private readonly slotOfPid = new Map<number, number>();
  /** Per slot (task): its open call or NO_CALL, the row of that call's last event, its events. */
  private readonly openCall: number[] = [];
  private readonly lastEvent: number[] = [];
  private readonly members: (MemberEvents | null)[] = [];
  /** Per slot: 1 until a call of the task has ended. */
  private readonly isFirst: number[] = [];
  private readonly lostAt = new Map<number, number>();
  /** Per CPU; the last one -Infinity until an event comes. */
  private firstTime = new Float64Array(64);
  private lastTime = new Float64Array(64).fill(-Infinity);
  private lastSender = NO_CALL;
  private lastPid = Number.NaN;
  private lastSlot = 0;
  private readonly sink: CallSink;

  constructor(sink: CallSink) {
    this.sink = sink;
  }

  /** Takes the next event. Gives what `a` is to hold: the call of a start or end, else `a` as it is. */
  add(
    type: number,
    timeNs: number,
    cpu: number,
    pid: number,
    a: number,
    b: number,
    lo: number,
    hi: number,
    summaries: Summaries,
  ): number {
    const row = this.row++;
    if (type === EVENT_CODES.lost) {
      this.lostAt.set(cpu, row);
      return a;
    }
    if (timeNs < this.startNs) this.startNs = timeNs;
    if (timeNs > this.endNs) this.endNs = timeNs;
    else if (this.endNs - timeNs > this.behindNs) this.behindNs = this.endNs - timeNs;
    if (cpu >= this.lastTime.length) this.widenTimes(cpu);
    const last = this.lastTime[cpu]!;
    if (timeNs < last) this.clockJumps++;
    else if (last === -Infinity) this.firstTime[cpu] = timeNs;
    this.lastTime[cpu] = timeNs;
    switch (type) {
      case EVENT_CODES.set_migration_pte:
      case EVENT_CODES.remove_migration_pte:
      case EVENT_CODES.set_migration_pmd:
      case EVENT_CODES.remove_migration_pmd: {
        const slot = pid === this.lastPid ? this.lastSlot : this.slot(pid);
        if (this.openCall[slot] === NO_CALL) this.open(slot, row, cpu, pid);
        else this.touch(slot, row, cpu);
        addMember(this.members[slot]!, type, this.recycles ? Number.NaN : timeNs, a, b, lo, hi);
        if (type === EVENT_CODES.set_migration_pte || type === EVENT_CODES.set_migration_pmd)
          this.evidence.columns.sets[this.openCall[slot]!]!++;
        return a;
      }
      case EVENT_CODES.tlb_flush:
        this.flush(b, cpu, pid);
        return a;
      case EVENT_CODES.mm_migrate_pages_start:
        return this.start(row, timeNs, cpu, pid, summaries, a);
      case EVENT_CODES.mm_migrate_pages:
        return this.end(row, timeNs, cpu, pid, summaries, a);
      default:
        return a;
    }
  }

  /** Closes what is open. Calls that neither began nor ended are none, unless the recording holds no such events. */
  finish(): void {
    const open = this.openCall
      .map((call, slot) => ({ call, slot }))
      .filter(({ call }) => call !== NO_CALL)
      .sort((left, right) => left.call - right.call);
    for (const { call, slot } of open) {
      this.flag(call, CALL_FLAGS.partial);
      this.close(slot, !this.hasStarts && !this.hasEnds);
    }
  }

  private widenTimes(cpu: number): void {
    const wider = Math.max(cpu + 1, this.lastTime.length * 2);
    const [firstTime, lastTime] = [this.firstTime, this.lastTime];
    this.firstTime = new Float64Array(wider);
    this.firstTime.set(firstTime);
    this.lastTime = new Float64Array(wider).fill(-Infinity);
    this.lastTime.set(lastTime);
  }

  private start(
    row: number,
    timeNs: number,
    cpu: number,
    pid: number,
    summaries: Summaries,
    summary: number,
  ): number {
    this.hasStarts = true;
    const slot = this.slot(pid);
    if (this.openCall[slot] !== NO_CALL) {
      this.flag(this.openCall[slot]!, CALL_FLAGS.partial);
      this.close(slot, false);
    }
    const call = this.open(slot, row, cpu, pid);
    this.calls.columns.startNs[call] = timeNs;
    this.flag(call, CALL_FLAGS.start);
    this.describe(call, summaries, summary);
    return call;
  }

  private end(
    row: number,
    timeNs: number,
    cpu: number,
    pid: number,
    summaries: Summaries,
    summary: number,
  ): number {
    this.hasEnds = true;
    const slot = this.slot(pid);
    if (this.openCall[slot] === NO_CALL) this.open(slot, row, cpu, pid);
    else this.touch(slot, row, cpu);
    const call = this.openCall[slot]!;
    const columns = this.calls.columns;
    columns.endNs[call] = timeNs;
    for (const name of TOTAL_NAMES) columns[name][call] = summaries[name][summary]!;
    this.flag(call, CALL_FLAGS.end | summaries.flags[summary]!);
    if ((columns.flags[call]! & CALL_FLAGS.start) === 0)
      this.doubt(call, DOUBTS.noStart | (this.isFirst[slot] === 1 ? DOUBTS.firstOfTask : 0));
    this.isFirst[slot] = 0;
    this.describe(call, summaries, summary);
    this.close(slot, false);
    return call;
  }

  /** Mode, reason and comm as the event says them. */
  private describe(call: number, summaries: Summaries, summary: number): void {
    const columns = this.calls.columns;
    columns.mode[call] = summaries.mode[summary]!;
    columns.reason[call] = summaries.reason[summary]!;
    columns.comm[call] = summaries.comm[summary]!;
  }

  private flush(reason: number, cpu: number, pid: number): void {
    if (reason === TLB_REMOTE_SHOOTDOWN) {
      if (this.lastSender !== NO_CALL) this.receive(this.lastSender, cpu);
      return;
    }
    if (reason !== TLB_LOCAL_MM_SHOOTDOWN && reason !== TLB_REMOTE_SEND_IPI) return;
    const call = this.openCall[this.slot(pid)]!;
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

  /** What was told of task `from` was of `to`; its open call goes on under that name. */
  renameTask(from: number, to: number): void {
    const slot = this.slotOfPid.get(from);
    if (slot === undefined) return;
    this.slotOfPid.delete(from);
    if (!this.slotOfPid.has(to)) this.slotOfPid.set(to, slot);
    this.lastPid = Number.NaN;
  }

  private slot(pid: number): number {
    if (pid === this.lastPid) return this.lastSlot;
    let slot = this.slotOfPid.get(pid);
    if (slot === undefined) {
      slot = this.openCall.length;
      this.slotOfPid.set(pid, slot);
      this.openCall.push(NO_CALL);
      this.lastEvent.push(0);
      this.members.push(null);
      this.isFirst.push(1);
    }
    this.lastPid = pid;
    this.lastSlot = slot;
    return slot;
  }

  private open(slot: number, row: number, cpu: number, pid: number): number {
    const call = this.newCall();
    const columns = this.calls.columns;
    columns.startNs[call] = Number.NaN;
    columns.endNs[call] = Number.NaN;
    columns.cpu[call] = cpu;
    columns.pid[call] = pid;
    columns.mode[call] = UNKNOWN_CODE;
    columns.reason[call] = UNKNOWN_CODE;
    this.openCall[slot] = call;
    this.lastEvent[slot] = row;
    this.members[slot] = this.pool.take();
    return call;
  }

  private newCall(): number {
    const free = this.freeCalls.pop();
    if (free === undefined) {
      this.evidence.push();
      return this.calls.push();
    }
    for (const column of Object.values(this.calls.columns)) column[free] = 0;
    for (const column of Object.values(this.evidence.columns)) column[free] = 0;
    return free;
  }

  private close(slot: number, keepUnbounded: boolean): void {
    const call = this.openCall[slot]!;
    const members = this.members[slot]!;
    const isBounded = (this.calls.columns.flags[call]! & (CALL_FLAGS.start | CALL_FLAGS.end)) !== 0;
    if (isBounded || keepUnbounded) this.sink(call, members);
    else if (!this.recycles) this.dropped.push(call);
    if (this.recycles) this.freeCalls.push(call);
    this.pool.giveBack(members);
    this.members[slot] = null;
    this.openCall[slot] = NO_CALL;
  }

  /** A further event of the open call: were events lost on its CPU since the last one? */
  private touch(slot: number, row: number, cpu: number): void {
    const call = this.openCall[slot]!;
    if (this.lostAt.size > 0 && (this.lostAt.get(cpu) ?? -1) > this.lastEvent[slot]!)
      this.flag(call, CALL_FLAGS.partial);
    if (cpu !== this.calls.columns.cpu[call]!) {
      const start = this.calls.columns.startNs[call]!;
      if (!(start >= this.firstTime[cpu]!)) this.doubt(call, DOUBTS.beforeCpu);
    }
    this.lastEvent[slot] = row;
  }

  private flag(call: number, bits: number): void {
    this.calls.columns.flags[call] = this.calls.columns.flags[call]! | bits;
  }

  private doubt(call: number, bits: number): void {
    this.evidence.columns.doubts[call] = this.evidence.columns.doubts[call]! | bits;
  }
}

/** enum tlb_flush_reason, include/linux/mm_types.h. */
const TLB_REMOTE_SHOOTDOWN = 1;
const TLB_LOCAL_MM_SHOOTDOWN = 3;
const TLB_REMOTE_SEND_IPI = 4;
