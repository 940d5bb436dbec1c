import { decodeUtf8 } from '../../base/utf8';

/** Strings met as bytes: each distinct one is decoded once and gets a number; a repeated one costs no allocation. */
export class ByteInterner {
  readonly strings: string[] = [];
  private slots = new Int32Array(256);
  private hashes = new Int32Array(128);
  private readonly keys: Uint8Array[] = [];
  private readonly limit: number;

  /** `limit`: beyond this many distinct strings all further ones become `overflow`, so that junk cannot eat the memory. */
  constructor(limit = 1 << 18) {
    this.limit = limit;
  }

  /** The number of the string in `bytes[start, end)`. */
  intern(bytes: Uint8Array, start: number, end: number): number {
    let hash = 0x811c9dc5;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
    const mask = this.slots.length - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (;;) {
      const found = this.slots[slot]! - 1;
      if (found < 0) break;
      if (this.hashes[found] === (hash | 0) && same(this.keys[found]!, bytes, start, end)) return found;
      slot = (slot + 1) & mask;
    }
    if (this.strings.length >= this.limit) return this.overflow();
    return this.insert(bytes.slice(start, end), hash | 0, slot);
  }

  private insert(key: Uint8Array, hash: number, slot: number): number {
    const row = this.strings.length;
    this.strings.push(decodeUtf8(key, 0, key.length));
    this.keys.push(key);
    if (row === this.hashes.length) this.hashes = widen(this.hashes);
    this.hashes[row] = hash;
    this.slots[slot] = row + 1;
    if (this.strings.length * 2 > this.slots.length) this.rehash();
    return row;
  }

  private rehash(): void {
    const slots = new Int32Array(this.slots.length * 2);
    const mask = slots.length - 1;
    for (let row = 0; row < this.strings.length; row++) {
      const hash = this.hashes[row]!;
      let slot = (hash ^ (hash >>> 15)) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = row + 1;
    }
    this.slots = slots;
  }

  private overflow(): number {
    if (this.strings.at(-1) !== OVERFLOW) {
      this.strings.push(OVERFLOW);
      this.keys.push(new Uint8Array(0));
    }
    return this.strings.length - 1;
  }
}

const OVERFLOW = '(further names)';

function same(key: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (key.length !== end - start) return false;
  for (let i = 0; i < key.length; i++) if (key[i] !== bytes[start + i]) return false;
  return true;
}

function widen(column: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const wider = new Int32Array(column.length * 2);
  wider.set(column);
  return wider;
}
