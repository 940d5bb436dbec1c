/** Models the move phase of migrate_pages_batch(), mm/migrate.c v6.8 (phases C and D). */
import type { Span } from '../folio/span';
import type { CallState, Stats } from './callState';
import { printRemoved, succeed, warmCopy } from './callState';
import type { MoveOutcome } from './copyPath/copyPath';
import type { MigrateMode } from './modes';
import { afterAttempt, afterBatch, moveResult } from './moveResult';
import { countFailed } from './unmap';

export interface MoveOutcomeOfBatch {
  readonly failed: Span[];
  nrFailed: number;
}

/** What the design made of the batch goes on in the ordinary loop, in passes; what is left after them is given back. */
export function moveFolios(
  state: CallState,
  stats: Stats,
  batch: MoveOutcome,
  passes: number,
  mode: MigrateMode,
): MoveOutcomeOfBatch {
  const failed = batch.failed.slice();
  let nrFailed = 0;
  for (const span of failed) {
    nrFailed += span.count;
    countFailed(stats, span);
  }

  let pending = batch.left;
  /** Of `pending`: those at its begin, or in later passes those in the set, have been copied. */
  let copied = batch.copied ?? 0;
  let copiedAgain: Set<Span> | null = null;
  for (let pass = 0; pass < passes && pending.length > 0; pass++) {
    const again: Span[] = [];
    for (let i = 0; i < pending.length; i++) {
      const span = pending[i] as Span;
      const isCopied = i < copied || copiedAgain?.has(span) === true;
      const result = moveResult(state.rules, span.of, mode);
      if (result === 'again' || result === 'writesOut') {
        if (result === 'again') state.builder.steps('retry', span.first, span.count, [state.costs.retry]);
        else writeOut(state, span);
        const next = afterAttempt(span);
        // The first look at a marker takes it away; writeout() comes before that look.
        const keeps = batch.keepsCopies === true || result === 'writesOut';
        if (isCopied && keeps) (copiedAgain ??= new Set()).add(next);
        else copiedAgain?.delete(next);
        again.push(next);
      } else if (result === 'busy') {
        nrFailed += span.count;
        countFailed(stats, span);
        undo(state, span);
        failed.push(span);
      } else {
        if (isCopied) moveCopied(state, span);
        else moveToNewFolio(state, span);
        succeed(state, stats, span);
      }
    }
    pending = again;
    copied = 0;
  }
  for (const span of pending) {
    nrFailed += span.count;
    countFailed(stats, span);
    undo(state, span);
    failed.push(afterBatch(span));
  }
  return { failed, nrFailed };
}

/** Models migrate_folio_move() of one folio after another: each is copied and remapped before the next. */
export function moveToNewFolio(state: CallState, span: Span): void {
  const { builder, costs, links } = state;
  warmCopy(state);
  if (state.path.offloads) state.dma.fallbackFolios += span.count;
  const known = state.steps.of(span.of);
  const share = costs.resident ? null : known.copyShare(links, state.cpu);
  builder.play(known.move, span.first, span.count, share);
}

/** A folio whose content the batch has copied: references, mapping, remap. */
function moveCopied({ builder, steps }: CallState, span: Span): void {
  builder.play(steps.of(span.of).moveCopied, span.first, span.count);
}

/**
 * Models writeout(): the old entries come back, with their events, and the caller sleeps until the folio is written.
 * The write is over when it returns (an assumption: some file systems only begin it).
 */
export function writeOut(state: CallState, span: Span): void {
  const { builder, costs } = state;
  const kind = span.of.mappingName === 'none' ? 'writeOutUnmapped' : 'writeOut';
  builder.steps(kind, span.first, span.count, [costs.remap(span.of), costs.writebackWait]);
  printRemoved(state, span);
}

/** migrate_folio_undo_src() and _dst(): the old place again, and the remove events that tell it. */
export function undo(state: CallState, span: Span): void {
  if (span.of.givenBack === true) {
    state.builder.steps('putBack', span.first, span.count, [state.costs.undo]);
    return;
  }
  state.builder.steps('undo', span.first, span.count, [state.costs.undo, state.costs.remap(span.of)]);
  printRemoved(state, span);
}
