/** States and times of single folios at an instant, rebuilt from the segments of their batches. */
import type { Run, SegmentKind } from '../sim/run';
import { BATCH_KINDS, FOLIO_RESULTS, SEGMENT_DURATIONS, SEGMENT_KINDS } from '../sim/run';
import type { RunIndex } from './runIndex';
import { callOfFolio, folioRow } from './runIndex';
import type { FolioState } from './states';
import { FOLIO_STATES } from './states';

interface Picture {
  /** State within each step, and after the last. `null` leaves the state as it was. */
  readonly within: readonly (FolioState | null)[];
  readonly after: FolioState | null;
}

/** What a folio looks like in and after each kind of segment. */
const PICTURES: Readonly<Record<SegmentKind, Picture>> = {
  entry: { within: [null], after: null },
  unmap: { within: ['unmapping', 'unmapping', 'unmapping'], after: 'unmapped' },
  unmapFails: { within: ['unmapping', 'unmapping', 'unmapping'], after: 'listed' },
  flush: { within: [null], after: null },
  moveSwitchCopy: { within: ['queued', 'copying', 'remapping', 'done'], after: 'done' },
  moveCopySwitch: { within: ['copying', 'copied', 'remapping', 'done'], after: 'done' },
  unmapAndMove: {
    within: ['unmapping', 'unmapping', 'unmapping', 'queued', 'copying', 'remapping', 'done'],
    after: 'done',
  },
  unmapAndUndo: {
    within: ['unmapping', 'unmapping', 'unmapping', 'unmapped', 'remapping', 'remapping'],
    after: 'restored',
  },
  switch: { within: ['queued'], after: 'queued' },
  copy: { within: ['copying'], after: 'copied' },
  recopy: { within: ['copying'], after: 'copied' },
  dma: { within: ['queued', 'queued', 'copying', 'copied'], after: 'copied' },
  remap: { within: ['remapping', 'done'], after: 'done' },
  retry: { within: [null], after: null },
  undo: { within: ['remapping', 'remapping'], after: 'restored' },
  split: { within: ['unmapping'], after: 'split' },
  coldCopy: { within: [null], after: null },
  channelWait: { within: [null], after: null },
  setup: { within: ['queued', 'queued'], after: 'queued' },
  release: { within: [null], after: null },
  channelSetup: { within: [null], after: null },
  sleep: { within: [null], after: null },
  poll: { within: [null], after: null },
  abort: { within: [null], after: null },
  prepare: { within: ['unmapping'], after: 'listed' },
  unmapAfterWait: { within: ['unmapping', 'unmapping', 'unmapping', 'unmapping'], after: 'unmapped' },
  setupMapped: { within: ['shadowing', 'shadowing'], after: 'shadowing' },
  remoteCopyMapped: { within: ['shadowing'], after: 'shadowed' },
  remoteCopy: { within: ['copying'], after: 'copied' },
  moveCopied: { within: ['copied', 'remapping', 'done'], after: 'done' },
  freed: { within: ['done'], after: 'done' },
};

const BATCH = BATCH_KINDS.indexOf('batch');
const ALONE = BATCH_KINDS.indexOf('alone');

const CODES = Object.fromEntries(FOLIO_STATES.map((state, code) => [state, code])) as Record<
  FolioState,
  number
>;
/** `PICTURES` as numbers: for each kind its steps, then after; 255 = unchanged. */
const UNCHANGED = 255;
const MAX_STEPS = SEGMENT_DURATIONS.length;
const CODES_PER_KIND = MAX_STEPS + 1;
const CODED = Uint8Array.from(
  SEGMENT_KINDS.flatMap((kind) => {
    const picture = PICTURES[kind];
    const step = (i: number) => codeOf(picture.within[Math.min(i, picture.within.length - 1)] ?? null);
    return [...SEGMENT_DURATIONS.map((_, i) => step(i)), codeOf(picture.after)];
  }),
);

function codeOf(state: FolioState | null): number {
  return state === null ? UNCHANGED : CODES[state];
}

/**
 * Writes the states of folios [first, first + count) at `time` (ps) into `out` (codes of FOLIO_STATES).
 * Cost: the segments of the calls these folios belong to that overlap them.
 */
export function folioStates(
  index: RunIndex,
  first: number,
  count: number,
  time: number,
  out: Uint8Array,
): void {
  const { run } = index;
  out.fill(CODES.listed, 0, count);
  if (run.observedTimes !== null) {
    observedStates(index, first, count, time, out);
    return;
  }
  const end = first + count;
  for (let call = callOfFolio(index, first); call < run.calls.length; call++) {
    if ((run.calls.first[call] as number) >= end) break;
    if ((run.calls.start[call] as number) > time) continue;
    applyCall(index, call, first, end, time, out);
    if ((run.calls.end[call] as number) <= time) settle(index, call, first, end, out);
  }
}

/** The state of one folio at `time` (ps). */
export function folioStateAt(index: RunIndex, folio: number, time: number): FolioState {
  const out = new Uint8Array(1);
  folioStates(index, folio, 1, time, out);
  return FOLIO_STATES[out[0] as number] ?? 'listed';
}

function applyCall(
  index: RunIndex,
  call: number,
  first: number,
  end: number,
  time: number,
  out: Uint8Array,
): void {
  const { batches, calls } = index.run;
  const lastBatch = (calls.firstBatch[call] as number) + (calls.batchCount[call] as number);
  const ordered = isOrdered(index.run, call);
  for (let batch = firstBatchOf(index.run, call, first, ordered); batch < lastBatch; batch++) {
    if ((batches.start[batch] as number) > time) break;
    const from = batches.first[batch] as number;
    // Tries alone stand in the order they are made, within the range of their batch.
    if (ordered && batches.kind[batch] === BATCH && from >= end) break;
    if (from >= end || from + (batches.count[batch] as number) <= first) continue;
    const lastSegment = (batches.firstSegment[batch] as number) + (batches.segmentCount[batch] as number);
    for (let segment = batches.firstSegment[batch] as number; segment < lastSegment; segment++) {
      applySegment(index.run, segment, first, end, time, out);
    }
  }
}

const orderedCalls = new WeakMap<Run, Map<number, boolean>>();

/**
 * Whether the batches of a call stand in the order of their folios, each followed by the tries alone of
 * its own: so unless folios were split, or hugetlb folios went first.
 */
function isOrdered(run: Run, call: number): boolean {
  let known = orderedCalls.get(run);
  if (known === undefined) orderedCalls.set(run, (known = new Map()));
  let ordered = known.get(call);
  if (ordered === undefined) {
    const { batches, calls } = run;
    ordered = true;
    let from = 0;
    let to = 0;
    const last = (calls.firstBatch[call] as number) + (calls.batchCount[call] as number);
    for (let batch = calls.firstBatch[call] as number; batch < last && ordered; batch++) {
      const first = batches.first[batch] as number;
      const inside = batches.kind[batch] === ALONE && first >= from && first < to;
      if (inside) continue;
      ordered = batches.kind[batch] === BATCH && first >= to;
      from = first;
      to = first + (batches.count[batch] as number);
    }
    known.set(call, ordered);
  }
  return ordered;
}

/**
 * Where to begin to look for batches that deal with `folio`. The tries alone of a batch have folios of
 * that batch, so bisection lands on it or among them, and walks back to it.
 */
function firstBatchOf(run: Run, call: number, folio: number, ordered: boolean): number {
  const { batches, calls } = run;
  const firstOfCall = calls.firstBatch[call] as number;
  if (!ordered) return firstOfCall;
  let low = firstOfCall;
  let high = low + (calls.batchCount[call] as number);
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((batches.first[middle] as number) <= folio) low = middle;
    else high = middle;
  }
  while (low > firstOfCall && batches.kind[low] === ALONE) low--;
  return low;
}

function applySegment(
  run: Run,
  segment: number,
  first: number,
  end: number,
  time: number,
  out: Uint8Array,
): void {
  const { segments } = run;
  const start = segments.start[segment] as number;
  if (start > time) return;
  const begin = segments.first[segment] as number;
  const from = Math.max(first, begin);
  const to = Math.min(end, begin + (segments.count[segment] as number));
  if (from >= to) return;
  const period = segments.period[segment] as number;
  const base = (segments.kind[segment] as number) * CODES_PER_KIND;
  stepEnds(run, segment);
  for (let folio = from; folio < to; folio++) {
    const local = time - (start + (folio - begin) * period);
    if (local < 0) break;
    const next = CODED[base + (local >= period ? MAX_STEPS : stepAt(local))] as number;
    if (next !== UNCHANGED) out[folio - first] = next;
  }
}

/** Ends of the steps of the segment looked at, ps after its folio's begin. */
const ends = new Float64Array(MAX_STEPS);

function stepEnds(run: Run, segment: number): void {
  let end = 0;
  SEGMENT_DURATIONS.forEach((name, step) => {
    end += run.segments[name][segment] as number;
    ends[step] = end;
  });
}

/** The step in progress, after steps that take no time. */
function stepAt(local: number): number {
  let step = 0;
  while (step < MAX_STEPS - 1 && local >= (ends[step] as number)) step++;
  return step;
}

/** After the call ended: folios that were never reached, and those that failed without having been unmapped. */
function settle(index: RunIndex, call: number, first: number, end: number, out: Uint8Array): void {
  const { calls, folios } = index.run;
  const from = Math.max(first, calls.first[call] as number);
  const to = Math.min(end, (calls.first[call] as number) + (calls.count[call] as number));
  if (from >= to) return;
  for (let row = folioRow(index, from); row < folios.length; row++) {
    const rowFirst = folios.first[row] as number;
    if (rowFirst >= to) break;
    const result = FOLIO_RESULTS[folios.result[row] as number];
    const settled = result === 'untried' ? CODES.untried : result === 'failed' ? CODES.failed : UNCHANGED;
    if (settled === UNCHANGED) continue;
    const rowEnd = Math.min(to, rowFirst + (folios.count[row] as number));
    for (let folio = Math.max(from, rowFirst); folio < rowEnd; folio++) {
      if (out[folio - first] !== CODES.restored) out[folio - first] = settled;
    }
  }
}

/** How an observed folio looks once its last remove event has come, by result. */
const ENDED = FOLIO_RESULTS.map((result) =>
  result === 'failed' ? CODES.restored : result === 'split' ? CODES.split : CODES.done,
);

/** Observed folios: the trace shows when the migration entry appeared and went, and how it ended. */
function observedStates(index: RunIndex, first: number, count: number, time: number, out: Uint8Array): void {
  const { run } = index;
  const { unmapped, remapped } = run.observedTimes ?? {
    unmapped: new Float64Array(),
    remapped: new Float64Array(),
  };
  let row = folioRow(index, first);
  for (let i = 0; i < count; i++) {
    const folio = first + i;
    while (row + 1 < run.folios.length && (run.folios.first[row + 1] as number) <= folio) row++;
    const end = remapped[folio] as number;
    const begin = unmapped[folio] as number;
    if (end <= time) out[i] = ENDED[run.folios.result[row] as number] ?? CODES.done;
    else if (begin <= time) out[i] = CODES.unmapped;
  }
}
