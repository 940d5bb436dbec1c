/** Bytes of an export on their way out: filled up to a chunk, handed over, filled again. */
import { encodeUtf8 } from '../../base/utf8';

/** A chunk is handed over when it has reached this size; the memory an export needs beside what it reads. */
const CHUNK_BYTES = 1 << 18;

export class ChunkWriter {
  /** Valid up to `length`; may be another array after a write. */
  bytes = new Uint8Array(CHUNK_BYTES + (CHUNK_BYTES >> 2));
  length = 0;
  /** Bytes handed over so far. */
  private taken = 0;

  get isFull(): boolean {
    return this.length >= CHUNK_BYTES;
  }

  /** Bytes written since the beginning. */
  get total(): number {
    return this.taken + this.length;
  }

  /** What was written since the last call, as bytes of their own. */
  take(): Uint8Array<ArrayBuffer> {
    const chunk = this.bytes.slice(0, this.length);
    this.taken += this.length;
    this.length = 0;
    return chunk;
  }

  /** Makes room for `count` more bytes. */
  ensure(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const wider = new Uint8Array(Math.max(this.bytes.length * 2, this.length + count));
    wider.set(this.bytes.subarray(0, this.length));
    this.bytes = wider;
  }

  byte(value: number): void {
    this.ensure(1);
    this.bytes[this.length++] = value;
  }

  raw(bytes: Uint8Array): void {
    this.ensure(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Text as UTF-8. */
  text(text: string): void {
    this.ensure(text.length);
    const { bytes } = this;
    let at = this.length;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code >= 0x80) {
        this.length = at;
        this.raw(encodeUtf8(text.slice(i)));
        return;
      }
      bytes[at++] = code;
    }
    this.length = at;
  }
}
