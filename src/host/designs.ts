/** The designs a person can choose: what they are called and what they do. */
import type { CopyPathName } from '../engine/sim/run';
import { COPY_PATHS } from '../engine/sim/run';
import type { RunChoice, TraceSummary, ViewSnapshot } from '../protocol/messages';

const DESIGNS: Readonly<Record<RunChoice, { title: string; tooltip: string }>> = {
  observed: { title: 'Observed', tooltip: 'What the kernel recorded' },
  serial: {
    title: 'Serial',
    tooltip: 'Mainline: unmap and flush the batch, then copy and remap folio by folio',
  },
  'batch-cpu': {
    title: 'Folio batch',
    tooltip: 'RFC v1, offload disabled: the CPU copies all folios of the batch in one pass, then remaps them',
  },
  'dcbm-v1': {
    title: 'dcbm v1',
    tooltip: 'RFC v1, offload enabled: the folios of the batch are copied by a DMA engine',
  },
} satisfies Record<'observed' | CopyPathName, unknown>;

export function designTitle(choice: RunChoice): string {
  return DESIGNS[choice].title;
}

/** Designs that can be chosen for a trace, `observed` first when there is a recording. */
export function choicesFor(summary: TraceSummary): ViewSnapshot['choices'] {
  const choices: RunChoice[] = hasRecording(summary) ? ['observed', ...COPY_PATHS] : [...COPY_PATHS];
  return choices.map((choice) => ({ choice, ...DESIGNS[choice] }));
}

/** Whether a kernel's own run can be shown: the trace was recorded and holds a call. */
export function hasRecording(summary: TraceSummary): boolean {
  return summary.provenance.origin === 'recorded' && summary.calls > 0;
}
