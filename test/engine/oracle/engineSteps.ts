/** Every step of every folio of a call, rebuilt from the segments of the engine's run. */
import type { Run, SegmentKind } from '../../../src/engine/sim/run';
import { SEGMENT_KINDS, SEGMENT_SHAPES } from '../../../src/engine/sim/run';
import { stepDurations } from '../../../src/engine/sim/segmentShapes';

/** ps. `by`: channel or worker thread; null: the migrating CPU. */
export interface StepTime {
  readonly what: string;
  readonly start: number;
  readonly duration: number;
  readonly by: number | null;
}

/** Segments that concern no single folio. */
const OF_THE_CALL: ReadonlySet<SegmentKind> = new Set([
  'flush',
  'entry',
  'coldCopy',
  'channelSetup',
  'sleep',
  'poll',
  'abort',
] as const);

/** Steps in the order of the segments, by the folio's place in the call; -1 for those that concern no single folio. */
export function engineSteps(run: Run, row: number): Map<number, StepTime[]> {
  const { calls, segments } = run;
  const steps = new Map<number, StepTime[]>();
  const add = (number: number, step: StepTime) => {
    if (step.duration === 0) return;
    const list = steps.get(number);
    if (list === undefined) steps.set(number, [step]);
    else list.push(step);
  };
  const firstFolio = calls.first[row] ?? 0;
  for (const segment of segmentsOf(run, row)) {
    const kind = SEGMENT_KINDS[segments.kind[segment] ?? 0] ?? 'entry';
    const shape = SEGMENT_SHAPES[kind];
    const durations = stepDurations(run, segment);
    const start = segments.start[segment] ?? 0;
    if (OF_THE_CALL.has(kind)) {
      add(-1, { what: shape[0], start, duration: durations[0] ?? 0, by: null });
      continue;
    }
    const isBeside = kind === 'remoteCopy' || kind === 'remoteCopyMapped';
    const by = isBeside ? (segments.channel[segment] ?? -1) : null;
    for (let i = 0; i < (segments.count[segment] ?? 0); i++) {
      let at = start + i * (segments.period[segment] ?? 0);
      shape.forEach((what, j) => {
        const duration = durations[j] ?? 0;
        add((segments.first[segment] ?? 0) + i - firstFolio, { what, start: at, duration, by });
        at += duration;
      });
    }
  }
  return steps;
}

/** Segments between the first of the call and the first of the next; the entry precedes the first batch. */
function segmentsOf(run: Run, row: number): number[] {
  const { calls, segments } = run;
  const first = calls.firstBatch[row] ?? 0;
  const last = first + (calls.batchCount[row] ?? 0);
  const rows: number[] = [];
  for (let segment = 0; segment < segments.length; segment++) {
    const batch = segments.batch[segment] ?? 0;
    if (batch >= first && batch < last) rows.push(segment);
  }
  return rows;
}
