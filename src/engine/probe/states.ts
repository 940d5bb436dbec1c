/**
 * What can be seen of a folio at an instant. Index = code in state arrays. The order is the order of
 * the kernel's work; `copied` may come before or after the mapping was switched, and where folios are copied while they
 * are mapped, `queued`, `copying` and `copied` come before `unmapping`: such a folio is in use (countersAt.ts).
 */
export const FOLIO_STATES = [
  'listed', // in the list, not touched yet
  'shadowing', // being copied while still mapped and in use (speculative)
  'shadowed', // copied while still mapped: a write makes the copy stale
  'unmapping', // destination being allocated, PTEs being replaced
  'unmapped', // migration entry in place: faults wait
  'queued', // mapping switched (or flushed), waits for its copy
  'copying',
  'copied', // content is at the destination, waits for its remap
  'remapping',
  'done', // remapped, usable
  'restored', // given back to its old place after a failure
  'failed', // failed without having been unmapped
  'untried', // never reached: the call ended with -ENOMEM
  'split', // its base pages go on as folios of their own
] as const;
export type FolioState = (typeof FOLIO_STATES)[number];
