/** Entries of one address looked at for the right one; beyond that the oldest is taken. */
const MAX_LOOKED_AT = 64;

/**
 * Set events that wait for their remove event, found by address. Removes come in the order of the sets
 * as a rule (mm/migrate.c, migrate_folios_move() walks the list that migrate_folio_unmap() filled), so the
 * next one is tried first; a table of addresses serves the rest.
 */
export class OpenSets {
  private address = new Float64Array(1024);
  private folio = new Int32Array(1024);
  private pfn = new Float64Array(1024);
  private isOpen = new Uint8Array(1024);
  /** Next entry of the same hash, -1 ends; chains run from the oldest to the newest. */
  private next = new Int32Array(1024);
  private length = 0;
  private open = 0;
  private expected = 0;
  private heads = new Int32Array(0);
  private tails = new Int32Array(0);
  private tableSize = 0;
  /** Entries below this are in the table. */
  private hashed = 0;

  /** Forgets everything. */
  clear(): void {
    this.length = 0;
    this.open = 0;
    this.expected = 0;
    this.hashed = 0;
  }

  /** A set event of `folio` at `address` that named `pfn` (-1 where unknown). */
  add(address: number, folio: number, pfn: number): void {
    if (this.open === 0) this.clear();
    if (this.length === this.address.length) this.grow();
    const entry = this.length++;
    this.address[entry] = address;
    this.folio[entry] = folio;
    this.pfn[entry] = pfn;
    this.isOpen[entry] = 1;
    this.open++;
  }

  /**
   * Takes the set that a remove at `address` answers: an entry for `folioOf` and `pfnOf`, valid until the next
   * `add`; -1 where there is none. Of several at one address (processes that map different folios there) the
   * one restored to `pfn` goes first, else the oldest.
   */
  take(address: number, pfn: number): number {
    if (this.open === 0) return -1;
    let found = this.expected;
    if (found >= this.length || this.isOpen[found] === 0 || this.address[found] !== address)
      found = this.search(address, pfn);
    else if (this.pfn[found] !== pfn && found + 1 < this.length && this.address[found + 1] === address)
      found = this.search(address, pfn);
    if (found < 0) return -1;
    this.isOpen[found] = 0;
    this.open--;
    this.expected = found + 1;
    return found;
  }

  /** Sets that no remove has answered. */
  get unanswered(): number {
    return this.open;
  }

  folioOf(entry: number): number {
    return this.folio[entry]!;
  }

  pfnOf(entry: number): number {
    return this.pfn[entry]!;
  }

  private search(address: number, pfn: number): number {
    this.index();
    const head = this.slot(address);
    let best = -1;
    let previous = -1;
    let looked = 0;
    for (let entry = this.heads[head]!; entry >= 0; entry = this.next[entry]!) {
      if (this.isOpen[entry] === 0) {
        this.unlink(head, previous, entry);
        continue;
      }
      previous = entry;
      if (this.address[entry] !== address) continue;
      if (pfn >= 0 && this.pfn[entry] === pfn) return entry;
      if (best < 0) best = entry;
      if (++looked === MAX_LOOKED_AT) break;
    }
    return best;
  }

  private unlink(head: number, previous: number, entry: number): void {
    const next = this.next[entry]!;
    if (previous < 0) this.heads[head] = next;
    else this.next[previous] = next;
    if (next < 0) this.tails[head] = previous;
  }

  /** Puts the entries that came since the last search into the table. */
  private index(): void {
    if (this.hashed === 0 || this.length * 2 > this.tableSize) {
      this.tableSize = 2 ** Math.ceil(Math.log2(Math.max(64, this.length * 4)));
      if (this.heads.length < this.tableSize) {
        this.heads = new Int32Array(this.tableSize);
        this.tails = new Int32Array(this.tableSize);
      }
      this.heads.fill(-1, 0, this.tableSize);
      this.tails.fill(-1, 0, this.tableSize);
      this.hashed = 0;
    }
    for (; this.hashed < this.length; this.hashed++) {
      if (this.isOpen[this.hashed] === 0) continue;
      const head = this.slot(this.address[this.hashed]!);
      const tail = this.tails[head]!;
      this.next[this.hashed] = -1;
      if (tail < 0) this.heads[head] = this.hashed;
      else this.next[tail] = this.hashed;
      this.tails[head] = this.hashed;
    }
  }

  private slot(address: number): number {
    const page = Math.floor(address / 4096);
    const hash = Math.imul(page | 0, 0x9e3779b1) ^ Math.imul(Math.floor(page / 2 ** 32), 0x85ebca6b);
    return (hash >>> 8) & (this.tableSize - 1);
  }

  private grow(): void {
    const size = this.length * 2;
    const address = new Float64Array(size);
    address.set(this.address);
    this.address = address;
    const pfn = new Float64Array(size);
    pfn.set(this.pfn);
    this.pfn = pfn;
    const isOpen = new Uint8Array(size);
    isOpen.set(this.isOpen);
    this.isOpen = isOpen;
    const folio = new Int32Array(size);
    folio.set(this.folio);
    this.folio = folio;
    const next = new Int32Array(size);
    next.set(this.next);
    this.next = next;
  }
}
