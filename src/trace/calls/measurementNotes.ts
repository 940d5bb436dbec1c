import type { ProblemList } from '../../base/problem';
import type { FunctionMeasurement } from './functionTimes';
import { PHASE_FUNCTIONS } from './phaseFunctions';

/** What a person needs to know about a measurement of functions before believing it. */
export function noteMeasurement({ sums, seen }: FunctionMeasurement, problems: ProblemList): void {
  const { calls, incomplete, moved } = sums;
  if (calls === 0) {
    problems.add(
      'Kernel functions were timed, but migrate_pages() is not among them: there are no calls to measure phases of.',
      'Add migrate_pages to the functions that are traced (trace-cmd record -l migrate_pages, or set_ftrace_filter).',
    );
    return;
  }
  if (incomplete > moved)
    problems.add(
      `${incomplete - moved} of ${calls} calls of migrate_pages() are cut: their entry or return, or something between, was not recorded. They are not in the phases.`,
      'Record with a larger buffer, begin before the first call, and end after the last.',
    );
  if (moved > 0)
    problems.add(
      `${moved} of ${calls} calls of migrate_pages() went on on another CPU; the clocks of two CPUs may differ, so they are not in the phases.`,
      'Keep the workload on one CPU while recording: taskset -c 2 COMMAND.',
    );
  if (incomplete === calls) return;
  for (const phase of ['unmap', 'flush', 'copy', 'remap'] as const) {
    if (seen[phase]) continue;
    const names = PHASE_FUNCTIONS.filter(({ role }) => role === phase).map(({ name }) => name);
    problems.add(
      `${phase[0]!.toUpperCase()}${phase.slice(1)} cannot be told from the rest of a call: none of its functions was seen to run by itself within one.`,
      `Trace one of ${names.slice(0, 4).join(', ')}; the compiler may have inlined a static one.`,
    );
  }
}
