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
const MAX_ADDRESS_DIGITS = 13;
const MAX_PTE_DIGITS = 16;
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
    const [hundreds, tens, ones] = [bytes[at + 1]! - ZERO, bytes[at + 2]! - ZERO, bytes[at + 3]! - ZERO];
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
    let micros = 0;
    for (let digit = at + 1; digit < at + 7; digit++) {
      byte = bytes[digit]! - ZERO;
      if (byte < 0 || byte > 9) return NOT_TAKEN;
      micros = micros * 10 + byte;
    }
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
    let digits = at;
    let nibble = NIBBLE[bytes[at]!]!;
    let low = 0;
    let high = 0;
    while (nibble < 16) {
      high = (high << 4) | (low >>> 28);
      low = (low << 4) | nibble;
      nibble = NIBBLE[bytes[++at]!]!;
    }
    if (at === digits || at - digits > MAX_ADDRESS_DIGITS || bytes[at] !== COMMA) return NOT_TAKEN;
    const address = (high >>> 0) * 4294967296 + (low >>> 0);
    if (!standsAt(bytes, ++at, PTE)) return NOT_TAKEN;
    at += PTE.length;
    digits = at;
    nibble = NIBBLE[bytes[at]!]!;
    low = 0;
    high = 0;
    while (nibble < 16) {
      high = (high << 4) | (low >>> 28);
      low = (low << 4) | nibble;
      nibble = NIBBLE[bytes[++at]!]!;
    }
    if (at === digits || at - digits > MAX_PTE_DIGITS || !standsAt(bytes, at, ORDER)) return NOT_TAKEN;
    at += ORDER.length;
    const order = bytes[at]! - ZERO;
    if (!isDigit(order) || bytes[at + 1] !== NEWLINE) return NOT_TAKEN;
    this.recording.lines++;
    this.recording.add(code, this.timeNs, cpu, pid, address, order, low >>> 0, high >>> 0);
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

function isDigit(value: number): boolean {
  return value >= 0 && value <= 9;
}
