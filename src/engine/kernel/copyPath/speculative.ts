/**
 * Not posted: the folios of a batch are copied while they are still mapped; then the batch is unmapped and flushed, and
 * what was written meanwhile is copied again by the CPU. docs/MODEL.md says how many those are.
 */
import { PS_PER_S } from '../../../base/units';
import type { Span } from '../../folio/span';
import { countFolios, countPages } from '../../folio/span';
import type { CallState, Stats } from '../callState';
import { allocatorShare, warmCopy } from '../callState';
import type { Playing } from '../playing';
import { usesCopy } from '../moveResult';
import { unmapResult } from '../unmapResult';
import { copyPass } from './batchCpu';
import type { BatchFrame, CopyPath, MoveOutcome, Prepared } from './copyPath';
import { sliceSpans } from './division';
import { offloadCopy } from './offload';
import { isEligible, isLongEnough, moveByCpu, moveCopied, precopyV6, wantedOf } from './precopy';

export const speculative: CopyPath = {
  name: 'speculative',
  title: 'Speculative',
  tooltip:
    'Not posted: copied while still mapped; what was written meanwhile is copied again after the unmap.',
  offloads: true,
  // Folios tried alone, and parts of split folios, are unmapped first.
  moveBatch: precopyV6.moveBatch,
  frame: speculativeFrame,
};

function speculativeFrame(): BatchFrame {
  let wanted: readonly Span[] = [];
  let isCopied = false;
  /** From the issue of the copy to the end of its release, ps. */
  let exposed = 0;

  function* prepare(state: CallState, spans: readonly Span[]): Playing<Prepared> {
    isCopied = false;
    wanted = wantedOf(state, spans, (span) => isEligible(span) && willBeUnmapped(state, span));
    const { builder, costs } = state;
    if (!isLongEnough(state, wanted)) return { allocated: new Set() };
    for (const span of wanted) {
      builder.steps('prepare', span.first, span.count, [costs.alloc], allocatorShare(state, span.of));
    }
    const timing = { issued: NaN };
    if ((yield* offloadCopy(state, wanted, 'lists', timing)) === 'copied') {
      isCopied = true;
      exposed = builder.now - timing.issued;
    }
    return { allocated: new Set(wanted) };
  }

  // eslint-disable-next-line require-yield
  function* finish(state: CallState, _stats: Stats, unmapped: readonly Span[]): Playing<MoveOutcome> {
    const { config, costs, dma } = state;
    const here = new Set(unmapped);
    const kept = wanted.filter((span) => here.has(span));
    if (!isCopied) return moveByCpu(unmapped, kept);
    // Those the batch did not come to, for want of a destination.
    const lost = wanted.filter((span) => !here.has(span));
    dma.wastedCopies += countFolios(lost);
    const written = 1 - Math.exp((-config.writeRate * exposed) / PS_PER_S);
    const rewritten = sliceSpans(kept, 0, Math.round(countFolios(kept) * written));
    if (rewritten.length > 0) {
      warmCopy(state);
      copyPass(state, 'recopy', rewritten, false);
      dma.rewrittenFolios += countFolios(rewritten);
      // The CPU has their contents in its caches, as those it copies in the first place.
      const used = rewritten.filter(({ of }) => usesCopy(state.rules, of, 'MIGRATE_ASYNC', false));
      if (config.coldCache) dma.coldTouch -= countPages(used) * costs.coldTouch;
    }
    return moveCopied(state, unmapped, kept);
  }

  return { prepare, finish };
}

/** Whether the first try of an ASYNC batch unmaps the folio. */
function willBeUnmapped({ rules }: CallState, { of }: Span): boolean {
  if (of.fateName === 'split-first' && rules.splitsDeferredFirst && of.pages > 2) return false;
  return unmapResult(rules, of.fateName, 'MIGRATE_ASYNC', 0) === 'unmapped';
}
