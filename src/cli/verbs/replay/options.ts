/** The words of `migtrace replay`. */
import { parseArgs } from 'node:util';
import type { ReplayNodes } from '../../../analysis/replay';
import type { ReplayVmstatOptions } from '../../../analysis/vmstat';
import { RECLAIMERS } from '../../../engine/kernel/rules/kernelRules';
import type { CopyPathName, RunConfig } from '../../../engine/sim/run';
import { COPY_PATHS } from '../../../engine/sim/run';
import type { ExportOptions } from '../../../trace/export/formats';
import { EXPORT_HELP, EXPORT_OPTIONS, parseExport } from '../../options/exportOptions';
import { CONFIG_OPTIONS, configHelp, parseConfig } from '../../options/configOptions';
import { MACHINE_HELP, MACHINE_OPTIONS } from '../../options/machineOptions';
import { parseChoice, parseCount, UsageError } from '../../usage';

/** Where each design comes from, for the help. */
const PATH_GROUPS = {
  serial: 'mainline',
  'batch-cpu': 'RFC v1',
  'dcbm-v1': 'RFC v1',
  'dcbm-v2': 'v2 and v3',
  threads: 'v2 and v3',
  'dcbm-v3': 'v2 and v3',
  'precopy-v4': 'v4 to v6',
  precopy: 'v4 to v6',
  async: 'never posted',
  speculative: 'never posted',
  adaptive: 'never posted',
} as const satisfies Record<CopyPathName, string>;

function pathHelp(): string {
  const groups = [...new Set(Object.values(PATH_GROUPS))].map((group) => {
    const paths = COPY_PATHS.filter((path) => PATH_GROUPS[path] === group);
    return `${' '.repeat(36)}${group.padEnd(13)} ${paths.join(', ')}\n`;
  });
  return `  --path NAME                       the design (default serial):\n${groups.join('')}`;
}

/** The largest node id of a trace (16 bits, -1 is unknown). */
const MAX_NODE = 32_767;

export const REPLAY_HELP = `migtrace replay FILE [options]

Plays the calls of a trace through the engine and compares its totals with the recorded ones.

${pathHelp()}${MACHINE_HELP}${configHelp(10)}\
  --from NODE  --to NODE            all folios are on, go to, this node, whether the trace knows theirs or
                                    not (default: as the trace says; unknown nodes share no link)
  --reclaimer ${RECLAIMERS.join('|')}
                                    who demotes, for vmstat (default: by the task's name)
  --tiering on|off                  NUMA balancing in memory tiering mode, for vmstat (default: not known)
  -o, --output OUT                  writes the simulated run as the extension says: .pftrace, .json (trace events), .csv, .md,
                                    .parquet, .txt (the ftrace text that kernel would print), .migtrace
  --as FORMAT                       whatever the extension of OUT; migtrace convert --help lists the formats
${EXPORT_HELP}\
  --json                            one JSON document on stdout

In the document, cpu.sleep_ns is the callers' sleep: cpu.sleepFor_ns says for whose copies and for which
locks and writeback. cpu.freed_ns is that sleep less what interrupt handlers and worker threads take of other CPUs, at least 0.
dma.imbalance is the busy time of the busiest channel over the mean of the channels used.

Example:
  migtrace replay samples/promotion-256m.migtrace --path dcbm-v1
  migtrace replay samples/promotion-1g.migtrace --path dcbm-v3 --dma dsa --channels 8 --fault timeout@3,map-error/10
  migtrace replay samples/promotion-256m.migtrace --path dcbm-v3 --channels 8 -o run.pftrace
`;

export interface ReplayOptions {
  readonly file: string;
  readonly config: Partial<RunConfig>;
  readonly nodes: ReplayNodes;
  readonly vmstat: ReplayVmstatOptions;
  readonly machine: { readonly machine?: string | undefined; readonly dma?: string | undefined };
  readonly json: boolean;
  /** null: nothing is written. */
  readonly output: (ExportOptions & { readonly output: string }) | null;
}

/** Throws UsageError, or what parseArgs() throws for words it does not know. */
export function parseReplayOptions(args: readonly string[]): ReplayOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      path: { type: 'string' },
      ...MACHINE_OPTIONS,
      ...CONFIG_OPTIONS,
      ...EXPORT_OPTIONS,
      from: { type: 'string' },
      to: { type: 'string' },
      reclaimer: { type: 'string' },
      tiering: { type: 'string' },
      json: { type: 'boolean' },
    },
    allowPositionals: true,
  });
  const [file, ...rest] = positionals;
  if (file === undefined || rest.length > 0) throw new UsageError('replay takes one FILE.');
  const { path, reclaimer, tiering } = values;
  return {
    file,
    config: {
      ...(path !== undefined && { path: parseChoice(path, '--path', COPY_PATHS) }),
      ...parseConfig(values),
    },
    nodes: { from: parseNode(values.from, '--from'), to: parseNode(values.to, '--to') },
    vmstat: {
      ...(reclaimer !== undefined && { reclaimer: parseChoice(reclaimer, '--reclaimer', RECLAIMERS) }),
      ...(tiering !== undefined && { tiering: parseChoice(tiering, '--tiering', ['on', 'off']) === 'on' }),
    },
    machine: values,
    json: values.json === true,
    output: wantsExport(values) ? parseExport(values, values.as, '--as') : null,
  };
}

function wantsExport(values: { output?: string; as?: string; table?: string; detail?: string }): boolean {
  return [values.output, values.as, values.table, values.detail].some((value) => value !== undefined);
}

function parseNode(text: string | undefined, option: string): number | null {
  return text === undefined ? null : parseCount(text, option, 0, MAX_NODE);
}
