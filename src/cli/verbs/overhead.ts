import { parseArgs } from 'node:util';
import { agreement, replay } from '../../analysis/replay';
import { overheadRow } from '../../analysis/reproduce';
import { PATHS } from '../../engine/kernel/copyPath/registry';
import { COPY_PATHS } from '../../engine/sim/run';
import { readMachine, readTrace } from '../files';
import { bytes, duration, plusMinus, textTable } from '../table';
import type { Verb } from '../usage';
import { parseCount, UsageError } from '../usage';

export const overhead: Verb = {
  name: 'overhead',
  summary: 'what every design costs on the calls of a trace',
  help: `migtrace overhead FILE [--machine PRESET|FILE] [--runs N] [--json]

Plays the calls of a trace through every design and prints the cover letter's columns.

Example:
  migtrace overhead samples/promotion-256m.migtrace
`,
  run: async (args, context) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { machine: { type: 'string' }, runs: { type: 'string' }, json: { type: 'boolean' } },
      allowPositionals: true,
    });
    const [file, ...rest] = positionals;
    if (file === undefined || rest.length > 0) throw new UsageError('overhead takes one FILE.');
    const runs = values.runs === undefined ? 100 : parseCount(values.runs, '--runs', 1, 100_000);
    const { value: trace } = await readTrace(file, context);
    const machine = values.machine === undefined ? null : await readMachine(values.machine, context);
    const played = COPY_PATHS.map((path) => replay(trace, { path, runs }, machine));
    const moved = (played[0]?.totals.nr_succeeded ?? 0) * 4096;
    const table = played.map((run) => overheadRow(run, bytes(moved), moved));
    if (values.json === true) {
      const rows = table.map((row, i) => {
        const run = played[i];
        return { ...row, totals: run?.totals, agrees: run === undefined ? null : agreement(trace, run) };
      });
      context.stdout(`${JSON.stringify({ schema: 1, machine: played[0]?.machine?.name, rows }, null, 2)}\n`);
      return;
    }
    const text = table.map((row) => [
      PATHS[row.path].title,
      plusMinus(row.migratePages, 2),
      plusMinus(row.folioCopy, 2),
      plusMinus(row.fraction, 4),
      row.throughputGBps.mean.toFixed(3),
      duration(row.firstFolioNs),
      duration(row.blockedP99Ns),
    ]);
    const head = ['design', 'migrate_pages', 'folio_copy', 'F', 'GB/s', 'first folio', 'blocked p99'];
    context.stdout(
      `${trace.provenance.source}: ${bytes(moved)} moved in ${trace.workload.calls.length} calls, on ${played[0]?.machine?.name ?? ''} (cycles per page, mean ± SD of ${runs} runs)\n\n${textTable(head, text)}`,
    );
  },
};
