import { decodeUtf8 } from '../../../base/utf8';
import type { ByteSource } from '../../byteSource';

const WINDOW = 1 << 16;
const NO_BYTES = new Uint8Array(0);

/** Reads numbers and texts one after the other. Beyond the end it gives zeros and says so in `isCut`. */
export class FileCursor {
  at: number;
  /** Something was read that the file does not have. */
  isCut = false;
  readonly source: ByteSource;
  /** What is added to `at` to tell a place in the file; of unpacked sections, where the packed one lies. */
  readonly origin: number;
  readonly isBigEndian: boolean;
  private window = NO_BYTES;
  private windowAt = 0;

  constructor(source: ByteSource, at: number, isBigEndian: boolean, origin = 0) {
    this.source = source;
    this.at = at;
    this.isBigEndian = isBigEndian;
    this.origin = origin;
  }

  /** Where `at` is, for a problem. */
  get place(): number {
    return this.origin + (this.origin === 0 ? this.at : 0);
  }

  get left(): number {
    return Math.max(0, this.source.size - this.at);
  }

  u8(): number {
    return this.number(1);
  }

  u16(): number {
    return this.number(2);
  }

  u32(): number {
    return this.number(4);
  }

  /** Inexact beyond 2^53, which no file has. */
  u64(): number {
    return this.number(8);
  }

  /** A text that ends with a zero byte, of at most `limit` bytes. */
  text(limit = 4096): string {
    const bytes = this.peek(Math.min(limit, this.left));
    const end = bytes.indexOf(0);
    if (end < 0) this.isCut = true;
    const length = end < 0 ? bytes.length : end;
    this.at += length + 1;
    return decodeUtf8(bytes, 0, length);
  }

  /** The next `length` bytes, or what there is of them. */
  take(length: number): Uint8Array {
    if (length > this.left) this.isCut = true;
    const bytes = this.peek(Math.min(length, this.left));
    this.at += bytes.length;
    return bytes;
  }

  skip(length: number): void {
    if (length > this.left) this.isCut = true;
    this.at += Math.min(length, this.left);
  }

  private number(size: number): number {
    const bytes = this.take(size);
    let value = 0;
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[this.isBigEndian ? i : bytes.length - 1 - i]!;
      value = value * 256 + byte;
    }
    return this.isCut ? 0 : value;
  }

  /** Bytes at `at`, which are in the file. */
  private peek(length: number): Uint8Array {
    const from = this.at - this.windowAt;
    if (from >= 0 && from + length <= this.window.length) return this.window.subarray(from, from + length);
    if (length > WINDOW) return this.source.read(this.at, length);
    this.window = Uint8Array.from(this.source.read(this.at, WINDOW));
    this.windowAt = this.at;
    return this.window.subarray(0, length);
  }
}
