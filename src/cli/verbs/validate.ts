import { parseArgs } from 'node:util';
import { readTrace } from '../files';
import type { Verb } from '../usage';
import { UsageError, WorkError } from '../usage';

export const validate: Verb = {
  name: 'validate',
  summary: 'reads a trace and lists its problems',
  help: `migtrace validate FILE [--json]

Exit 0 when the file reads without a problem, 1 otherwise; problems go to stderr with file and line.

Example:
  migtrace validate workload.migtrace
`,
  run: async (args, context) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { json: { type: 'boolean' } },
      allowPositionals: true,
    });
    const [file, ...rest] = positionals;
    if (file === undefined || rest.length > 0) throw new UsageError('validate takes one FILE.');
    const { value, problems, problemCount } = await readTrace(file, context);
    const document = { schema: 1, format: value.provenance.format, problems, problemCount };
    if (values.json === true) context.stdout(`${JSON.stringify(document, null, 2)}\n`);
    else context.stdout(`${file}: ${problemCount === 0 ? 'no problems' : `${problemCount} problems`}\n`);
    if (problemCount > 0) throw new WorkError('');
  },
};
