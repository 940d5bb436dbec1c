/** The designs a person can choose: what they are called and what they do. */
import { PATHS } from '../engine/kernel/copyPath/registry';
import { COPY_PATHS } from '../engine/sim/run';
import type { RunChoice, TraceSummary, ViewSnapshot } from '../protocol/messages';

const OBSERVED = { title: 'Observed', tooltip: 'What the kernel recorded.' };

function designOf(choice: RunChoice): { title: string; tooltip: string } {
  if (choice === 'observed') return OBSERVED;
  const { title, tooltip } = PATHS[choice];
  return { title, tooltip };
}

export function designTitle(choice: RunChoice): string {
  return designOf(choice).title;
}

/** Designs that can be chosen for a trace, `observed` first when there is a recording. */
export function choicesFor(summary: TraceSummary): ViewSnapshot['choices'] {
  const choices: RunChoice[] = hasRecording(summary) ? ['observed', ...COPY_PATHS] : [...COPY_PATHS];
  return choices.map((choice) => ({ choice, ...designOf(choice) }));
}

/** Whether a kernel's own run can be shown: the trace was recorded and holds a call. */
export function hasRecording(summary: TraceSummary): boolean {
  return summary.provenance.origin === 'recorded' && summary.calls > 0;
}
