/**
 * Which segments deal with a stretch of folios, for every design and fate: the segments of a run in the order of
 * their first folios, with the highest end of every 16, 256, … of them. Built once per run in O(segments), when the
 * first folio is looked at; then finding k segments costs O((k + 1) · log segments).
 */
import type { Run } from '../sim/run';
import { SHOWS_STATE } from './pictures';
import { stableOrder } from './stableOrder';

interface FolioIndex {
  /** Segments that show a state of folios, by first folio. */
  readonly segments: Uint32Array;
  /** Their first folios, ascending. */
  readonly firsts: Uint32Array;
  /** ends[0]: the folio after the last of each; ends[n + 1][i]: the highest of ends[n][16 i … 16 i + 15]. */
  readonly ends: readonly Uint32Array[];
}

const FAN_OUT_BITS = 4;
const FAN_OUT = 2 ** FAN_OUT_BITS;

const indexes = new WeakMap<Run, FolioIndex>();
let found = new Uint32Array(256);

/**
 * The segments that overlap folios [first, end) and say something of their state, in the order of the run. The
 * answer is good until the next call.
 */
export function segmentsOver(run: Run, first: number, end: number): Uint32Array {
  let index = indexes.get(run);
  if (index === undefined) indexes.set(run, (index = createFolioIndex(run)));
  const before = lowerBound(index.firsts, end);
  const count = collect(index, index.ends.length - 1, 0, before, first, 0);
  return found.subarray(0, count).sort();
}

/** Appends to `found` the segments of block `block` of level `level` that stand before `before` and end after `first`. */
function collect(
  index: FolioIndex,
  level: number,
  block: number,
  before: number,
  first: number,
  count: number,
): number {
  const ends = index.ends[level] as Uint32Array;
  const last = Math.min(ends.length, (block + 1) * FAN_OUT);
  for (let i = block * FAN_OUT; i < last; i++) {
    if (i * FAN_OUT ** level >= before) break;
    if ((ends[i] as number) <= first) continue;
    if (level > 0) count = collect(index, level - 1, i, before, first, count);
    else {
      if (count === found.length) grow();
      found[count++] = index.segments[i] as number;
    }
  }
  return count;
}

function grow(): void {
  const wider = new Uint32Array(found.length * 2);
  wider.set(found);
  found = wider;
}

function createFolioIndex({ segments }: Run): FolioIndex {
  const shown = new Uint32Array(segments.length);
  let count = 0;
  for (let segment = 0; segment < segments.length; segment++) {
    if (SHOWS_STATE[segments.kind[segment] as number] === 0 || segments.count[segment] === 0) continue;
    shown[count++] = segment;
  }
  const keys = new Uint32Array(count);
  for (let i = 0; i < count; i++) keys[i] = segments.first[shown[i] as number] as number;
  const order = stableOrder(keys);
  const firsts = new Uint32Array(count);
  const ends = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    const position = order[i] as number;
    const segment = shown[position] as number;
    order[i] = segment;
    firsts[i] = keys[position] as number;
    ends[i] = (firsts[i] as number) + (segments.count[segment] as number);
  }
  return { segments: order, firsts, ends: levelsOver(ends) };
}

function levelsOver(ends: Uint32Array): Uint32Array[] {
  const levels = [ends];
  for (let below = ends; below.length > FAN_OUT; below = levels.at(-1) as Uint32Array) {
    const level = new Uint32Array(Math.ceil(below.length / FAN_OUT));
    for (let i = 0; i < below.length; i++) {
      const block = i >>> FAN_OUT_BITS;
      level[block] = Math.max(level[block] as number, below[i] as number);
    }
    levels.push(level);
  }
  return levels;
}

/** How many of `sorted` lie below `value`. */
function lowerBound(sorted: Uint32Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
