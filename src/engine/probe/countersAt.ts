/** What has been reached at an instant: pages moved and failed, folios out of reach. */
import { pagesOfOrder } from '../../base/units';
import { folioStates } from './folioStates';
import type { Tally } from './laneTally';
import { tallyOf } from './laneTally';
import { BLOCKED_STATES, STATE_CODES } from './pictures';
import type { RunIndex } from './runIndex';
import { folioRow, lastAtOrBelow } from './runIndex';
import { FOLIO_STATES } from './states';

export interface Counters {
  readonly pagesMoved: number;
  readonly pagesFailed: number;
  /** Base pages given to all calls of the run. */
  readonly pagesTotal: number;
  /** Batches that have ended. */
  readonly batchesDone: number;
  /** Folios that are unmapped and not yet usable again; of an observed run, those of batches in progress. */
  readonly blockedFolios: number;
}

const inside: Tally = { moved: 0, blocked: 0 };

/**
 * Counters at `time` (ps). Cost: O(lanes · log segments), however many folios the batches in progress hold; of an
 * observed run, whose times follow no law, a look at each folio of the batches in progress (the kernel's 512 at most).
 * The first question about a run builds running sums in O(segments).
 */
export function countersAt(index: RunIndex, time: number): Counters {
  const { run } = index;
  let pagesMoved = 0;
  let pagesFailed = 0;
  let batchesDone = 0;
  let blockedFolios = 0;
  for (let lane = 0; lane < run.lanes.length; lane++) {
    const begun = lastAtOrBelow(index.laneStarts[lane] as Float64Array, time);
    if (begun < 0) continue;
    const ended = ((index.laneEnds[lane] as Float64Array)[begun] as number) <= time;
    const done = ended ? begun + 1 : begun;
    batchesDone += done;
    pagesMoved += (index.laneMoved[lane] as Float64Array)[done] as number;
    pagesFailed += (index.laneFailed[lane] as Float64Array)[done] as number;
    if (run.observedTimes === null) tallyOf(index, lane, begun, time, inside);
    else if (!ended) observedTally(index, (index.laneBatches[lane] as Uint32Array)[begun] as number, time);
    if (!ended) pagesMoved += inside.moved;
    if (!ended || run.observedTimes === null) blockedFolios += inside.blocked;
  }
  return { pagesMoved, pagesFailed, pagesTotal: pagesGiven(index), batchesDone, blockedFolios };
}

const BLOCKED_CODE = Uint8Array.from(FOLIO_STATES, (state) => (BLOCKED_STATES.has(state) ? 1 : 0));
let scratch = new Uint8Array(1024);

/** Writes into `inside` what the folios of an observed batch show. */
function observedTally(index: RunIndex, batch: number, time: number): void {
  const { batches, folios } = index.run;
  const first = batches.first[batch] as number;
  const count = batches.count[batch] as number;
  inside.moved = 0;
  inside.blocked = 0;
  if (count === 0) return;
  if (scratch.length < count) scratch = new Uint8Array(count);
  folioStates(index, first, count, time, scratch);
  let row = folioRow(index, first);
  for (let i = 0; i < count; i++) {
    while (row + 1 < folios.length && (folios.first[row + 1] as number) <= first + i) row++;
    const state = scratch[i] as number;
    inside.blocked += BLOCKED_CODE[state] as number;
    if (state === STATE_CODES.done) inside.moved += pagesOfOrder(folios.order[row] as number);
  }
}

const given = new WeakMap<RunIndex, number>();

function pagesGiven(index: RunIndex): number {
  let pages = given.get(index);
  if (pages === undefined) {
    pages = index.run.calls.pages.reduce((sum, value) => sum + value, 0);
    given.set(index, pages);
  }
  return pages;
}
