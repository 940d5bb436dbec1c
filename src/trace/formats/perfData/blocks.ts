import type { ByteSource } from '../../byteSource';
import { wordsOf } from '../kernelEvents/numberField';

const BLOCK = 1 << 16;
/** 16 MiB: a block for each of many CPUs, whose records lie apart in the file. */
const MAX_BLOCKS = 256;

interface Block {
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
}

/**
 * Records of a file, looked up here and there: `bytes` and `words` (in the order of this machine) hold the record last
 * asked for at `at`, a multiple of four.
 */
export class Blocks {
  bytes: Uint8Array = new Uint8Array(0);
  words: Uint32Array = new Uint32Array(0);
  at = 0;
  private readonly source: ByteSource;
  private readonly isBigEndian: boolean;
  /** In the order of their last use. */
  private readonly blocks = new Map<number, Block>();
  private last = -1;

  constructor(source: ByteSource, isBigEndian: boolean) {
    this.source = source;
    this.isBigEndian = isBigEndian;
  }

  /** Puts `length` bytes at `offset` in place; false where the file ends before. */
  find(offset: number, length: number): boolean {
    const number = Math.floor(offset / BLOCK);
    const within = offset - number * BLOCK;
    if (within + length <= BLOCK && (within & 3) === 0) {
      if (number !== this.last) this.use(number);
      this.at = within;
      return within + length <= this.words.length * 4;
    }
    this.last = -1;
    this.put({ bytes: this.source.read(offset, length), words: NO_WORDS });
    this.words = wordsOf(this.bytes, this.isBigEndian);
    this.at = 0;
    return this.bytes.length === length;
  }

  private use(number: number): void {
    const known = this.blocks.get(number);
    let block = known;
    if (block === undefined) {
      // A copy of its own begins at a multiple of four.
      const bytes = Uint8Array.from(this.source.read(number * BLOCK, BLOCK));
      block = { bytes, words: wordsOf(bytes, this.isBigEndian) };
      const oldest = this.blocks.size >= MAX_BLOCKS ? this.blocks.keys().next() : undefined;
      if (oldest !== undefined && oldest.done !== true) this.blocks.delete(oldest.value);
    } else this.blocks.delete(number);
    this.blocks.set(number, block);
    this.last = number;
    this.put(block);
  }

  private put({ bytes, words }: Block): void {
    this.bytes = bytes;
    this.words = words;
  }
}

const NO_WORDS = new Uint32Array(0);
