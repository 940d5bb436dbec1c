import type { KernelRules } from './kernelRules';

/** 6.8, which stands for 6.3 to 6.10: batches in phases, mapping before copy. The base of RFC v1. */
export const LINUX_6_8: KernelRules = {
  name: '6.8',
  crossingFolio: 'included',
  work: 'phases',
  passesWithoutWaiting: 0,
  batchesFlushes: true,
  copyBeforeSwitch: false,
  splitsDeferredFirst: false,
  writesOutDirty: true,
  retriesSplitForPin: true,
  countsSplits: true,
  noMemoryForPart: 'ignored',
  compactionAfterFailure: 'finishesPageblock',
  compactsLargeFolios: false,
  countsPromotions: 'always',
  demotionCounters: ['kswapd', 'direct', 'khugepaged'],
};
