/**
 * Answers the kernel model's question "what does this step cost here?" in whole picoseconds. One model
 * per call: what is in the caches, and how many CPUs a flush must reach, hold for a whole call.
 * docs/MODEL.md writes the equations out.
 */
import { nsToPs, PS_PER_NS } from '../../base/units';
import type { FolioClass } from '../folio/span';
import { reasonName } from '../kernel/modes';
import type { CostName } from './costs';
import type { IommuMode, Machine, NodePair } from './machine';

/** sizeof(struct page), x86-64; a page that moves has two, and one 8-byte PTE. */
const STRUCT_PAGE_BYTES = 64;
const PTE_BYTES = 8;

/** Cores of a Zen 3 CCD; v2's second table fills one before the next. */
export const CPUS_PER_CCD = 8;
/** IOVA_FQ_SIZE, drivers/iommu/dma-iommu.c: ranges that a lazy IOMMU unmaps before it flushes once. */
const IOVA_FLUSH_QUEUE = 256;
/** Base pages behind one IOMMU entry of a folio of 2 MiB and more. */
const IOMMU_LARGE_PAGES = 512;

/** Callers whose folios were in use just before: the copy may find them in the cache. Others move what is cold. */
const RECENTLY_USED: ReadonlySet<string> = new Set([
  'syscall_or_cpuset',
  'mempolicy_mbind',
  'numa_misplaced',
]);

export interface CallContext {
  /** Base pages of the call. */
  readonly pages: number;
  readonly reason: number;
  /** CPUs that ran the mm, at least 1. */
  readonly mmCpus: number;
  readonly iommu: IommuMode;
}

export class CostModel {
  readonly callEntry: number;
  readonly coldCopy: number;
  readonly coldDma: number;
  readonly alloc: number;
  readonly finish: number;
  readonly retry: number;
  readonly undo: number;
  readonly split: number;
  readonly dmaSubmit: number;
  readonly channelSetup: number;
  readonly channelIssue: number;
  readonly sgSubmit: number;
  readonly wakeup: number;
  readonly channelAbort: number;
  /** Bytes per ps of all engines together. */
  readonly engineLink: number;
  /** Per base page. */
  readonly coldTouch: number;
  readonly interruptHandler: number;
  readonly pollCheck: number;
  readonly lockWait: number;
  readonly writebackWait: number;
  /** Of `alloc`, under the lock of the destination zone. */
  readonly allocLock: number;
  /** IOTLB flushes of one channel's two scatter tables, or of one folio mapped by itself. */
  readonly iotlbFlush: number;
  readonly workQueue: number;
  readonly workStart: number;
  /** Source and destination of the call fit in the last-level cache, and the caller has just used them. */
  readonly resident: boolean;
  private readonly ns: (name: CostName) => number;
  private readonly metadata: number;
  private readonly interleave: number;
  private readonly flushLocal: number;
  private readonly flushIpi: number;
  private readonly mmCpus: number;
  private readonly machine: Machine;
  private readonly iommu: IommuMode;

  /** Equal for calls that cost alike. */
  static keyOf(machine: Machine, call: CallContext): string {
    const { fits, exceeds } = inCache(machine, call);
    return `${fits} ${exceeds} ${call.mmCpus} ${call.iommu}`;
  }

  constructor(machine: Machine, call: CallContext) {
    const ns = (name: CostName) => machine.costs[name].value;
    const { fits, exceeds } = inCache(machine, call);
    this.ns = ns;
    this.machine = machine;
    this.iommu = call.iommu;
    this.mmCpus = Math.max(1, call.mmCpus);
    this.resident = fits;
    this.metadata = exceeds ? ns('metadataMiss') : 0;
    this.interleave = ns('interleaveMiss');
    this.callEntry = nsToPs(ns('callEntry'));
    this.coldCopy = nsToPs(ns('copyCold'));
    this.coldDma = nsToPs(ns('dmaCold'));
    this.alloc = nsToPs(ns('folioAlloc'));
    this.finish = nsToPs(ns('folioFinish'));
    this.retry = nsToPs(ns('folioRetry'));
    this.undo = nsToPs(ns('folioUndo'));
    this.split = nsToPs(ns('splitFolio'));
    this.dmaSubmit = nsToPs(ns('dmaSubmit'));
    this.channelSetup = nsToPs(ns('channelSetup'));
    this.channelIssue = nsToPs(ns('channelIssue'));
    this.sgSubmit = nsToPs(ns('sgSubmit'));
    this.wakeup = nsToPs(ns('wakeup'));
    this.engineLink = ns('engineLink') / PS_PER_NS;
    this.coldTouch = nsToPs(ns('coldTouch'));
    this.channelAbort = nsToPs(ns('channelAbort'));
    this.interruptHandler = nsToPs(ns('interruptHandler'));
    this.pollCheck = nsToPs(ns('pollCheck'));
    this.lockWait = nsToPs(ns('lockWait'));
    this.writebackWait = nsToPs(ns('writebackWait'));
    this.allocLock = Math.min(this.alloc, nsToPs(ns('allocLock')));
    this.iotlbFlush = nsToPs(iotlbFlushes(call.iommu) * ns('iotlbFlush'));
    this.workQueue = nsToPs(ns('workQueue'));
    this.workStart = nsToPs(ns('workStart'));
    this.flushLocal = nsToPs(ns('localFlush'));
    this.flushIpi = nsToPs(ns('ipiFlush') + Math.max(0, this.mmCpus - 2) * ns('ipiFlushPerCpu'));
  }

  /** Replace all page table entries of a folio by migration entries. */
  unmap(of: FolioClass): number {
    const entry = of.mappingName === 'pmd' ? this.ns('pmdUnmap') : this.ns('pteUnmap');
    return nsToPs(pageTableEntries(of) * entry);
  }

  /** `operations` flushes of one mm, each done at once. */
  immediateFlush(operations: number): number {
    return operations * (this.mmCpus > 1 ? this.flushIpi : this.flushLocal);
  }

  /** The one flush of a batch by IPI (arch_tlbbatch_flush). */
  batchedFlush(): number {
    return this.flushIpi;
  }

  /** References, mapping, flags; with `interleaved` the copy of the folio before has pushed out what is needed. */
  switchMapping(interleaved: boolean): number {
    return nsToPs(this.ns('folioSwitch') + this.metadata + (interleaved ? this.interleave : 0));
  }

  /** Copy by this CPU, page by page. `resident` false: an engine has pushed the source out of the caches. */
  copy(of: FolioClass, resident = this.resident): number {
    const bandwidth = resident ? this.ns('copyResident') : this.memoryBandwidth(of.from, of.to);
    const page = this.pair(of.from, of.to)?.copyPage?.value ?? this.ns('copyPage');
    return nsToPs((of.pages * 4096) / bandwidth + of.pages * page);
  }

  /** GB/s of a CPU copy from memory: the pair's own, else the machine's, scaled by distance where both distances are known. */
  private memoryBandwidth(from: number, to: number): number {
    const own = this.pair(from, to)?.copyMemory;
    if (own !== undefined && own !== null) return own.value;
    const measured = this.machine.measuredDistance.value;
    const distance = measured === null ? null : distanceOf(this.machine, from, to);
    const scale = measured === null || distance === null ? 1 : measured / distance;
    return this.ns('copyMemory') * scale;
  }

  /** Bytes per ps that all copies from one node to another share. */
  nodeLink(from: number, to: number): number {
    return (this.pair(from, to)?.nodeLink?.value ?? this.ns('nodeLink')) / PS_PER_NS;
  }

  private pair(from: number, to: number): NodePair | undefined {
    return this.machine.pairs.find((pair) => pair.from === from && pair.to === to);
  }

  /** What a separate copy pass adds per folio. */
  batchCopyExtra(): number {
    return nsToPs(this.ns('batchCopyFolio'));
  }

  remap(of: FolioClass): number {
    return nsToPs(pageTableEntries(of) * this.ns('pteRemap'));
  }

  /** IOMMU page-table entries of one side of a folio. */
  private iommuEntries(of: FolioClass): number {
    if (this.iommu === 'off') return 0;
    return of.pages >= IOMMU_LARGE_PAGES ? of.pages / IOMMU_LARGE_PAGES : of.pages;
  }

  /** dma_map_page() of source and destination. */
  dmaMap(of: FolioClass): number {
    return nsToPs(2 * this.ns('dmaMap') + 2 * this.iommuEntries(of) * this.ns('iommuMapEntry'));
  }

  /** dma_unmap_page() of both, each with its own share of an IOTLB flush. */
  dmaUnmap(of: FolioClass): number {
    const entries = 2 * this.iommuEntries(of) * this.ns('iommuUnmapEntry');
    return nsToPs(2 * this.ns('dmaUnmap') + entries + iotlbFlushes(this.iommu) * this.ns('iotlbFlush'));
  }

  /** A folio's entries in the scatter tables of both sides, mapped. */
  sgMap(of: FolioClass): number {
    return nsToPs(this.ns('sgMap') + 2 * this.iommuEntries(of) * this.ns('iommuMapEntry'));
  }

  sgUnmap(of: FolioClass): number {
    return nsToPs(this.ns('sgUnmap') + 2 * this.iommuEntries(of) * this.ns('iommuUnmapEntry'));
  }

  /** One folio on a channel that nobody shares its engine with: descriptor, IOMMU entries, transfer. */
  engineCopy(of: FolioClass, inFlight: number): number {
    const start = this.ns('engineDescriptor') + this.iommuEntries(of) * this.ns('engineIommuEntry');
    const transfer = (of.pages * 4096) / this.ns('channelBandwidth');
    return nsToPs(Math.max(transfer, (start + transfer) / inFlight));
  }

  /** One folio on a worker thread that has its CCD to itself. */
  threadCopy(of: FolioClass): number {
    return nsToPs((of.pages * 4096) / this.ns('threadBandwidth'));
  }

  /** From doorbell to completion of one descriptor. */
  dmaTransfer(of: FolioClass): number {
    const snoop = this.resident ? of.pages * this.ns('dmaResidentRead') : 0;
    return nsToPs(this.ns('dmaLatency') + snoop + (of.pages * 4096) / this.ns('dmaBandwidth'));
  }
}

/** Whether the copy of a call finds its folios in the cache, and whether its struct pages and PTEs exceed the cache. */
function inCache(machine: Machine, { pages, reason }: CallContext): { fits: boolean; exceeds: boolean } {
  const cache = machine.costs.lastLevelCache.value;
  return {
    fits: RECENTLY_USED.has(reasonName(reason)) && 2 * pages * 4096 <= cache,
    exceeds: pages * (2 * STRUCT_PAGE_BYTES + PTE_BYTES) > cache,
  };
}

/** IOTLB flushes for the two ranges that are unmapped together. */
function iotlbFlushes(iommu: IommuMode): number {
  return iommu === 'off' ? 0 : iommu === 'strict' ? 2 : 2 / IOVA_FLUSH_QUEUE;
}

/** SLIT distance from one node to another; null where unknown. */
function distanceOf({ nodes, distances }: Machine, from: number, to: number): number | null {
  const row = nodes.findIndex((node) => node.id === from);
  const column = nodes.findIndex((node) => node.id === to);
  return distances?.[row]?.[column] ?? null;
}

/** Page table entries that map a folio: PMDs, or PTEs of every base page, times the mappings. */
export function pageTableEntries(of: FolioClass): number {
  if (of.mappingName === 'none') return 0;
  return of.mappings * (of.mappingName === 'pmd' || of.hugetlb ? 1 : of.pages);
}
