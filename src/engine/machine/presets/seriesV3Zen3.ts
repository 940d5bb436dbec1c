/**
 * The machine of the v3 series' measurements: AMD Zen 3 EPYC, two sockets, 16 PTDMA channels, Linux
 * 6.16.0-rc6 with the series; move_pages() of 1 GB between two nodes, batch limit HPAGE_PUD_NR as the
 * series' benchmark patch sets it (262,144 base pages).
 *
 * Fitted to the 56 published throughputs of baseline, mtcopy and DMA at eight folio sizes (1, 4 and 16
 * threads or channels), and to the published share of the copy in moving 512 folios of 2 MB (97 %).
 * docs/MODEL.md gives the error on these and on cells the fit never saw; bench/fitSeriesV3.ts repeats it.
 */
import type { CostName, VariationName } from '../costs';
import type { Machine, Quantity } from '../machine';
import { RFC_V1_ZEN3 } from './rfcV1Zen3';
import { fittedToV3, OFFLOAD_VARIATION, SERIES_V3_OFFLOAD } from './seriesV3Offload';

function assumed(value: number, source: string): Quantity {
  return { value, kind: 'assumed', source };
}

const FOLIO = 'one share of 524 ns per folio that is not copy and not per PTE; the finer shares are assumed.';
const PTE = 'one share of 226 ns per PTE (unmap, flush, remap); the finer shares are assumed.';

const costs: Readonly<Record<CostName, Quantity>> = {
  ...RFC_V1_ZEN3.costs,
  ...SERIES_V3_OFFLOAD,
  nodeLink: SERIES_V3_OFFLOAD.engineLink,
  callEntry: fittedToV3(
    60_000,
    'move_pages() of one 2 MB folio against many; holds the system call around migrate_pages() too.',
  ),
  folioAlloc: fittedToV3(178, FOLIO),
  folioSwitch: fittedToV3(210, FOLIO),
  folioFinish: fittedToV3(136, FOLIO),
  interleaveMiss: assumed(
    20,
    'Part of what a folio costs beyond the 524 ns; the tables do not tell it from them.',
  ),
  pteUnmap: fittedToV3(93, PTE),
  localFlush: fittedToV3(36, PTE),
  pteRemap: fittedToV3(97, PTE),
  copyMemory: fittedToV3(10.7, 'the baseline.'),
  copyResident: assumed(
    10.7,
    'As from memory: the table over folio counts shows no faster copy of few folios.',
  ),
  metadataMiss: assumed(0, 'Part of the 524 ns per folio: all cells of the tables move 1 GB.'),
};

const variation: Readonly<Record<VariationName, Quantity>> = {
  ...RFC_V1_ZEN3.variation,
  ...OFFLOAD_VARIATION,
};

export const SERIES_V3_ZEN3: Machine = {
  name: 'series-v3-zen3',
  title: 'v3 series: 2-socket Zen 3, 16 PTDMA channels',
  source:
    'v3 series (2025-09-23): throughput of move_pages() between two nodes; CPU numbering assumed as in the RFC machine.',
  cpuHertz: assumed(2e9, 'The v3 tables are in GB/s and name no clock; the RFC v1 machine ran at 2 GHz.'),
  nodes: RFC_V1_ZEN3.nodes,
  distances: null,
  pairs: [],
  measuredDistance: { value: null, kind: 'assumed', source: 'The series gives no distances.' },
  iommu: RFC_V1_ZEN3.iommu,
  dmaDevices: [
    {
      name: 'ptdma',
      driver: 'ptdma',
      node: null,
      channels: 16,
      engines: 8,
      queueDepth: null,
      inFlight: 1,
      completionWindow: 1,
      interrupts: 'per-descriptor',
    },
  ],
  costs,
  variation,
};
