/**
 * The model that the plain simulations play, as data: who migrates what, and what each step costs, ps. Costs
 * come from the engine's own cost model, so that the simulations differ in how they simulate and in nothing else.
 * Plain JSON, because SimPy reads it too.
 */
import type { FolioClass } from '../../src/engine/folio/span';
import { spanOfRow } from '../../src/engine/folio/span';
import type { Workload } from '../../src/engine/folio/workload';
import { NR_MAX_MIGRATE_ASYNC_RETRY, NR_MAX_MIGRATE_SYNC_RETRY } from '../../src/engine/kernel/limits';
import { CostModel, CPUS_PER_CCD, pageTableEntries } from '../../src/engine/machine/costModel';
import type { Machine } from '../../src/engine/machine/machine';
import type { RunConfig } from '../../src/engine/sim/run';

/** Costs of one folio of a kind in one call's circumstances, ps. */
export interface PlainFolioClass {
  readonly pages: number;
  readonly bytes: number;
  readonly pinned: boolean;
  /** Whether its flush waits for that of the batch. */
  readonly deferred: boolean;
  readonly unmap: number;
  /** The same when it is tried alone: its flush is done at once. */
  readonly unmapAlone: number;
  /** The ordinary move, its copy included; in a batched design the parts. */
  readonly move: number;
  readonly switchOnly: number;
  readonly copyPass: number;
  readonly remapOnly: number;
  readonly setup: number;
  readonly transfer: number;
  readonly release: number;
  readonly retry: number;
  readonly undo: number;
}

export interface PlainCall {
  readonly entry: number;
  readonly coldCopy: number;
  readonly flush: number;
  readonly channelSetup: number;
  readonly channelIssue: number;
  readonly channelRelease: number;
  readonly wakeup: number;
  /** [index in `classes`, folios], in list order. */
  readonly runs: readonly (readonly [number, number])[];
}

export interface PlainPlan {
  readonly design: 'serial' | 'batch-cpu' | 'dcbm-v3' | 'precopy';
  readonly batchPages: number;
  readonly passes: number;
  readonly alonePasses: number;
  /** Channels that a batch asks for; and the engine of each channel of the machine, an index in `links`. */
  readonly channels: number;
  readonly engineOf: readonly number[];
  /** Capacities in bytes per ps: engines, all engines, CCDs, all CPU copies, the link between the nodes. */
  readonly links: readonly number[];
  readonly engineLink: number;
  readonly cpuLink: number;
  readonly nodeLink: number;
  readonly classes: readonly PlainFolioClass[];
  readonly cpus: readonly { readonly ccd: number; readonly calls: readonly PlainCall[] }[];
}

const DESIGNS: readonly string[] = [
  'serial',
  'batch-cpu',
  'dcbm-v3',
  'precopy',
] satisfies PlainPlan['design'][];

export function planOf(workload: Workload, machine: Machine, config: RunConfig): PlainPlan {
  if (!DESIGNS.includes(config.path))
    throw new Error(`the plain simulations do not know the design ${config.path}`);
  const { calls, folioRuns } = workload;
  const classes: PlainFolioClass[] = [];
  const known = new Map<string, number>();
  const cpus = new Map<number, { cpu: number; calls: PlainCall[] }>();
  for (let call = 0; call < calls.length; call++) {
    const first = calls.firstRun[call] as number;
    const rows = Array.from({ length: calls.runCount[call] as number }, (_, i) => first + i);
    const spans = rows.map((row) => spanOfRow(folioRuns, row, 0));
    const pages = spans.reduce((sum, span) => sum + span.count * span.of.pages, 0);
    const mmCpus = Math.max(1, calls.mmCpus[call] as number);
    const iommu = config.iommu === 'machine' ? machine.iommu.value : config.iommu;
    const costs = new CostModel(machine, { pages, reason: calls.reason[call] as number, mmCpus, iommu });
    const runs = spans.map(({ of, count }): readonly [number, number] => {
      const costed = classOf(of, costs, mmCpus);
      const key = JSON.stringify(costed);
      let index = known.get(key);
      if (index === undefined) {
        index = classes.push(costed) - 1;
        known.set(key, index);
      }
      return [index, count];
    });
    const pid = calls.pid[call] as number;
    const task = cpus.get(pid) ?? { cpu: calls.cpu[call] as number, calls: [] };
    cpus.set(pid, task);
    task.calls.push({
      entry: costs.callEntry,
      coldCopy: costs.coldCopy,
      flush: costs.batchedFlush(),
      channelSetup: costs.channelSetup,
      channelIssue: costs.channelIssue,
      channelRelease: costs.iotlbFlush,
      wakeup: costs.wakeup,
      runs,
    });
  }
  return {
    design: config.path as PlainPlan['design'],
    batchPages: config.batchPages,
    passes: NR_MAX_MIGRATE_ASYNC_RETRY,
    alonePasses: NR_MAX_MIGRATE_SYNC_RETRY,
    channels: config.channels,
    classes,
    ...linksOf(machine, [...cpus.values()]),
  };
}

function classOf(of: FolioClass, costs: CostModel, mmCpus: number): PlainFolioClass {
  const entries = pageTableEntries(of);
  const deferred = entries > 0 && of.mappingName !== 'pmd' && mmCpus > 1;
  const unmap = costs.alloc + costs.unmap(of);
  const remap = costs.remap(of);
  return {
    pages: of.pages,
    bytes: of.pages * 4096,
    pinned: of.fateName === 'pinned-get',
    deferred,
    unmap: unmap + (deferred ? 0 : costs.immediateFlush(entries)),
    unmapAlone: unmap + costs.immediateFlush(entries),
    move: costs.switchMapping(true) + costs.copy(of) + remap + costs.finish,
    switchOnly: costs.switchMapping(false),
    copyPass: costs.copy(of) + costs.batchCopyExtra(),
    remapOnly: remap + costs.finish,
    setup: costs.sgMap(of) + costs.sgSubmit,
    transfer: costs.engineCopy(of, 1),
    release: costs.sgUnmap(of),
    retry: costs.retry,
    undo: costs.undo + remap,
  };
}

/** The allocator's lock is left out: four CPUs do not fill it (docs/BENCH.md). */
function linksOf(machine: Machine, tasks: readonly { cpu: number; calls: PlainCall[] }[]) {
  const perPs = (name: 'engineBandwidth' | 'engineLink' | 'ccdLink' | 'threadLink' | 'nodeLink') =>
    machine.costs[name].value / 1000;
  const channels = machine.dmaDevices.reduce((sum, device) => sum + device.channels, 0);
  const engines = machine.dmaDevices.reduce((sum, device) => sum + device.engines, 0);
  const ccds = [...new Set(tasks.map(({ cpu }) => Math.floor(cpu / CPUS_PER_CCD)))];
  const engineLink = engines;
  const firstCcd = engines + 1;
  const cpuLink = firstCcd + ccds.length;
  return {
    engineOf: Array.from({ length: channels }, (_, channel) => Math.floor((channel * engines) / channels)),
    links: [
      ...Array.from({ length: engines }, () => perPs('engineBandwidth')),
      perPs('engineLink'),
      ...ccds.map(() => perPs('ccdLink')),
      perPs('threadLink'),
      perPs('nodeLink'),
    ],
    engineLink,
    cpuLink,
    nodeLink: cpuLink + 1,
    cpus: tasks.map(({ cpu, calls }) => ({
      ccd: firstCcd + ccds.indexOf(Math.floor(cpu / CPUS_PER_CCD)),
      calls,
    })),
  };
}
