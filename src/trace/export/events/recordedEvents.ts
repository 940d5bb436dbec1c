import { CALL_FLAGS } from '../../../engine/folio/workload';
import { EVENT_CODES } from '../../calls/eventColumns';
import type { MigrationTrace } from '../../model';
import { type CallSummary, type EventStream, summaryOf } from './eventStream';

/** What the kernel prints for a task whose name it did not keep (trace_find_cmdline(), kernel/trace/trace_sched_switch.c). */
export const UNKNOWN_COMM = '<...>';
const IDLE_COMM = '<idle>';

/** The events of a recording, in the order of the file. */
export class RecordedEvents implements EventStream {
  timeNs = 0;
  type = 0;
  cpu = 0;
  pid = 0;
  comm = '';
  a = 0;
  b = 0;
  lo = 0;
  hi = 0;
  text = '';
  private row = 0;
  private readonly trace: MigrationTrace;
  private readonly comms: ReadonlyMap<number, string>;

  constructor(trace: MigrationTrace) {
    this.trace = trace;
    this.comms = commsOf(trace);
  }

  next(): boolean {
    const { events, strings } = this.trace;
    if (this.row >= events.length) return false;
    const row = this.row++;
    this.timeNs = events.timeNs[row] as number;
    this.type = events.type[row] as number;
    this.cpu = events.cpu[row] as number;
    this.a = events.a[row] as number;
    this.b = events.b[row] as number;
    this.lo = events.lo[row] as number;
    this.hi = events.hi[row] as number;
    const pid = events.pid[row] as number;
    if (pid !== this.pid || this.comm === '') {
      this.pid = pid;
      this.comm = this.comms.get(pid) ?? (pid === 0 ? IDLE_COMM : UNKNOWN_COMM);
    }
    const isNamed = this.type === EVENT_CODES.marker || this.type === EVENT_CODES.other;
    this.text = isNamed ? (strings[this.a] ?? '') : '';
    return true;
  }

  summary(row: number): CallSummary {
    const { calls } = this.trace.workload;
    const flags = calls.flags[row] as number;
    return summaryOf(calls, row, (flags & CALL_FLAGS.noThp) !== 0, (flags & CALL_FLAGS.noSplit) !== 0);
  }
}

function commsOf({ workload: { calls, comms } }: MigrationTrace): Map<number, string> {
  const names = new Map<number, string>();
  for (let call = 0; call < calls.length; call++) {
    const comm = comms[calls.comm[call] as number] ?? '';
    if (comm !== '') names.set(calls.pid[call] as number, comm);
  }
  return names;
}
