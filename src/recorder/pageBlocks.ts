/** Pages of a CPU without their empty rests, as the decoder wants them: out of memory, or out of the store. */
import { wordsOf } from '../trace/formats/kernelEvents/numberField';
import type { PageLayout } from '../trace/formats/traceDat/pageLayout';
import type { Pages } from '../trace/formats/traceDat/pages';
import type { PageStore } from './pageStore';

/** Bits of the commit field: what was lost, that the number of it is stored behind the data, and the length (ring_buffer.c). */
const MISSED_STORED = 0x4000_0000;
const LENGTH_MASK = 0x3fff_ffff;
const ALIGN = 8;

/** Bytes of the page at `at` that hold something, a multiple of eight; never more than `limit`. */
export function usedBytes(words: Uint32Array, at: number, limit: number, layout: PageLayout): number {
  const commit = layout.commit.low(words, at);
  const stored = (commit & MISSED_STORED) === 0 ? 0 : layout.longBytes;
  const used = layout.dataAt + (commit & LENGTH_MASK) + stored;
  return Math.min(limit, Math.ceil(used / ALIGN) * ALIGN);
}

/** One block of pages in memory, walked page by page. */
export class MemoryPages implements Pages {
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
  readonly offset = 0;
  at = 0;
  length = 0;
  done = 0;
  private readonly end: number;
  private readonly layout: PageLayout;

  /** The first `end` bytes of `bytes` are pages. */
  constructor(bytes: Uint8Array, end: number, layout: PageLayout) {
    this.bytes = bytes;
    this.words = wordsOf(bytes, layout.isBigEndian);
    this.end = end;
    this.layout = layout;
  }

  next(): boolean {
    this.at += this.length;
    if (this.at + this.layout.dataAt > this.end) return false;
    this.length = usedBytes(this.words, this.at, this.end - this.at, this.layout);
    this.done = this.at + this.length;
    return true;
  }
}

/** All pages of a CPU out of the store, a block at a time. */
export class StoredPages implements Pages {
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
  at = 0;
  length = 0;
  offset = 0;
  done = 0;
  private blockAt = 0;
  private filled = 0;
  private readonly store: PageStore;
  private readonly cpu: number;
  private readonly layout: PageLayout;

  /** `blockBytes`: more than a page has. */
  constructor(store: PageStore, cpu: number, layout: PageLayout, blockBytes: number) {
    this.store = store;
    this.cpu = cpu;
    this.layout = layout;
    this.bytes = new Uint8Array(blockBytes);
    this.words = wordsOf(this.bytes, layout.isBigEndian);
  }

  next(): boolean {
    const at = this.at + this.length;
    if (this.holdsPage(at)) this.at = at;
    else if (!this.fill(this.blockAt + at)) return false;
    this.length = usedBytes(this.words, this.at, this.filled - this.at, this.layout);
    this.offset = this.blockAt + this.at;
    this.done = this.offset + this.length;
    return true;
  }

  /** Whether the page at `at` lies in the block whole. */
  private holdsPage(at: number): boolean {
    if (at + this.layout.dataAt > this.filled) return false;
    return at + usedBytes(this.words, at, Infinity, this.layout) <= this.filled;
  }

  private fill(offset: number): boolean {
    this.blockAt = offset;
    this.filled = this.store.read(this.cpu, offset, this.bytes);
    this.at = 0;
    return this.filled >= this.layout.dataAt;
  }
}
