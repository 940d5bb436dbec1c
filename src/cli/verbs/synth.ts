import { parseArgs } from 'node:util';
import { formatProblem } from '../../base/problem';
import type { CallerName } from '../../engine/kernel/callers/registry';
import { CALLERS, USUAL_CALLER } from '../../engine/kernel/callers/registry';
import { parseSynthOptions } from '../../trace/calls/parseSynthOptions';
import { describeWorkload, resolveCaller } from '../../trace/calls/synth';
import type { SynthOption } from '../../trace/calls/synthOptions';
import { SYNTH_OPTION_ROWS } from '../../trace/calls/synthOptions';
import { writeMigtraceText } from '../../trace/formats/migtrace/writer';
import { writeWhole } from '../files';
import type { Verb } from '../usage';
import { UsageError, WorkError } from '../usage';

const ARGUMENTS = { size: 'SIZE', count: 'N', choice: 'NAME' } as const;

function optionLine(name: string, option: SynthOption): string {
  const fallback = option.fallback === null ? '' : ` (default ${option.fallback})`;
  const choices =
    option.kind === 'choice' && option.choices.length <= 6 ? `: ${option.choices.join(', ')}` : '';
  return `  ${`--${name} ${ARGUMENTS[option.kind]}`.padEnd(22)} ${option.help}${choices}${fallback}`;
}

function callerLine([name, caller]: [string, (typeof CALLERS)[CallerName]]): string {
  const usual = USUAL_CALLER[caller.reason] === name ? '*' : ' ';
  return (
    `  ${name.padEnd(23)}${caller.reason}${usual}`.padEnd(45) + `${caller.mode.padEnd(19)} ${caller.holds}`
  );
}

export const synth: Verb = {
  name: 'synth',
  summary: 'writes a described workload as a .migtrace text',
  help: `migtrace synth -o FILE [options]

Writes the calls that a caller of migrate_pages() makes with so many alike folios, in its usual mode.

${SYNTH_OPTION_ROWS.map(([name, option]) => optionLine(name, option)).join('\n')}

Callers, the reason each passes (* it is the usual one), its mode, and what one call holds:
${Object.entries(CALLERS).map(callerLine).join('\n')}

Example:
  migtrace synth -o promotion.migtrace --total 256M --pinned 3
  migtrace synth -o compaction.migtrace --reason compaction --total 16M
`,
  run: async (args, context) => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        output: { type: 'string', short: 'o' },
        ...Object.fromEntries(SYNTH_OPTION_ROWS.map(([name]) => [name, { type: 'string' as const }])),
      },
    });
    const { output, ...written } = values as Record<string, string | undefined>;
    if (output === undefined) throw new UsageError('synth needs -o FILE.');
    const { value: options, problems: wrong } = parseSynthOptions(written);
    if (wrong.length > 0) {
      throw new UsageError(wrong.map(({ message, hint }) => `${message} ${hint}`).join('\n'));
    }
    const { value: trace, problems } = describeWorkload(options);
    if (problems.length > 0) {
      for (const problem of problems) context.stderr(`${formatProblem('synth', problem)}\n`);
      throw new WorkError('');
    }
    await writeWhole(output, writeMigtraceText(trace));
    const { mode, reason } = resolveCaller(options);
    const calls = trace.workload.calls.length;
    context.stdout(`${output}: ${options.folios} folios in ${calls} calls, ${mode}, ${reason}\n`);
    for (const note of trace.provenance.notes.slice(1)) context.stdout(`  ${note}\n`);
  },
};
