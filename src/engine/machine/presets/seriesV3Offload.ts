/** What the v3 tables tell of 2 MB folios, of scatter-list offload and of worker threads. */
import type { CostName, VariationName } from '../costs';
import type { Quantity } from '../machine';

export function fittedToV3(value: number, source: string): Quantity {
  return { value, kind: 'fitted', source: `Fitted to the throughput tables of the v3 series: ${source}` };
}
function assumed(value: number, source: string): Quantity {
  return { value, kind: 'assumed', source };
}

const SCATTER = 'one share of 119 ns per folio (map, submit, unmap); the finer shares are assumed.';
const ENTRY =
  'One 8-byte entry of a run of neighbours. The tables would rather have none: their sum of squares is 0.407 with 0, 0.410 with 2 + 1 ns, 0.442 with 10 + 5 ns.';

export const SERIES_V3_OFFLOAD = {
  pmdUnmap: fittedToV3(
    5250,
    'the share of what is not copy in 512 folios of 2 MB, about 3 % of the baseline (5.9 µs a folio), less what any folio costs. Most of it will be the 511 tail pages that are prepared at the destination and checked when the source is freed (prep_compound_page, free_tail_page_prepare, mm/page_alloc.c), not the PMD.',
  ),
  channelSetup: assumed(
    4500,
    'Request and release of a channel, allocation of its tables: 5 µs with the doorbell; the tables tell little of it.',
  ),
  sgMap: fittedToV3(58, SCATTER),
  sgSubmit: fittedToV3(35, SCATTER),
  sgUnmap: fittedToV3(26, SCATTER),
  iommuMapEntry: assumed(2, ENTRY),
  iommuUnmapEntry: assumed(1, ENTRY),
  iotlbFlush: assumed(
    1000,
    'An invalidation command and the wait for it, about 1 µs; no published value for these machines.',
  ),
  channelAbort: assumed(
    5000,
    'dmaengine_terminate_sync(): stop the queue and wait for its callbacks; no published value.',
  ),
  interruptHandler: assumed(
    1000,
    'Interrupt entry, status reads over MMIO, completion callback: about 1 µs; no published value.',
  ),
  pollCheck: assumed(100, 'Half a turn of a polling loop with one read of device status.'),
  coldTouch: assumed(
    400,
    'What a CPU copy of a page from memory costs (4096 B at 10.1 GB/s): the same lines are fetched once more. Only an order of magnitude.',
  ),
  channelIssue: assumed(500, 'Doorbell of one queue; part of the 5 µs per channel.'),
  wakeup: assumed(5000, 'Interrupt, completion and wake-up of a sleeping task: a few µs.'),
  engineDescriptor: fittedToV3(114, 'one channel at small folios.'),
  engineIommuEntry: fittedToV3(380, 'one channel, folios below 2 MB against 2 MB.'),
  channelBandwidth: fittedToV3(13, 'one channel at 2 MB.'),
  engineBandwidth: fittedToV3(14.6, 'four channels at 2 MB: two neighbours share an engine.'),
  engineLink: fittedToV3(80, 'sixteen channels at 2 MB, less the serial work of 512 folios.'),
  workQueue: assumed(500, 'queue_work() and its cache lines; no published value.'),
  workStart: assumed(4000, 'Wake-up of a worker thread: a few µs; no published value.'),
  threadBandwidth: fittedToV3(11.1, 'one thread.'),
  threadLink: fittedToV3(36.7, 'sixteen threads.'),
  ccdLink: {
    value: 11.4,
    kind: 'published',
    source:
      'v2 series, threads filling one CCD first: 11.08 ± 0.03 GB/s with 8 of them (20250319192211.10092-1-shivankg@amd.com), of which 3 % of the time is not copy.',
  },
} as const satisfies Partial<Record<CostName, Quantity>>;

export const OFFLOAD_VARIATION = {
  offload: fittedToV3(0.06, 'the SD of the DMA rows, about 6 % of the mean.'),
  threads: fittedToV3(0.05, 'the SD of the mtcopy rows, about 5 % of the mean.'),
} as const satisfies Partial<Record<VariationName, Quantity>>;
