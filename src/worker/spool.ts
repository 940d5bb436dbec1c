/** Keeps what is unpacked, so that it can be read here and there: in memory while it is small, then in a temporary file. */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ByteSource } from '../trace/byteSource';

/** Bytes kept in memory. */
export const SPOOL_MEMORY = 1 << 28;

/** A file that is open for reading as a source. */
export function openFileSource(descriptor: number, size: number): ByteSource {
  return {
    size,
    read: (offset, length) => {
      const wanted = Math.max(0, Math.min(length, size - offset));
      const bytes = new Uint8Array(wanted);
      let done = 0;
      while (done < wanted) {
        const count = readSync(descriptor, bytes, done, wanted - done, offset + done);
        if (count === 0) break;
        done += count;
      }
      return bytes.subarray(0, done);
    },
  };
}

/** Contract: `write` any number of times, then `source` as often as wanted, then `close` once. */
export class Spool {
  private readonly memoryLimit: number;
  private pieces: Uint8Array[] = [];
  private size = 0;
  private folder: string | null = null;
  private descriptor = -1;

  constructor(memoryLimit = SPOOL_MEMORY) {
    this.memoryLimit = memoryLimit;
  }

  /** The chunk may be used again by the caller afterwards. */
  write(chunk: Uint8Array): void {
    this.size += chunk.length;
    if (this.folder === null && this.size <= this.memoryLimit) {
      this.pieces.push(Uint8Array.from(chunk));
      return;
    }
    if (this.folder === null) {
      this.folder = mkdtempSync(join(tmpdir(), 'migtrace-'));
      this.descriptor = openSync(join(this.folder, 'unpacked'), 'wx+', 0o600);
      for (const piece of this.pieces) writeAll(this.descriptor, piece);
      this.pieces = [];
    }
    writeAll(this.descriptor, chunk);
  }

  source(): ByteSource {
    if (this.folder !== null) return openFileSource(this.descriptor, this.size);
    const bytes = new Uint8Array(this.size);
    let at = 0;
    for (const piece of this.pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
    this.pieces = [bytes];
    return { size: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) };
  }

  close(): void {
    this.pieces = [];
    if (this.folder === null) return;
    closeSync(this.descriptor);
    rmSync(this.folder, { recursive: true, force: true });
    this.folder = null;
  }
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(descriptor, bytes, done);
}
