import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { latencyOf } from '../../analysis/latency';
import { agreement, machineOf, recordedTotals, replay as play, resolveReplay } from '../../analysis/replay';
import { replayVmstat } from '../../analysis/vmstat';
import { RECLAIMERS } from '../../engine/kernel/rules/kernelRules';
import type { Vmstat } from '../../engine/kernel/vmstat';
import { compactionEvents } from '../../engine/kernel/vmstat';
import { PHASES, COPY_PATHS, KERNEL_RULES } from '../../engine/sim/run';
import { ConfigError } from '../../engine/sim/simulate';
import type { Run, RunConfig } from '../../engine/sim/run';
import type { MigrationTrace } from '../../trace/model';
import { MIGRATE_REASONS } from '../../engine/kernel/modes';
import { readMachine, readTrace } from '../files';
import { duration, plusMinus, textTable } from '../table';
import type { Verb } from '../usage';
import { parseChoice, parseCount, UsageError } from '../usage';

export const replay: Verb = {
  name: 'replay',
  summary: 'plays the calls of a trace through a design on a machine',
  help: `migtrace replay FILE [options]

Plays the calls of a trace through the engine and compares its totals with the recorded ones.

  --path serial|batch-cpu|dcbm-v1|threads|dcbm-v3|precopy-v4|precopy
                                    the design (default serial)
  --kernel 6.1|6.8|6.12|7.2         whose rules (default: the trace's own kernel, else 6.8)
  --machine PRESET|FILE             where (default: the trace's own, else rfc-v1-zen3)
  --channels N                      DMA channels asked for (default 1; dcbm v1 uses one)
  --threads N                       worker threads of mtcopy (default 4)
  --placement spread|fill           threads over CCDs, or one CCD first (default spread)
  --reasons a,b|all                 reasons that the pre-copy designs offload (default all)
  --batch-pages N                   batch limit in base pages (default 512)
  --runs N  --seed S                runs the statistics are taken over (default 10), first seed (1)
  --reclaimer kswapd|direct|khugepaged|proactive
                                    who demotes, for vmstat (default: by the task's name)
  --tiering on|off                  NUMA balancing in memory tiering mode, for vmstat (default: not known)
  --json                            one JSON document on stdout

Example:
  migtrace replay samples/promotion-256m.migtrace --path dcbm-v1
`,
  run: async (args, context) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: {
        path: { type: 'string' },
        kernel: { type: 'string' },
        machine: { type: 'string' },
        channels: { type: 'string' },
        threads: { type: 'string' },
        placement: { type: 'string' },
        reasons: { type: 'string' },
        'batch-pages': { type: 'string' },
        runs: { type: 'string' },
        seed: { type: 'string' },
        reclaimer: { type: 'string' },
        tiering: { type: 'string' },
        json: { type: 'boolean' },
      },
      allowPositionals: true,
    });
    const [file, ...rest] = positionals;
    if (file === undefined || rest.length > 0) throw new UsageError('replay takes one FILE.');
    const config: Partial<RunConfig> = {
      ...(values.path !== undefined && { path: parseChoice(values.path, '--path', COPY_PATHS) }),
      ...(values.kernel !== undefined && { kernel: parseChoice(values.kernel, '--kernel', KERNEL_RULES) }),
      ...(values.channels !== undefined && { channels: parseCount(values.channels, '--channels', 1, 16) }),
      ...(values.threads !== undefined && { threads: parseCount(values.threads, '--threads', 1, 32) }),
      ...(values.placement !== undefined && {
        placement: parseChoice(values.placement, '--placement', ['spread', 'fill'] as const),
      }),
      ...(values.reasons !== undefined && { reasons: parseReasons(values.reasons) }),
      ...(values['batch-pages'] !== undefined && {
        batchPages: parseCount(values['batch-pages'], '--batch-pages', 1, 2 ** 31),
      }),
      ...(values.runs !== undefined && { runs: parseCount(values.runs, '--runs', 1, 100_000) }),
      ...(values.seed !== undefined && {
        seed: parseCount(values.seed, '--seed', 0, Number.MAX_SAFE_INTEGER),
      }),
    };
    const vmstatOptions = {
      ...(values.reclaimer !== undefined && {
        reclaimer: parseChoice(values.reclaimer, '--reclaimer', RECLAIMERS),
      }),
      ...(values.tiering !== undefined && {
        tiering: parseChoice(values.tiering, '--tiering', ['on', 'off'] as const) === 'on',
      }),
    };
    const { value: trace } = await readTrace(file, context);
    const machine = values.machine === undefined ? null : await readMachine(values.machine, context);
    const resolved = playable(trace, config);
    const begin = performance.now();
    const run = play(trace, resolved, machine);
    const wall = performance.now() - begin;
    const vmstat = replayVmstat(trace, run, vmstatOptions);
    const document = replayDocument(trace, run, vmstat, resolved, wall);
    context.stdout(
      values.json === true ? `${JSON.stringify(document, null, 2)}\n` : forPeople(trace, run, vmstat, wall),
    );
  },
};

/** The configuration to play; a design that the kernel has no place for is a wrong word on the command line. */
function playable(trace: MigrationTrace, config: Partial<RunConfig>): RunConfig {
  try {
    return resolveReplay(trace, config);
  } catch (error) {
    if (error instanceof ConfigError) throw new UsageError(error.message);
    throw error;
  }
}

function parseReasons(text: string): RunConfig['reasons'] {
  if (text === 'all') return 'all';
  if (text === 'none') return [];
  return text.split(',').map((reason) => parseChoice(reason, '--reasons', MIGRATE_REASONS));
}

/** The document of the command line's contract; times in ns. */
function replayDocument(trace: MigrationTrace, run: Run, vmstat: Vmstat, config: RunConfig, wall: number) {
  const phases = Object.fromEntries(PHASES.map((phase) => [phase, sumNs(run.calls[phase])]));
  const busy = sumNs(run.calls.end) - sumNs(run.calls.start);
  const latency = latencyOf(run);
  const observed = recordedTotals(trace);
  const none = { mean: 0, sd: 0 };
  return {
    schema: 1,
    config,
    machine: {
      name: run.machine?.name ?? machineOf(trace).name,
      title: run.machine?.title,
      source: run.machine?.source,
    },
    provenance: run.provenance,
    calls: run.calls.length,
    batches: run.batches.length,
    totals: run.totals,
    untried: run.untried,
    time: { total_ns: busy, makespan_ns: run.end / 1000, phases_ns: phases },
    perPage: {
      migrate_pages_cycles: run.statistics?.migratePagesCycles ?? none,
      folio_copy_cycles: run.statistics?.folioCopyCycles ?? none,
      F: run.statistics?.fraction ?? none,
    },
    throughput_GBps: run.statistics?.throughputGBps ?? none,
    latency_ns: {
      firstFolio: latency?.firstFolio ?? { mean: 0, p50: 0, p99: 0 },
      blocked: latency?.blocked ?? { mean: 0, p50: 0, p99: 0, max: 0 },
    },
    cpu: {
      busy_ns: busy - run.dma.slept / 1000,
      sleep_ns: run.dma.slept / 1000,
      freed_ns: run.dma.slept / 1000,
    },
    dma: {
      busy_ns: run.dma.busy.map((ps) => ps / 1000),
      descriptors: run.dma.descriptors,
      bytes: run.dma.bytes,
      fallbackFolios: run.dma.fallbackFolios,
      refusedBatches: run.dma.refusedBatches,
      wastedCopies: run.dma.wastedCopies,
    },
    events: run.events,
    vmstat,
    mm_compaction_migratepages: compactionEvents(run.calls),
    returned: Array.from(run.calls.returned),
    observed: observed === null ? null : { totals: observed },
    agrees: agreement(trace, run),
    engine: {
      folios: run.folioCount,
      events: run.segments.length,
      wall_ms: wall,
      peak_rss_bytes: process.resourceUsage().maxRSS * 1024,
    },
  };
}

function sumNs(column: Float64Array): number {
  return column.reduce((sum, ps) => sum + ps, 0) / 1000;
}

function forPeople(trace: MigrationTrace, run: Run, vmstat: Vmstat, wall: number): string {
  const agrees = agreement(trace, run);
  const verdict =
    agrees === null
      ? 'nothing recorded to compare with'
      : agrees
        ? 'totals equal the recorded ones'
        : 'totals DIFFER from the recorded ones';
  const latency = latencyOf(run);
  const s = run.statistics;
  const rows = [
    ['pages moved', String(run.totals.nr_succeeded)],
    ['pages failed', String(run.totals.nr_failed)],
    ['pages untried', String(run.untried)],
    ['migrate_pages', s === null ? '–' : `${plusMinus(s.migratePagesCycles, 2)} cycles/page`],
    ['folio_copy', s === null ? '–' : `${plusMinus(s.folioCopyCycles, 2)} cycles/page`],
    ['F', s === null ? '–' : plusMinus(s.fraction, 4)],
    ['throughput', s === null ? '–' : `${plusMinus(s.throughputGBps, 3)} GB/s`],
    ['first folio', latency === null ? '–' : duration(latency.firstFolio.mean)],
    ['blocked p99', latency === null ? '–' : duration(latency.blocked.p99)],
    ['DMA descriptors', String(run.dma.descriptors)],
  ];
  return [
    `${run.title} on ${run.machine?.name ?? ''}: ${run.calls.length} calls, ${run.batches.length} batches, ${run.folioCount} folios; ${verdict}`,
    '',
    textTable(['', 'simulated'], rows),
    textTable(['vmstat', 'simulated'], vmstatRows(vmstat)),
    `played in ${wall.toFixed(1)} ms`,
    '',
  ].join('\n');
}

/** Counters that moved, and the two that always say something. */
function vmstatRows(vmstat: Vmstat): string[][] {
  return Object.entries(vmstat)
    .filter(([name, value]) => value > 0 || name.startsWith('pgmigrate_'))
    .map(([name, value]) => [name, String(value)]);
}
