/** How long a batch spends in each phase. */
import type { Step } from '../../engine/sim/run';
import { PHASES, STEP_PHASE } from '../../engine/sim/run';
import type { RunView } from './runView';
import { stepDuration } from '../../engine/sim/segmentShapes';
import { addMeasured, isRemote, repeatsOf, stepsOf } from './runView';

/** ps by phase, index as in PHASES. All 0 for an observed batch whose call was not measured. */
export function batchPhases(view: RunView, batch: number): Float64Array {
  const sums = new Float64Array(PHASES.length);
  const { run } = view;
  const first = run.batches.firstSegment[batch] as number;
  const last = first + (run.batches.segmentCount[batch] as number);
  for (let segment = first; segment < last; segment++) {
    if (isRemote(run, segment)) continue;
    const steps = stepsOf(run.segments.kind[segment] as number);
    const repeats = repeatsOf(run, segment);
    for (let i = 0; i < steps.length; i++) {
      const p = PHASES.indexOf(STEP_PHASE[steps[i] as Step]);
      sums[p] = (sums[p] as number) + stepDuration(run, segment, i) * repeats;
    }
  }
  if (run.kind === 'observed') addMeasured(run, batch, sums, 0);
  return sums;
}
