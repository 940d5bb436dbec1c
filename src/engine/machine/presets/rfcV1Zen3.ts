/**
 * The machine of the RFC's cover letter (Message-ID 20240614221525.19170-1-shivankg@amd.com): AMD Zen 3
 * EPYC, two sockets, 32 cores with SMT, one NUMA node each, Linux 6.8.0, cpuinfo_cur_freq 2 GHz, THP,
 * compaction and numa_balancing off, pages moved from the remote node to the local one.
 *
 * One set of costs for all its 36 cells. Eleven combinations of costs were fitted to the cells together
 * (docs/MODEL.md gives the procedure, the errors, and a fit that never saw the 256 MB column); where the
 * table only fixes a sum, the shares within the sum say where they come from.
 */
import type { CostName, VariationName } from '../costs';
import type { Machine, Quantity } from '../machine';
import { OFFLOAD_VARIATION, SERIES_V3_OFFLOAD } from './seriesV3Offload';

const RFC = '20240614221525.19170-1-shivankg@amd.com';

function fitted(value: number, source: string): Quantity {
  return { value, kind: 'fitted', source: `Fitted to the RFC v1 table, ${RFC}: ${source}` };
}
function assumed(value: number, source: string): Quantity {
  return { value, kind: 'assumed', source };
}

/** Work per folio that is not copy: 1,414 ns in all is fitted; the shares are of the native recording. */
const SHARE =
  'one share of 1,414 ns of work per folio that is not copy. Shares: unmap 35 %, move 65 %, the trimmed means (5 % off each end) of event distances ' +
  'in a native recording of Linux 6.18 compaction (0.48 µs from set to set, 1.23 µs from remove to remove); finer shares assumed.';
const DMA_SHARE =
  'one share of 4,800 ns per 4 KiB folio on the channel, map to unmap, IOMMU entries and flushes included; the table fixes only the sum, the shares are assumed.';

const costs: Readonly<Record<CostName, Quantity>> = {
  // Not exercised by v1, pmdUnmap included: as on the machine of the v3 series.
  ...SERIES_V3_OFFLOAD,
  callEntry: fitted(6250, 'what the 4KB rows cost beyond a page of the 2MB rows.'),
  folioAlloc: fitted(230, SHARE),
  allocLock: assumed(
    15,
    'Zone lock of rmqueue_bulk(), mm/page_alloc.c: the per-CPU lists take it once for many pages; no published value.',
  ),
  pteUnmap: fitted(170, SHARE),
  localFlush: fitted(100, SHARE),
  ipiFlush: assumed(
    1000,
    'About 1 µs for an IPI round trip; secondary sources say 1 to 3 µs. The RFC ran on one CPU.',
  ),
  ipiFlushPerCpu: assumed(200, 'About 0.2 µs per further receiver (secondary source, unmeasured here).'),
  folioSwitch: fitted(480, SHARE),
  pteRemap: fitted(180, SHARE),
  folioFinish: fitted(254, SHARE),
  folioRetry: assumed(60, 'A reference check and a list step; no published value.'),
  folioUndo: assumed(150, 'Unlock both folios, free the destination; no published value.'),
  metadataMiss: fitted(
    35,
    'the 1GB rows, whose struct pages and PTEs (36 MB) exceed the cache, against the 256MB rows.',
  ),
  interleaveMiss: fitted(44, 'the generic rows against the batched rows.'),
  lockWait: assumed(20_000, 'How long another task holds a folio lock; depends on that task.'),
  writebackWait: assumed(100_000, 'A 4 KiB write to an NVMe SSD, about 0.1 ms; depends on the device.'),
  splitFolio: assumed(20000, 'split_huge_page_to_list_to_order() of a PMD-sized folio; no published value.'),
  lastLevelCache: {
    value: 32 * 2 ** 20,
    kind: 'datasheet',
    source: 'AMD Zen 3: 32 MiB of L3 shared by the eight cores of a CCD.',
  },
  copyResident: fitted(16.92, 'folio_copy of the 4KB and 2MB rows, which fit in the cache.'),
  copyMemory: fitted(
    10.1,
    'folio_copy of the 256MB and 1GB rows. The v2 series measured 10.60 ± 0.06 GB/s with one thread on the same kind of machine (20250319192211.10092-1-shivankg@amd.com).',
  ),
  copyPage: assumed(0, 'Part of the fitted bandwidths, which were measured page by page.'),
  nodeLink: {
    ...SERIES_V3_OFFLOAD.engineLink,
    source: `${SERIES_V3_OFFLOAD.engineLink.source} The most that was ever measured between the nodes of such a machine; the link itself may carry more.`,
  },
  copyCold: fitted(126, 'folio_copy of the 4KB rows against the 2MB rows.'),
  batchCopyFolio: fitted(28, 'folio_copy of the batched rows against the generic ones.'),
  dmaMap: fitted(398, DMA_SHARE),
  dmaUnmap: fitted(545, DMA_SHARE),
  dmaSubmit: fitted(700, DMA_SHARE),
  dmaLatency: fitted(1872, DMA_SHARE),
  dmaBandwidth: {
    value: 12.5,
    kind: 'published',
    source: 'v3 series, one PTDMA channel, 2 MB folios: 12.50 GB/s. Assumed to hold for the engine of v1.',
  },
  dmaResidentRead: fitted(
    247,
    'the dma rows of 4KB and 2MB against 256MB and 1GB; read as snooping of cached source lines.',
  ),
  dmaCold: fitted(10812, 'folio_copy of the 4KB dma row against the 2MB one.'),
};

const variation: Readonly<Record<VariationName, Quantity>> = {
  ...OFFLOAD_VARIATION,
  entry: fitted(0.3, 'the SD of migrate_pages in the 4KB rows.'),
  software: fitted(0.018, 'the SD of migrate_pages in the other rows.'),
  copyResident: fitted(0.06, 'the SD of folio_copy in the 2MB rows.'),
  copyMemory: fitted(0.08, 'the SD of folio_copy in the 256MB and 1GB rows.'),
  copyCold: fitted(0.85, 'the SD of folio_copy in the 4KB rows.'),
  dma: fitted(0.011, 'the SD of folio_copy in the dma rows.'),
  dmaCold: fitted(0.16, 'the SD of folio_copy in the 4KB dma row.'),
};

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

export const RFC_V1_ZEN3: Machine = {
  name: 'rfc-v1-zen3',
  title: 'RFC v1: 2-socket Zen 3, one DMA channel',
  source: `Cover letter of RFC v1, ${RFC}; CPU numbering assumed, memory size and distances not published.`,
  cpuHertz: { value: 2e9, kind: 'published', source: `${RFC}: cpuinfo_cur_freq 2 GHz, DVFS performance.` },
  nodes: [
    { id: 0, memory: 'dram', cpus: [...range(0, 15), ...range(32, 47)], memoryBytes: null },
    { id: 1, memory: 'dram', cpus: [...range(16, 31), ...range(48, 63)], memoryBytes: null },
  ],
  distances: null,
  pairs: [],
  measuredDistance: { value: null, kind: 'assumed', source: 'The RFC gives no distances.' },
  iommu: {
    value: 'lazy',
    kind: 'assumed',
    source:
      'The RFC does not say; lazy is the default of x86 (CONFIG_IOMMU_DEFAULT_DMA_LAZY, drivers/iommu/Kconfig).',
  },
  dmaDevices: [
    {
      name: 'dma0',
      driver: 'dmaengine (DMA_MEMCPY)',
      node: null,
      channels: 1,
      engines: 1,
      queueDepth: null,
      inFlight: 1,
      completionWindow: 1,
      interrupts: 'per-descriptor',
    },
  ],
  costs,
  variation,
};
