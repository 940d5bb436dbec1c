/** Plays a workload through a design on a machine. Deterministic: same input, same run, bit for bit. */
import { createRng } from '../../base/rng';
import { meanSd } from '../../base/statistics';
import type { Span } from '../folio/span';
import { countPages, spanOfRow } from '../folio/span';
import type { Workload } from '../folio/workload';
import type { CallState } from '../kernel/callState';
import type { DmaState } from '../kernel/copyPath/dmaState';
import { createDmaState, dmaAccount } from '../kernel/copyPath/dmaState';
import { PATHS } from '../kernel/copyPath/registry';
import { migratePages } from '../kernel/migratePages';
import { MIGRATE_MODES, MIGRATE_REASONS } from '../kernel/modes';
import { NR_MAX_BATCHED_MIGRATION } from '../kernel/limits';
import { RULES } from '../kernel/rules/registry';
import { addTotals, zeroTotals } from '../kernel/totals';
import { CostModel } from '../machine/costModel';
import type { Machine } from '../machine/machine';
import { varyMachine } from '../machine/vary';
import { createSchedule } from './schedule';
import type { CopyPathName, KernelRulesName, Run, RunConfig, RunProvenance, RunStatistics } from './run';
import { RunBuilder } from './runBuilder';

export interface SimulateOptions {
  readonly machine: Machine;
  /** Missing fields take the defaults of `resolveConfig`. */
  readonly config?: Partial<RunConfig>;
  readonly provenance?: RunProvenance;
}

export const DEFAULT_CONFIG: RunConfig = {
  path: 'serial',
  kernel: '6.8',
  batchPages: NR_MAX_BATCHED_MIGRATION,
  channels: 1,
  threads: 4,
  placement: 'spread',
  reasons: 'all',
  minBatch: 1,
  divider: 'folios',
  completion: 'interrupt',
  callback: 'last',
  iommu: 'machine',
  writeRate: 0,
  coldCache: false,
  faults: [],
  runs: 10,
  seed: 1,
};

/** A configuration that cannot be played. The message says why and what to choose instead. */
export class ConfigError extends RangeError {}

/** Whether a design can be played by a kernel's rules: all but serial need a kernel that works through a batch in phases. */
export function hasPlaceFor(kernel: KernelRulesName, path: CopyPathName): boolean {
  return path === 'serial' || RULES[kernel].work === 'phases';
}

/** Fills in what is missing. Throws ConfigError for a design that the kernel has no place for. */
export function resolveConfig(config: Partial<RunConfig> = {}): RunConfig {
  const resolved = { ...DEFAULT_CONFIG, ...config };
  if (!hasPlaceFor(resolved.kernel, resolved.path)) {
    throw new ConfigError(
      `The design ${resolved.path} cannot be played by the rules of ${resolved.kernel}: that kernel unmaps and moves ` +
        'each folio by itself, so no batch waits for a copy. Choose the design serial, or the rules of 6.8 or later.',
    );
  }
  return resolved;
}

/** One run at the machine's mean costs, with statistics over `config.runs` runs at varied costs. */
export function simulate(workload: Workload, options: SimulateOptions): Run {
  const config = resolveConfig(options.config);
  const run = play(workload, options.machine, config, options.provenance ?? { input: '', sha256: '' });
  return { ...run, statistics: statisticsOf(workload, options.machine, config) };
}

function play(workload: Workload, machine: Machine, config: RunConfig, provenance: RunProvenance): Run {
  const builder = new RunBuilder();
  const available = machine.dmaDevices.reduce((sum, device) => sum + device.channels, 0);
  const channels = TRACKS[config.path](config, available);
  const engines = machine.dmaDevices.reduce((sum, device) => sum + device.engines, 0);
  const dma = createDmaState(channels, engines);
  const schedule = createSchedule(workload);
  const totals = zeroTotals();
  let untried = 0;
  for (let next = schedule.next(); next !== null; next = schedule.next()) {
    const { call } = next;
    const lane = schedule.laneOf[call] as number;
    const row = builder.beginCall(
      lane,
      workload.calls.mode[call] as number,
      workload.calls.reason[call] as number,
      next.begin,
    );
    const outcome = playCall(workload, call, row, machine, config, builder, dma);
    schedule.end(call, builder.now);
    addTotals(totals, outcome.stats);
    untried += outcome.untried;
  }
  return {
    kind: 'simulated',
    title: `${PATHS[config.path].title} ${config.kernel}`,
    config,
    machine,
    provenance,
    end: builder.end,
    lanes: schedule.lanes,
    channels: Array.from({ length: channels }, (_, i) =>
      config.path === 'threads' ? `mtcopy ${i}` : channelName(machine, i),
    ),
    calls: builder.calls.finish(),
    batches: builder.batches.finish(),
    segments: builder.segments.finish(),
    folios: builder.folios.finish(),
    folioCount: builder.folioCount,
    observedTimes: null,
    totals,
    untried,
    events: builder.events,
    dma: dmaAccount(dma),
    statistics: null,
  };
}

function playCall(
  workload: Workload,
  call: number,
  row: number,
  machine: Machine,
  config: RunConfig,
  builder: RunBuilder,
  dma: DmaState,
) {
  const { calls, folioRuns } = workload;
  const spans: Span[] = [];
  const last = (calls.firstRun[call] as number) + (calls.runCount[call] as number);
  for (let run = calls.firstRun[call] as number; run < last; run++) {
    spans.push(spanOfRow(folioRuns, run, builder.addFolios(folioRuns.count[run] as number)));
  }
  const pages = countPages(spans);
  const reason = calls.reason[call] as number;
  const mmCpus = Math.max(1, calls.mmCpus[call] as number);
  const state: CallState = {
    call: row,
    mode: MIGRATE_MODES[calls.mode[call] as number] ?? 'MIGRATE_SYNC',
    reason: MIGRATE_REASONS[reason] ?? null,
    mmCpus,
    rules: RULES[config.kernel],
    path: PATHS[config.path],
    costs: new CostModel(machine, {
      pages,
      reason,
      mmCpus,
      iommu: config.iommu === 'machine' ? machine.iommu.value : config.iommu,
    }),
    builder,
    dma,
    config,
    copyIsCold: true,
    dmaIsCold: true,
  };
  if (spans.length > 0) builder.once('entry', state.costs.callEntry);
  const outcome = migratePages(state, spans, config.batchPages);
  builder.endCall(row, pages, outcome.stats, outcome.untried, outcome.returned);
  return outcome;
}

/** Tracks beside the migrating CPUs: worker threads, the machine's channels, or none. */
const TRACKS: Readonly<Record<CopyPathName, (config: RunConfig, available: number) => number>> = {
  serial: () => 0,
  'batch-cpu': () => 0,
  // dcbm of v1 holds one channel, however many there are.
  'dcbm-v1': (_, available) => Math.min(1, available),
  threads: (config) => config.threads,
  'dcbm-v3': (_, available) => available,
  'precopy-v4': (_, available) => available,
  precopy: (_, available) => available,
};

function channelName(machine: Machine, channel: number): string {
  let left = channel;
  for (const device of machine.dmaDevices) {
    if (left < device.channels) return `${device.name}chan${left}`;
    left -= device.channels;
  }
  return `channel ${channel}`;
}

/** Plays the workload again with costs drawn anew for each run, and keeps the sums. */
function statisticsOf(workload: Workload, machine: Machine, config: RunConfig): RunStatistics {
  const migrate: number[] = [];
  const copy: number[] = [];
  const fraction: number[] = [];
  const throughput: number[] = [];
  for (let i = 0; i < config.runs; i++) {
    const varied = varyMachine(machine, createRng(config.seed + i));
    const { totalNs, copyNs, pages } = sumsOf(play(workload, varied, config, { input: '', sha256: '' }));
    if (pages === 0) continue;
    const cyclesPerNs = machine.cpuHertz.value / 1e9;
    migrate.push((totalNs * cyclesPerNs) / pages);
    copy.push((copyNs * cyclesPerNs) / pages);
    fraction.push(totalNs > 0 ? copyNs / totalNs : 0);
    throughput.push(totalNs > 0 ? (pages * 4096) / totalNs : 0);
  }
  return {
    migratePagesCycles: meanSd(migrate),
    folioCopyCycles: meanSd(copy),
    fraction: meanSd(fraction),
    throughputGBps: meanSd(throughput),
  };
}

/** Time in migrate_pages() and in the copy, summed over calls, and base pages moved. */
export function sumsOf(run: Run): { totalNs: number; copyNs: number; pages: number } {
  const { calls } = run;
  let total = 0;
  let copy = 0;
  for (let call = 0; call < calls.length; call++) {
    total += (calls.end[call] as number) - (calls.start[call] as number);
    copy += calls.copy[call] as number;
  }
  return { totalNs: total / 1000, copyNs: copy / 1000, pages: run.totals.nr_succeeded };
}
