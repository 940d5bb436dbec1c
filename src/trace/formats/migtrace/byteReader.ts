/** Reads the integers that ByteWriter writes. Never beyond its end: it fails once and gives zeros from there on. */
export class ByteReader {
  readonly bytes: Uint8Array;
  at: number;
  readonly end: number;
  /** A value was cut off, or too large to be one. */
  failed = false;

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  /** Bytes not read yet. */
  get left(): number {
    return this.end - this.at;
  }

  u8(): number {
    if (this.at >= this.end) return this.fail();
    return this.bytes[this.at++]!;
  }

  u16(): number {
    return this.u8() | (this.u8() << 8);
  }

  u32(): number {
    return this.u16() + this.u16() * 65_536;
  }

  varint(): number {
    const first = this.u8();
    return first < 128 ? first : this.longVarint(first & 127);
  }

  zigzag(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** The next `length` bytes as a view, or fewer (and failed) where there are not so many. */
  take(length: number): Uint8Array {
    if (length > this.left) this.failed = true;
    const from = this.at;
    this.at = Math.min(this.end, from + length);
    return this.bytes.subarray(from, this.at);
  }

  private longVarint(low: number): number {
    let value = low;
    for (let scale = 128; scale < 2 ** 56; scale *= 128) {
      const byte = this.u8();
      value += (byte & 127) * scale;
      if (byte < 128) return value <= Number.MAX_SAFE_INTEGER ? value : this.fail();
    }
    return this.fail();
  }

  private fail(): number {
    this.failed = true;
    this.at = this.end;
    return 0;
  }
}

/**
 * Decodes `rows` varints from `bytes` into `out[0 … rows)`, as they are. The hot path of every column:
 * a loop over one typed array. Returns the bytes used, or −1 where the bytes end too early.
 */
export function decodeVarints(bytes: Uint8Array, at: number, rows: number, out: Float64Array): number {
  const end = bytes.length;
  let from = at;
  for (let row = 0; row < rows; row++) {
    if (from >= end) return -1;
    let byte = bytes[from++]!;
    if (byte < 128) {
      out[row] = byte;
      continue;
    }
    let low = byte & 127;
    let shift = 7;
    do {
      if (from >= end) return -1;
      byte = bytes[from++]!;
      low |= (byte & 127) << shift;
      shift += 7;
    } while (byte >= 128 && shift < 28);
    if (byte < 128) {
      out[row] = low;
      continue;
    }
    let value = low;
    let scale = 2 ** 28;
    do {
      if (from >= end || scale >= 2 ** 56) return -1;
      byte = bytes[from++]!;
      value += (byte & 127) * scale;
      scale *= 128;
    } while (byte >= 128);
    if (value > Number.MAX_SAFE_INTEGER) return -1;
    out[row] = value;
  }
  return from;
}
