import { EVENT_CODES } from '../../calls/eventColumns';
import {
  ascii,
  CLOSE_BRACKET,
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
  standsAt,
} from '../text/bytes';
import { EventHead, fractionNs } from '../text/eventHead';
import { eventCode } from '../text/eventNames';
import { bareCode } from './bareData';

/** Bits of what a line shows. */
export const SHOWS = { comm: 1, pid: 2, cpu: 4, time: 8, event: 16 } as const;

/** perf prints the task's name right-aligned in 16 columns, and with call chains not aligned (tools/perf/builtin-script.c). */
const COMM_WIDTH = 16;
const UNALIGNED = -1;
const ANYTHING = -1;
const MAX_CPU = 0xffff;
const SLASH = 47;
const EQUALS = 61;
const UNDERSCORE = 95;
const RECORD = ascii('PERF_RECORD_');
/** The letters of -F misc (perf_sample__fprintf_start()). */
const MISC = ascii('KUHGguMESFp?');
const MISC_WIDTH = 6;
/** `-F tod` writes `2026-11-25 06:57:43.123456`: where the time stands, and the fraction. */
const CLOCK_AT = 10;
const FRACTION_AT = 19;
/** The shortest name of an event behind its system; shorter words are modifiers, such as `cycles:ppp`. */
const MIN_NAME = 4;

/**
 * The part of a line of `perf script` before the event's data: `comm pid/tid [cpu] misc seconds.fraction: period system:event:`,
 * of which -F may leave out any. What the lines of a file show is learned from the first that can be read, and learned
 * anew where another selection begins.
 */
export class PerfHead extends EventHead {
  /** Where the event's name ends; `at` where the line shows none. */
  nameEnd = 0;
  /** EVENT_TYPES code of the event. */
  code = 0;
  /** `PERF_RECORD_…` stands in place of an event's name. */
  isRecord = false;
  /** SHOWS bits of the line. */
  shown = 0;
  private learned = ANYTHING;
  /** Bytes of the comm's column: COMM_WIDTH, 0 where there is none, UNALIGNED. */
  private commWidth = 0;

  /** Reads the head of the line `bytes[start, end)`; false where the line has none. */
  read(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.learned !== ANYTHING) {
      const isRead =
        this.commWidth === UNALIGNED
          ? this.search(bytes, start, end, this.learned)
          : this.readBehind(bytes, start, this.commWidth, end) && this.isAlike(this.learned);
      if (isRead) return true;
    }
    return this.learn(bytes, start, end);
  }

  /** Takes the place of the comm's end by which the line shows the most. */
  private learn(bytes: Uint8Array, start: number, end: number): boolean {
    let best = -1;
    let width = 0;
    const weigh = (isRead: boolean, candidate: number): void => {
      const shows = isRead ? worth(this.shown) : -1;
      if (shows <= best) return;
      best = shows;
      width = candidate;
    };
    weigh(this.readBehind(bytes, start, COMM_WIDTH, end), COMM_WIDTH);
    // A number that ends where a comm's column does is a comm: those of pids are narrower.
    const number = digitsEnd(bytes, skipSpaces(bytes, start, end), end);
    if (number !== start + COMM_WIDTH) weigh(this.readBehind(bytes, start, 0, end), 0);
    weigh(this.search(bytes, start, end, ANYTHING), UNALIGNED);
    if (best < 0) return false;
    if (width === UNALIGNED) this.search(bytes, start, end, ANYTHING);
    else this.readBehind(bytes, start, width, end);
    if (!this.isRecord) {
      this.commWidth = width;
      this.learned = this.shown;
    }
    return true;
  }

  private isAlike(wanted: number): boolean {
    return this.shown === wanted || (this.isRecord && this.shown === (wanted & ~SHOWS.event));
  }

  /** Reads what stands behind a comm of `width` bytes, of which 0 is none. */
  private readBehind(bytes: Uint8Array, start: number, width: number, end: number): boolean {
    const at = start + width;
    if (at >= end) return false;
    this.commStart = start;
    this.commEnd = at;
    if (width === 0) return this.readFrom(bytes, at, end, 0);
    if (bytes[at] !== SPACE) return false;
    while (bytes[this.commStart] === SPACE) this.commStart++;
    if (this.commStart > at) this.commStart = at;
    return this.readFrom(bytes, at, end, SHOWS.comm);
  }

  /** A comm that is not aligned ends where the rest of the line can be read, and shows what is `wanted` (or has a pid). */
  private search(bytes: Uint8Array, start: number, end: number, wanted: number): boolean {
    let comm = start;
    while (comm < end && bytes[comm] === SPACE) comm++;
    const last = Math.min(end, comm + COMM_WIDTH);
    for (let at = comm + 1; at < last; at++) {
      if (bytes[at] !== SPACE) continue;
      if (!this.readFrom(bytes, at, end, SHOWS.comm)) continue;
      if (wanted === ANYTHING ? (this.shown & SHOWS.pid) === 0 : !this.isAlike(wanted)) continue;
      this.commStart = comm;
      this.commEnd = at;
      return true;
    }
    return false;
  }

  private readFrom(bytes: Uint8Array, start: number, end: number, shown: number): boolean {
    this.shown = shown;
    this.pid = 0;
    this.cpu = 0;
    this.timeNs = 0;
    let at = this.readPid(bytes, skipSpaces(bytes, start, end), end);
    if (bytes[at] === OPEN_BRACKET) {
      const stop = digitsEnd(bytes, at + 1, end);
      if (stop === at + 1 || bytes[stop] !== CLOSE_BRACKET) return false;
      this.cpu = Math.min(MAX_CPU, decimal(bytes, at + 1, stop));
      this.shown |= SHOWS.cpu;
      at = skipSpaces(bytes, stop + 1, end);
    }
    if (!isDigit(bytes[at])) at = skipMisc(bytes, at, end);
    else if (bytes[at + 4] === MINUS) at = skipTimeOfDay(bytes, at, end);
    const stop = digitsEnd(bytes, at, end);
    if (stop > at) {
      const fractionEnd = bytes[stop] === DOT ? digitsEnd(bytes, stop + 1, end) : stop;
      if (fractionEnd === stop || bytes[fractionEnd] !== COLON) return false;
      this.timeNs = decimal(bytes, at, stop) * 1e9 + fractionNs(bytes, stop + 1, fractionEnd);
      this.shown |= SHOWS.time;
      at = skipSpaces(bytes, fractionEnd + 1, end);
      // -F period puts it in front of the name.
      if (isDigit(bytes[at])) at = skipSpaces(bytes, digitsEnd(bytes, at, end), end);
    }
    return this.readName(bytes, at, end);
  }

  /** `pid/tid`, or one of both; where the next field begins. A task unknown to perf is -1. */
  private readPid(bytes: Uint8Array, start: number, end: number): number {
    const first = bytes[start] === MINUS ? start + 1 : start;
    let stop = digitsEnd(bytes, first, end);
    if (stop === first || (bytes[stop] !== SPACE && bytes[stop] !== SLASH)) return start;
    let at = start;
    if (bytes[stop] === SLASH) {
      at = stop + 1;
      const second = bytes[at] === MINUS ? at + 1 : at;
      stop = digitsEnd(bytes, second, end);
      if (stop === second) return start;
    }
    const isNegative = bytes[at] === MINUS;
    const pid = decimal(bytes, isNegative ? at + 1 : at, stop);
    this.pid = isNegative ? -pid : pid;
    this.shown |= SHOWS.pid;
    return skipSpaces(bytes, stop, end);
  }

  /** `system:event:`; a line that shows no event is known by its data. */
  private readName(bytes: Uint8Array, at: number, end: number): boolean {
    this.at = at;
    this.isRecord = standsAt(bytes, at, RECORD);
    if (this.isRecord) return true;
    let middle = -1;
    let last = -1;
    let stop = at;
    for (; stop < end; stop++) {
      const byte = bytes[stop]!;
      if (byte === COLON) {
        if (middle < 0) middle = stop;
        last = stop;
      } else if (byte === SPACE || byte === EQUALS || byte === OPEN_PARENTHESIS) break;
    }
    if (stop < end && bytes[stop] !== SPACE) {
      // Data: of a name without a space behind its colon, or of no name.
      if (last <= middle) return this.readBare(bytes, at, end);
      stop = last + 1;
    }
    const isClosed = last === stop - 1 && last > at;
    const nameEnd = isClosed ? last : stop;
    const hasSystem = middle > at && middle < nameEnd;
    this.at = hasSystem && nameEnd - middle > MIN_NAME ? middle + 1 : at;
    this.nameEnd = nameEnd;
    this.code = eventCode(bytes, this.at, nameEnd);
    this.shown |= SHOWS.event;
    if (this.code !== EVENT_CODES.other && hasSystem) return true;
    // A word and a colon may be anything, but behind a time; so may two, but behind a task or a CPU.
    const around = hasSystem ? SHOWS.time | SHOWS.pid | SHOWS.cpu : SHOWS.time;
    return isClosed && ((this.shown & around) !== 0 || (hasSystem && isName(bytes, at, nameEnd)));
  }

  private readBare(bytes: Uint8Array, at: number, end: number): boolean {
    this.code = bareCode(bytes, at, end);
    this.nameEnd = at;
    return this.code >= 0;
  }
}

/** Letters, digits and `_` with one colon between them. */
function isName(bytes: Uint8Array, start: number, end: number): boolean {
  let colons = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]! | 32;
    if (bytes[at] === COLON) colons++;
    else if (!(byte >= 97 && byte <= 122) && !isDigit(bytes[at]) && bytes[at] !== UNDERSCORE) return false;
  }
  return colons === 1 && end - start > 2 * MIN_NAME;
}

/** How much SHOWS bits tell: a comm may have taken in what stands in front of the rest, and is worth less. */
function worth(shown: number): number {
  let count = (shown & SHOWS.comm) === 0 ? 0 : 1;
  for (let left = shown & ~SHOWS.comm; left !== 0; left &= left - 1) count += 2;
  return count;
}

function skipMisc(bytes: Uint8Array, at: number, end: number): number {
  let stop = at;
  while (stop < end && stop - at < MISC_WIDTH && MISC.includes(bytes[stop]!)) stop++;
  return stop > at && bytes[stop] === SPACE ? skipSpaces(bytes, stop, end) : at;
}

function skipTimeOfDay(bytes: Uint8Array, at: number, end: number): number {
  if (at + FRACTION_AT >= end || bytes[at + CLOCK_AT] !== SPACE || bytes[at + FRACTION_AT] !== DOT) return at;
  return skipSpaces(bytes, digitsEnd(bytes, at + FRACTION_AT + 1, end), end);
}
