/** When a folio was unmapped, copied and remapped, and for how long it was out of reach. */
import { callOfFolio } from '../../engine/probe/runIndex';
import type { Step } from '../../engine/sim/run';
import type { RunView } from './runView';
import { stepDuration } from '../../engine/sim/segmentShapes';
import { stepsOf } from './runView';

/** ps from the start of the run; NaN where it did not happen or was not recorded. */
export interface FolioHistory {
  readonly unmapped: number;
  readonly copied: number;
  readonly remapped: number;
  /** From the migration entry to the working mapping. */
  readonly blocked: number;
}

const UNMAP_ENDS: ReadonlySet<Step> = new Set(['unmap']);
const COPY_ENDS: ReadonlySet<Step> = new Set(['copy', 'dmaWait', 'recopy']);
const REMAP_ENDS: ReadonlySet<Step> = new Set(['remap']);

export function folioHistory(view: RunView, folio: number): FolioHistory {
  const { run } = view;
  if (run.observedTimes !== null) {
    const unmapped = run.observedTimes.unmapped[folio] ?? NaN;
    const remapped = run.observedTimes.remapped[folio] ?? NaN;
    return { unmapped, copied: NaN, remapped, blocked: remapped - unmapped };
  }
  const times = { unmapped: NaN, copied: NaN, remapped: NaN };
  const call = callOfFolio(view.index, folio);
  const firstBatch = run.calls.firstBatch[call] as number;
  const lastBatch = firstBatch + (run.calls.batchCount[call] as number);
  for (let batch = firstBatch; batch < lastBatch; batch++) {
    const from = run.batches.first[batch] as number;
    if (folio < from || folio >= from + (run.batches.count[batch] as number)) continue;
    readBatch(view, batch, folio, times);
  }
  return { ...times, blocked: times.remapped - times.unmapped };
}

function readBatch(
  view: RunView,
  batch: number,
  folio: number,
  times: { unmapped: number; copied: number; remapped: number },
): void {
  const { run } = view;
  const { segments } = run;
  const firstSegment = run.batches.firstSegment[batch] as number;
  const lastSegment = firstSegment + (run.batches.segmentCount[batch] as number);
  for (let segment = firstSegment; segment < lastSegment; segment++) {
    const position = folio - (segments.first[segment] as number);
    const period = segments.period[segment] as number;
    if (position < 0 || position >= (segments.count[segment] as number) || period === 0) continue;
    let at = (segments.start[segment] as number) + position * period;
    const steps = stepsOf(segments.kind[segment] as number);
    for (let i = 0; i < steps.length; i++) {
      at += stepDuration(run, segment, i);
      const step = steps[i] as Step;
      if (UNMAP_ENDS.has(step)) times.unmapped = at;
      else if (COPY_ENDS.has(step)) times.copied = at;
      else if (REMAP_ENDS.has(step)) times.remapped = at;
    }
  }
}
