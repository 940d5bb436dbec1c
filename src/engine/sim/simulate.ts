/** Plays a workload through a design on a machine. Deterministic: same input, same run, bit for bit. */
import { PAGE_BYTES, pagesOfOrder, PS_PER_NS, PS_PER_S } from '../../base/units';
import { createRng } from '../../base/rng';
import { meanSd } from '../../base/statistics';
import type { Span } from '../folio/span';
import { Likeness, spanOfRow } from '../folio/span';
import type { Workload } from '../folio/workload';
import type { CallState } from '../kernel/callState';
import type { Channel } from '../kernel/copyPath/channels';
import { channelsOf } from '../kernel/copyPath/channels';
import type { DmaState } from '../kernel/copyPath/dmaState';
import { createDmaState, dmaAccount } from '../kernel/copyPath/dmaState';
import { PATHS } from '../kernel/copyPath/registry';
import { StepBook } from '../kernel/folioSteps';
import { migratePages } from '../kernel/migratePages';
import { MIGRATE_MODES, MIGRATE_REASONS } from '../kernel/modes';
import { NR_MAX_BATCHED_MIGRATION } from '../kernel/limits';
import type { KernelRules } from '../kernel/rules/kernelRules';
import { RULES } from '../kernel/rules/registry';
import type { MigrateTotals } from '../kernel/totals';
import { addTotals, zeroTotals } from '../kernel/totals';
import { CostModel } from '../machine/costModel';
import type { IommuMode, Machine } from '../machine/machine';
import { varyMachine } from '../machine/vary';
import type { RunObserver } from '../probe/observer';
import { CallRecorder } from './callRecorder';
import { CallsInOrder } from './callsInOrder';
import { CallWriter } from './callWriter';
import { FluidPool } from './fluidPool';
import type { BeginCall } from './lanes';
import { playAlone, playTogether } from './lanes';
import { Links } from './links';
import type {
  CopyPathName,
  DmaAccount,
  EventCounts,
  KernelRulesName,
  Phase,
  Run,
  RunConfig,
  RunProvenance,
  RunStatistics,
} from './run';
import { PHASES } from './run';
import type { RunSums } from './runTables';
import { createSums, RunTables } from './runTables';
import { createSchedule } from './schedule';

export interface SimulateOptions {
  readonly machine: Machine;
  /** Missing fields take the defaults of `resolveConfig`. */
  readonly config?: Partial<RunConfig>;
  readonly provenance?: RunProvenance;
  readonly observer?: RunObserver;
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
  const { machine } = options;
  const config = resolveConfig(options.config);
  const { calls, folioRuns } = workload;
  const folios = folioRuns.count.reduce((sum, count) => sum + count, 0);
  const tables = new RunTables(calls.length, folioRuns.length, folios);
  options.observer?.playBegins?.(0, config.runs + 1);
  const played = play(workload, machine, config, tables, options.observer ?? null);
  const tracks = TRACKS[config.path](config, played.channels.length);
  return {
    kind: 'simulated',
    title: `${PATHS[config.path].title} ${config.kernel}`,
    config,
    machine,
    provenance: options.provenance ?? { input: '', sha256: '' },
    end: tables.end,
    lanes: played.lanes,
    channels: Array.from({ length: tracks }, (_, i) =>
      config.path === 'threads' ? `mtcopy ${i}` : channelName(machine, i),
    ),
    calls: tables.calls.release(),
    batches: tables.batches.release(),
    segments: tables.segments.release(),
    shapes: tables.shapes.rows.release(),
    folios: tables.folios.release(),
    folioCount: tables.folioCount,
    observedTimes: null,
    totals: played.totals,
    untried: played.untried,
    events: played.sums.events,
    dma: dmaAccount(played.dma),
    statistics: config.runs > 0 ? statisticsOf(workload, options, config) : null,
  };
}

/** What a run comes to, without what happened to each folio: a fraction of the time of `simulate`. */
export interface RunSummary {
  readonly config: RunConfig;
  readonly totals: MigrateTotals;
  readonly untried: number;
  readonly events: EventCounts;
  readonly dma: DmaAccount;
  /** Sums over calls, ps: in migrate_pages(), asleep of that, and by account. */
  readonly inCalls: number;
  readonly slept: number;
  readonly phases: Readonly<Record<Phase, number>>;
  readonly calls: number;
  readonly batches: number;
  readonly folios: number;
  /** Base pages given. */
  readonly pages: number;
  /** End of the run, ps. */
  readonly end: number;
}

/** Plays a workload as `simulate` does, at the machine's mean costs, and keeps sums only. */
export function summarize(workload: Workload, options: SimulateOptions): RunSummary {
  const config = resolveConfig(options.config);
  const { totals, untried, sums, dma } = play(
    workload,
    options.machine,
    config,
    null,
    options.observer ?? null,
  );
  const { calls, batches, folios, pages, inCalls, slept, end } = sums;
  return {
    config,
    totals,
    untried,
    events: sums.events,
    dma: dmaAccount(dma),
    inCalls,
    slept,
    phases: Object.fromEntries(PHASES.map((phase, i) => [phase, sums.phases[i]])) as Record<Phase, number>,
    calls,
    batches,
    folios,
    pages,
    end,
  };
}

interface Played {
  readonly totals: MigrateTotals;
  readonly untried: number;
  readonly sums: RunSums;
  readonly dma: DmaState;
  readonly channels: readonly Channel[];
  readonly lanes: readonly string[];
}

function play(
  workload: Workload,
  machine: Machine,
  config: RunConfig,
  tables: RunTables | null,
  observer: RunObserver | null,
): Played {
  const channels = channelsOf(machine);
  const schedule = createSchedule(workload);
  const path = PATHS[config.path];
  const isContended = schedule.lanes.length > 1 || path.frame?.().begin !== undefined;
  const links = new Links(machine, schedule.lanes.length);
  const pool = new FluidPool(links.capacities);
  const dma = createDmaState(TRACKS[config.path](config, channels.length), config.seed);
  const sums = createSums();
  const totals = zeroTotals();
  const books = new StepBooks(machine, config);
  const likeness = new Likeness();
  const isDrawn =
    config.callback === 'last' && machine.dmaDevices.some((device) => device.completionWindow > 1);
  const written = tables === null || !isContended ? null : new CallsInOrder(tables, config);
  let untried = 0;
  let begun = 0;

  const begin: BeginCall = (call, lane, start) => {
    const { calls } = workload;
    const mode = calls.mode[call] as number;
    const reason = calls.reason[call] as number;
    const pages = pagesOf(workload, call);
    const own = written === null ? tables : written.begin(calls.runCount[call] as number, pages);
    const described = { number: begun++, source: call, lane, start, mode, reason, pages };
    const writer = new CallWriter(own, sums, described, observer);
    const builder = new CallRecorder(writer, isContended, links.capacities);
    const spans = spansOf(workload, call, builder, likeness);
    const mmCpus = Math.max(1, calls.mmCpus[call] as number);
    const steps = books.of(pages, reason, mmCpus);
    const state: CallState = {
      mode: MIGRATE_MODES[mode] ?? 'MIGRATE_SYNC',
      reason: MIGRATE_REASONS[reason] ?? null,
      mmCpus,
      cpu: calls.cpu[call] as number,
      rules: RULES[config.kernel],
      path,
      costs: steps.costs,
      steps,
      builder,
      links,
      launch: (copies, spec) => {
        const flow = pool.add(spec);
        copies.begun(flow);
        return flow;
      },
      recycle: (copies) => pool.recycle(copies.copiers),
      dma,
      channels,
      repeats: !isContended && config.faults.length === 0 && !isDrawn,
      config,
      copyIsCold: true,
      dmaIsCold: true,
    };
    if (spans.length > 0) builder.once('entry', state.costs.callEntry);
    return {
      builder,
      game: migratePages(state, spans, config.batchPages),
      end: (outcome) => {
        writer.endCall(outcome.stats, outcome.untried, outcome.returned);
        addTotals(totals, outcome.stats);
        untried += outcome.untried;
        if (own !== null) written?.end(own);
      },
    };
  };
  if (isContended) playTogether(schedule, pool, begin);
  else playAlone(schedule, pool, begin);
  return { totals, untried, sums, dma, channels, lanes: schedule.lanes };
}

/** Base pages of a call. */
function pagesOf({ calls, folioRuns }: Workload, call: number): number {
  let pages = 0;
  const first = calls.firstRun[call] as number;
  for (let run = first; run < first + (calls.runCount[call] as number); run++) {
    pages += (folioRuns.count[run] as number) * pagesOfOrder(folioRuns.order[run] as number);
  }
  return pages;
}

/** The list of a call. */
function spansOf(
  { calls, folioRuns }: Workload,
  call: number,
  builder: CallRecorder,
  likeness: Likeness,
): Span[] {
  const spans: Span[] = [];
  const last = (calls.firstRun[call] as number) + (calls.runCount[call] as number);
  for (let run = calls.firstRun[call] as number; run < last; run++) {
    spans.push(spanOfRow(folioRuns, run, builder.addFolios(folioRuns.count[run] as number), likeness));
  }
  return spans;
}

/** One cost model, and one book of steps, for all calls that cost alike. */
class StepBooks {
  private readonly machine: Machine;
  private readonly iommu: IommuMode;
  private readonly rules: KernelRules;
  private readonly known = new Map<string, StepBook>();

  constructor(machine: Machine, config: RunConfig) {
    this.machine = machine;
    this.rules = RULES[config.kernel];
    this.iommu = config.iommu === 'machine' ? machine.iommu.value : config.iommu;
  }

  of(pages: number, reason: number, mmCpus: number): StepBook {
    const context = { pages, reason, mmCpus, iommu: this.iommu };
    const key = CostModel.keyOf(this.machine, context);
    let book = this.known.get(key);
    if (book === undefined) {
      this.known.set(key, (book = new StepBook(new CostModel(this.machine, context), this.rules)));
    }
    return book;
  }
}

/** Tracks beside the migrating CPUs: worker threads, the machine's channels, or none. */
const TRACKS: Readonly<Record<CopyPathName, (config: RunConfig, available: number) => number>> = {
  serial: () => 0,
  'batch-cpu': () => 0,
  // dcbm of v1 holds one channel, however many there are.
  'dcbm-v1': (_, available) => Math.min(1, available),
  threads: (config) => config.threads,
  'dcbm-v2': (_, available) => available,
  'dcbm-v3': (_, available) => available,
  'precopy-v4': (_, available) => available,
  precopy: (_, available) => available,
  async: (_, available) => available,
  speculative: (_, available) => available,
  adaptive: (_, available) => available,
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
function statisticsOf(workload: Workload, options: SimulateOptions, config: RunConfig): RunStatistics {
  const { machine, observer } = options;
  const migrate: number[] = [];
  const copy: number[] = [];
  const fraction: number[] = [];
  const throughput: number[] = [];
  const cyclesPerPs = machine.cpuHertz.value / PS_PER_S;
  for (let i = 0; i < config.runs; i++) {
    const varied = varyMachine(machine, createRng(config.seed + i));
    observer?.playBegins?.(i + 1, config.runs + 1);
    const { inCalls, phases, totals } = summarize(workload, { ...options, machine: varied, config });
    const pages = totals.nr_succeeded;
    if (pages === 0) continue;
    migrate.push((inCalls * cyclesPerPs) / pages);
    copy.push((phases.copy * cyclesPerPs) / pages);
    fraction.push(inCalls > 0 ? phases.copy / inCalls : 0);
    throughput.push(inCalls > 0 ? (pages * PAGE_BYTES * PS_PER_NS) / inCalls : 0);
  }
  return {
    migratePagesCycles: meanSd(migrate),
    folioCopyCycles: meanSd(copy),
    fraction: meanSd(fraction),
    throughputGBps: meanSd(throughput),
  };
}
