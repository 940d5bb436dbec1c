import { parseArgs } from 'node:util';
import { observedRun } from '../../analysis/observedRun';
import { exportOf } from '../../trace/export/formats';
import { readTrace, writeChunks } from '../files';
import { EXPORT_HELP, EXPORT_OPTIONS, formatHelp, parseExport } from '../options/exportOptions';
import { bytes } from '../table';
import type { Verb } from '../usage';
import { parseChoice, UsageError } from '../usage';

export const convert: Verb = {
  name: 'convert',
  summary: 'writes any readable trace as another format',
  help: `migtrace convert IN -o OUT [options]

Writes what a trace holds, as the extension of OUT says or as --to names it:

${formatHelp()}
  --to FORMAT, --as FORMAT          whatever the extension of OUT
${EXPORT_HELP}\
  --kernel RELEASE                  ftrace text does not name its kernel; this does, so that a replay follows its rules
  --note TEXT                       a note that goes with a .migtrace (what was traced, on which machine); may be repeated

.migtrace keeps calls, folios, events, timings and provenance: packed is small and quick, text can be read,
edited and compared. OUT is written whole or not at all. What a simulation of the trace gives: migtrace replay … -o OUT.

Example:
  migtrace convert trace.txt.gz -o move-pages.migtrace
  migtrace convert trace.txt.gz -o move-pages.pftrace          (open it in ui.perfetto.dev)
  migtrace convert trace.txt.gz -o folios.parquet --table folios
`,
  run: async (args, context) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: {
        ...EXPORT_OPTIONS,
        to: { type: 'string' },
        encoding: { type: 'string' },
        kernel: { type: 'string' },
        note: { type: 'string', multiple: true },
      },
      allowPositionals: true,
    });
    const [file, ...rest] = positionals;
    if (file === undefined || rest.length > 0) throw new UsageError('convert takes one IN.');
    const wanted = parseExport(values, formatOf(values), '--to');
    const { value } = await readTrace(file, context);
    const trace = {
      ...value,
      provenance: {
        ...value.provenance,
        kernel: values.kernel ?? value.provenance.kernel,
        notes: [...value.provenance.notes, ...(values.note ?? [])],
      },
    };
    const size = await writeChunks(wanted.output, () => exportOf({ trace, run: observedRun(trace) }, wanted));
    context.stdout(`${wanted.output}: ${value.events.length} events, ${bytes(size)}\n`);
  },
};

/** `--encoding packed|text` is what `--to migtrace|migtrace-text` was called before there were others. */
function formatOf(values: { as?: string; to?: string; encoding?: string }): string | undefined {
  const { encoding } = values;
  if (encoding === undefined) return values.to ?? values.as;
  const packed = parseChoice(encoding, '--encoding', ['packed', 'text']) === 'packed';
  return packed ? 'migtrace' : 'migtrace-text';
}
