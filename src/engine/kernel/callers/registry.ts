/** Every caller of migrate_pages() by name, and the usual one of each reason. A new caller is one file here and one row below. */
import type { CalledReason, Caller } from './caller';
import {
  COMPACT_MEMORY,
  DIRECT_COMPACTION,
  DIRECT_COMPACTION_SYNC,
  KCOMPACTD,
  PROACTIVE_COMPACTION,
} from './compaction';
import { CONTIG_RANGE } from './contigRange';
import { DAMON } from './damon';
import { DIRECT_RECLAIM, KSWAPD, KSWAPD_CLASSIC } from './demotion';
import { LONGTERM_PIN } from './longtermPin';
import { MBIND } from './mbind';
import { MEMORY_OFFLINE } from './memoryOffline';
import { CPUSET, MIGRATE_PAGES } from './migratePagesSyscall';
import { MOVE_PAGES } from './movePages';
import { NUMA_BALANCING } from './numaBalancing';
import { SOFT_OFFLINE } from './softOffline';

export const CALLERS = {
  move_pages: MOVE_PAGES,
  migrate_pages: MIGRATE_PAGES,
  cpuset: CPUSET,
  mbind: MBIND,
  numa_balancing: NUMA_BALANCING,
  kcompactd: KCOMPACTD,
  proactive_compaction: PROACTIVE_COMPACTION,
  compact_memory: COMPACT_MEMORY,
  direct_compaction: DIRECT_COMPACTION,
  direct_compaction_sync: DIRECT_COMPACTION_SYNC,
  contig_range: CONTIG_RANGE,
  longterm_pin: LONGTERM_PIN,
  kswapd: KSWAPD,
  kswapd_classic_lru: KSWAPD_CLASSIC,
  direct_reclaim: DIRECT_RECLAIM,
  damon: DAMON,
  memory_offline: MEMORY_OFFLINE,
  soft_offline: SOFT_OFFLINE,
} as const satisfies Record<string, Caller>;
export type CallerName = keyof typeof CALLERS;
export const CALLER_NAMES = Object.keys(CALLERS) as CallerName[];

/** Who usually passes a reason, where several do. */
export const USUAL_CALLER = {
  compaction: 'kcompactd',
  memory_failure: 'soft_offline',
  memory_hotplug: 'memory_offline',
  syscall_or_cpuset: 'move_pages',
  mempolicy_mbind: 'mbind',
  numa_misplaced: 'numa_balancing',
  contig_range: 'contig_range',
  longterm_pin: 'longterm_pin',
  demotion: 'kswapd',
  damon: 'damon',
} as const satisfies Record<CalledReason, CallerName>;
export const CALLED_REASONS = Object.keys(USUAL_CALLER) as CalledReason[];
