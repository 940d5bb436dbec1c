/** The events of a recording, beside its run. */
import { EVENT_TYPES, type MigrationTrace } from '../../model';
import { EVENT_CODES } from '../../calls/eventColumns';
import type { Arguments, TimelineItem } from './items';

/** Calls are slices of their own. */
const CALLS = new Set<number>([EVENT_CODES.mm_migrate_pages_start, EVENT_CODES.mm_migrate_pages]);
/** Shown only where every folio is: a large recording has millions. */
const FOLIOS = new Set<number>([
  EVENT_CODES.set_migration_pte,
  EVENT_CODES.remove_migration_pte,
  EVENT_CODES.set_migration_pmd,
  EVENT_CODES.remove_migration_pmd,
]);

/** CPUs that have events, in order. */
export function eventCpus({ events }: MigrationTrace): number[] {
  const seen = new Uint8Array(1 << 16);
  for (let row = 0; row < events.length; row++) seen[events.cpu[row] as number] = 1;
  return [...seen.keys()].filter((cpu) => seen[cpu] === 1);
}

export function* recordedInstants(
  trace: MigrationTrace,
  cpus: ReadonlyMap<number, number>,
  withFolios: boolean,
): Generator<TimelineItem> {
  const { events } = trace;
  for (const [cpu, track] of cpus) {
    let reached = -Infinity;
    for (let row = 0; row < events.length; row++) {
      const type = events.type[row] as number;
      if (events.cpu[row] !== cpu || CALLS.has(type) || (!withFolios && FOLIOS.has(type))) continue;
      // A clock that jumps back: items of a track are in order.
      reached = Math.max(reached, Math.round(events.timeNs[row] as number));
      yield {
        what: 'instant',
        track,
        time: reached,
        name: nameOf(trace, row),
        category: 'event',
        args: argumentsOf(trace, row),
      };
    }
  }
}

function nameOf({ events, strings }: MigrationTrace, row: number): string {
  const type = EVENT_TYPES[events.type[row] as number] ?? 'other';
  if (type === 'other') return strings[events.a[row] as number] ?? 'other';
  return type === 'lost' ? 'events lost' : type;
}

function argumentsOf({ events, strings }: MigrationTrace, row: number): Arguments {
  const type = events.type[row] as number;
  const [a, b] = [events.a[row] as number, events.b[row] as number];
  const pid = ['pid', events.pid[row] as number] as const;
  if (FOLIOS.has(type)) return [pid, ['address', `0x${a.toString(16)}`], ['order', b]];
  switch (type) {
    case EVENT_CODES.tlb_flush:
      return [pid, ['pages', a], ['reason', b]];
    case EVENT_CODES.mm_compaction_migratepages:
      return [pid, ['nr_migrated', a], ['nr_failed', b]];
    case EVENT_CODES.marker:
      return [pid, ['text', strings[a] ?? '']];
    case EVENT_CODES.lost:
      return [['events', a]];
    default:
      return [pid];
  }
}
