/**
 * Every cost the engine asks a machine for: what it means, in which unit, and which phase of t1..t4 it
 * falls into. docs/MODEL.md writes the equations out.
 */
export const COSTS = {
  callEntry: {
    unit: 'ns',
    meaning: 'Once per migrate_pages() call: entry, cold code and data, first touch of the lists.',
  },
  folioAlloc: {
    unit: 'ns',
    meaning: 'Per try: allocate and lock the destination folio, lock the source (migrate_folio_unmap).',
  },
  allocLock: {
    unit: 'ns',
    meaning:
      'Of `folioAlloc`: under the lock of the destination zone, which all CPUs that migrate to the node share.',
  },
  pteUnmap: { unit: 'ns', meaning: 'Per PTE replaced by a migration entry (try_to_migrate_one).' },
  pmdUnmap: { unit: 'ns', meaning: 'Per PMD replaced by a migration entry (set_pmd_migration_entry).' },
  localFlush: {
    unit: 'ns',
    meaning: 'Per flush of one mm on its own CPU (flush_tlb_mm_range, local mm shootdown).',
  },
  ipiFlush: { unit: 'ns', meaning: 'Per flush that interrupts other CPUs: send and wait for the first.' },
  ipiFlushPerCpu: { unit: 'ns', meaning: 'Per further CPU interrupted by a flush.' },
  folioSwitch: {
    unit: 'ns',
    meaning:
      'Per folio: references, mapping, flags and metadata to the destination (folio_migrate_mapping, folio_migrate_flags).',
  },
  pteRemap: { unit: 'ns', meaning: 'Per PTE or PMD restored (remove_migration_pte).' },
  folioFinish: { unit: 'ns', meaning: 'Per folio: add to LRU, unlock, free the source.' },
  folioRetry: {
    unit: 'ns',
    meaning: 'Per move attempt that ends at the reference check with -EAGAIN.',
  },
  folioUndo: {
    unit: 'ns',
    meaning: 'Per folio given back: unlock, free the destination (migrate_folio_undo_src/dst).',
  },
  metadataMiss: {
    unit: 'ns',
    meaning: 'Per folio, when the struct pages and PTEs of a call exceed the last-level cache.',
  },
  interleaveMiss: {
    unit: 'ns',
    meaning:
      'Per folio in designs that copy between mapping and remap: lines of metadata pushed out by the copy.',
  },
  lockWait: {
    unit: 'ns',
    meaning: 'Asleep until another task gives up the lock of a folio (SYNC, SYNC_LIGHT).',
  },
  writebackWait: { unit: 'ns', meaning: 'Asleep until the writeback of a folio ends (SYNC).' },
  splitFolio: { unit: 'ns', meaning: 'Per folio split (split_folio_to_list): unmap, new folios, remap.' },
  lastLevelCache: { unit: 'bytes', meaning: 'Last-level cache that one CPU reaches.' },
  copyResident: {
    unit: 'GB/s',
    meaning: 'CPU copy when source and destination of the call fit in the last-level cache.',
  },
  copyMemory: { unit: 'GB/s', meaning: 'CPU copy from and to memory, remote node to local node.' },
  copyPage: {
    unit: 'ns',
    meaning:
      'CPU copy, per base page: one turn of the loop over pages (folio_copy, folio_mc_copy), cond_resched() included.',
  },
  nodeLink: {
    unit: 'GB/s',
    meaning: 'All copies from one node to another, by CPUs and engines, one direction.',
  },
  copyCold: { unit: 'ns', meaning: 'Once per call: the first copy finds cold code, TLB and prefetchers.' },
  batchCopyFolio: {
    unit: 'ns',
    meaning: 'Per folio of a separate copy pass (folios_copy): the list is walked once more.',
  },
  iommuMapEntry: {
    unit: 'ns',
    meaning: 'Per IOMMU page-table entry written by the CPU; none with the IOMMU off.',
  },
  iommuUnmapEntry: {
    unit: 'ns',
    meaning: 'Per IOMMU page-table entry cleared by the CPU; none with the IOMMU off.',
  },
  iotlbFlush: {
    unit: 'ns',
    meaning:
      'Per invalidation of the IOTLB, waited for: at each unmap (strict), or once for 256 ranges (lazy).',
  },
  dmaMap: { unit: 'ns', meaning: 'Per dma_map_page(); two per folio.' },
  dmaUnmap: { unit: 'ns', meaning: 'Per dma_unmap_page(); two per folio.' },
  dmaSubmit: {
    unit: 'ns',
    meaning: 'Per descriptor on the CPU: prepare, submit, issue, and the end of the polling loop.',
  },
  dmaLatency: {
    unit: 'ns',
    meaning: 'Per descriptor in the engine: from doorbell to completion, without the transfer.',
  },
  dmaBandwidth: { unit: 'GB/s', meaning: 'Transfer of one channel.' },
  dmaResidentRead: {
    unit: 'ns',
    meaning:
      "Per base page whose source lines sit in a CPU cache: the engine's reads are answered from there.",
  },
  dmaCold: {
    unit: 'ns',
    meaning: 'Once per call that uses the engine: idle queue, cold driver code, first doorbell.',
  },
  channelSetup: {
    unit: 'ns',
    meaning: 'Per channel and batch: request and release, scatter tables, completion (dcbm v3 and later).',
  },
  sgMap: {
    unit: 'ns',
    meaning: 'Per folio on the CPU: scatter-list entries of source and destination mapped (dma_map_sgtable).',
  },
  sgSubmit: { unit: 'ns', meaning: 'Per descriptor on the CPU: prepare and submit.' },
  sgUnmap: { unit: 'ns', meaning: 'Per folio on the CPU: scatter-list entries unmapped.' },
  channelIssue: { unit: 'ns', meaning: 'Per channel: dma_async_issue_pending(), doorbell.' },
  channelAbort: {
    unit: 'ns',
    meaning: 'Per channel of a failed batch: terminate and clean up (dmaengine_terminate_sync).',
  },
  interruptHandler: {
    unit: 'ns',
    meaning: 'CPU time of one completion interrupt, on whichever CPU takes it.',
  },
  pollCheck: { unit: 'ns', meaning: 'From the completion until a polling caller has seen it.' },
  coldTouch: {
    unit: 'ns',
    meaning:
      'User space, per base page: first touch of contents that an engine left in no cache, beyond a touch after a CPU copy. A model.',
  },
  wakeup: { unit: 'ns', meaning: 'From the last interrupt of a batch until the sleeping caller runs again.' },
  engineDescriptor: { unit: 'ns', meaning: 'Per descriptor in the engine: fetch, start, completion.' },
  engineIommuEntry: {
    unit: 'ns',
    meaning: 'Per IOMMU page-table entry the engine crosses: 4 KiB pieces below 2 MiB, one piece at 2 MiB.',
  },
  channelBandwidth: { unit: 'GB/s', meaning: 'Transfer of one channel of an engine that several share.' },
  engineBandwidth: { unit: 'GB/s', meaning: 'Transfer of one engine, over all its channels.' },
  engineLink: { unit: 'GB/s', meaning: 'Transfer of all engines together.' },
  workQueue: { unit: 'ns', meaning: 'Per work item: queue_work() on the caller.' },
  workStart: {
    unit: 'ns',
    meaning: 'From queue_work() until the worker thread copies; and back to the caller at the end.',
  },
  threadBandwidth: { unit: 'GB/s', meaning: 'CPU copy of one worker thread.' },
  threadLink: { unit: 'GB/s', meaning: 'CPU copy of all worker threads together, spread over the machine.' },
  ccdLink: { unit: 'GB/s', meaning: 'CPU copy of all worker threads of one CCD together.' },
} as const satisfies Record<string, { unit: 'ns' | 'GB/s' | 'bytes'; meaning: string }>;
export type CostName = keyof typeof COSTS;

/** What varies from run to run, and which costs it scales (lognormal, mean 1). */
export const VARIATIONS = {
  entry: { scales: ['callEntry'], meaning: 'State of caches and scheduler when a call begins.' },
  software: {
    scales: [
      'folioAlloc',
      'allocLock',
      'pteUnmap',
      'pmdUnmap',
      'localFlush',
      'ipiFlush',
      'ipiFlushPerCpu',
      'folioSwitch',
      'pteRemap',
      'folioFinish',
      'folioUndo',
      'folioRetry',
      'metadataMiss',
      'interleaveMiss',
      'splitFolio',
    ],
    meaning: 'Kernel work per folio: allocator and LRU state, clock, neighbours.',
  },
  copyResident: { scales: ['copyResident'], meaning: 'Copy bandwidth out of the cache.' },
  copyMemory: {
    scales: ['copyMemory', 'batchCopyFolio', 'copyPage', 'nodeLink'],
    meaning: 'Copy bandwidth across nodes.',
  },
  copyCold: { scales: ['copyCold'], meaning: 'The first copy of a call.' },
  dma: {
    scales: [
      'dmaMap',
      'dmaUnmap',
      'dmaSubmit',
      'dmaLatency',
      'dmaBandwidth',
      'dmaResidentRead',
      'iommuMapEntry',
      'iommuUnmapEntry',
      'iotlbFlush',
    ],
    meaning: 'Driver and engine, per descriptor.',
  },
  offload: {
    scales: [
      'channelSetup',
      'sgMap',
      'sgSubmit',
      'sgUnmap',
      'channelIssue',
      'wakeup',
      'channelAbort',
      'interruptHandler',
      'pollCheck',
      'engineDescriptor',
      'engineIommuEntry',
      'channelBandwidth',
      'engineBandwidth',
      'engineLink',
    ],
    meaning: 'Scatter-list offload: driver, engines and links.',
  },
  threads: {
    scales: ['workQueue', 'workStart', 'threadBandwidth', 'threadLink', 'ccdLink'],
    meaning: 'Worker threads: scheduling and bandwidth.',
  },
  dmaCold: { scales: ['dmaCold'], meaning: 'First use of the engine in a call.' },
} as const satisfies Record<string, { scales: readonly CostName[]; meaning: string }>;
export type VariationName = keyof typeof VARIATIONS;
