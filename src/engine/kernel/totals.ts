/** The six sums of the mm_migrate_pages event: pages in base pages, thp and split in folios (mm/migrate.c, struct migrate_pages_stats). */
export interface MigrateTotals {
  nr_succeeded: number;
  nr_failed: number;
  nr_thp_succeeded: number;
  nr_thp_failed: number;
  nr_thp_split: number;
  nr_split: number;
}

export const TOTAL_NAMES = [
  'nr_succeeded',
  'nr_failed',
  'nr_thp_succeeded',
  'nr_thp_failed',
  'nr_thp_split',
  'nr_split',
] as const satisfies readonly (keyof MigrateTotals)[];

export function zeroTotals(): MigrateTotals {
  return {
    nr_succeeded: 0,
    nr_failed: 0,
    nr_thp_succeeded: 0,
    nr_thp_failed: 0,
    nr_thp_split: 0,
    nr_split: 0,
  };
}

export function addTotals(into: MigrateTotals, other: MigrateTotals): void {
  into.nr_succeeded += other.nr_succeeded;
  into.nr_failed += other.nr_failed;
  into.nr_thp_succeeded += other.nr_thp_succeeded;
  into.nr_thp_failed += other.nr_thp_failed;
  into.nr_thp_split += other.nr_thp_split;
  into.nr_split += other.nr_split;
}

export function sameTotals(a: MigrateTotals, b: MigrateTotals): boolean {
  return TOTAL_NAMES.every((name) => a[name] === b[name]);
}
