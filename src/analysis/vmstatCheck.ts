/**
 * What a recording says against what the kernel's own counters say that were read before and after it. At the end of
 * migrate_pages() the same numbers go to the counters and to the mm_migrate_pages event (mm/migrate.c), so in a recording without
 * loss the sums agree, but for calls between a reading and the beginning or end of the recording.
 */
import type { MigrateTotals } from '../engine/kernel/totals';
import type { TraceCounter } from '../trace/model';
import type { TraceSums } from '../trace/calls/traceSums';

export interface VmstatCheck {
  readonly counter: string;
  /** What the recording says. */
  readonly recorded: number;
  /** By how much the counter grew. */
  readonly counted: number;
  readonly agrees: boolean;
}

export interface VmstatComparison {
  /** By how much each counter grew that grew (or fell). */
  readonly deltas: Readonly<Record<string, number>>;
  readonly checks: readonly VmstatCheck[];
  readonly agrees: boolean;
  /** Why they may differ, for people; empty where they agree. */
  readonly why: readonly string[];
}

/** count_vm_events() at the end of migrate_pages(), mm/migrate.c. */
const TOTALS: Readonly<Record<string, keyof MigrateTotals>> = {
  pgmigrate_success: 'nr_succeeded',
  pgmigrate_fail: 'nr_failed',
  thp_migration_success: 'nr_thp_succeeded',
  thp_migration_fail: 'nr_thp_failed',
  thp_migration_split: 'nr_thp_split',
};
/** demote_folio_list(), mm/vmscan.c. */
const DEMOTIONS = ['pgdemote_kswapd', 'pgdemote_direct', 'pgdemote_khugepaged', 'pgdemote_proactive'];
/** migrate_misplaced_folio(), mm/migrate.c. */
const NUMA_COUNTER = 'numa_pages_migrated';

export interface CheckedRecording extends Pick<TraceSums, 'calls' | 'totals' | 'byReason'> {
  readonly counters: readonly TraceCounter[];
  /** False where only functions were timed: nothing in the recording counts pages. */
  readonly countsPages: boolean;
  /** -1 where events were lost and nobody knows how many. */
  readonly lostEvents: number;
}

/** null where no counters were read. */
export function compareVmstat(recording: CheckedRecording): VmstatComparison | null {
  const { counters, totals, byReason } = recording;
  if (counters.length === 0) return null;
  const grown = new Map(counters.map(({ name, before, after }) => [name, after - before]));
  const deltas = Object.fromEntries([...grown].filter(([, delta]) => delta !== 0));
  if (!recording.countsPages) return { deltas, checks: [], agrees: true, why: [] };
  const checks: VmstatCheck[] = [];
  const check = (counter: string, recorded: number, counted: number | undefined): void => {
    if (counted !== undefined) checks.push({ counter, recorded, counted, agrees: recorded === counted });
  };
  for (const [counter, total] of Object.entries(TOTALS)) check(counter, totals[total], grown.get(counter));
  const demotions = DEMOTIONS.filter((name) => grown.has(name));
  if (demotions.length > 0) {
    const demoted = demotions.reduce((sum, name) => sum + (grown.get(name) ?? 0), 0);
    check('pgdemote_*', byReason['demotion']?.nr_succeeded ?? 0, demoted);
  }
  check(NUMA_COUNTER, byReason['numa_misplaced']?.nr_succeeded ?? 0, grown.get(NUMA_COUNTER));
  const agrees = checks.every((one) => one.agrees);
  return {
    deltas,
    checks,
    agrees,
    why: agrees ? [] : reasons(recording, checks, grown),
  };
}

function reasons(
  { lostEvents, byReason, calls }: CheckedRecording,
  checks: readonly VmstatCheck[],
  grown: ReadonlyMap<string, number>,
): string[] {
  const why: string[] = [];
  const short = checks.some(({ recorded, counted }) => recorded < counted);
  const over = checks.some(({ recorded, counted }) => recorded > counted);
  if (short && lostEvents !== 0) {
    const lost = lostEvents < 0 ? 'events' : `${lostEvents} events`;
    why.push(`The recording lost ${lost}: calls whose mm_migrate_pages is among them are missing here.`);
  }
  if (short && lostEvents === 0 && calls.total === 0) {
    why.push(
      'The recording holds no mm_migrate_pages events: nothing of what the kernel counted was recorded.',
    );
  }
  if ((byReason['numa_misplaced']?.calls ?? 0) > 0 || (grown.get(NUMA_COUNTER) ?? 0) > 0) {
    why.push(
      'NUMA balancing moved pages all the while, those of the recorder itself too: the recording and the two readings of the counters do not begin and end at one instant.',
    );
  }
  if (why.length === 0) {
    why.push(
      over && !short
        ? 'Pages were moved before the first reading or after the second, or the readings are of another run.'
        : 'The recording began after the first reading, ended before the second, or was filtered; or the readings are of another run.',
    );
  }
  return why;
}
