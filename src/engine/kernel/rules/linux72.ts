import type { KernelRules } from './kernelRules';
import { LINUX_6_12 } from './linux612';

/**
 * 7.2.13, which stands for 6.18 and later. What it changes in mm/migrate.c is visible in one thing only: dirty folios are not written out. The
 * test for a freed folio sits in migrate_pages_batch(), and migrate_folios_move() and _undo() are functions of their
 * own. Demotion by a write to memory.reclaim has its own counter (since 6.15).
 */
export const LINUX_7_2: KernelRules = {
  ...LINUX_6_12,
  name: '7.2',
  writesOutDirty: false,
  demotionCounters: ['kswapd', 'direct', 'khugepaged', 'proactive'],
};
