import {
  CLOSE_BRACKET,
  CLOSE_PARENTHESIS,
  COLON,
  decimal,
  digitsEnd,
  DOT,
  isDigit,
  MINUS,
  OPEN_BRACKET,
  OPEN_PARENTHESIS,
  skipSpaces,
  SPACE,
} from '../text/bytes';
import { EventHead, fractionNs } from '../text/eventHead';

const PLUS = 43;
const LETTER_U = 117;
const LETTER_S = 115;
/** The task name is printed right-aligned in 16 columns (`%16s-%-7d`, kernel/trace/trace_output.c); in 8 by `trace-cmd report -l`. */
const COMM_WIDTH = 16;
const SHORT_COMM_WIDTH = 8;
const MAX_CPU = 0xffff;

/**
 * The part of an event line before its name:
 * `            comm-pid   [cpu] flags  seconds.fraction: `. One object, filled anew for each line.
 */
export class LineHead extends EventHead {
  /** The timestamp had no fraction: the trace clock counts something else than time (counter, x86-tsc). */
  isCounter = false;

  /** Reads the head of the line `bytes[start, end)`; false where the line has none. */
  read(bytes: Uint8Array, start: number, end: number): boolean {
    const dash = start + COMM_WIDTH;
    if (bytes[dash] === MINUS && this.readFrom(bytes, dash, end)) return this.found(bytes, start, dash);
    const short = start + SHORT_COMM_WIDTH;
    if (bytes[short] === MINUS && this.readFrom(bytes, short, end)) return this.found(bytes, start, short);
    return this.search(bytes, start, end);
  }

  /** What stands in front of the comm's columns is the name of the file or instance (`trace-cmd report -i A -i B`). */
  private found(bytes: Uint8Array, start: number, dash: number): boolean {
    let comm = Math.max(start, dash - COMM_WIDTH);
    while (comm < dash && bytes[comm] === SPACE) comm++;
    this.commStart = comm;
    this.commEnd = dash;
    return true;
  }

  /** Names that are not aligned: the first `[cpu]` with a pid before and a time behind it; the pid is read backwards. */
  private search(bytes: Uint8Array, start: number, end: number): boolean {
    for (let open = start; open < end; open++) {
      if (bytes[open] !== OPEN_BRACKET) continue;
      const dash = dashBefore(bytes, start, open);
      if (dash > start && this.readFrom(bytes, dash, end)) return this.found(bytes, start, dash);
    }
    return false;
  }

  /** Reads from the `-` before the pid to the event's name. */
  private readFrom(bytes: Uint8Array, dash: number, end: number): boolean {
    let at = digitsEnd(bytes, dash + 1, end);
    if (at === dash + 1 || at >= end) return false;
    this.pid = decimal(bytes, dash + 1, at);
    at = skipSpaces(bytes, at, end);
    if (bytes[at] === OPEN_PARENTHESIS) {
      while (at < end && bytes[at] !== CLOSE_PARENTHESIS) at++;
      at = skipSpaces(bytes, at + 1, end);
    }
    const isBracketed = bytes[at] === OPEN_BRACKET;
    if (isBracketed) at++;
    const cpuEnd = digitsEnd(bytes, at, end);
    if (cpuEnd === at || cpuEnd >= end) return false;
    this.cpu = Math.min(MAX_CPU, decimal(bytes, at, cpuEnd));
    at = cpuEnd;
    if (isBracketed) {
      if (bytes[at] !== CLOSE_BRACKET) return false;
      at++;
    } else if (bytes[at] === SPACE) return false;
    // Flags: behind the bracket in their own column or not printed; glued to the CPU in the latency format.
    if (isBracketed) at = skipSpaces(bytes, at, end);
    if (!isDigit(bytes[at])) {
      while (at < end && bytes[at] !== SPACE) at++;
      at = skipSpaces(bytes, at, end);
    }
    return this.readTime(bytes, at, end);
  }

  private readTime(bytes: Uint8Array, start: number, end: number): boolean {
    const secondsEnd = digitsEnd(bytes, start, end);
    if (secondsEnd === start || secondsEnd >= end) return false;
    const whole = decimal(bytes, start, secondsEnd);
    let at = secondsEnd;
    this.isCounter = bytes[at] !== DOT;
    if (this.isCounter) this.timeNs = whole;
    else {
      const fractionEnd = digitsEnd(bytes, at + 1, end);
      this.timeNs = whole * 1e9 + fractionNs(bytes, at + 1, fractionEnd);
      at = fractionEnd;
    }
    if (this.isCounter && bytes[at] === LETTER_U && bytes[at + 1] === LETTER_S) {
      // The option latency-format: `16957us : `, with a mark of the delay behind the unit.
      this.isCounter = false;
      this.timeNs = whole * 1000;
      at = bytes[at + 2] === COLON ? at + 2 : at + 3;
    }
    if (at >= end || bytes[at] !== COLON) return false;
    at = skipSpaces(bytes, at + 1, end);
    if (bytes[at] === OPEN_PARENTHESIS && bytes[at + 1] === PLUS) {
      // `report --ts-diff` puts the distance to the line before in front of the name.
      while (at < end && bytes[at] !== CLOSE_PARENTHESIS) at++;
      at = skipSpaces(bytes, at + 1, end);
    }
    this.at = at;
    return true;
  }
}

/** The `-` of `-pid  [` or `-pid  (tgid) [` before the bracket at `open`, or -1. */
function dashBefore(bytes: Uint8Array, start: number, open: number): number {
  let at = open - 1;
  while (at > start && bytes[at] === SPACE) at--;
  if (bytes[at] === CLOSE_PARENTHESIS) {
    while (at > start && bytes[at] !== OPEN_PARENTHESIS) at--;
    at--;
    while (at > start && bytes[at] === SPACE) at--;
  }
  const last = at;
  while (at > start && isDigit(bytes[at])) at--;
  return at < last && bytes[at] === MINUS ? at : -1;
}
