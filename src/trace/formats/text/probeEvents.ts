import { decodeUtf8 } from '../../../base/utf8';
import { ByteInterner } from '../../calls/byteInterner';
import { type FunctionTimes, unknownTask } from '../../calls/functionTimes';
import type { Recording } from '../../calls/recording';
import { ascii, CLOSE_PARENTHESIS, hexEnd, hexWord, NIBBLE, skipHexPrefix, SPACE, standsAt } from './bytes';
import type { EventHead } from './eventHead';

const ARROW = ascii(' <- ');
const PLUS = 43;
/** A probe at a function's entry sits behind its landing pad (endbr64, bti c) and its ftrace call, not deeper. */
const MAX_ENTRY_OFFSET = 16;
/** Tasks and depths beyond these are junk. */
const MAX_TASKS = 1 << 16;
const MAX_DEPTH = 256;

/** What perf probe and tracefs add to a function's name, and what people do. */
const NAME_ADDITIONS =
  /^[pr]_(?=\w+_\d+$)|__return(_\d+)?$|_(in|out|ret|return|entry|enter|exit|begin|end)$|_\d+$/g;

/** The functions that a task has entered and not left. */
interface ProbedTask {
  cpu: number;
  readonly open: number[];
}

/**
 * Pairs the events of kprobes and kretprobes, `name: (function+0x4/0x110) …` and `name: (caller+0x2f8/0xa50 <- function) …`
 * (kernel/trace/trace_kprobe.c, print_kprobe_event() and print_kretprobe_event()), into times of functions. trace-cmd and
 * perf print addresses only; then the event's own name tells the function. A function of which only one
 * end is probed has no time.
 */
export class ProbeEvents {
  private times: FunctionTimes | undefined;
  private readonly names = new ByteInterner();
  private readonly tasks = new Map<number, ProbedTask>();
  /** Functions that were entered again before they returned: their returns are not probed. */
  private readonly entryOnly = new Set<number>();
  /** Function by number of the event's name in `eventNames`, for events that print addresses. */
  private readonly eventNames = new ByteInterner();
  private readonly functionOfEvent: number[] = [];
  private readonly recording: Recording;

  constructor(recording: Recording) {
    this.recording = recording;
  }

  /** The event named `bytes[name, nameEnd)`, whose text begins at `open` with a parenthesis. */
  read(head: EventHead, bytes: Uint8Array, name: number, nameEnd: number, open: number, end: number): void {
    const close = bytes.indexOf(CLOSE_PARENTHESIS, open);
    if (close < 0 || close >= end) return;
    const arrow = arrowIn(bytes, open + 1, close);
    const at = arrow < 0 ? open + 1 : arrow + ARROW.length;
    const func = this.functionAt(bytes, at, close, name, nameEnd, arrow < 0);
    if (func < 0 || (this.times === undefined && this.recording.timesFunctions)) return;
    this.times ??= this.recording.timeFunctions(this.names.strings);
    const task = head.pid > 0 ? head.pid : unknownTask(head.cpu);
    if (head.pid > 0) this.recording.nameTask(task, bytes, head.commStart, head.commEnd);
    if (arrow < 0) this.enter(this.times, head, task, func);
    else this.leave(this.times, head, task, func);
  }

  /** Events were lost on `cpu`. */
  lost(cpu: number): void {
    if (this.times === undefined) return;
    this.times.lost(cpu);
    for (const task of this.tasks.values()) if (task.cpu === cpu) task.open.length = 0;
  }

  private enter(times: FunctionTimes, head: EventHead, task: number, func: number): void {
    if (this.entryOnly.has(func)) return;
    const { open } = this.taskOf(task, head.cpu);
    const before = open.indexOf(func);
    if (before >= 0) {
      this.entryOnly.add(func);
      open.splice(before);
      return;
    }
    if (open.length >= MAX_DEPTH) return;
    times.enter(head.cpu, task, open.length, func, head.timeNs);
    open.push(func);
  }

  private leave(times: FunctionTimes, head: EventHead, task: number, func: number): void {
    this.entryOnly.delete(func);
    const { open } = this.taskOf(task, head.cpu);
    const depth = open.lastIndexOf(func);
    if (depth < 0) return;
    open.length = depth;
    times.leave(head.cpu, task, depth, func, head.timeNs, Number.NaN);
  }

  private taskOf(task: number, cpu: number): ProbedTask {
    let found = this.tasks.get(task);
    if (found === undefined) {
      if (this.tasks.size >= MAX_TASKS) this.tasks.clear();
      found = { cpu, open: [] };
      this.tasks.set(task, found);
    }
    found.cpu = cpu;
    return found;
  }

  /** The function that `bytes[at, close)` names, `symbol+0x4/0x110` or an address; -1 where it is none or not its entry. */
  private functionAt(
    bytes: Uint8Array,
    at: number,
    close: number,
    name: number,
    nameEnd: number,
    isEntry: boolean,
  ): number {
    if (close > at && hexEnd(bytes, skipHexPrefix(bytes, at), close) === close)
      return isKernelAddress(bytes, at, close) ? this.functionOf(bytes, name, nameEnd) : -1;
    let stop = at;
    while (stop < close && bytes[stop] !== PLUS && bytes[stop] !== SPACE) stop++;
    if (stop === at) return -1;
    if (isEntry && bytes[stop] === PLUS) {
      const offset = skipHexPrefix(bytes, stop + 1);
      const offsetEnd = hexEnd(bytes, offset, close);
      if (offsetEnd === offset || hexWord(bytes, offset, offsetEnd) > MAX_ENTRY_OFFSET) return -1;
    } else if (isEntry) return -1;
    return this.names.intern(bytes, at, stop);
  }

  /** The function that an event's name speaks of: `migrate_pages__return`, `r_migrate_pages_0`, `migrate_pages_in`. */
  private functionOf(bytes: Uint8Array, name: number, nameEnd: number): number {
    const event = this.eventNames.intern(bytes, name, nameEnd);
    const known = this.functionOfEvent[event];
    if (known !== undefined) return known;
    const plain = ascii(decodeUtf8(bytes, name, nameEnd).replaceAll(NAME_ADDITIONS, ''));
    return (this.functionOfEvent[event] = this.names.intern(plain, 0, plain.length));
  }
}

/** Whether 16 hex digits stand there, with the highest bit set: uprobes are at addresses of programs. */
function isKernelAddress(bytes: Uint8Array, at: number, end: number): boolean {
  return end - at === 16 && NIBBLE[bytes[at]!]! >= 8;
}

function arrowIn(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at + ARROW.length < end; at++)
    if (bytes[at] === SPACE && standsAt(bytes, at, ARROW)) return at;
  return -1;
}
