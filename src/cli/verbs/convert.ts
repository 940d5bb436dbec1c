import { parseArgs } from 'node:util';
import { writeMigtracePacked, writeMigtraceText } from '../../trace/formats/migtrace/writer';
import { readTrace, writeWhole } from '../files';
import { bytes } from '../table';
import type { Verb } from '../usage';
import { parseChoice, UsageError } from '../usage';

export const convert: Verb = {
  name: 'convert',
  summary: 'writes any readable trace as .migtrace',
  help: `migtrace convert IN -o OUT.migtrace [--encoding packed|text]

Keeps calls, folios, events, timings and provenance. Packed is small and quick; text can be read,
edited and compared.

Example:
  migtrace convert trace.txt.gz -o move-pages.migtrace
`,
  run: async (args, context) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { output: { type: 'string', short: 'o' }, encoding: { type: 'string' } },
      allowPositionals: true,
    });
    const [file, ...rest] = positionals;
    if (file === undefined || rest.length > 0) throw new UsageError('convert takes one IN.');
    if (values.output === undefined) throw new UsageError('convert needs -o OUT.migtrace.');
    const encoding = parseChoice(values.encoding ?? 'packed', '--encoding', ['packed', 'text'] as const);
    const { value } = await readTrace(file, context);
    const content = encoding === 'packed' ? writeMigtracePacked(value) : writeMigtraceText(value);
    await writeWhole(values.output, content);
    context.stdout(`${values.output}: ${value.events.length} events, ${bytes(content.length)}\n`);
  },
};
