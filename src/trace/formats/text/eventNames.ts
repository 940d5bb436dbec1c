import { EVENT_CODES } from '../../calls/eventColumns';
import { ascii, standsAt } from './bytes';

/** What an event name means to the reader: an EVENT_TYPES code; `other` for every name it does not read. */
interface KnownName {
  readonly word: Uint8Array;
  readonly code: number;
}

/** mm_migrate_stage is no type of event of its own: its rows are `other`, its durations go to Recording.timeStages. */
export const STAGE_CODE = 200;

const LONGEST = 'mm_compaction_migratepages'.length;
/** Names by length and second-last byte: no two share both. */
const KNOWN = Array.from<KnownName | undefined>({ length: (LONGEST + 1) * 256 });
for (const [name, code] of [
  ['mm_migrate_pages_start', EVENT_CODES.mm_migrate_pages_start],
  ['mm_migrate_pages', EVENT_CODES.mm_migrate_pages],
  ['set_migration_pte', EVENT_CODES.set_migration_pte],
  ['remove_migration_pte', EVENT_CODES.remove_migration_pte],
  ['set_migration_pmd', EVENT_CODES.set_migration_pmd],
  ['remove_migration_pmd', EVENT_CODES.remove_migration_pmd],
  ['tlb_flush', EVENT_CODES.tlb_flush],
  ['mm_compaction_migratepages', EVENT_CODES.mm_compaction_migratepages],
  // tracing_mark_write() as the trace file prints it; trace-cmd report calls the event print.
  ['tracing_mark_write', EVENT_CODES.marker],
  ['print', EVENT_CODES.marker],
  ['mm_migrate_stage', STAGE_CODE],
] as const) {
  KNOWN[slot(name.length, name.charCodeAt(name.length - 2))] = { word: ascii(name), code };
}

function slot(length: number, secondLast: number): number {
  return length * 256 + secondLast;
}

/** The EVENT_TYPES code of the event name in `bytes[start, end)`. */
export function eventCode(bytes: Uint8Array, start: number, end: number): number {
  if (end - start > LONGEST || end - start < 2) return EVENT_CODES.other;
  const known = KNOWN[slot(end - start, bytes[end - 2]!)];
  if (known === undefined || !standsAt(bytes, start, known.word)) return EVENT_CODES.other;
  return known.code;
}
