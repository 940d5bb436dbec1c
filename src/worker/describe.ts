/** A workload described by the options of `migtrace synth`, written as text, as `.migtrace` text. */
import type { Problem } from '../base/problem';
import { formatProblem } from '../base/problem';
import { describeWorkload } from '../trace/calls/synth';
import { parseSynthOptions } from '../trace/calls/parseSynthOptions';
import { writeMigtraceText } from '../trace/formats/migtrace/writer';

/** Options by the names of the command line, without dashes in front. Throws, naming every wrong option and what to write instead. */
export function describedText(answers: Readonly<Record<string, string | number>>): string {
  const options = parseSynthOptions(answers);
  throwProblems(options.problems);
  const described = describeWorkload(options.value);
  throwProblems(described.problems);
  return writeMigtraceText(described.value);
}

function throwProblems(problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  throw new Error(problems.map((problem) => formatProblem('workload', problem)).join('\n'));
}
