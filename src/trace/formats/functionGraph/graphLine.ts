import { decimal, digitsEnd, skipSpaces, SPACE, standsAt, ascii, MINUS } from '../text/bytes';

/** What a line of the function_graph tracer says. */
export const GRAPH = { leaf: 1, entry: 2, exit: 3, comment: 4, taskSwitch: 5, other: 6 } as const;

const DOT = 46;
const BAR = 124;
const SLASH = 47;
const STAR = 42;
const OPEN = 40;
const CLOSE = 41;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const SEMICOLON = 59;
const US = ascii('us');
const IRQ_ENTRY = ascii('==========>');
const IRQ_EXIT = ascii('<==========');
const MAX_CPU = 0xffff;
/** `+ ! # * @ $` in front of a duration (trace_find_mark(), kernel/trace/trace_output.c). */
const IS_MARK = bytesOf('+!#*@$');
/** trace_print_lat_fmt() of the latency format: irqs-off, need-resched, hardirq/softirq, preempt and migrate-disable depth. */
const IS_FLAG = bytesOf('.0123456789abcdefABCDEFnNpPlLdDhHsSzZxX#-');
const MAX_FLAGS = 8;

function bytesOf(characters: string): Uint8Array {
  const set = new Uint8Array(256);
  for (const character of characters) set[character.charCodeAt(0)] = 1;
  return set;
}

/**
 * A line of the function_graph tracer (print_graph_prologue() and what follows it, kernel/trace/trace_functions_graph.c), with any
 * of its options: `  146.761434 |   0)  mig-942  | d..1. | ! 267.393 us  |    } /* try_to_migrate *\/`. Time, CPU, task and flags
 * may be missing, and so may the duration. One object, filled anew for each line.
 */
export class GraphLine {
  kind: number = GRAPH.other;
  /** ns; NaN without funcgraph-abstime (or -reltime: then from the start of the recording). */
  timeNs = Number.NaN;
  cpu = 0;
  hasCpu = false;
  /** -1 without funcgraph-proc. On a task switch, the task that left. */
  pid = -1;
  commStart = 0;
  commEnd = 0;
  /** On a task switch, the task that came. */
  nextPid = -1;
  nextCommStart = 0;
  nextCommEnd = 0;
  /** ns; NaN where the line has none. */
  durationNs = Number.NaN;
  depth = 0;
  /** Name of the function (empty on a return without funcgraph-tail), or the text of a comment. */
  nameStart = 0;
  nameEnd = 0;

  /** Reads the line `bytes[start, end)`; false where it is none of the tracer's. */
  read(bytes: Uint8Array, start: number, end: number): boolean {
    this.timeNs = Number.NaN;
    this.pid = -1;
    this.cpu = 0;
    const behindTime = this.readTime(bytes, start, end);
    const cpu = skipSpaces(bytes, behindTime, end);
    const cpuEnd = digitsEnd(bytes, cpu, end);
    this.hasCpu = cpuEnd > cpu && bytes[cpuEnd] === CLOSE;
    if (this.hasCpu) {
      this.cpu = Math.min(MAX_CPU, decimal(bytes, cpu, cpuEnd));
      return this.readColumns(bytes, cpuEnd + 1, end, true);
    }
    // Without funcgraph-cpu: only what has a bar can be told from any other text.
    return this.readColumns(bytes, behindTime, end, behindTime > start);
  }

  /** Reads duration and function, as `trace-cmd report` prints them behind funcgraph_entry: and funcgraph_exit: too. */
  readCall(bytes: Uint8Array, start: number, end: number): boolean {
    return this.readColumns(bytes, start, end, false);
  }

  /** `%5lu.%06lu |` or, of funcgraph-reltime, `%9llu us |`; where it ends, or `start`. */
  private readTime(bytes: Uint8Array, start: number, end: number): number {
    const at = skipSpaces(bytes, start, end);
    const stop = digitsEnd(bytes, at, end);
    if (stop === at) return start;
    if (bytes[stop] === DOT) {
      const fractionEnd = digitsEnd(bytes, stop + 1, end);
      const bar = skipSpaces(bytes, fractionEnd, end);
      if (fractionEnd !== stop + 7 || bytes[bar] !== BAR) return start;
      this.timeNs = decimal(bytes, at, stop) * 1e9 + decimal(bytes, stop + 1, fractionEnd) * 1000;
      return bar + 1;
    }
    if (bytes[stop] !== SPACE || !standsAt(bytes, stop + 1, US)) return start;
    const bar = skipSpaces(bytes, stop + 3, end);
    const cpu = skipSpaces(bytes, bar + 1, end);
    // A duration of 10 s and more has no fraction either; but a CPU follows the time only.
    if (bytes[bar] !== BAR || bytes[digitsEnd(bytes, cpu, end)] !== CLOSE || bytes[cpu] === CLOSE)
      return start;
    this.timeNs = decimal(bytes, at, stop) * 1000;
    return bar + 1;
  }

  /** Task, flags, duration and function; `isCertain`: the line is the tracer's even without a bar. */
  private readColumns(bytes: Uint8Array, start: number, end: number, isCertain: boolean): boolean {
    this.durationNs = Number.NaN;
    let base = start;
    let hasBar = false;
    for (;;) {
      const at = skipSpaces(bytes, base, end);
      if (at >= end) return false;
      const byte = bytes[at]!;
      if (byte === BAR) base = at + 1;
      else if (byte === CLOSE_BRACE || (byte === SLASH && bytes[at + 1] === STAR))
        return (hasBar || isCertain) && this.readBody(bytes, base, at, end);
      else {
        const bar = this.readColumn(bytes, at, end);
        if (bar < 0) return (hasBar || isCertain) && this.readBody(bytes, base, at, end);
        base = bar + 1;
      }
      hasBar = true;
    }
  }

  /** A column that ends in a bar; where the bar is, or -1 where none stands at `at`. */
  private readColumn(bytes: Uint8Array, at: number, end: number): number {
    const mark = IS_MARK[bytes[at]!] === 1 ? 2 : 0;
    const digits = digitsEnd(bytes, at + mark, end);
    if (digits > at + mark) return this.readDuration(bytes, at + mark, digits, end);
    if (standsAt(bytes, at, IRQ_ENTRY) || standsAt(bytes, at, IRQ_EXIT)) return -1;
    const bar = bytes.indexOf(BAR, at);
    if (bar < 0 || bar >= end) return -1;
    let stop = bar;
    while (stop > at && bytes[stop - 1] === SPACE) stop--;
    const pid = pidStart(bytes, at, stop);
    if (pid > 0) {
      this.pid = decimal(bytes, pid, stop);
      this.commStart = at;
      this.commEnd = pid - 1;
      return bar;
    }
    return isFlags(bytes, at, stop) ? bar : -1;
  }

  /** `267.393 us  |`: microseconds with up to three decimals, fewer from 10 ms on (trace_print_graph_duration()). */
  private readDuration(bytes: Uint8Array, at: number, stop: number, end: number): number {
    let ns = decimal(bytes, at, stop) * 1000;
    let next = stop;
    if (bytes[stop] === DOT) {
      next = digitsEnd(bytes, stop + 1, end);
      let unit = 100;
      for (let digit = stop + 1; digit < next; digit++, unit /= 10) ns += (bytes[digit]! - 48) * unit;
    }
    const bar = skipSpaces(bytes, next + 3, end);
    if (bytes[next] !== SPACE || !standsAt(bytes, next + 1, US) || bytes[bar] !== BAR) return -1;
    this.durationNs = ns;
    return bar;
  }

  private readBody(bytes: Uint8Array, base: number, at: number, end: number): boolean {
    this.depth = Math.max(0, at - base - 1) >> 1;
    const first = bytes[at]!;
    let last = end;
    while (last > at && bytes[last - 1] === SPACE) last--;
    if (first === SLASH) {
      this.kind = GRAPH.comment;
      this.nameStart = skipSpaces(bytes, at + 2, last);
      this.nameEnd = bytes[last - 1] === SLASH && bytes[last - 2] === STAR ? last - 2 : last;
      while (this.nameEnd > this.nameStart && bytes[this.nameEnd - 1] === SPACE) this.nameEnd--;
      return true;
    }
    if (first === CLOSE_BRACE) {
      this.kind = GRAPH.exit;
      const comment = skipSpaces(bytes, at + 1, last);
      const hasName = bytes[comment] === SLASH && bytes[comment + 1] === STAR;
      this.readName(bytes, hasName ? skipSpaces(bytes, comment + 2, last) : last, last);
      return hasName || comment === last;
    }
    if (standsAt(bytes, at, IRQ_ENTRY) || standsAt(bytes, at, IRQ_EXIT)) {
      this.kind = GRAPH.other;
      return true;
    }
    this.readName(bytes, at, last);
    const tail = behindComment(bytes, this.nameEnd, last);
    if (bytes[tail - 1] === SEMICOLON) this.kind = GRAPH.leaf;
    else if (bytes[tail - 1] === OPEN_BRACE) this.kind = GRAPH.entry;
    else return this.readSwitch(bytes, at, last);
    return true;
  }

  private readName(bytes: Uint8Array, at: number, end: number): void {
    this.nameStart = at;
    while (at < end && bytes[at] !== OPEN && bytes[at] !== SPACE) at++;
    this.nameEnd = at;
  }

  /** `snap-911    =>    mig-925`, verif_pid() in kernel/trace/trace_functions_graph.c. */
  private readSwitch(bytes: Uint8Array, at: number, end: number): boolean {
    let arrow = at;
    while (arrow < end && !(bytes[arrow] === 61 && bytes[arrow + 1] === 62)) arrow++;
    if (arrow >= end) return false;
    let stop = arrow;
    while (stop > at && bytes[stop - 1] === SPACE) stop--;
    const pid = pidStart(bytes, at, stop);
    const next = skipSpaces(bytes, arrow + 2, end);
    const nextPid = pidStart(bytes, next, end);
    if (pid < 0 || nextPid < 0) return false;
    this.kind = GRAPH.taskSwitch;
    this.pid = decimal(bytes, pid, stop);
    this.commStart = at;
    this.commEnd = pid - 1;
    this.nextPid = decimal(bytes, nextPid, end);
    this.nextCommStart = next;
    this.nextCommEnd = nextPid - 1;
    return true;
  }
}

/** Where the pid of `comm-pid` in `[at, stop)` begins, or -1. */
function pidStart(bytes: Uint8Array, at: number, stop: number): number {
  let pid = stop;
  while (pid > at && bytes[pid - 1]! >= 48 && bytes[pid - 1]! <= 57) pid--;
  return pid < stop && pid > at && bytes[pid - 1] === MINUS ? pid : -1;
}

function isFlags(bytes: Uint8Array, at: number, stop: number): boolean {
  if (stop - at > MAX_FLAGS || stop - at < 3) return false;
  for (let i = at; i < stop; i++) if (IS_FLAG[bytes[i]!] === 0) return false;
  return true;
}

/** The end of what stands before the comment that ends the line (funcgraph-retval, -retaddr), spaces left out. */
function behindComment(bytes: Uint8Array, at: number, end: number): number {
  let stop = end;
  if (bytes[stop - 1] === SLASH && bytes[stop - 2] === STAR) {
    stop -= 2;
    while (stop > at + 1 && !(bytes[stop - 2] === SLASH && bytes[stop - 1] === STAR)) stop--;
    stop -= 2;
    while (stop > at && bytes[stop - 1] === SPACE) stop--;
  }
  return stop;
}
