/** Segments of a simulated run as slices: one per stretch of folios, or one per step of each folio. */
import type { Run, SegmentKind } from '../../../engine/sim/run';
import { SEGMENT_KINDS, SEGMENT_SHAPES, STEP_PHASE } from '../../../engine/sim/run';
import { stepDuration } from '../../../engine/sim/segmentShapes';
import type { Arguments, TimelineItem } from './items';

/** What a stretch of folios is called; the accounts it goes to are in its arguments. */
const NAMES: Readonly<Record<SegmentKind, string>> = {
  entry: 'enter migrate_pages',
  unmap: 'unmap',
  unmapFails: 'unmap fails',
  flush: 'flush',
  moveSwitchCopy: 'move (copy, remap)',
  moveCopySwitch: 'move (copy, remap)',
  unmapAndMove: 'unmap and move',
  unmapAndUndo: 'unmap and undo',
  switch: 'move mappings',
  copy: 'copy',
  recopy: 'copy again',
  dma: 'copy by DMA, polled',
  remap: 'remap',
  retry: 'move fails',
  undo: 'undo',
  split: 'split',
  coldCopy: 'copy, cold',
  setup: 'DMA map and submit',
  release: 'DMA unmap',
  channelSetup: 'DMA channel setup',
  sleep: 'sleep',
  poll: 'poll',
  abort: 'DMA abort',
  prepare: 'allocate',
  unmapAfterWait: 'unmap after sleep',
  remoteCopy: 'copy',
  setupMapped: 'DMA map and submit, mapped',
  remoteCopyMapped: 'copy, mapped',
  moveCopied: 'move (remap)',
  freed: 'freed',
  writeOut: 'write out',
  writeOutUnmapped: 'write out',
  putBack: 'put back',
};

/** By kind: the account all its steps go to, else `mixed`. */
const CATEGORIES = SEGMENT_KINDS.map((kind) => {
  const phases = new Set(SEGMENT_SHAPES[kind].map((step) => STEP_PHASE[step]));
  return phases.size === 1 ? ([...phases][0] as string) : 'mixed';
});

export function kindOf({ segments }: Run, segment: number): SegmentKind {
  return SEGMENT_KINDS[segments.kind[segment] as number] as SegmentKind;
}

/** Work beside the migrating CPU: by a channel or a worker thread. */
export function isRemote(kind: SegmentKind): boolean {
  return kind === 'remoteCopy' || kind === 'remoteCopyMapped';
}

/** ps. */
export function segmentEnd(run: Run, segment: number): number {
  const { segments } = run;
  const period = segments.period[segment] as number;
  const length = period > 0 ? (segments.count[segment] as number) * period : stepDuration(run, segment, 0);
  return (segments.start[segment] as number) + length;
}

/** ns of a time in ps from the start of the run. */
export type ToNs = (ps: number) => number;

/** One segment of a migrating CPU on its track. */
export function* segmentSlices(
  run: Run,
  segment: number,
  track: number,
  at: ToNs,
  byFolio: boolean,
): Generator<TimelineItem> {
  const { segments } = run;
  const kind = kindOf(run, segment);
  const count = segments.count[segment] as number;
  const period = segments.period[segment] as number;
  if (byFolio && count > 0 && period > 0) {
    yield* folioSlices(run, segment, track, at);
    return;
  }
  const start = at(segments.start[segment] as number);
  const end = at(segmentEnd(run, segment));
  yield {
    what: 'slice',
    track,
    start,
    end,
    name: NAMES[kind],
    category: CATEGORIES[segments.kind[segment] as number] as string,
    args: [
      ...(count > 0
        ? ([
            ['folios', count],
            ['first_folio', segments.first[segment] as number],
          ] as const)
        : []),
      ...(SEGMENT_SHAPES[kind].length > 1 ? stepTotals(run, segment, Math.max(1, count)) : []),
    ],
  };
  yield { what: 'end', track, time: end };
}

/** What the steps of a stretch come to, ns. */
function stepTotals(run: Run, segment: number, count: number): Arguments {
  const { segments } = run;
  return SEGMENT_SHAPES[SEGMENT_KINDS[segments.kind[segment] as number] as SegmentKind].flatMap((step, i) => {
    const duration = stepDuration(run, segment, i);
    return duration > 0 ? [[`${step}_ns`, (count * duration) / 1000] as const] : [];
  });
}

function* folioSlices(run: Run, segment: number, track: number, at: ToNs): Generator<TimelineItem> {
  const { segments } = run;
  const steps = SEGMENT_SHAPES[kindOf(run, segment)];
  const count = segments.count[segment] as number;
  const period = segments.period[segment] as number;
  const begin = segments.start[segment] as number;
  for (let i = 0; i < count; i++) {
    const args = [['folio', (segments.first[segment] as number) + i]] as const;
    let time = begin + i * period;
    for (const [s, step] of steps.entries()) {
      const duration = stepDuration(run, segment, s);
      if (duration <= 0) continue;
      const end = at(time + duration);
      yield { what: 'slice', track, start: at(time), end, name: step, category: STEP_PHASE[step], args };
      yield { what: 'end', track, time: end };
      time += duration;
    }
  }
}
