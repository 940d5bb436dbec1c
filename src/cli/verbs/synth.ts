import { parseArgs } from 'node:util';
import { formatProblem } from '../../base/problem';
import { MIGRATE_MODES, MIGRATE_REASONS } from '../../engine/kernel/modes';
import { describeWorkload, SYNTH_DEFAULTS, SYNTH_KINDS } from '../../trace/calls/synth';
import type { SynthOptions } from '../../trace/calls/synth';
import { writeMigtraceText } from '../../trace/formats/migtrace/writer';
import { writeWhole } from '../files';
import type { Verb } from '../usage';
import { parseChoice, parseCount, parseSize, UsageError, WorkError } from '../usage';

const NUMBERS = {
  folios: ['folios', 1],
  calls: ['calls', 1],
  cpus: ['cpus', 1],
  from: ['from', 0],
  to: ['to', 0],
  mappings: ['mappings', 0],
  'mm-cpus': ['mmCpus', 1],
  pinned: ['pinned', 0],
  locked: ['locked', 0],
  writeback: ['writeback', 0],
  freed: ['freed', 0],
  'dest-free-pages': ['destFreePages', 0],
  seed: ['seed', 0],
} as const satisfies Record<string, readonly [keyof SynthOptions, number]>;

export const synth: Verb = {
  name: 'synth',
  summary: 'writes a described workload as a .migtrace text',
  help: `migtrace synth -o FILE [options]

  --folio-size 4K|64K|2M   --total 256M | --folios N     what is moved (default 65,536 folios of 4K)
  --from NODE --to NODE    --calls N   --cpus N          from where to where, by whom
  --reason R --mode M      --kind anon|file|shared|hugetlb
  --mappings K             --mm-cpus N                   page tables per folio; CPUs that ran the mm
  --pinned N --pin get|pin --locked N --writeback N --freed N   folios that something stands in the way of
  --dest-free-pages N      --seed S

Example:
  migtrace synth -o promotion.migtrace --total 256M --pinned 3
`,
  run: async (args, context) => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        output: { type: 'string', short: 'o' },
        'folio-size': { type: 'string' },
        total: { type: 'string' },
        reason: { type: 'string' },
        mode: { type: 'string' },
        kind: { type: 'string' },
        pin: { type: 'string' },
        folios: { type: 'string' },
        calls: { type: 'string' },
        cpus: { type: 'string' },
        from: { type: 'string' },
        to: { type: 'string' },
        mappings: { type: 'string' },
        'mm-cpus': { type: 'string' },
        pinned: { type: 'string' },
        locked: { type: 'string' },
        writeback: { type: 'string' },
        freed: { type: 'string' },
        'dest-free-pages': { type: 'string' },
        seed: { type: 'string' },
      },
    });
    if (values.output === undefined) throw new UsageError('synth needs -o FILE.');
    const options: { -readonly [K in keyof SynthOptions]: SynthOptions[K] } = { ...SYNTH_DEFAULTS };
    for (const [flag, [name, low]] of Object.entries(NUMBERS)) {
      const text = values[flag as keyof typeof NUMBERS];
      if (text !== undefined) options[name] = parseCount(text, `--${flag}`, low, Number.MAX_SAFE_INTEGER);
    }
    if (values['folio-size'] !== undefined)
      options.folioBytes = parseSize(values['folio-size'], '--folio-size');
    if (values.total !== undefined)
      options.folios = foliosOf(values.total, values.folios, options.folioBytes);
    if (values.reason !== undefined) options.reason = parseChoice(values.reason, '--reason', MIGRATE_REASONS);
    if (values.mode !== undefined) options.mode = parseChoice(values.mode, '--mode', MIGRATE_MODES);
    if (values.kind !== undefined) options.kind = parseChoice(values.kind, '--kind', SYNTH_KINDS);
    if (values.pin !== undefined) options.pin = parseChoice(values.pin, '--pin', ['get', 'pin'] as const);
    const { value, problems } = describeWorkload(options);
    if (problems.length > 0) {
      for (const problem of problems) context.stderr(`${formatProblem('synth', problem)}\n`);
      throw new WorkError('');
    }
    await writeWhole(values.output, writeMigtraceText(value));
    context.stdout(`${values.output}: ${options.folios} folios in ${options.calls} calls\n`);
  },
};

function foliosOf(total: string, folios: string | undefined, folioBytes: number): number {
  if (folios !== undefined) throw new UsageError('--total and --folios both say how much; give one.');
  const count = parseSize(total, '--total') / folioBytes;
  if (!Number.isInteger(count)) throw new UsageError(`--total ${total} is not a whole number of folios.`);
  return count;
}
