import { PMD_ORDER, pagesOfOrder } from '../../base/units';

/** A folio that was split: its base pages that moved, and that failed, in the split pass. */
export interface SplitFolio {
  readonly order: number;
  moved: number;
  failed: number;
}

export interface FittedSplits {
  /** Split folios that printed no event of their own (file folios are unmapped for a split). */
  readonly silent: readonly SplitFolio[];
  /** Successes and failures that are not of split folios. */
  readonly succeeded: number;
  readonly failed: number;
}

interface PagesLeft {
  moved: number;
  failed: number;
}

const MAX_OTHER_ORDER = PMD_ORDER - 1;
/** 256 GiB of THPs in one call: what claims more is damaged, and must not take the memory. */
const MAX_SPLITS = 1 << 17;

/**
 * Shares pages without events out to split folios, so that the split passes give the recorded sums. A folio whose
 * parts are all accounted for costs nothing more. One that falls short costs a failed page, its next part found no
 * destination, and ends the pass (kernel-semantics K19): a THP has a pass of its own, smaller folios of a batch
 * share one. `seen` are the split folios with events; they are completed in place.
 */
export function inferSplits(
  seen: readonly SplitFolio[],
  thpSplits: number,
  otherSplits: number,
  succeeded: number,
  failed: number,
): FittedSplits {
  const left = { moved: succeeded, failed };
  const thps = splitFolios(Math.min(thpSplits, MAX_SPLITS), PMD_ORDER);
  // A THP may fall short at the cost of one page, which is less than the smaller folios would cost.
  const reserved = Math.min(left.moved, 2 * otherSplits);
  left.moved -= reserved;
  for (const thp of thps) takeMoved(thp, left);
  left.moved += reserved;
  const short = [...seen, ...thps].filter((split) => missing(split) > 0);
  completeThps(short, left);
  left.failed -= Math.min(left.failed, short.filter((split) => missing(split) > 0).length);
  const others = inferOthers(Math.min(otherSplits, MAX_SPLITS), left);
  return { silent: [...thps, ...others], succeeded: left.moved, failed: left.failed };
}

/** Too few failed pages for all that fall short: those that lack least were whole (their parts were freed, or failed). */
function completeThps(short: SplitFolio[], left: PagesLeft): void {
  short.sort((first, second) => missing(first) - missing(second));
  for (let done = 0; done < short.length && short.length - done > left.failed; done++) {
    takeMoved(short[done]!, left);
    takeFailed(short[done]!, left);
  }
}

/** Folios below PMD size. Their order is not recorded: the greatest that leaves none short is taken. */
function inferOthers(count: number, left: PagesLeft): SplitFolio[] {
  if (count === 0) return [];
  const pages = left.moved + left.failed;
  const isShort = pages < 2 * count;
  const order = isShort ? 1 : Math.min(MAX_OTHER_ORDER, Math.floor(Math.log2(pages / count)));
  const ranDry = isShort && left.failed > 0 ? 1 : 0;
  left.failed -= ranDry;
  const others = splitFolios(count, order);
  for (const split of others) {
    takeMoved(split, left);
    takeFailed(split, left);
  }
  return others;
}

function splitFolios(count: number, order: number): SplitFolio[] {
  return Array.from({ length: count }, () => ({ order, moved: 0, failed: 0 }));
}

function takeMoved(split: SplitFolio, left: PagesLeft): void {
  const pages = Math.min(missing(split), left.moved);
  split.moved += pages;
  left.moved -= pages;
}

function takeFailed(split: SplitFolio, left: PagesLeft): void {
  const pages = Math.min(missing(split), left.failed);
  split.failed += pages;
  left.failed -= pages;
}

function missing(split: SplitFolio): number {
  return pagesOfOrder(split.order) - split.moved - split.failed;
}
