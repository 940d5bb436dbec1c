/**
 * Page frame numbers out of x86-64 page table entries.
 *
 * Present entry, 4 KiB: PFN in bits 12..51 (PTE_PFN_MASK, arch/x86/include/asm/pgtable_types.h). A present
 * 2 MiB entry holds it in bits 21..51; bit 12 is PAT there (_PAGE_PAT_LARGE).
 *
 * Migration entry = swap entry (arch/x86/include/asm/pgtable_64.h, "Encode and de-code a swap entry"):
 * bits 59..63 the type, bits 9..58 the offset **inverted** (against L1TF), bit 0 clear. The offset of a
 * migration entry is the PFN, and above it (SWP_PFN_BITS = MAX_PHYSMEM_BITS - PAGE_SHIFT, include/linux/swapops.h:
 * 34 with four page table levels, 40 with five) the young and dirty bits that kernels since 6.0 keep. The low
 * 34 bits are the PFN in both layouts, up to 64 TiB of memory; an encryption bit (SME, at 47 or 51) is above them too.
 * The types of migration entries are the last of MAX_SWAPFILES_SHIFT = 5 bits, 24 or more on every kernel since 5.9.
 */
const PFN_HIGH_BITS = 0x3;
const PMD_ALIGN = 512;
const FIRST_SPECIAL_TYPE = 24;

/** PFN of a migration entry given as low and high 32 bits, or -1 where it is no x86-64 migration entry. */
export function pfnOfMigrationEntry(lo: number, hi: number): number {
  if ((lo & 1) !== 0 || hi >>> 27 < FIRST_SPECIAL_TYPE) return -1;
  const low = ((~lo >>> 9) | (~hi << 23)) >>> 0;
  const high = (~hi >>> 9) & PFN_HIGH_BITS;
  return high * 2 ** 32 + low;
}

/** PFN of a present PTE, or -1 where the entry is not present (PROT_NONE entries are: bit 8, inverted like swap entries). */
export function pfnOfPte(lo: number, hi: number): number {
  let low = lo;
  let high = hi;
  if ((lo & 1) === 0) {
    if ((lo & 0x100) === 0) return -1;
    // protnone_mask(), arch/x86/include/asm/pgtable-invert.h: the PFN bits are inverted.
    low = ~lo;
    high = ~hi;
  }
  return ((high >>> 12) & PFN_HIGH_BITS) * 2 ** 32 + (((low >>> 12) | (high << 20)) >>> 0);
}

/** PFN of a present PMD that maps 2 MiB, or -1. */
export function pfnOfPmd(lo: number, hi: number): number {
  const pfn = pfnOfPte(lo, hi);
  return pfn < 0 ? -1 : pfn - (pfn % PMD_ALIGN);
}
