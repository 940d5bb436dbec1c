/** Where the folios of a segment stand at an instant. Folio i begins at start + i * period; folios follow each other. */
import type { Run } from '../sim/run';
import { MAX_STEPS, stepDuration } from '../sim/segmentShapes';

/** How far into its own time the i-th folio of a segment is, ps; negative before its begin. */
export function localTime(run: Run, segment: number, i: number, time: number): number {
  const { segments } = run;
  return time - ((segments.start[segment] as number) + i * (segments.period[segment] as number));
}

/** The step (0 … MAX_STEPS - 1) that a folio is in after `local` ps, after steps that take no time; MAX_STEPS when all are over. */
export function positionAfter(run: Run, segment: number, local: number): number {
  if (local >= (run.segments.period[segment] as number)) return MAX_STEPS;
  let end = 0;
  for (let step = 0; step < MAX_STEPS - 1; step++) {
    end += stepDuration(run, segment, step);
    if (local < end) return step;
  }
  return MAX_STEPS - 1;
}

/** Time from a folio's begin until it reaches `position`, ps. */
function delayOf(run: Run, segment: number, position: number): number {
  const period = run.segments.period[segment] as number;
  if (position === MAX_STEPS) return period;
  let end = 0;
  for (let step = 0; step < position; step++) {
    end += stepDuration(run, segment, step);
  }
  // Where a step was stretched, the sum of the steps can differ from the period in its last bit.
  return Math.min(end, period);
}

/** How many folios of a segment have reached `position` at `time`: O(1), and exactly as each folio's own time says. */
export function foliosPast(run: Run, segment: number, position: number, time: number): number {
  const { segments } = run;
  const count = segments.count[segment] as number;
  const period = segments.period[segment] as number;
  const delay = delayOf(run, segment, position);
  const since = localTime(run, segment, 0, time) - delay;
  let past = period > 0 ? Math.floor(since / period) + 1 : since >= 0 ? count : 0;
  past = Math.max(0, Math.min(count, past));
  // The quotient may be off by a folio where times are not whole picoseconds.
  while (past < count && localTime(run, segment, past, time) >= delay) past++;
  while (past > 0 && localTime(run, segment, past - 1, time) < delay) past--;
  return past;
}
