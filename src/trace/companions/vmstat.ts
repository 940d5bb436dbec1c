/**
 * /proc/vmstat: a line per counter, `name value` (vmstat_show(), mm/vmstat.c). Two of them, read before and after
 * a recording, say what the kernel itself counted meanwhile.
 */
import { type Parsed, ProblemList } from '../../base/problem';
import type { TraceCounter } from '../model';

/** Counters by name, as one reading of /proc/vmstat (or of a node's vmstat or numastat file) gives them. */
export type Counters = ReadonlyMap<string, number>;

const LINE = /^(\S+)\s+(-?\d+)$/;

/** Reads the text of /proc/vmstat, or of /sys/devices/system/node/nodeN/vmstat or numastat, which look the same. */
export function parseVmstat(text: string): Parsed<Counters> {
  const problems = new ProblemList();
  const counters = new Map<string, number>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const match = LINE.exec(line.trim());
    if (match === null) {
      problems.add(
        `"${line.slice(0, 40)}" is not a counter and its value.`,
        'Give the text of /proc/vmstat: cat /proc/vmstat > vmstat.before',
        index + 1,
      );
      continue;
    }
    counters.set(match[1]!, Number(match[2]));
  }
  return problems.parsed<Counters>(counters);
}

/**
 * The counters that tell of page migration: migrate_pages() and its callers (vmstat_text[], mm/vmstat.c). What
 * else /proc/vmstat holds is not kept with a trace.
 */
const KEPT =
  /^(pgmigrate_|thp_migration_|thp_split_|numa_|pgpromote_|pgdemote_|compact_|nr_tlb_|pgfault$|pgmajfault$|pgalloc_|allocstall_)/;

/** Both readings put together: the counters of migration that both hold, in the order of the first. */
export function counterDeltas(before: Counters, after: Counters): TraceCounter[] {
  const counters: TraceCounter[] = [];
  for (const [name, value] of before) {
    const later = after.get(name);
    if (later !== undefined && KEPT.test(name)) counters.push({ name, before: value, after: later });
  }
  return counters;
}
