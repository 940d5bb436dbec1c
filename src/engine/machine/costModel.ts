/**
 * Answers the kernel model's question "what does this step cost here?" in whole picoseconds. One model
 * per call: what is in the caches, and how many CPUs a flush must reach, hold for a whole call.
 * docs/MODEL.md writes the equations out.
 */
import { nsToPs, PS_PER_NS } from '../../base/units';
import type { FolioClass } from '../folio/span';
import { reasonName } from '../kernel/modes';
import type { CostName } from './costs';
import type { Machine } from './machine';

/** sizeof(struct page), x86-64; a page that moves has two, and one 8-byte PTE. */
const STRUCT_PAGE_BYTES = 64;
const PTE_BYTES = 8;

/** Cores of a Zen 3 CCD; v2's second table fills one before the next. */
const CPUS_PER_CCD = 8;

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
  readonly sgMap: number;
  readonly sgSubmit: number;
  readonly sgUnmap: number;
  readonly wakeup: number;
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

  constructor(machine: Machine, call: CallContext) {
    const ns = (name: CostName) => machine.costs[name].value;
    const cache = ns('lastLevelCache');
    this.ns = ns;
    this.mmCpus = Math.max(1, call.mmCpus);
    this.resident = RECENTLY_USED.has(reasonName(call.reason)) && 2 * call.pages * 4096 <= cache;
    const metadataBytes = call.pages * (2 * STRUCT_PAGE_BYTES + PTE_BYTES);
    this.metadata = metadataBytes > cache ? ns('metadataMiss') : 0;
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
    this.sgMap = nsToPs(ns('sgMap'));
    this.sgSubmit = nsToPs(ns('sgSubmit'));
    this.sgUnmap = nsToPs(ns('sgUnmap'));
    this.wakeup = nsToPs(ns('wakeup'));
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
    return nsToPs((of.pages * 4096) / this.ns(resident ? 'copyResident' : 'copyMemory'));
  }

  /** What a separate copy pass adds per folio. */
  batchCopyExtra(): number {
    return nsToPs(this.ns('batchCopyFolio'));
  }

  remap(of: FolioClass): number {
    return nsToPs(pageTableEntries(of) * this.ns('pteRemap'));
  }

  /** dma_map_page() of source and destination. */
  dmaMap(): number {
    return nsToPs(2 * this.ns('dmaMap'));
  }

  dmaUnmap(): number {
    return nsToPs(2 * this.ns('dmaUnmap'));
  }

  /** One folio on a channel that nobody shares its engine with: descriptor, IOMMU entries, transfer. */
  engineCopy(of: FolioClass): number {
    const pieces = Math.max(1, of.pages >= 512 ? of.pages / 512 : of.pages);
    return nsToPs(
      this.ns('engineDescriptor') +
        pieces * this.ns('engineIommuEntry') +
        (of.pages * 4096) / this.ns('channelBandwidth'),
    );
  }

  /** Capacities, bytes per ps: each engine, then what all engines share. */
  engineLinks(engines: number): number[] {
    const perPs = (name: CostName) => this.ns(name) / PS_PER_NS;
    return [...Array.from({ length: engines }, () => perPs('engineBandwidth')), perPs('engineLink')];
  }

  /** One folio on a worker thread that has its CCD to itself. */
  threadCopy(of: FolioClass): number {
    return nsToPs((of.pages * 4096) / this.ns('threadBandwidth'));
  }

  /** Capacities, bytes per ps, of the CCDs in use and of the machine, and what thread i crosses. */
  threadLinks(
    threads: number,
    placement: 'spread' | 'fill',
  ): { capacities: number[]; linksOf: (thread: number) => number[] } {
    const ccds = Math.ceil(threads / CPUS_PER_CCD);
    const ccdOf =
      placement === 'fill'
        ? (thread: number) => Math.floor(thread / CPUS_PER_CCD)
        : (thread: number) => thread;
    const used = placement === 'fill' ? ccds : threads;
    const capacities = Array.from({ length: used }, () => this.ns('ccdLink') / PS_PER_NS);
    return {
      capacities: [...capacities, this.ns('threadLink') / PS_PER_NS],
      linksOf: (thread) => [ccdOf(thread), used],
    };
  }

  /** From doorbell to completion of one descriptor. */
  dmaTransfer(of: FolioClass): number {
    const snoop = this.resident ? of.pages * this.ns('dmaResidentRead') : 0;
    return nsToPs(this.ns('dmaLatency') + snoop + (of.pages * 4096) / this.ns('dmaBandwidth'));
  }
}

/** Page table entries that map a folio: PMDs, or PTEs of every base page, times the mappings. */
export function pageTableEntries(of: FolioClass): number {
  if (of.mappingName === 'none') return 0;
  return of.mappings * (of.mappingName === 'pmd' || of.hugetlb ? 1 : of.pages);
}
