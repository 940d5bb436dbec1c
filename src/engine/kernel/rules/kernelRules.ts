/** How the kernels differ: one field per difference, each with the function it sits in (mm/migrate.c unless said). */
import type { KernelRulesName } from '../../sim/run';

export interface KernelRules {
  readonly name: KernelRulesName;
  /**
   * migrate_pages(): how the list is cut at the batch limit. `included`: the folio whose base pages reach the
   * limit is the last of its batch (sum >= limit). `excluded`: the folio that would exceed it begins the next (sum > limit).
   */
  readonly crossingFolio: 'included' | 'excluded';
  /**
   * migrate_pages_batch(): `phases` unmaps all folios of the batch, flushes, then moves one after another, and a
   * SYNC or SYNC_LIGHT call tries the batch as ASYNC first (migrate_pages_sync()). `folioByFolio` unmaps, flushes,
   * moves and remaps each folio before it looks at the next (unmap_and_move()), in the caller's mode.
   */
  readonly work: 'phases' | 'folioByFolio';
  /** Passes in which a mode that may sleep does not yet wait for a folio lock or writeback (`force` = pass > 2 in unmap_and_move()). */
  readonly passesWithoutWaiting: number;
  /** migrate_folio_unmap(): ASYNC batches pass TTU_BATCH_FLUSH, so that PTEs of an mm on several CPUs share one flush. */
  readonly batchesFlushes: boolean;
  /** __migrate_folio(): the contents are copied before __folio_migrate_mapping(); else after. */
  readonly copyBeforeSwitch: boolean;
  /** migrate_pages_batch(): a partially mapped folio on the deferred-split list is split before it is unmapped. */
  readonly splitsDeferredFirst: boolean;
  /** fallback_migrate_folio(): a SYNC move writes a dirty folio out (writeout()); else it is -EBUSY in every mode. */
  readonly writesOutDirty: boolean;
  /** migrate_pages_batch(): a long-term pin waits for the next pass where a split returned -EAGAIN (since 6.2). */
  readonly retriesSplitForPin: boolean;
  /** trace_mm_migrate_pages(): the event has nr_split; where it has not, nothing counts it. */
  readonly countsSplits: boolean;
  /** What -ENOMEM among the parts of split folios does: end the call with -ENOMEM, or be ignored. */
  readonly noMemoryForPart: 'endsCall' | 'ignored';
  /**
   * compact_zone(), mm/compaction.c: after a call that failed, the scanner takes the rest of the pageblock at once
   * (ASYNC and SYNC_LIGHT), or, in direct ASYNC compaction, skips the rest of the block of the wanted order.
   */
  readonly compactionAfterFailure: 'finishesPageblock' | 'skipsOrderBlock';
  /** isolate_migratepages_block(), mm/compaction.c: compound pages are isolated, where they are small enough (since 6.9). */
  readonly compactsLargeFolios: boolean;
  /** migrate_misplaced_folio(): PGPROMOTE_SUCCESS counts from a lower to a top tier always, or in memory tiering mode only. */
  readonly countsPromotions: 'always' | 'inTieringMode';
  /** demote_folio_list(), mm/vmscan.c: who has a counter of demoted pages; any other counts as direct reclaim. */
  readonly demotionCounters: readonly Reclaimer[];
}

/** Who reclaims: reclaimer_offset(), mm/vmscan.c. `proactive`: a write to memory.reclaim. */
export const RECLAIMERS = ['kswapd', 'direct', 'khugepaged', 'proactive'] as const;
export type Reclaimer = (typeof RECLAIMERS)[number];
