import { parseArgs } from 'node:util';
import type { TraceInfo } from '../../analysis/info';
import { traceInfo } from '../../analysis/info';
import { readTrace } from '../files';
import { duration, textTable } from '../table';
import type { Verb } from '../usage';
import { parseCount, parseNumber, UsageError } from '../usage';
import { functionTable, phaseTable } from './infoPhases';

export const info: Verb = {
  name: 'info',
  summary: 'what a trace holds, as recorded',
  help: `migtrace info FILE [--vmstat-before F --vmstat-after F] [--zoneinfo F] [--topology F] [--mhz MHZ] [--pages N] [--json]

Shows what a trace holds, as the kernel recorded it; nothing is simulated. FILE is a tracefs
\`trace\` text (also of the function_graph tracer), a trace.dat of trace-cmd or the text of its report,
a perf.data or a .migtrace file, also gzip- or zstd-packed; - reads stdin.

Where kernel functions were timed, it shows the phases of migrate_pages() and F, as in the RFC.

Files beside FILE that tell more are read too, where their names are those below; options name others.

  --vmstat-before F   /proc/vmstat from before the recording (vmstat.before) and from
  --vmstat-after F    after it (vmstat.after): what the kernel counted is shown beside the recorded sums
  --zoneinfo F        /proc/zoneinfo (zoneinfo): page frames become nodes, flows node to node
  --topology F        the same from boot messages (dmesg*), or from a folder or tar(.gz) with such files and those of
                      /sys/devices/system/node (nodes.tar.gz)
  --mhz MHZ           CPU frequency while recording: durations also as cycles per page
  --pages N           base pages that the timed calls moved, where the trace does not say (vmstat: pgmigrate_success)
  --json              one JSON document on stdout

Example:
  migtrace info trace.txt.gz --zoneinfo /proc/zoneinfo
  migtrace info trace.dat
  migtrace info graph.txt.gz --mhz 2000 --pages 65536
`,
  run: async (args, context) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: {
        json: { type: 'boolean' },
        mhz: { type: 'string' },
        pages: { type: 'string' },
        'vmstat-before': { type: 'string' },
        'vmstat-after': { type: 'string' },
        zoneinfo: { type: 'string' },
        topology: { type: 'string' },
      },
      allowPositionals: true,
    });
    const [file, ...rest] = positionals;
    if (file === undefined || rest.length > 0) throw new UsageError('info takes one FILE.');
    const companions = {
      vmstatBefore: values['vmstat-before'],
      vmstatAfter: values['vmstat-after'],
      zoneinfo: values.zoneinfo,
      topology: values.topology,
    };
    const document = traceInfo(await readTrace(file, context, { companions, detail: 'sums' }));
    const mhz = values.mhz === undefined ? null : parseNumber(values.mhz, '--mhz', 1, 100_000);
    const pages = values.pages === undefined ? null : parseCount(values.pages, '--pages', 1, 2 ** 52);
    if (values.json === true) {
      context.stdout(`${JSON.stringify(document, null, 2)}\n`);
      return;
    }
    context.stdout(`${forPeople(document)}${phaseTable(document, { mhz, pages })}${functionTable(document)}`);
  },
};

function forPeople(document: TraceInfo): string {
  const { totals, calls, span } = document;
  const noEvents = document.phases !== null && document.events['mm_migrate_pages'] === undefined;
  const lines = [
    `${document.format}${document.kernel === null ? '' : `, Linux ${document.kernel}`}, ${document.lines} lines, ${duration(span.end_ns - span.start_ns)}`,
    `${calls.total} calls (${calls.complete} complete, ${calls.incomplete} incomplete), ${document.lostEvents} events lost, ${document.problemCount} problems`,
    noEvents
      ? 'No mm_migrate_pages events: how many pages the calls moved was not recorded'
      : `${totals.nr_succeeded} pages moved, ${totals.nr_failed} failed; THPs: ${totals.nr_thp_succeeded} moved, ${totals.nr_thp_failed} failed, ${totals.nr_thp_split} split; ${totals.nr_split} large folios split`,
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
  return [
    `${lines.join('\n')}${table}`,
    textTable(['mode', 'calls', 'moved', 'failed'], modes),
    ...flowLines(document),
    ...vmstatLines(document),
  ].join('\n');
}

/** Nothing where no node is known. */
function flowLines({ flows }: TraceInfo): string[] {
  if (flows.every(({ from, to }) => from === null && to === null)) return [];
  const name = (node: number | null): string => (node === null ? 'unknown' : String(node));
  const rows = flows.map(({ from, to, pages }) => [name(from), name(to), String(pages)]);
  return [textTable(['from node', 'to node', 'pages'], rows)];
}

function vmstatLines({ vmstat }: TraceInfo): string[] {
  if (vmstat === null || vmstat.checks.length === 0) return [];
  const rows = vmstat.checks.map(({ counter, recorded, counted, agrees }) => [
    counter,
    String(recorded),
    String(counted),
    agrees ? 'yes' : 'NO',
  ]);
  const verdict = vmstat.agrees
    ? 'The recording agrees with the counters of the kernel.\n'
    : `The recording and the counters of the kernel differ. ${vmstat.why.join(' ')}\n`;
  return [textTable(['vmstat', 'recorded', 'counted', 'agree'], rows), verdict];
}
