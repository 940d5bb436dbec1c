import { decimal, digitsEnd, hexEnd, MINUS, NIBBLE, skipHexPrefix } from './bytes';

/** Reads the numbers that events print: `12`, `-1`, and `0x1f (31)` of the tracefs option `fields`. */
export class NumberText {
  /** What was read; inexact beyond 2^53. */
  value = 0;

  /** Reads the number at `at`; the end of its digits, or -1 where there is none. */
  read(bytes: Uint8Array, at: number, end: number): number {
    const digits = skipHexPrefix(bytes, at);
    if (digits > at) {
      const stop = hexEnd(bytes, digits, end);
      this.value = 0;
      for (let i = digits; i < stop; i++) this.value = this.value * 16 + NIBBLE[bytes[i]!]!;
      return stop === digits ? -1 : stop;
    }
    const isNegative = bytes[at] === MINUS;
    const start = isNegative ? at + 1 : at;
    const stop = digitsEnd(bytes, start, end);
    if (stop === start) return -1;
    const value = decimal(bytes, start, stop);
    this.value = isNegative ? -value : value;
    return stop;
  }
}
