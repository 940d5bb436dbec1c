/**
 * The counters of /proc/vmstat that page migration moves, as the kernel computes them from its calls, and the
 * mm_compaction_migratepages event of each compaction call.
 *
 * Left out, because a run does not determine them: compact_isolated (also counts the free pages that were taken as
 * destinations, and pages isolated but not handed over), compact_migrate_scanned and compact_free_scanned (pages that
 * were looked at), compact_stall, _fail, _success and _daemon_* (what became of the allocation), pgpromote_candidate and
 * numa_hint_faults (faults that led to no call), pgscan and pgsteal.
 */
import type { Machine } from '../machine/machine';
import type { KernelRulesName, Run, RunCalls } from '../sim/run';
import { MIGRATE_REASONS } from './modes';
import type { Reclaimer } from './rules/kernelRules';
import { RULES } from './rules/registry';

export const VMSTAT_COUNTERS = [
  'pgmigrate_success',
  'pgmigrate_fail',
  'thp_migration_success',
  'thp_migration_fail',
  'thp_migration_split',
  'numa_pages_migrated',
  'pgpromote_success',
  'pgdemote_kswapd',
  'pgdemote_direct',
  'pgdemote_khugepaged',
  'pgdemote_proactive',
] as const;
export type VmstatCounter = (typeof VMSTAT_COUNTERS)[number];

/** By how much each counter grows: base pages; thp_* in folios. Missing: that kernel has none, or it cannot be known. */
export type Vmstat = Readonly<Partial<Record<VmstatCounter, number>>>;

export interface VmstatOptions {
  readonly kernel: KernelRulesName;
  /** Whether sysctl kernel.numa_balancing has the bit of memory tiering (2); null: not known. */
  readonly tiering: boolean | null;
  /** Who reclaims in a call of reason demotion. */
  readonly reclaimer: (call: number) => Reclaimer;
  /** Calls that count. Default: all. */
  readonly counts?: (call: number) => boolean;
}

const NUMA_MISPLACED = MIGRATE_REASONS.indexOf('numa_misplaced');
const DEMOTION = MIGRATE_REASONS.indexOf('demotion');
const COMPACTION = MIGRATE_REASONS.indexOf('compaction');

/** Models count_vm_events() at the end of migrate_pages(), migrate_misplaced_folio() (mm/migrate.c) and demote_folio_list() (mm/vmscan.c). */
export function vmstatOf(run: Run, { kernel, tiering, reclaimer, counts }: VmstatOptions): Vmstat {
  const { calls } = run;
  const { countsPromotions, demotionCounters } = RULES[kernel];
  const sums = { success: 0, fail: 0, thpSuccess: 0, thpFail: 0, thpSplit: 0, numa: 0 };
  const demoted: Record<Reclaimer, number> = { kswapd: 0, direct: 0, khugepaged: 0, proactive: 0 };
  let promoted: number | null = 0;
  for (let call = 0; call < calls.length; call++) {
    const source = calls.source[call] as number;
    if (counts?.(source) === false) continue;
    const succeeded = calls.nr_succeeded[call] as number;
    sums.success += succeeded;
    sums.fail += calls.nr_failed[call] as number;
    sums.thpSuccess += calls.nr_thp_succeeded[call] as number;
    sums.thpFail += calls.nr_thp_failed[call] as number;
    sums.thpSplit += calls.nr_thp_split[call] as number;
    if (calls.reason[call] === NUMA_MISPLACED) {
      sums.numa += succeeded;
      const counted = countsPromotions === 'always' ? true : tiering;
      const promotes = succeeded === 0 ? false : both(counted, isPromotion(run, call));
      promoted = promotes === null || promoted === null ? null : promoted + (promotes ? succeeded : 0);
    } else if (calls.reason[call] === DEMOTION) {
      const by = reclaimer(source);
      demoted[demotionCounters.includes(by) ? by : 'direct'] += succeeded;
    }
  }
  return {
    pgmigrate_success: sums.success,
    pgmigrate_fail: sums.fail,
    thp_migration_success: sums.thpSuccess,
    thp_migration_fail: sums.thpFail,
    thp_migration_split: sums.thpSplit,
    numa_pages_migrated: sums.numa,
    ...(promoted !== null && { pgpromote_success: promoted }),
    ...Object.fromEntries(demotionCounters.map((by) => [`pgdemote_${by}`, demoted[by]])),
  };
}

/** Three-valued and: null is not known. */
function both(a: boolean | null, b: boolean | null): boolean | null {
  if (a === false || b === false) return false;
  return a === null || b === null ? null : true;
}

/** Whether the folio of a hint fault goes from a lower tier to a top one; the kernel looks at its one folio, here the first. */
function isPromotion(run: Run, call: number): boolean | null {
  const row = rowOfFolio(run, run.calls.first[call] as number);
  const from = isTopTier(run.machine, run.folios.from[row] as number);
  const to = isTopTier(run.machine, run.folios.to[row] as number);
  return both(from === null ? null : !from, to);
}

/** The row of `run.folios` that holds a folio. */
function rowOfFolio(run: Run, folio: number): number {
  const { first } = run.folios;
  let low = 0;
  for (let high = run.folios.length - 1; low < high;) {
    const middle = Math.ceil((low + high) / 2);
    if ((first[middle] as number) <= folio) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * Models node_is_toptier(), mm/memory-tiers.c: a tier is a top one if it is no slower than the slowest that has CPUs.
 * So a node with CPUs is, and one of ordinary memory; CXL memory without CPUs is not; null where nobody knows.
 */
export function isTopTier(machine: Machine | null, node: number): boolean | null {
  const found = machine?.nodes.find(({ id }) => id === node);
  if (found === undefined) return null;
  if (found.cpus.length > 0 || found.memory === 'dram') return true;
  return found.memory === 'cxl' ? false : null;
}

export interface CompactionEvent {
  readonly call: number;
  readonly nr_migrated: number;
  readonly nr_failed: number;
}

/**
 * What trace_mm_compaction_migratepages() prints after each call of compaction: nr_failed is what was isolated less
 * what succeeded, so pages that were never tried are in it (compact_zone(), mm/compaction.c).
 */
export function compactionEvents(calls: RunCalls): CompactionEvent[] {
  const events: CompactionEvent[] = [];
  for (let call = 0; call < calls.length; call++) {
    if (calls.reason[call] !== COMPACTION) continue;
    const succeeded = calls.nr_succeeded[call] as number;
    events.push({
      call,
      nr_migrated: succeeded,
      nr_failed: (calls.pages[call] as number) - succeeded,
    });
  }
  return events;
}
