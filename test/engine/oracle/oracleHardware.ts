/** What the lanes of a run share: channels, engines, links and allocators, and the account of the offload. */
import type { Machine } from '../../../src/engine/machine/machine';
import type { FaultStage, RunConfig } from '../../../src/engine/sim/run';
import { FAULT_STAGES } from '../../../src/engine/sim/run';
import type { Resource } from './oracleFair';
import type { OracleFolio } from './oracleFolio';
import type { Process, World } from './oracleWorld';

const CPUS_PER_CCD = 8;
/** ps per ns: GB/s are bytes per ns. */
const PS = 1000;

export interface OracleChannel {
  readonly number: number;
  readonly engine: Resource;
  readonly queueDepth: number;
  readonly inFlight: number;
  readonly window: number;
  readonly interruptsEach: boolean;
  /** Who holds it: any object that stands for a batch or a call. */
  holder: object | null;
  isLost: boolean;
  /** The list it got last; the next queues behind it. */
  last: Process | null;
}

/** As DmaAccount of run.ts, while it is being counted. */
export interface OracleAccount {
  /** By channel, or by worker thread, ps. */
  readonly busy: number[];
  descriptors: number;
  bytes: number;
  fallbackFolios: number;
  refusedBatches: number;
  wastedCopies: number;
  slept: number;
  foliosMigrated: number;
  foliosFailures: number;
  readonly failures: Record<FaultStage, number>;
  interrupts: number;
  interruptTime: number;
  /** The most that `prematureFolios` can be. */
  prematureAtMost: number;
  rewrittenFolios: number;
  declinedBatches: number;
  coldTouch: number;
}

export class OracleHardware {
  readonly world: World;
  readonly account: OracleAccount;
  readonly channels: readonly OracleChannel[];
  /** The channel that v1 polls: time in the engine. */
  readonly polled: Resource = { name: 'channel 0', capacity: 1 };
  /** Attempts to offload a batch that have begun. */
  attempts = 0;
  readonly ccds: number;
  private readonly machine: Machine;
  private readonly known = new Map<string, Resource>();

  constructor(machine: Machine, config: RunConfig, world: World) {
    this.machine = machine;
    this.world = world;
    this.channels = channelsOf(machine, (name) => this.resource(name, this.perPs('engineBandwidth')));
    // The CCDs of the machine: its CPUs by eights.
    const cpus = machine.nodes.reduce((sum, node) => sum + node.cpus.length, 0);
    this.ccds = Math.max(1, Math.ceil(cpus / CPUS_PER_CCD));
    this.account = emptyAccount(tracks(config, this.channels.length));
  }

  /** The allocator of a node: its lock is held by one at a time. Of an unknown node there is none to share. */
  allocatorOf({ to }: OracleFolio): Resource[] {
    return to < 0 ? [] : [this.resource(`allocator ${to}`, 1)];
  }

  /** What a copy by this CPU crosses. */
  crossedByCpu(cpu: number, folio: OracleFolio): Resource[] {
    const ccd = cpu < 0 ? [] : [this.ccd(Math.floor(cpu / CPUS_PER_CCD))];
    return [...ccd, this.cpuCopies(), ...this.nodeLink(folio)];
  }

  crossedByThread(thread: number, placement: RunConfig['placement'], folio: OracleFolio): Resource[] {
    const ccd = placement === 'spread' ? thread % this.ccds : Math.floor(thread / CPUS_PER_CCD);
    return [this.ccd(ccd), this.cpuCopies(), ...this.nodeLink(folio)];
  }

  crossedByChannel({ engine }: OracleChannel, folio: OracleFolio): Resource[] {
    return [engine, this.resource('all engines', this.perPs('engineLink')), ...this.nodeLink(folio)];
  }

  /** Channels that nobody holds, lowest numbers first. */
  free(): OracleChannel[] {
    return this.channels.filter((channel) => !channel.isLost && channel.holder === null);
  }

  /** What `holder` has and is not lost. */
  heldBy(holder: object): OracleChannel[] {
    return this.channels.filter((channel) => !channel.isLost && channel.holder === holder);
  }

  private nodeLink({ from, to }: OracleFolio): Resource[] {
    if (from < 0 || to < 0 || from === to) return [];
    const own = this.machine.pairs.find((pair) => pair.from === from && pair.to === to)?.nodeLink;
    const capacity = own === undefined || own === null ? this.perPs('nodeLink') : own.value / PS;
    return [this.resource(`link ${from} to ${to}`, capacity)];
  }

  private ccd(number: number): Resource {
    return this.resource(`ccd ${number}`, this.perPs('ccdLink'));
  }

  private cpuCopies(): Resource {
    return this.resource('all CPU copies', this.perPs('threadLink'));
  }

  private perPs(name: 'engineBandwidth' | 'engineLink' | 'ccdLink' | 'threadLink' | 'nodeLink'): number {
    return this.machine.costs[name].value / PS;
  }

  private resource(name: string, capacity: number): Resource {
    const known = this.known.get(name);
    if (known !== undefined) return known;
    const made = { name, capacity };
    this.known.set(name, made);
    return made;
  }
}

/** Channels of a device share its engines in equal groups of neighbours. */
function channelsOf({ dmaDevices }: Machine, engineNamed: (name: string) => Resource): OracleChannel[] {
  const channels: OracleChannel[] = [];
  dmaDevices.forEach((device, d) => {
    for (let i = 0; i < device.channels; i++) {
      channels.push({
        number: channels.length,
        engine: engineNamed(`engine ${d}.${Math.floor((i * device.engines) / device.channels)}`),
        queueDepth: device.queueDepth ?? Infinity,
        inFlight: device.inFlight,
        window: device.completionWindow,
        interruptsEach: device.interrupts === 'per-descriptor',
        holder: null,
        isLost: false,
        last: null,
      });
    }
  });
  return channels;
}

/** What works beside the migrating CPUs. */
function tracks({ path, threads }: RunConfig, channels: number): number {
  if (path === 'serial' || path === 'batch-cpu') return 0;
  if (path === 'threads') return threads;
  return path === 'dcbm-v1' ? Math.min(1, channels) : channels;
}

function emptyAccount(tracksBeside: number): OracleAccount {
  return {
    busy: Array.from({ length: tracksBeside }, () => 0),
    descriptors: 0,
    bytes: 0,
    fallbackFolios: 0,
    refusedBatches: 0,
    wastedCopies: 0,
    slept: 0,
    foliosMigrated: 0,
    foliosFailures: 0,
    failures: Object.fromEntries(FAULT_STAGES.map((stage) => [stage, 0])) as Record<FaultStage, number>,
    interrupts: 0,
    interruptTime: 0,
    prematureAtMost: 0,
    rewrittenFolios: 0,
    declinedBatches: 0,
    coldTouch: 0,
  };
}
