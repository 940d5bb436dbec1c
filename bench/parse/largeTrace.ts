/** Makes a long ftrace text of a shorter one: copies that follow each other in time, each over other addresses. */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';

const NEWLINE = 10;
const SPACE = 32;
const HASH = 35;
const DOT = 46;
const OPEN = 91;
const CLOSE = 93;
const ZERO = 48;
const ADDR = Buffer.from(' addr=');
const HEX = Buffer.from('0123456789abcdef');
/** Seconds between the beginnings of two copies: longer than the recording (the whole second before it is rounded off). */
const APART_S = 60;
const CHUNK = 4 << 20;

/** Writes `copies` of `source` to `target`; the header only once. Gives the bytes written. */
export function writeLargeTrace(source: string, target: string, copies: number): number {
  const text = readFileSync(source);
  const out = openSync(target, 'w');
  let written = 0;
  try {
    for (let copy = 0; copy < copies; copy++) {
      for (let at = 0; at < text.length;) {
        const end = at + CHUNK >= text.length ? text.length : text.lastIndexOf(NEWLINE, at + CHUNK) + 1;
        const chunk = Buffer.from(text.subarray(at, end));
        const kept = shift(chunk, copy, at === 0);
        writeSync(out, chunk, kept, chunk.length - kept);
        written += chunk.length - kept;
        at = end;
      }
    }
  } finally {
    closeSync(out);
  }
  return written;
}

/** Moves the lines of a chunk in place; gives where they begin, behind the header of a copy that is not the first. */
function shift(chunk: Buffer, copy: number, isFirst: boolean): number {
  let begin = 0;
  for (let at = 0; at < chunk.length;) {
    const end = chunk.indexOf(NEWLINE, at);
    if (chunk[at] === HASH) {
      if (isFirst && copy > 0) begin = end + 1;
    } else {
      shiftLine(chunk, at, end, copy);
    }
    at = end + 1;
  }
  return begin;
}

function shiftLine(chunk: Buffer, start: number, end: number, copy: number): void {
  let at = start;
  while (at < end && !(chunk[at] === OPEN && chunk[at + 4] === CLOSE)) at++;
  const dot = chunk.indexOf(DOT, chunk.indexOf(SPACE, at + 6));
  let first = dot;
  while (chunk[first - 1] !== SPACE) first--;
  let seconds = Number(chunk.subarray(first, dot).toString('latin1')) + copy * APART_S;
  for (let digit = dot - 1; seconds > 0; digit--) {
    chunk[digit] = ZERO + (seconds % 10);
    seconds = Math.floor(seconds / 10);
  }
  const addr = chunk.indexOf(ADDR, dot);
  // The third digit of a user address such as 7fc1b9f57000.
  if (addr >= 0 && addr < end) chunk[addr + ADDR.length + 2] = HEX[copy % 16]!;
}
