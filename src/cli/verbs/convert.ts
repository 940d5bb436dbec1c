import { parseArgs } from 'node:util';
import { writeMigtracePacked, writeMigtraceText } from '../../trace/formats/migtrace/writer';
import { readTrace, writeWhole } from '../files';
import { bytes } from '../table';
import type { Verb } from '../usage';
import { parseChoice, UsageError } from '../usage';

export const convert: Verb = {
  name: 'convert',
  summary: 'writes any readable trace as .migtrace',
  help: `migtrace convert IN -o OUT.migtrace [--encoding packed|text] [--kernel RELEASE] [--note TEXT]…

Keeps calls, folios, events, timings and provenance. Packed is small and quick; text can be read,
edited and compared. ftrace text does not name its kernel; --kernel does, so that a replay follows its
rules. Notes (what was traced, on which machine) go with the trace.

Example:
  migtrace convert trace.txt.gz -o move-pages.migtrace
`,
  run: async (args, context) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: {
        output: { type: 'string', short: 'o' },
        encoding: { type: 'string' },
        kernel: { type: 'string' },
        note: { type: 'string', multiple: true },
      },
      allowPositionals: true,
    });
    const [file, ...rest] = positionals;
    if (file === undefined || rest.length > 0) throw new UsageError('convert takes one IN.');
    if (values.output === undefined) throw new UsageError('convert needs -o OUT.migtrace.');
    const encoding = parseChoice(values.encoding ?? 'packed', '--encoding', ['packed', 'text'] as const);
    const { value } = await readTrace(file, context);
    const trace = {
      ...value,
      provenance: {
        ...value.provenance,
        kernel: values.kernel ?? value.provenance.kernel,
        notes: [...value.provenance.notes, ...(values.note ?? [])],
      },
    };
    const content = encoding === 'packed' ? writeMigtracePacked(trace) : writeMigtraceText(trace);
    await writeWhole(values.output, content);
    context.stdout(`${values.output}: ${value.events.length} events, ${bytes(content.length)}\n`);
  },
};
