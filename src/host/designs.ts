/** The designs a person can choose: what they are called and what they do. */
import { PATHS } from '../engine/kernel/copyPath/registry';
import type { KernelRulesName } from '../engine/sim/run';
import { COPY_PATHS } from '../engine/sim/run';
import { hasPlaceFor } from '../engine/sim/simulate';
import { inOrder } from '../protocol/designFacts';
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

/**
 * Designs that can be chosen for a trace, `observed` first when there is a recording. `kernel`: the rules that
 * were asked for; undefined where each design follows those it can.
 */
export function choicesFor(summary: TraceSummary, kernel?: KernelRulesName): ViewSnapshot['choices'] {
  const paths: readonly RunChoice[] = inOrder(COPY_PATHS);
  const choices = hasRecording(summary) ? (['observed', ...paths] as const) : paths;
  return choices.map((choice) => ({ choice, ...designOf(choice), refused: refusal(choice, kernel) }));
}

function refusal(choice: RunChoice, kernel: KernelRulesName | undefined): string | null {
  if (choice === 'observed' || kernel === undefined || hasPlaceFor(kernel, choice)) return null;
  return `${kernel} moves each folio by itself: no batch waits for a copy`;
}

/** Whether a kernel's own run can be shown: the trace was recorded and holds a call. */
export function hasRecording(summary: TraceSummary): boolean {
  return summary.provenance.origin === 'recorded' && summary.calls > 0;
}
