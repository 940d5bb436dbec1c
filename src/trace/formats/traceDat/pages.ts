/** The pages of one CPU, one after the other, out of the file or out of packed chunks. */
import type { ProblemList } from '../../../base/problem';
import type { ByteSource } from '../../byteSource';
import { wordsOf } from '../kernelEvents/numberField';
import { type BufferData, CUT_HINT, type CpuData, DAMAGED_HINT, type Decompress } from './contents';
import { FileCursor } from './fileCursor';

/** A chunk of trace-cmd is ten pages (lib/trace-cmd/trace-output.c, PAGES_IN_CHUNK), of at most 256 KiB; larger ones are damage. */
const MAX_CHUNK = 1 << 22;
/** Bytes of the number of chunks in front of them. */
const COUNT_BYTES = 4;

export interface PagesOptions {
  readonly source: ByteSource;
  readonly problems: ProblemList;
  readonly buffer: BufferData;
  readonly data: CpuData;
  readonly isBigEndian: boolean;
  readonly compression: string;
  readonly decompress: Decompress;
  /** Bytes of the file to read at once. */
  readonly blockBytes: number;
}

/** `next` makes the next page the current one; false at the end. */
export interface Pages {
  /** A block of pages; the current one is at `at` and has `length` bytes. `words` is the same memory. */
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
  readonly at: number;
  readonly length: number;
  /** Where the page (or the chunk that holds it) lies in the file. */
  readonly offset: number;
  /** Bytes of the file read so far. */
  readonly done: number;
  next(): boolean;
}

export function createPages(options: PagesOptions): Pages {
  return options.buffer.isPacked ? new PackedPages(options) : new PlainPages(options);
}

abstract class BlockPages implements Pages {
  bytes: Uint8Array = new Uint8Array(0);
  words: Uint32Array = new Uint32Array(0);
  at = 0;
  length = 0;
  offset = 0;
  done = 0;
  protected readonly options: PagesOptions;

  constructor(options: PagesOptions) {
    this.options = options;
  }

  next(): boolean {
    this.at += this.length;
    if (this.at >= this.bytes.length && !this.nextBlock()) return false;
    this.length = Math.min(this.options.buffer.pageBytes, this.bytes.length - this.at);
    this.offset = this.offsetOf(this.at);
    return true;
  }

  /** Puts the next block in place with `put`; false at the end. */
  protected abstract nextBlock(): boolean;
  protected abstract offsetOf(at: number): number;

  protected put(bytes: Uint8Array): void {
    this.words = wordsOf(bytes, this.options.isBigEndian);
    this.bytes = bytes;
    this.at = 0;
  }
}

class PlainPages extends BlockPages {
  private blockAt = 0;

  protected nextBlock(): boolean {
    const { source, data, buffer, blockBytes } = this.options;
    const left = Math.min(data.size, source.size - data.offset) - this.done;
    if (left <= 0) return false;
    this.blockAt = data.offset + this.done;
    const pages = Math.max(1, Math.floor(blockBytes / buffer.pageBytes));
    const bytes = source.read(this.blockAt, Math.min(left, pages * buffer.pageBytes));
    if (bytes.length === 0) return false;
    this.done += bytes.length;
    this.put(bytes);
    return true;
  }

  protected offsetOf(at: number): number {
    return this.blockAt + at;
  }
}

class PackedPages extends BlockPages {
  private readonly cursor: FileCursor;
  private chunksLeft: number;
  private chunkAt = 0;

  constructor(options: PagesOptions) {
    super(options);
    const { data, source } = options;
    // trace-cmd leaves the number of chunks out of the size.
    const end = Math.min(source.size, data.offset + COUNT_BYTES + data.size);
    const limited = {
      size: end,
      read: (at: number, length: number) => source.read(at, Math.min(length, end - at)),
    };
    this.cursor = new FileCursor(limited, data.offset, options.isBigEndian);
    this.chunksLeft = this.cursor.u32();
  }

  protected nextBlock(): boolean {
    while (this.chunksLeft-- > 0 && this.cursor.left > 0) {
      const bytes = this.nextChunk();
      if (this.cursor.isCut) return false;
      if (bytes === undefined) continue;
      this.put(bytes);
      return true;
    }
    return false;
  }

  private nextChunk(): Uint8Array | undefined {
    const { cursor, options } = this;
    this.chunkAt = cursor.at;
    const packedBytes = cursor.u32();
    const size = cursor.u32();
    const packed = cursor.take(packedBytes);
    this.done = cursor.at - options.data.offset;
    const isCut = cursor.isCut;
    const bytes =
      isCut || size === 0 || size > MAX_CHUNK
        ? undefined
        : options.decompress(options.compression, packed, size);
    if (bytes !== undefined) return bytes;
    options.problems.add(
      isCut
        ? `The file ends within the trace data of CPU ${options.data.cpu}.`
        : `A piece of the trace data of CPU ${options.data.cpu} cannot be unpacked (${options.compression}); its events are missing.`,
      isCut ? CUT_HINT : DAMAGED_HINT,
      null,
      this.chunkAt,
    );
    return undefined;
  }

  protected offsetOf(): number {
    return this.chunkAt;
  }
}
