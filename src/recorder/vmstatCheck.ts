/** What was recorded beside what the kernel itself counted meanwhile. */
import type { MigrateTotals } from '../engine/kernel/totals';
import type { Counters } from '../trace/companions/vmstat';

/**
 * migrate_pages() adds the sums of a call to these counters right before it prints them as mm_migrate_pages (mm/migrate.c),
 * and nothing else adds to them.
 */
const COUNTED = {
  pgmigrate_success: 'nr_succeeded',
  pgmigrate_fail: 'nr_failed',
  thp_migration_success: 'nr_thp_succeeded',
  thp_migration_fail: 'nr_thp_failed',
  thp_migration_split: 'nr_thp_split',
} as const satisfies Readonly<Record<string, keyof MigrateTotals>>;

/** Readings of /proc/vmstat on both sides of switching on, and of switching off. */
export interface VmstatReadings {
  readonly beforeOn: Counters;
  readonly afterOn: Counters;
  readonly beforeOff: Counters;
  readonly afterOff: Counters;
}

export interface CheckedCounter {
  /** Name in /proc/vmstat. */
  readonly counter: string;
  readonly field: keyof MigrateTotals;
  readonly recorded: number;
  /** What the kernel counted: at least while surely on, at most from before on to after off. */
  readonly atLeast: number;
  readonly atMost: number;
  readonly agrees: boolean;
}

export interface VmstatCheck {
  readonly counters: readonly CheckedCounter[];
  readonly agrees: boolean;
  /** Why they cannot or do not agree; '' where they do. */
  readonly reason: string;
}

export interface CheckedRecording {
  readonly totals: Readonly<MigrateTotals>;
  readonly lostEvents: number;
  /** Only some tasks or reasons were recorded. */
  readonly isFiltered: boolean;
  /** Whether mm_migrate_pages was recorded at all. */
  readonly hasSummaries: boolean;
}

export function checkVmstat(readings: VmstatReadings, recording: CheckedRecording): VmstatCheck {
  const { beforeOn, afterOn, beforeOff, afterOff } = readings;
  const counters = Object.entries(COUNTED).flatMap(([counter, field]): CheckedCounter[] => {
    const values = [beforeOn, afterOn, beforeOff, afterOff].map((reading) => reading.get(counter));
    const [first, second, third, last] = values;
    if (first === undefined || second === undefined || third === undefined || last === undefined) return [];
    const recorded = recording.totals[field];
    const [atLeast, atMost] = [Math.max(0, third - second), last - first];
    return [{ counter, field, recorded, atLeast, atMost, agrees: recorded >= atLeast && recorded <= atMost }];
  });
  const agrees = counters.length > 0 && counters.every((counter) => counter.agrees);
  return { counters, agrees, reason: agrees ? '' : reasonOf(counters, recording) };
}

function reasonOf(counters: readonly CheckedCounter[], recording: CheckedRecording): string {
  const { lostEvents, isFiltered, hasSummaries } = recording;
  if (counters.length === 0)
    return 'The kernel counts no migrations (/proc/vmstat has no pgmigrate_success).';
  if (!hasSummaries)
    return 'mm_migrate_pages was not among the events, so that nothing says how many pages moved.';
  if (isFiltered) return 'Only some tasks or reasons were recorded; the kernel counts all.';
  if (lostEvents !== 0) return `${lostEvents} events were lost, and what they counted with them.`;
  const wrong = counters.filter(({ agrees }) => !agrees);
  return `No event was lost, but ${wrong
    .map(
      ({ counter, recorded, atLeast, atMost }) =>
        `${counter} grew by ${between(atLeast, atMost)} while ${recorded} were recorded`,
    )
    .join('; ')}: something counts there that prints no mm_migrate_pages.`;
}

function between(low: number, high: number): string {
  return low === high ? String(low) : `${low} to ${high}`;
}
