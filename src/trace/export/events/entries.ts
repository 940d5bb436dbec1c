/**
 * Page table entries that say nothing but a frame number: the inverse of calls/migrationEntry.ts, which names the
 * kernel's files. Flag bits beside those that make the entry what it is stay 0.
 */

/** The type of a migration entry for reading, of the 32 that MAX_SWAPFILES_SHIFT (include/linux/swap.h) leaves. */
const MIGRATION_TYPE = 30;
const PRESENT = 0x1;
/** _PAGE_PSE: a 2 MiB mapping. */
const HUGE = 0x80;
const WORD = 2 ** 32;

export interface Entry {
  lo: number;
  hi: number;
}

/** Writes the migration entry of `frame` (below 2^50) to `into`. */
export function migrationEntry(frame: number, into: Entry): void {
  const low = (frame % WORD) >>> 0;
  const high = Math.floor(frame / WORD) >>> 0;
  const invertedLow = ~low >>> 0;
  const invertedHigh = ~high >>> 0;
  into.lo = (invertedLow << 9) >>> 0;
  into.hi =
    (((MIGRATION_TYPE << 27) >>> 0) | ((((invertedHigh << 9) | (invertedLow >>> 23)) >>> 0) & 0x07ffffff)) >>>
    0;
}

/** Writes the present entry of `frame` to `into`. */
export function presentEntry(frame: number, huge: boolean, into: Entry): void {
  const low = (frame % WORD) >>> 0;
  const high = Math.floor(frame / WORD) >>> 0;
  into.lo = ((low << 12) | PRESENT | (huge ? HUGE : 0)) >>> 0;
  into.hi = ((high << 12) | (low >>> 20)) >>> 0;
}
