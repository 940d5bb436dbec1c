/** Kernel events one by one: recorded ones, or those that a simulated run would print. */
import { EVENT_TYPES } from '../../model';
import { EVENT_CODES } from '../../calls/eventColumns';
import { pfnOfMigrationEntry, pfnOfPmd, pfnOfPte } from '../../calls/migrationEntry';
import type { EventStream } from '../events/eventStream';
import type { ColumnOf, ExportTable } from './table';
import { numbers, tableOf, texts } from './table';

const OF_FOLIOS = new Set<number>([
  EVENT_CODES.set_migration_pte,
  EVENT_CODES.remove_migration_pte,
  EVENT_CODES.set_migration_pmd,
  EVENT_CODES.remove_migration_pmd,
]);
const OF_CALLS = new Set<number>([EVENT_CODES.mm_migrate_pages_start, EVENT_CODES.mm_migrate_pages]);

/** `count`: how many there are, as far as known. A simulated run has no page frames: `hasFrames` false leaves them out. */
export function eventsTable(
  stream: () => EventStream,
  count: number,
  hasFrames: boolean,
  facts: Readonly<Record<string, string>>,
): ExportTable {
  const when = (codes: ReadonlySet<number>, value: (event: EventStream) => number) => (event: EventStream) =>
    codes.has(event.type) ? value(event) : NaN;
  const only = (code: number) => new Set([code]);
  const flush = only(EVENT_CODES.tlb_flush);
  const compaction = only(EVENT_CODES.mm_compaction_migratepages);
  const lost = only(EVENT_CODES.lost);
  const columns: ColumnOf<EventStream>[] = [
    numbers('time_ns', 'double', 'ns', 'Time on the clock of the trace', (event) => event.timeNs),
    texts('event', 'Name of the trace point', (event) =>
      event.type === EVENT_CODES.other ? event.text : (EVENT_TYPES[event.type] ?? ''),
    ),
    texts('task', 'Name of the task', (event) => event.comm),
    numbers('pid', 'int32', null, 'Its process number', (event) => event.pid),
    numbers('cpu', 'int32', null, 'CPU it was printed on', (event) => event.cpu),
    numbers(
      'call',
      'int32',
      null,
      'Call, of mm_migrate_pages_start and mm_migrate_pages',
      when(OF_CALLS, (event) => event.a),
    ),
    numbers(
      'address',
      'int64',
      null,
      'User address, of set and remove events',
      when(OF_FOLIOS, (event) => event.a),
    ),
    numbers(
      'folio_order',
      'int32',
      null,
      'Order as printed, of set and remove events',
      when(OF_FOLIOS, (event) => event.b),
    ),
    ...(hasFrames
      ? [
          numbers(
            'pfn',
            'int64',
            null,
            'Page frame in the entry; empty where unknown',
            when(OF_FOLIOS, frameOf),
          ),
        ]
      : []),
    numbers(
      'flushed_pages',
      'int64',
      'pages',
      'Pages of a tlb_flush, -1: everything',
      when(flush, (event) => event.a),
    ),
    numbers(
      'flush_reason',
      'int32',
      null,
      'enum tlb_flush_reason',
      when(flush, (event) => event.b),
    ),
    numbers(
      'nr_migrated_pages',
      'int64',
      'pages',
      'Of mm_compaction_migratepages',
      when(compaction, (event) => event.a),
    ),
    numbers(
      'nr_failed_pages',
      'int64',
      'pages',
      'Of mm_compaction_migratepages',
      when(compaction, (event) => event.b),
    ),
    numbers(
      'lost_events',
      'int64',
      'events',
      'Events lost here, -1: not said',
      when(lost, (event) => event.a),
    ),
    texts('text', 'Of a marker', (event) => (event.type === EVENT_CODES.marker ? event.text : '')),
  ];
  return tableOf('events', columns, count, () => rowsOf(stream()), facts);
}

function frameOf({ type, lo, hi }: EventStream): number {
  const isSet = type === EVENT_CODES.set_migration_pte || type === EVENT_CODES.set_migration_pmd;
  const isPmd = type === EVENT_CODES.remove_migration_pmd;
  const pfn = isSet ? pfnOfMigrationEntry(lo, hi) : isPmd ? pfnOfPmd(lo, hi) : pfnOfPte(lo, hi);
  return pfn < 0 ? NaN : pfn;
}

function* rowsOf(stream: EventStream): Generator<EventStream> {
  while (stream.next()) yield stream;
}
