import { EVENT_CODES } from '../../calls/eventColumns';
import type { Recording } from '../../calls/recording';
import { ascii, COLON, MINUS, NEWLINE, NIBBLE, SPACE, standsAt } from '../text/bytes';

const COMM_WIDTH = 16;
const OPEN = 91;
const CLOSE = 93;
const DOT = 46;
const ZERO = 48;
const COMMA = 44;
const EQUALS = 61;
const OPEN_PARENTHESIS = 40;
const CLOSE_PARENTHESIS = 41;
const LETTER_S = 115;
const LETTER_R = 114;
const LETTER_T = 116;

const SET = ascii('set_migration_pte:');
const REMOVE = ascii('remove_migration_pte:');
const FLUSH = ascii('tlb_flush:');
const ADDR = ascii('addr=');
const PTE = ascii(' pte=');
const ORDER = ascii(' order=');
const PAGES = ascii('pages');
const REASON = ascii(' reason');

/** Longer numbers are left to the reader that looks closely: it knows what is exact and what is not. */
const MAX_PID_DIGITS = 7;
const MAX_SECOND_DIGITS = 7;
/** A line that is taken ends within so many bytes. */
const MAX_LENGTH = 200;

const NOT_TAKEN = -1;

/**
 * Reads the lines that make up nearly all of a recording, set_migration_pte, remove_migration_pte and tlb_flush as the kernel and
 * trace-cmd report print them, in one go and without looking for the end of the line first. Everything else, the least oddity
 * included, is left to the reader of any line, which gives the same for the lines that are taken here.
 */
export class FastLines {
  /** Of the last line taken. */
  timeNs = 0;
  private readonly recording: Recording;

  constructor(recording: Recording) {
    this.recording = recording;
  }

  /** Takes the line at `start` of `bytes`, whose lines end before `end`: the start of the next one, or -1. */
  read(bytes: Uint8Array, start: number, end: number): number {
    if (start + MAX_LENGTH > end || bytes[start + COMM_WIDTH] !== MINUS) return NOT_TAKEN;
    // The name may hold anything but the end of a shorter line.
    for (let name = start; name < start + COMM_WIDTH; name++) if (bytes[name] === NEWLINE) return NOT_TAKEN;
    let at = start + COMM_WIDTH + 1;
    let byte = bytes[at]! - ZERO;
    let pid = 0;
    let digits = at;
    while (byte >= 0 && byte <= 9) {
      pid = pid * 10 + byte;
      byte = bytes[++at]! - ZERO;
    }
    if (at === digits || at - digits > MAX_PID_DIGITS) return NOT_TAKEN;
    while (bytes[at] === SPACE) at++;
    if (bytes[at] !== OPEN || bytes[at + 4] !== CLOSE) return NOT_TAKEN;
    const hundreds = bytes[at + 1]! - ZERO;
    const tens = bytes[at + 2]! - ZERO;
    const ones = bytes[at + 3]! - ZERO;
    if (!isDigit(hundreds) || !isDigit(tens) || !isDigit(ones)) return NOT_TAKEN;
    const cpu = hundreds * 100 + tens * 10 + ones;
    at += 5;
    while (bytes[at] === SPACE) at++;
    if (!isDigit(bytes[at]! - ZERO)) {
      while (bytes[at]! > SPACE) at++;
      while (bytes[at] === SPACE) at++;
    }
    digits = at;
    byte = bytes[at]! - ZERO;
    let seconds = 0;
    while (byte >= 0 && byte <= 9) {
      seconds = seconds * 10 + byte;
      byte = bytes[++at]! - ZERO;
    }
    if (at === digits || at - digits > MAX_SECOND_DIGITS || bytes[at] !== DOT || bytes[at + 7] !== COLON)
      return NOT_TAKEN;
    const a = bytes[at + 1]! - ZERO;
    const b = bytes[at + 2]! - ZERO;
    const c = bytes[at + 3]! - ZERO;
    const d = bytes[at + 4]! - ZERO;
    const e = bytes[at + 5]! - ZERO;
    const f = bytes[at + 6]! - ZERO;
    // Any of them below 0 or above 9 sets the sign.
    if ((a | b | c | d | e | f | (9 - a) | (9 - b) | (9 - c) | (9 - d) | (9 - e) | (9 - f)) < 0)
      return NOT_TAKEN;
    const micros = ((((a * 10 + b) * 10 + c) * 10 + d) * 10 + e) * 10 + f;
    at += 8;
    while (bytes[at] === SPACE) at++;
    this.timeNs = seconds * 1e9 + micros * 1000;
    switch (bytes[at]!) {
      case LETTER_S:
        if (!standsAt(bytes, at, SET)) return NOT_TAKEN;
        return this.entry(EVENT_CODES.set_migration_pte, bytes, at + SET.length, cpu, pid);
      case LETTER_R:
        if (!standsAt(bytes, at, REMOVE)) return NOT_TAKEN;
        return this.entry(EVENT_CODES.remove_migration_pte, bytes, at + REMOVE.length, cpu, pid);
      case LETTER_T:
        if (!standsAt(bytes, at, FLUSH)) return NOT_TAKEN;
        return this.flush(bytes, at + FLUSH.length, cpu, pid);
      default:
        return NOT_TAKEN;
    }
  }

  /** `addr=%lx, pte=%lx order=%d` */
  private entry(code: number, bytes: Uint8Array, start: number, cpu: number, pid: number): number {
    let at = start;
    while (bytes[at] === SPACE) at++;
    if (!standsAt(bytes, at, ADDR)) return NOT_TAKEN;
    at += ADDR.length;
    // User addresses have 12 digits and entries 16, nearly always; others are for the other reader.
    if (bytes[at + 12] !== COMMA || !standsAt(bytes, at + 13, PTE)) return NOT_TAKEN;
    const addressHigh = hex4(bytes, at);
    const addressLow = hex8(bytes, at + 4);
    at += 13 + PTE.length;
    if (!standsAt(bytes, at + 16, ORDER)) return NOT_TAKEN;
    const high = hex8(bytes, at);
    const low = hex8(bytes, at + 8);
    if (addressHigh < 0 || addressLow < 0 || high < 0 || low < 0) return NOT_TAKEN;
    at += 16;
    at += ORDER.length;
    const order = bytes[at]! - ZERO;
    if (!isDigit(order) || bytes[at + 1] !== NEWLINE) return NOT_TAKEN;
    this.recording.lines++;
    this.recording.add(code, this.timeNs, cpu, pid, addressHigh * 4294967296 + addressLow, order, low, high);
    return at + 2;
  }

  /** `pages:%ld reason:%s (%d)`, by trace-cmd with `=`. */
  private flush(bytes: Uint8Array, start: number, cpu: number, pid: number): number {
    let at = start;
    while (bytes[at] === SPACE) at++;
    if (!standsAt(bytes, at, PAGES)) return NOT_TAKEN;
    at += PAGES.length;
    if (bytes[at] !== COLON && bytes[at] !== EQUALS) return NOT_TAKEN;
    const isNegative = bytes[++at] === MINUS;
    if (isNegative) at++;
    const digits = at;
    let byte = bytes[at]! - ZERO;
    let pages = 0;
    while (byte >= 0 && byte <= 9) {
      pages = pages * 10 + byte;
      byte = bytes[++at]! - ZERO;
    }
    if (at === digits || at - digits > MAX_PID_DIGITS || !standsAt(bytes, at, REASON)) return NOT_TAKEN;
    at += REASON.length;
    const sign = bytes[at];
    if (sign !== COLON && sign !== EQUALS) return NOT_TAKEN;
    at++;
    // Behind the words; a line end or a digit before them is for the other reader.
    if (isDigit(bytes[at]! - ZERO)) return NOT_TAKEN;
    while (bytes[at] !== OPEN_PARENTHESIS && bytes[at]! >= SPACE) at++;
    const reason = bytes[at + 1]! - ZERO;
    if (
      bytes[at] !== OPEN_PARENTHESIS ||
      !isDigit(reason) ||
      bytes[at + 2] !== CLOSE_PARENTHESIS ||
      bytes[at + 3] !== NEWLINE
    )
      return NOT_TAKEN;
    this.recording.lines++;
    this.recording.add(
      EVENT_CODES.tlb_flush,
      this.timeNs,
      cpu,
      pid,
      isNegative ? -pages : pages,
      reason,
      0,
      0,
    );
    return at + 4;
  }
}

/** The number that 4 hex digits write, -1 where they are none. */
function hex4(bytes: Uint8Array, at: number): number {
  const a = NIBBLE[bytes[at]!]!;
  const b = NIBBLE[bytes[at + 1]!]!;
  const c = NIBBLE[bytes[at + 2]!]!;
  const d = NIBBLE[bytes[at + 3]!]!;
  return (a | b | c | d) > 15 ? -1 : (a << 12) | (b << 8) | (c << 4) | d;
}

/** The number that 8 hex digits write, -1 where they are none. */
function hex8(bytes: Uint8Array, at: number): number {
  const a = NIBBLE[bytes[at]!]!;
  const b = NIBBLE[bytes[at + 1]!]!;
  const c = NIBBLE[bytes[at + 2]!]!;
  const d = NIBBLE[bytes[at + 3]!]!;
  const e = NIBBLE[bytes[at + 4]!]!;
  const f = NIBBLE[bytes[at + 5]!]!;
  const g = NIBBLE[bytes[at + 6]!]!;
  const h = NIBBLE[bytes[at + 7]!]!;
  if ((a | b | c | d | e | f | g | h) > 15) return -1;
  return ((a << 28) | (b << 24) | (c << 20) | (d << 16) | (e << 12) | (f << 8) | (g << 4) | h) >>> 0;
}

function isDigit(value: number): boolean {
  return value >= 0 && value <= 9;
}
