import { parseArgs } from 'node:util';
import type { OverheadRow } from '../../analysis/overhead';
import { agreement, replay } from '../../analysis/replay';
import { type RecordedOverhead, recordedOverhead } from '../../analysis/recordedOverhead';
import { overheadRow } from '../../analysis/reproduce';
import { PATHS } from '../../engine/kernel/copyPath/registry';
import type { KernelRulesName } from '../../engine/sim/run';
import { COPY_PATHS } from '../../engine/sim/run';
import { hasPlaceFor } from '../../engine/sim/simulate';
import { PAGE_BYTES } from '../../base/units';
import { readTrace } from '../files';
import { CONFIG_OPTIONS, configHelp, parseConfig } from '../options/configOptions';
import { chosenMachine, MACHINE_HELP, MACHINE_OPTIONS } from '../options/machineOptions';
import { bytes, duration, plusMinus, textTable } from '../table';
import type { Verb, VerbContext } from '../usage';
import { parseNumber, UsageError } from '../usage';

const RUNS = 100;

export const overhead: Verb = {
  name: 'overhead',
  summary: 'what every design costs on the calls of a trace',
  help: `migtrace overhead FILE [options] [--json]

Plays the calls of a trace through every design and prints the cover letter's columns. Where kernel functions
were timed while recording (function_graph), the first row is what the kernel itself took, its tracer included.

${MACHINE_HELP}${configHelp(RUNS)}  --mhz MHZ                         CPU frequency while recording, for the recorded row; default: the machine's
  --json                            one JSON document on stdout

Example:
  migtrace overhead samples/promotion-256m.migtrace
  migtrace overhead samples/promotion-256m.migtrace --machine series-v3-zen3 --channels 8 --kernel 6.12
`,
  run: async (args, context) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { ...MACHINE_OPTIONS, ...CONFIG_OPTIONS, mhz: { type: 'string' }, json: { type: 'boolean' } },
      allowPositionals: true,
    });
    const [file, ...rest] = positionals;
    if (file === undefined || rest.length > 0) throw new UsageError('overhead takes one FILE.');
    const config = { runs: RUNS, ...parseConfig(values) };
    const { value: trace } = await readTrace(file, context);
    const machine = await chosenMachine(values, trace, context);
    const mhz = values.mhz === undefined ? null : parseNumber(values.mhz, '--mhz', 1, 100_000);
    const recorded = recordedOverhead(trace, mhz === null ? machine.cpuHertz.value : mhz * 1e6);
    const paths = playablePaths(config.kernel, context);
    // One run at a time: of large traces each is large.
    const played = paths.map((path) => {
      const run = context.longWork(() => replay(trace, { ...config, path }, machine));
      const moved = run.totals.nr_succeeded * PAGE_BYTES;
      const row = overheadRow(run, bytes(moved), moved);
      return { row, totals: run.totals, agrees: agreement(trace, run) };
    });
    if (values.json === true) {
      const rows = played.map(({ row, ...fate }) => ({ ...row, ...fate }));
      context.stdout(`${JSON.stringify({ schema: 1, machine: machine.name, recorded, rows }, null, 2)}\n`);
      return;
    }
    const moved = bytes(played[0]?.row.totalBytes ?? 0);
    context.stdout(
      `${trace.provenance.source}: ${moved} moved in ${trace.workload.calls.length} calls, on ${machine.name} (cycles per page, mean ± SD of ${config.runs} runs)\n\n${tableOf(
        played.map(({ row }) => row),
        recorded,
      )}`,
    );
  },
};

/** All designs, but those that the kernel asked for has no place for; these are named on stderr. */
function playablePaths(kernel: KernelRulesName | undefined, { stderr }: VerbContext) {
  if (kernel === undefined) return COPY_PATHS;
  const left = COPY_PATHS.filter((path) => !hasPlaceFor(kernel, path));
  if (left.length > 0) {
    stderr(
      `--kernel ${kernel}: it moves folio by folio and has no place for ${left.join(', ')}. Choose 6.8 or later to see them.\n`,
    );
  }
  return COPY_PATHS.filter((path) => hasPlaceFor(kernel, path));
}

function tableOf(rows: readonly OverheadRow[], recorded: RecordedOverhead | null): string {
  const head = ['design', 'migrate_pages', 'folio_copy', 'F', 'GB/s', 'first folio', 'blocked p99'];
  const text = rows.map((row) => [
    PATHS[row.path].title,
    plusMinus(row.migratePages, 2),
    plusMinus(row.folioCopy, 2),
    plusMinus(row.fraction, 4),
    row.throughputGBps.mean.toFixed(3),
    duration(row.firstFolioNs),
    duration(row.blockedP99Ns),
  ]);
  if (recorded === null) return textTable(head, text);
  const { migratePages, folioCopy, fraction, calls } = recorded;
  const first = [
    'Recorded',
    plusMinus(migratePages, 2),
    folioCopy === null ? 'not told' : plusMinus(folioCopy, 2),
    fraction === null ? 'not told' : plusMinus(fraction, 4),
  ];
  return `${textTable(head, [first, ...text])}\nRecorded: mean ± SD of ${calls} calls; the tracer's own time is in it, most of all in small functions.\n`;
}
