/** What a folio looks like in and after each kind of segment, and what that means for the counters. */
import type { SegmentKind } from '../sim/run';
import { SEGMENT_KINDS } from '../sim/run';
import { MAX_STEPS } from '../sim/segmentShapes';
import type { FolioState } from './states';
import { FOLIO_STATES } from './states';

export interface Picture {
  /** State within each step, and after the last. `null` leaves the state as it was. */
  readonly within: readonly (FolioState | null)[];
  readonly after: FolioState | null;
}

/** What a folio looks like in and after each kind of segment. */
export const PICTURES: Readonly<Record<SegmentKind, Picture>> = {
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
  writeOut: { within: ['remapping', 'restored'], after: 'restored' },
  writeOutUnmapped: { within: [null, null], after: null },
  putBack: { within: [null], after: null },
};

export const STATE_CODES = Object.fromEntries(FOLIO_STATES.map((state, code) => [state, code])) as Record<
  FolioState,
  number
>;

/** States between a folio's migration entry and its remap. */
export const BLOCKED_STATES: ReadonlySet<FolioState> = new Set([
  'unmapped',
  'queued',
  'copying',
  'copied',
  'remapping',
]);

/** The segment leaves the state as it was. */
export const UNCHANGED = 255;
/** No such position. */
export const NEVER = 255;

/** State code of kind k at position p (a step, or MAX_STEPS: the end of all): entry k * CODES_PER_KIND + p. */
export const CODES_PER_KIND = MAX_STEPS + 1;
export const STATE_AT = Uint8Array.from(
  SEGMENT_KINDS.flatMap((kind) => Array.from({ length: CODES_PER_KIND }, (_, i) => codeAt(kind, i))),
);

function stateAt(kind: SegmentKind, position: number): FolioState | null {
  const { within, after } = PICTURES[kind];
  return position === MAX_STEPS ? after : (within[Math.min(position, within.length - 1)] ?? null);
}

function codeAt(kind: SegmentKind, position: number): number {
  const state = stateAt(kind, position);
  return state === null ? UNCHANGED : STATE_CODES[state];
}

/** Whether a kind says anything about a folio's state. */
export const SHOWS_STATE = Uint8Array.from(SEGMENT_KINDS, (kind) =>
  Array.from({ length: CODES_PER_KIND }, (_, i) => stateAt(kind, i)).some((state) => state !== null) ? 1 : 0,
);

/** By kind: the position from which on a folio counts as moved, else NEVER. */
export const MOVED_FROM = positions((kind) =>
  PICTURES[kind].after === 'done' ? find((i) => stateAt(kind, i) === 'done') : NEVER,
);

/**
 * By kind: the position from which on a folio is out of reach that was within reach at the segment's begin. A kind
 * that shows a blocked state from its begin on only says what happens to a folio that is out of reach, or is copied
 * while it is mapped.
 */
export const BLOCKED_FROM = positions((kind) => {
  const first = find((i) => isBlocked(kind, i));
  return first === 0 ? NEVER : first;
});

/** By kind: the position from which on a folio is within reach again that was out of reach. */
export const BACK_FROM = positions((kind) => {
  const blocked = find((i) => isBlocked(kind, i));
  return blocked === NEVER ? NEVER : find((i) => i > blocked && !isBlocked(kind, i));
});

function isBlocked(kind: SegmentKind, position: number): boolean {
  const state = stateAt(kind, position);
  return state !== null && BLOCKED_STATES.has(state);
}

function positions(of: (kind: SegmentKind) => number): Uint8Array {
  return Uint8Array.from(SEGMENT_KINDS, of);
}

function find(test: (position: number) => boolean): number {
  for (let position = 0; position < CODES_PER_KIND; position++) if (test(position)) return position;
  return NEVER;
}
