import { FIRST_FORCED_PASS } from '../limits';
import type { KernelRules } from './kernelRules';

/**
 * Distribution kernel 6.1.192, whose backports make it more than vanilla 6.1: the list is cut at 512 base pages,
 * but the cut has no visible effect, because each folio is unmapped and moved at once, ten whole attempts long.
 */
export const LINUX_6_1: KernelRules = {
  name: '6.1',
  crossingFolio: 'excluded',
  work: 'folioByFolio',
  passesWithoutWaiting: FIRST_FORCED_PASS,
  batchesFlushes: false,
  copyBeforeSwitch: false,
  splitsDeferredFirst: false,
  writesOutDirty: true,
  retriesSplitForPin: false,
  countsSplits: false,
  noMemoryForPart: 'endsCall',
  compactionAfterFailure: 'skipsOrderBlock',
  compactsLargeFolios: false,
  countsPromotions: 'always',
  demotionCounters: ['kswapd', 'direct'],
};
