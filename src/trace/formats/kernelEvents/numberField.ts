/**
 * A number within a record, where a `format` text says it lies. Records begin at a multiple of four bytes; they are
 * read through 32-bit words that have the byte order of this machine already, whatever that of the file is.
 */
export class NumberField {
  /** First byte behind the field, from the beginning of the record. */
  readonly end: number;
  readonly isSigned: boolean;
  private readonly offset: number;
  private readonly size: number;
  private readonly isBigEndian: boolean;
  /** Whether one or two whole words hold the field. */
  private readonly isAligned: boolean;
  private readonly lowAt: number;
  private readonly highAt: number;
  private readonly shift: number;
  private readonly mask: number;

  /** `size` in bytes: 1, 2, 4 or 8. */
  constructor(offset: number, size: number, isSigned: boolean, isBigEndian: boolean) {
    this.offset = offset;
    this.size = size;
    this.end = offset + size;
    this.isSigned = isSigned;
    this.isBigEndian = isBigEndian;
    this.isAligned = offset % Math.min(size, 4) === 0;
    const within = offset & 3;
    this.lowAt = size === 8 && isBigEndian ? offset + 4 : offset;
    this.highAt = size === 8 && !isBigEndian ? offset + 4 : offset;
    this.shift = size >= 4 ? 0 : (isBigEndian ? 4 - within - size : within) * 8;
    this.mask = size >= 4 ? -1 : (1 << (size * 8)) - 1;
  }

  /** The low 32 bits, unsigned; of a shorter field all of it, not extended. `at`: the record's first byte. */
  low(words: Uint32Array, at: number): number {
    if (!this.isAligned) return this.gather(words, at, 0);
    return ((words[(at + this.lowAt) >>> 2]! >>> this.shift) & this.mask) >>> 0;
  }

  /** The high 32 bits, unsigned; 0 for a shorter field. */
  high(words: Uint32Array, at: number): number {
    if (this.size < 8) return 0;
    if (!this.isAligned) return this.gather(words, at, 4);
    return words[(at + this.highAt) >>> 2]!;
  }

  /** The value; inexact beyond 2^53. */
  number(words: Uint32Array, at: number): number {
    return this.isSigned ? this.signed(words, at) : this.unsigned(words, at);
  }

  unsigned(words: Uint32Array, at: number): number {
    return this.high(words, at) * 2 ** 32 + this.low(words, at);
  }

  signed(words: Uint32Array, at: number): number {
    const low = this.low(words, at);
    if (this.size === 8) return (this.high(words, at) | 0) * 2 ** 32 + low;
    const spare = 32 - this.size * 8;
    return (low << spare) >> spare;
  }

  /** Up to four bytes of a field that lies across words; `from`: the least significant byte wanted. */
  private gather(words: Uint32Array, at: number, from: number): number {
    let value = 0;
    const count = Math.min(4, this.size - from);
    for (let i = 0; i < count; i++) {
      const step = from + i;
      const byte = at + this.offset + (this.isBigEndian ? this.size - 1 - step : step);
      const within = byte & 3;
      const shift = (this.isBigEndian ? 3 - within : within) * 8;
      value += ((words[byte >>> 2]! >>> shift) & 255) * 2 ** (8 * i);
    }
    return value;
  }
}

const HOST_IS_LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** The words that `bytes` hold, in the order of this machine; a view where nothing must be changed. A rest of less than four bytes is cut. */
export function wordsOf(bytes: Uint8Array, isBigEndian: boolean): Uint32Array {
  const count = bytes.length >>> 2;
  if (isBigEndian !== HOST_IS_LITTLE_ENDIAN && (bytes.byteOffset & 3) === 0)
    return new Uint32Array(bytes.buffer, bytes.byteOffset, count);
  const copy = new Uint8Array(count * 4);
  copy.set(bytes.subarray(0, copy.length));
  if (isBigEndian === HOST_IS_LITTLE_ENDIAN) for (let at = 0; at < copy.length; at += 4) swap(copy, at);
  return new Uint32Array(copy.buffer);
}

function swap(bytes: Uint8Array, at: number): void {
  const [a, b, c, d] = [bytes[at]!, bytes[at + 1]!, bytes[at + 2]!, bytes[at + 3]!];
  bytes[at] = d;
  bytes[at + 1] = c;
  bytes[at + 2] = b;
  bytes[at + 3] = a;
}
