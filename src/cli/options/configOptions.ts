/** The options that say how a run is played, except which design: of `replay` and `overhead` alike. */
import { MIGRATE_REASONS } from '../../engine/kernel/modes';
import { IOMMU_MODES } from '../../engine/machine/machine';
import type { RunConfig } from '../../engine/sim/run';
import { DIVIDERS, KERNEL_RULES } from '../../engine/sim/run';
import { parseChoice, parseCount, parseNumber } from '../usage';
import { FAULT_HELP, parseFaults } from './faultPlan';

/** By name; each gives its part of the configuration, or throws UsageError. */
const PARSERS = {
  kernel: (text) => ({ kernel: parseChoice(text, '--kernel', KERNEL_RULES) }),
  channels: (text) => ({ channels: parseCount(text, '--channels', 1, 16) }),
  divider: (text) => ({ divider: parseChoice(text, '--divider', DIVIDERS) }),
  completion: (text) => ({ completion: parseChoice(text, '--completion', ['interrupt', 'poll']) }),
  callback: (text) => ({ callback: parseChoice(text, '--callback', ['last', 'every']) }),
  iommu: (text) => ({ iommu: parseChoice(text, '--iommu', ['machine', ...IOMMU_MODES]) }),
  threads: (text) => ({ threads: parseCount(text, '--threads', 1, 32) }),
  placement: (text) => ({ placement: parseChoice(text, '--placement', ['spread', 'fill']) }),
  reasons: (text) => ({ reasons: parseReasons(text) }),
  'min-batch': (text) => ({ minBatch: parseCount(text, '--min-batch', 1, 2 ** 31) }),
  'write-rate': (text) => ({ writeRate: parseNumber(text, '--write-rate', 0, 1e12) }),
  fault: (text) => ({ faults: parseFaults(text) }),
  'batch-pages': (text) => ({ batchPages: parseCount(text, '--batch-pages', 1, 2 ** 31) }),
  runs: (text) => ({ runs: parseCount(text, '--runs', 1, 100_000) }),
  seed: (text) => ({ seed: parseCount(text, '--seed', 0, Number.MAX_SAFE_INTEGER) }),
} satisfies Record<string, (text: string) => Partial<RunConfig>>;
type ConfigOption = keyof typeof PARSERS;

/** For parseArgs(). */
export const CONFIG_OPTIONS = {
  ...(Object.fromEntries(Object.keys(PARSERS).map((name) => [name, { type: 'string' }])) as {
    readonly [K in ConfigOption]: { readonly type: 'string' };
  }),
  'cold-cache': { type: 'boolean' },
} as const;

export const configHelp = (
  runs: number,
): string => `  --kernel ${KERNEL_RULES.join('|')}         whose rules (default: the trace's own kernel, else 6.8)
  --batch-pages N                   batch limit in base pages (default 512)
  --channels N                      DMA channels asked for, 1 to 16 (default 1; dcbm-v1 uses one)
  --divider folios|bytes|stealing   how a batch is divided over them (default folios, as dcbm does)
  --completion interrupt|poll       the caller sleeps, or spins, while an engine copies (default interrupt)
  --callback last|every             descriptors it waits for: the last of each channel, or all (default last)
  --iommu machine|off|lazy|strict   mode of the IOMMU (default: the machine's)
  --reasons a,b|all|none            reasons whose batches precopy-v4 and later designs offload (default all)
  --min-batch N                     folios below which they do not offload a batch (default 1)
  --write-rate N                    writes per second to each folio while it is copied (speculative; default 0)
  --cold-cache                      charge the first touch of what an engine left in no cache (a model; off)
${FAULT_HELP}  --threads N                       worker threads of mtcopy, 1 to 32 (default 4)
  --placement spread|fill           threads over CCDs, or one CCD first (default spread)
  --runs N  --seed S                runs the statistics are taken over (default ${runs}), first seed (1)
`;

type ConfigValues = { readonly [K in ConfigOption]?: string | undefined } & {
  readonly 'cold-cache'?: boolean | undefined;
};

/** What was said; what was not is missing. Throws UsageError with the option, what is wrong, and what to write. */
export function parseConfig(values: ConfigValues): Partial<RunConfig> {
  const config: Partial<RunConfig>[] = [];
  for (const [name, parse] of Object.entries(PARSERS) as [
    ConfigOption,
    (text: string) => Partial<RunConfig>,
  ][]) {
    const text = values[name];
    if (text !== undefined) config.push(parse(text));
  }
  if (values['cold-cache'] === true) config.push({ coldCache: true });
  return Object.assign({}, ...config) as Partial<RunConfig>;
}

function parseReasons(text: string): RunConfig['reasons'] {
  if (text === 'all') return 'all';
  if (text === 'none') return [];
  return text.split(',').map((reason) => {
    if (reason === 'all' || reason === 'none') return parseChoice(text, '--reasons', ['all', 'none']);
    return parseChoice(reason, '--reasons', MIGRATE_REASONS);
  }) as RunConfig['reasons'];
}
