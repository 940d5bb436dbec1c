import type { EventSink } from './eventSink';
import { encodeUtf8 } from '../../../base/utf8';

/** What the kernel prints for a task whose name it has not kept (trace_find_cmdline(), kernel/trace/trace_sched_switch.c). */
const UNKNOWN_COMM = '<...>';
const IDLE_COMM = '<idle>';

/** Names of tasks by pid, as numbers of `Recording.comms`. */
export class CommTable {
  private readonly rows = new Map<number, number>();
  private readonly recording: EventSink;

  constructor(recording: EventSink) {
    this.recording = recording;
  }

  /** The later name of a pid counts, as an exec changes it. */
  set(pid: number, comm: string): void {
    this.rows.set(pid, this.intern(comm));
  }

  /** A task that `parent` made has its name. */
  inherit(pid: number, parent: number): void {
    const row = this.rows.get(parent);
    if (row !== undefined && pid !== parent) this.rows.set(pid, row);
  }

  of(pid: number): number {
    let row = this.rows.get(pid);
    if (row === undefined) {
      row = this.intern(pid === 0 ? IDLE_COMM : UNKNOWN_COMM);
      this.rows.set(pid, row);
    }
    return row;
  }

  /** Reads the text of saved_cmdlines: a line `pid comm` per task. */
  readSavedCmdlines(text: string): void {
    for (const line of text.split('\n')) {
      const match = /^\s*(\d{1,10}) (.{1,64})/.exec(line);
      if (match !== null) this.set(Number(match[1]), match[2]!);
    }
  }

  private intern(comm: string): number {
    const bytes = encodeUtf8(comm);
    return this.recording.comms.intern(bytes, 0, bytes.length);
  }
}
