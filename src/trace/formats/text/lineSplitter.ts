import { CARRIAGE_RETURN, NEWLINE } from './bytes';

/** Takes the lines of a text, one after the other. */
export interface LineSink {
  /** The line `bytes[start, end)`, without its line end; behind `end` stands the line end or space to read. */
  line(bytes: Uint8Array, start: number, end: number): void;
  /** Takes the line at `start` in one go, if it can: where the next one begins, else -1. `end` is behind the last line end. */
  fastLine?(bytes: Uint8Array, start: number, end: number): number;
  /** A line of more than MAX_LINE bytes stood here; its text is gone. */
  overlong(): void;
}

/** A line longer than this is no trace line; it is skipped, so that binary input cannot eat the memory. */
export const MAX_LINE = 1 << 20;

/**
 * Cuts chunks of any size into lines ended by LF or CR LF; the last one need not be ended. Holds no more than one
 * line, and no line longer than MAX_LINE.
 */
export class LineSplitter {
  /** The line that the last chunk cut. */
  private carry = new Uint8Array(4096);
  private carried = 0;
  /** Within a line longer than MAX_LINE. */
  private isOverlong = false;
  private readonly sink: LineSink;

  constructor(sink: LineSink) {
    this.sink = sink;
  }

  /** The chunk may be reused afterwards. */
  push(chunk: Uint8Array): void {
    let start = 0;
    if (this.carried > 0 || this.isOverlong) {
      const newline = chunk.indexOf(NEWLINE);
      const end = newline < 0 ? chunk.length : newline;
      this.keep(chunk, 0, end);
      if (newline < 0) return;
      this.endCarried();
      start = newline + 1;
    }
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end > start) this.readLines(chunk, start, end);
    this.keep(chunk, Math.max(start, end), chunk.length);
  }

  /** Gives the last line, where the text does not end with a line end. */
  finish(): void {
    if (this.carried > 0 || this.isOverlong) this.endCarried();
  }

  private readLines(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end) {
      const next = this.sink.fastLine === undefined ? -1 : this.sink.fastLine(bytes, at, end);
      if (next >= 0) {
        at = next;
        continue;
      }
      const newline = bytes.indexOf(NEWLINE, at);
      this.give(bytes, at, newline);
      at = newline + 1;
    }
  }

  private give(bytes: Uint8Array, start: number, newline: number): void {
    if (newline - start > MAX_LINE) {
      this.sink.overlong();
      return;
    }
    const isCrlf = newline > start && bytes[newline - 1] === CARRIAGE_RETURN;
    this.sink.line(bytes, start, isCrlf ? newline - 1 : newline);
  }

  private keep(chunk: Uint8Array, start: number, end: number): void {
    if (this.isOverlong || end <= start) return;
    const needed = this.carried + end - start;
    if (needed > MAX_LINE) {
      this.isOverlong = true;
      this.carried = 0;
      return;
    }
    if (needed > this.carry.length) this.widen(needed);
    this.carry.set(chunk.subarray(start, end), this.carried);
    this.carried = needed;
  }

  private endCarried(): void {
    const length = this.carried;
    if (this.isOverlong) {
      this.isOverlong = false;
      this.sink.overlong();
      return;
    }
    // A line end behind it, as in a chunk: nothing reads on into what an earlier line left here.
    if (length === this.carry.length) this.widen(length + 1);
    this.carry[length] = NEWLINE;
    this.carried = 0;
    this.give(this.carry, 0, length);
  }

  private widen(capacity: number): void {
    const wider = new Uint8Array(Math.max(capacity, this.carry.length * 2));
    wider.set(this.carry.subarray(0, this.carried));
    this.carry = wider;
  }
}
