/**
 * A run as tracks with slices, instants and counters: what the Perfetto and the trace-event export have in common.
 * Items of one track come in the order of time; those of different tracks in any order. A slice that begins within
 * another one of its track ends within it.
 */

/** Groups of tracks. Index = position from above; each is shown as a process. */
export const TRACK_GROUPS = [
  'Migrating CPUs',
  'DMA channels',
  'Nodes',
  'Counters',
  'Recorded events',
] as const;
export type TrackGroup = (typeof TRACK_GROUPS)[number];

export type Arguments = readonly (readonly [name: string, value: string | number])[];

export interface TrackItem {
  readonly what: 'track';
  /** Counted from 0, in the order of the items. */
  readonly track: number;
  readonly group: TrackGroup;
  readonly name: string;
  /** `count` or `bytes` of a counter; null for a track of slices. */
  readonly unit: 'count' | 'bytes' | null;
}

export interface SliceItem {
  readonly what: 'slice';
  readonly track: number;
  /** Whole ns; `end` is not before `start`. */
  readonly start: number;
  readonly end: number;
  readonly name: string;
  readonly category: string;
  readonly args: Arguments;
  /** Numbers of flows that leave from here, and that end here: each number is unique in the run. */
  readonly flowsOut?: readonly number[];
  readonly flowsIn?: readonly number[];
}

/** The innermost open slice of a track ends. */
export interface SliceEndItem {
  readonly what: 'end';
  readonly track: number;
  readonly time: number;
}

export interface InstantItem {
  readonly what: 'instant';
  readonly track: number;
  readonly time: number;
  readonly name: string;
  readonly category: string;
  readonly args: Arguments;
}

export interface CounterItem {
  readonly what: 'counter';
  readonly track: number;
  readonly time: number;
  readonly value: number;
}

export type TimelineItem = TrackItem | SliceItem | SliceEndItem | InstantItem | CounterItem;

/** What the whole timeline is of. */
export interface TimelineHead {
  readonly title: string;
  /** Facts about the run: simulated or observed, design, kernel, machine, file. */
  readonly facts: Arguments;
  /** tracefs trace_clock of a recorded run; null: ns from the start of a simulated one. */
  readonly clock: string | null;
  /** ns of the first instant. */
  readonly start: number;
}

export interface Timeline {
  readonly head: TimelineHead;
  readonly items: () => Iterable<TimelineItem>;
}
