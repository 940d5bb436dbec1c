import { parseArgs } from 'node:util';
import type { TraceInfo } from '../../analysis/info';
import { traceInfo } from '../../analysis/info';
import { readTrace } from '../files';
import { duration, textTable } from '../table';
import type { Verb } from '../usage';
import { UsageError } from '../usage';

export const info: Verb = {
  name: 'info',
  summary: 'what a trace holds, as recorded',
  help: `migtrace info FILE [--json]

Shows what a trace holds, as the kernel recorded it; nothing is simulated. FILE is a tracefs
\`trace\` text, a \`trace-cmd report\` text or a .migtrace file, also gzip- or zstd-packed; - reads stdin.

  --json   one JSON document on stdout

Example:
  migtrace info trace.txt.gz
`,
  run: async (args, context) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { json: { type: 'boolean' } },
      allowPositionals: true,
    });
    const [file, ...rest] = positionals;
    if (file === undefined || rest.length > 0) throw new UsageError('info takes one FILE.');
    const document = traceInfo(await readTrace(file, context));
    context.stdout(values.json === true ? `${JSON.stringify(document, null, 2)}\n` : forPeople(document));
  },
};

function forPeople(document: TraceInfo): string {
  const { totals, calls, span } = document;
  const lines = [
    `${document.format}${document.kernel === null ? '' : `, Linux ${document.kernel}`}, ${document.lines} lines, ${duration(span.end_ns - span.start_ns)}`,
    `${calls.total} calls (${calls.complete} complete, ${calls.incomplete} incomplete), ${document.lostEvents} events lost, ${document.problemCount} problems`,
    `${totals.nr_succeeded} pages moved, ${totals.nr_failed} failed; THPs: ${totals.nr_thp_succeeded} moved, ${totals.nr_thp_failed} failed, ${totals.nr_thp_split} split; ${totals.nr_split} large folios split`,
    '',
  ];
  const reasons = Object.entries(document.byReason).map(([reason, sums]) => [
    reason,
    String(sums.calls),
    String(sums.nr_succeeded),
    String(sums.nr_failed),
    String(sums.nr_thp_succeeded),
    String(sums.nr_split),
  ]);
  const table = textTable(['reason', 'calls', 'moved', 'failed', 'THPs moved', 'split'], reasons);
  const modes = Object.entries(document.byMode).map(([mode, sums]) => [
    mode,
    String(sums.calls),
    String(sums.nr_succeeded),
    String(sums.nr_failed),
  ]);
  return `${lines.join('\n')}${table}\n${textTable(['mode', 'calls', 'moved', 'failed'], modes)}`;
}
