/** The equations of docs/MODEL.md, section 2, for one call: durations in whole picoseconds. */
import type { MigrateReason } from '../../../src/engine/kernel/modes';
import type { CostName } from '../../../src/engine/machine/costs';
import type { IommuMode, Machine, NodePair } from '../../../src/engine/machine/machine';
import type { OracleFolio } from './oracleFolio';
import { entriesOf } from './oracleFolio';

const PAGE_BYTES = 4096;
/** Two struct pages of 64 bytes and a PTE of 8. */
const METADATA_BYTES = 2 * 64 + 8;
/** IOVA_FQ_SIZE. */
const FLUSH_QUEUE = 256;

export type OracleCosts = ReturnType<typeof oracleCosts>;

export function oracleCosts(
  machine: Machine,
  pages: number,
  reason: MigrateReason | null,
  mmCpus: number,
  iommu: IommuMode,
) {
  const ns = (name: CostName) => machine.costs[name].value;
  const ps = (value: number) => Math.round(value * 1000);
  const fits = 2 * pages * PAGE_BYTES <= ns('lastLevelCache');
  const justUsed =
    reason === 'syscall_or_cpuset' || reason === 'mempolicy_mbind' || reason === 'numa_misplaced';
  const resident = fits && justUsed;
  const miss = pages * METADATA_BYTES > ns('lastLevelCache') ? ns('metadataMiss') : 0;
  /** IOTLB flushes of two ranges that are unmapped together. */
  const iotlbFlushes = { off: 0, lazy: 2 / FLUSH_QUEUE, strict: 2 }[iommu];
  /** IOMMU entries of one side of a folio. */
  const m = (folio: OracleFolio) => {
    if (iommu === 'off') return 0;
    return folio.pages >= 512 ? folio.pages / 512 : folio.pages;
  };
  const bytes = (folio: OracleFolio) => folio.pages * PAGE_BYTES;
  return {
    entry: ps(ns('callEntry')),
    alloc: ps(ns('folioAlloc')),
    /** Of `alloc`, so never more than it. */
    allocLock: Math.min(ps(ns('folioAlloc')), ps(ns('allocLock'))),
    finish: ps(ns('folioFinish')),
    retry: ps(ns('folioRetry')),
    undo: ps(ns('folioUndo')),
    split: ps(ns('splitFolio')),
    lockWait: ps(ns('lockWait')),
    writebackWait: ps(ns('writebackWait')),
    copyCold: ps(ns('copyCold')),
    dmaCold: ps(ns('dmaCold')),
    dmaSubmit: ps(ns('dmaSubmit')),
    batchCopyFolio: ps(ns('batchCopyFolio')),
    channelSetup: ps(ns('channelSetup')),
    channelIssue: ps(ns('channelIssue')),
    channelAbort: ps(ns('channelAbort')),
    sgSubmit: ps(ns('sgSubmit')),
    wakeup: ps(ns('wakeup')),
    pollCheck: ps(ns('pollCheck')),
    interruptHandler: ps(ns('interruptHandler')),
    workQueue: ps(ns('workQueue')),
    workStart: ps(ns('workStart')),
    /** Per base page. */
    coldTouch: ps(ns('coldTouch')),
    /** Of a channel's two tables. */
    iotlbFlush: ps(iotlbFlushes * ns('iotlbFlush')),
    engineLink: ns('engineLink') / 1000,
    /** One flush: on this CPU, or by IPI to the others that ran the mm. */
    flush: mmCpus > 1 ? ps(ns('ipiFlush') + (mmCpus - 2) * ns('ipiFlushPerCpu')) : ps(ns('localFlush')),
    /** Mapping, references and flags: after the copy of another folio, or where none came between. */
    switchInterleaved: ps(ns('folioSwitch') + miss + ns('interleaveMiss')),
    switchBatched: ps(ns('folioSwitch') + miss),
    /** Source and destination fit in the cache, and the caller has just used them. */
    resident,
    unmap: (folio: OracleFolio) =>
      ps(entriesOf(folio) * ns(folio.mapping === 'pmd' ? 'pmdUnmap' : 'pteUnmap')),
    remap: (folio: OracleFolio) => ps(entriesOf(folio) * ns('pteRemap')),
    copy: (folio: OracleFolio, fromCache: boolean) =>
      ps(
        bytes(folio) / (fromCache ? ns('copyResident') : memoryBandwidth(machine, folio)) +
          folio.pages * (pairOf(machine, folio)?.copyPage?.value ?? ns('copyPage')),
      ),
    // costs.ts: two dma_map_page() and two dma_unmap_page() per folio; v2's, and v1's, map each folio by itself.
    dmaMap: (folio: OracleFolio) => ps(2 * ns('dmaMap') + 2 * m(folio) * ns('iommuMapEntry')),
    dmaUnmap: (folio: OracleFolio) =>
      ps(2 * ns('dmaUnmap') + 2 * m(folio) * ns('iommuUnmapEntry') + iotlbFlushes * ns('iotlbFlush')),
    dmaWait: (folio: OracleFolio) => {
      const snoop = resident ? folio.pages * ns('dmaResidentRead') : 0;
      return ps(ns('dmaLatency') + snoop + bytes(folio) / ns('dmaBandwidth'));
    },
    sgMap: (folio: OracleFolio) => ps(ns('sgMap') + 2 * m(folio) * ns('iommuMapEntry')),
    sgUnmap: (folio: OracleFolio) => ps(ns('sgUnmap') + 2 * m(folio) * ns('iommuUnmapEntry')),
    /** On a channel alone. */
    engineCopy: (folio: OracleFolio, inFlight: number) => {
      const x = bytes(folio) / ns('channelBandwidth');
      const d = ns('engineDescriptor') + m(folio) * ns('engineIommuEntry');
      return ps(Math.max(x, (d + x) / inFlight));
    },
    /** On a worker thread alone. */
    threadCopy: (folio: OracleFolio) => ps(bytes(folio) / ns('threadBandwidth')),
  };
}

function pairOf({ pairs }: Machine, { from, to }: Pick<OracleFolio, 'from' | 'to'>): NodePair | undefined {
  return pairs.find((pair) => pair.from === from && pair.to === to);
}

/** GB/s: what the machine says of the pair, else its own figure, scaled by distance where both are known (machine.ts). */
function memoryBandwidth(machine: Machine, { from, to }: OracleFolio): number {
  const general = machine.costs.copyMemory.value;
  const own = pairOf(machine, { from, to })?.copyMemory;
  if (own !== undefined && own !== null) return own.value;
  const place = (id: number) => machine.nodes.findIndex((node) => node.id === id);
  const distance = machine.distances?.[place(from)]?.[place(to)];
  const measured = machine.measuredDistance.value;
  return distance === undefined || measured === null ? general : general * (measured / distance);
}
