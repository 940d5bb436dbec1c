/** What has been reached at an instant: pages moved and failed, folios out of reach. */
import { SEGMENT_KINDS } from '../sim/run';
import { FOLIO_STATES } from './states';
import { folioStates } from './folioStates';
import type { RunIndex } from './runIndex';
import { lastAtOrBelow } from './runIndex';

export interface Counters {
  readonly pagesMoved: number;
  readonly pagesFailed: number;
  /** Base pages given to all calls of the run. */
  readonly pagesTotal: number;
  /** Batches that have ended. */
  readonly batchesDone: number;
  /** Folios of batches in progress that are unmapped and not yet usable again. */
  readonly blockedFolios: number;
}

const BLOCKED: ReadonlySet<string> = new Set(['unmapped', 'queued', 'copying', 'copied', 'remapping']);
const BLOCKED_CODE = Uint8Array.from(FOLIO_STATES, (state) => (BLOCKED.has(state) ? 1 : 0));
const DONE_CODE = FOLIO_STATES.indexOf('done');
/** Kinds whose folios count as moved at their end, one by one. */
const MOVES: ReadonlySet<string> = new Set([
  'moveSwitchCopy',
  'moveCopySwitch',
  'moveCopied',
  'unmapAndMove',
  'remap',
  'freed',
]);
const MOVE_CODE = Uint8Array.from(SEGMENT_KINDS, (kind) => (MOVES.has(kind) ? 1 : 0));

let scratch = new Uint8Array(1024);

/** Counters at `time` (ps). Cost: O(lanes · log batches) and the folios of the batches in progress. */
export function countersAt(index: RunIndex, time: number): Counters {
  const { run } = index;
  let pagesMoved = 0;
  let pagesFailed = 0;
  let batchesDone = 0;
  let blockedFolios = 0;
  for (let lane = 0; lane < run.lanes.length; lane++) {
    const starts = index.laneStarts[lane] as Float64Array;
    const position = lastAtOrBelow(starts, time);
    if (position < 0) continue;
    const ended = ((index.laneEnds[lane] as Float64Array)[position] as number) <= time;
    const done = ended ? position + 1 : position;
    batchesDone += done;
    pagesMoved += (index.laneMoved[lane] as Float64Array)[done] as number;
    pagesFailed += (index.laneFailed[lane] as Float64Array)[done] as number;
    if (ended) continue;
    const inside = batchInProgress(index, (index.laneBatches[lane] as Uint32Array)[position] as number, time);
    pagesMoved += inside.moved;
    blockedFolios += inside.blocked;
  }
  return { pagesMoved, pagesFailed, pagesTotal: pagesGiven(index), batchesDone, blockedFolios };
}

function batchInProgress(index: RunIndex, batch: number, time: number): { moved: number; blocked: number } {
  const { batches } = index.run;
  const first = batches.first[batch] as number;
  const count = batches.count[batch] as number;
  if (scratch.length < count) scratch = new Uint8Array(count);
  folioStates(index, first, count, time, scratch);
  let blocked = 0;
  for (let i = 0; i < count; i++) blocked += BLOCKED_CODE[scratch[i] as number] as number;
  return { moved: pagesMovedIn(index, batch, first, count), blocked };
}

/** Pages of the folios in [first, first + count) that `scratch` shows as done, and that this batch moves. */
function pagesMovedIn(index: RunIndex, batch: number, first: number, count: number): number {
  const { batches, segments } = index.run;
  if (segments.length === 0) return countDonePages(index, first, first, first + count);
  let moved = 0;
  const end = (batches.firstSegment[batch] as number) + (batches.segmentCount[batch] as number);
  for (let segment = batches.firstSegment[batch] as number; segment < end; segment++) {
    if (MOVE_CODE[segments.kind[segment] as number] === 0) continue;
    const from = segments.first[segment] as number;
    moved += countDonePages(index, first, from, from + (segments.count[segment] as number));
  }
  return moved;
}

function countDonePages(index: RunIndex, scratchFirst: number, from: number, to: number): number {
  const { folios } = index.run;
  let pages = 0;
  let row = lastAtOrBelow(index.rowFirst, from);
  for (let folio = from; folio < to; folio++) {
    while (row + 1 < folios.length && (folios.first[row + 1] as number) <= folio) row++;
    if (scratch[folio - scratchFirst] === DONE_CODE) pages += 2 ** (folios.order[row] as number);
  }
  return pages;
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
