import { parseArgs } from 'node:util';
import { reproduceRfcV1 } from '../../analysis/reproduce';
import { RFC_V1_ZEN3 } from '../../engine/machine/presets/rfcV1Zen3';
import { readMachine } from '../files';
import { plusMinus, textTable } from '../table';
import type { Verb } from '../usage';
import { UsageError } from '../usage';

export const reproduce: Verb = {
  name: 'reproduce',
  summary: "the RFC's own table, simulated beside published",
  help: `migtrace reproduce rfc-v1 [--machine PRESET|FILE] [--json]

Plays the cover letter's grid (three designs, four sizes) and sets each mean beside the published
one: within one published SD or not.

Example:
  migtrace reproduce rfc-v1
`,
  run: async (args, context) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { machine: { type: 'string' }, json: { type: 'boolean' } },
      allowPositionals: true,
    });
    if (positionals.length !== 1 || positionals[0] !== 'rfc-v1') {
      throw new UsageError('reproduce takes the name of a published table: rfc-v1.');
    }
    const machine = values.machine === undefined ? RFC_V1_ZEN3 : await readMachine(values.machine, context);
    const result = reproduceRfcV1(machine);
    if (values.json === true) {
      context.stdout(`${JSON.stringify({ schema: 1, machine: machine.name, ...result }, null, 2)}\n`);
      return;
    }
    const rows = result.cells.map((cell) => {
      const digits = cell.metric === 'F' ? 4 : 2;
      return [
        `${cell.path} ${cell.size}`,
        cell.metric,
        plusMinus(cell.published, digits),
        plusMinus(cell.simulated, digits),
        `${((cell.simulated.mean - cell.published.mean) / cell.published.sd).toFixed(2)} SD`,
        cell.withinOneSd ? 'yes' : 'NO',
      ];
    });
    const head = ['design and size', 'metric', 'published', 'simulated', 'distance', 'within'];
    context.stdout(
      `${textTable(head, rows)}\n${result.within} of ${result.total} cells within one published SD, on ${machine.name} (CPU cycles per page; F = (t3-t2)/(t4-t1)).\n`,
    );
  },
};
