/**
 * The machine of the patch "mm: batch page copies in folio_copy() and folio_mc_copy()" (2026-04-27,
 * Message-ID 20260427142036.111940-2-shivankg@amd.com): two AMD EPYC 9655 (Zen 5) and a node of CXL memory.
 *
 * The patch measures folio_mc_copy() of 2 MB folios whose source is in no cache, for three pairs of nodes:
 * page by page as mainline does it, and with one memcpy() for the folio. The second is the bandwidth of a
 * pair here, and what the loop takes longer its cost per page, so both are reproduced. One cost per page for all
 * pairs would be 15 % off at best (DRAM to DRAM, and DRAM to CXL). Everything else is that of series-v3-zen3.
 */
import type { CostName } from '../costs';
import { COSTS } from '../costs';
import type { Machine, NodePair, Quantity, Setting } from '../machine';
import { deviceCosts, deviceOf } from './devices/withDevice';
import { SDXI } from './devices/sdxi';
import { SERIES_V3_ZEN3 } from './seriesV3Zen3';

const PATCH = '20260427142036.111940-2-shivankg@amd.com';

function published(value: number, source: string): Quantity {
  return { value, kind: 'published', source: `${PATCH}: ${source}` };
}
function assumed<T>(value: T, source: string): Setting<T> {
  return { value, kind: 'assumed', source };
}

/** GB/s of folio_mc_copy() from one node to another: with one memcpy() a folio, and page by page. */
function pair(
  from: number,
  to: number,
  whole: number,
  byPage: number,
  measured: string,
  same = '',
): NodePair {
  const copyMemory = published(whole, `${measured}, one memcpy() for a 2 MB folio, ${whole} GB/s.${same}`);
  const copyPage: Quantity = {
    value: Math.round((4096 / byPage - 4096 / whole) * 100) / 100,
    kind: 'fitted',
    source: `Fitted to ${PATCH}: ${measured}, what a page takes longer at ${byPage} GB/s page by page than at ${whole} GB/s in one.${same}`,
  };
  return {
    from,
    to,
    copyMemory: same === '' ? copyMemory : { ...copyMemory, kind: 'assumed' },
    copyPage: same === '' ? copyPage : { ...copyPage, kind: 'assumed' },
    nodeLink: null,
  };
}

const SAME = ' Measured in the other direction; move_pages() is as fast in both (7.20 and 7.21 GB/s).';

/** A cost of the machine of the v3 series, which nobody has published for this one. */
function fromV3(name: CostName): Quantity {
  const { value, source } = SERIES_V3_ZEN3.costs[name];
  return assumed(value, `Taken from series-v3-zen3, not published for this machine. There: ${source}`);
}

const costs: Readonly<Record<CostName, Quantity>> = {
  ...(Object.fromEntries((Object.keys(COSTS) as CostName[]).map((name) => [name, fromV3(name)])) as Record<
    CostName,
    Quantity
  >),
  ...deviceCosts(SDXI, 1),
  lastLevelCache: {
    value: 32 * 2 ** 20,
    kind: 'datasheet',
    source: 'AMD EPYC 9655: 384 MB of L3 in 12 CCDs, 32 MiB for the eight cores of each.',
  },
  copyMemory: published(38.03, 'DRAM0 to DRAM1, one memcpy() for a 2 MB folio; each pair has its own.'),
  copyPage: assumed(82, 'The middle one of the three pairs (CXL to DRAM); each pair has its own.'),
  copyResident: assumed(38.03, 'As from memory: no copy out of the cache is published for this machine.'),
  threadBandwidth: published(18.65, 'DRAM0 to DRAM1 page by page, which is what a worker thread does.'),
  ccdLink: assumed(38.03, 'As on Zen 3 (11.2 GB/s against 10.8), one CPU is taken to fill what its CCD has.'),
  threadLink: assumed(
    120,
    'As on Zen 3 (34.1 GB/s against 10.8), all CPUs are taken to reach 3.2 times what one does.',
  ),
};

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

export const ZEN5_CXL: Machine = {
  name: 'zen5-9655-cxl',
  title: '2-socket Zen 5 EPYC 9655 with CXL memory, SDXI',
  source: `Copies between nodes: ${PATCH}. Everything else from series-v3-zen3; CPU numbering, 16 SDXI functions and their speed assumed.`,
  cpuHertz: {
    value: 2.6e9,
    kind: 'datasheet',
    source: 'AMD EPYC 9655: base clock 2.6 GHz; the clock of the measurement is not published.',
  },
  nodes: [
    { id: 0, memory: 'dram', cpus: [...range(0, 95), ...range(192, 287)], memoryBytes: null },
    { id: 1, memory: 'dram', cpus: [...range(96, 191), ...range(288, 383)], memoryBytes: null },
    { id: 2, memory: 'cxl', cpus: [], memoryBytes: null },
  ],
  distances: null,
  pairs: [
    pair(0, 1, 38.03, 18.65, 'DRAM0 to DRAM1'),
    pair(1, 0, 38.03, 18.65, 'DRAM0 to DRAM1', SAME),
    pair(0, 2, 39.29, 25.46, 'DRAM0 to CXL'),
    pair(2, 0, 35.07, 20.61, 'CXL to DRAM0'),
  ],
  measuredDistance: assumed(null, 'The patch gives no distances.'),
  iommu: SERIES_V3_ZEN3.iommu,
  dmaDevices: [deviceOf(SDXI, { name: 'sdxi', channels: 16 })],
  costs,
  variation: SERIES_V3_ZEN3.variation,
};
