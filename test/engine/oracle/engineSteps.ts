/** Every step of every folio of a call, rebuilt from the segments of the engine's run. */
import type { Run } from '../../../src/engine/sim/run';
import { SEGMENT_DURATIONS, SEGMENT_KINDS, SEGMENT_SHAPES } from '../../../src/engine/sim/run';

/** `step start +duration`, ps. */
export type StepTime = string;

/** Steps in the order of the segments, by the folio's place in the call; -1 for those that concern no single folio. */
export function engineSteps(run: Run, row: number): Map<number, StepTime[]> {
  const { calls, segments } = run;
  const steps = new Map<number, StepTime[]>();
  const add = (number: number, step: string, start: number, duration: number) => {
    if (duration === 0) return;
    const list = steps.get(number);
    const text = `${step} ${start} +${duration}`;
    if (list === undefined) steps.set(number, [text]);
    else list.push(text);
  };
  const firstFolio = calls.first[row] ?? 0;
  for (const segment of segmentsOf(run, row)) {
    const kind = SEGMENT_KINDS[segments.kind[segment] ?? 0] ?? 'entry';
    const shape = SEGMENT_SHAPES[kind];
    const durations = SEGMENT_DURATIONS.map((name) => segments[name][segment] ?? 0);
    const start = segments.start[segment] ?? 0;
    if (kind === 'flush' || kind === 'entry' || kind === 'coldCopy') {
      add(-1, shape[0], start, durations[0] ?? 0);
      continue;
    }
    for (let i = 0; i < (segments.count[segment] ?? 0); i++) {
      let at = start + i * (segments.period[segment] ?? 0);
      shape.forEach((step, j) => {
        add((segments.first[segment] ?? 0) + i - firstFolio, step, at, durations[j] ?? 0);
        at += durations[j] ?? 0;
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
