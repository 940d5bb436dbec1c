/** How an attempt to move an unmapped folio ends, and what the folio is then. */
import type { FolioClass, Span } from '../folio/span';
import type { FolioFate } from '../folio/workload';
import type { MigrateMode } from './modes';
import type { KernelRules } from './rules/kernelRules';

/** Return value of migrate_folio_move(), mm/migrate.c. `writesOut`: -EAGAIN of writeout(). */
export type MoveResult = 'moved' | 'again' | 'busy' | 'writesOut';

/** Fates that stand in the way of the move, but for dirty ones. */
const RESULTS: Readonly<Partial<Record<FolioFate, MoveResult>>> = {
  'pinned-get': 'again',
  'pinned-late': 'again',
  'pinned-briefly': 'again',
  'move-fails': 'busy',
  'unsupported-mapping': 'busy',
};

/** Models migrate_folio_move(), fallback_migrate_folio() and the reference check of __migrate_folio(), in mode `mode`. */
export function moveResult(rules: KernelRules, of: FolioClass, mode: MigrateMode): MoveResult {
  if (of.fateName !== 'dirty') return RESULTS[of.fateName] ?? 'moved';
  if (of.givenBack === true) return 'again';
  const isSync = mode === 'MIGRATE_SYNC' || mode === 'MIGRATE_SYNC_NO_COPY';
  return rules.writesOutDirty && isSync ? 'writesOut' : 'busy';
}

/** The span after an attempt that returned -EAGAIN: what it is in the next pass of the same batch. */
export function afterAttempt(span: Span): Span {
  const { of } = span;
  // By now any check sees the reference, or it is gone.
  if (of.fateName === 'pinned-late') return { ...span, of: { ...of, fateName: 'pinned-get' } };
  if (of.fateName === 'pinned-briefly') return { ...span, of: { ...of, fateName: 'movable' } };
  if (of.fateName !== 'dirty' || of.givenBack === true) return span;
  // Written out. Its page table entries are back, so no reference count fits until it is unmapped again.
  return of.mappingName === 'none'
    ? { ...span, of: { ...of, fateName: 'movable' } }
    : { ...span, of: { ...of, givenBack: true } };
}

/** The span after its batch: a folio that was written out is clean. */
export function afterBatch(span: Span): Span {
  return span.of.givenBack === true
    ? { ...span, of: { ...span.of, fateName: 'movable', givenBack: false } }
    : span;
}

/**
 * Whether a folio that was copied with its batch moves by that copy. `keepsCopies`: its content counts as copied in all
 * passes (v4), not at the first attempt only (v6).
 */
export function usesCopy(
  rules: KernelRules,
  of: FolioClass,
  mode: MigrateMode,
  keepsCopies: boolean,
): boolean {
  const result = moveResult(rules, of, mode);
  if (result === 'again') return keepsCopies && of.fateName === 'pinned-briefly';
  if (result === 'writesOut') return of.mappingName === 'none';
  return result === 'moved';
}
