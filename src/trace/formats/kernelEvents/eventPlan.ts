import { EVENT_CODES } from '../../calls/eventColumns';
import { modeCode, reasonCode } from '../../../engine/kernel/modes';
import { type EventFormat, numberField, symbolsOf } from './formatText';
import type { NumberField } from './numberField';

/** What is done with the records of an event, besides the EVENT_TYPES codes. */
export const GRAPH_ENTRY = 100;
export const GRAPH_EXIT = 101;
/** trace_printk() with its format elsewhere, and with no arguments at all. */
export const BINARY_PRINT = 102;
export const BINARY_PUTS = 103;

/** Fields of mm_migrate_pages in the order of SUMMARY_SCHEMA's counts (include/trace/events/migrate.h). */
const COUNTS = [
  'succeeded',
  'failed',
  'thp_succeeded',
  'thp_failed',
  'thp_split',
  'large_folio_split',
] as const;

/** How the records of one event are read: found out once per event from its format, then used for each record. */
export class EventPlan {
  /** An EVENT_TYPES code, or one of the above. */
  readonly kind: number;
  /** The event's own name, a number of `Recording.strings`. */
  readonly name: number;
  readonly pid: NumberField;
  /** Bytes a record must have. */
  readonly length: number;
  readonly first: NumberField | undefined;
  readonly second: NumberField | undefined;
  readonly third: NumberField | undefined;
  readonly fourth: NumberField | undefined;
  /** mm_migrate_pages: COUNTS, undefined where the kernel has no such field. */
  readonly counts: readonly (NumberField | undefined)[];
  /** Codes by the kernel's number, where the format tells what the numbers are called. */
  readonly modes: ReadonlyMap<number, number>;
  readonly reasons: ReadonlyMap<number, number>;
  /** Where the text of a marker begins; its end is the record's. */
  readonly textAt: number;

  constructor(parts: PlanParts, pid: NumberField, name: number) {
    this.kind = parts.kind;
    this.name = name;
    this.pid = pid;
    this.first = parts.fields[0];
    this.second = parts.fields[1];
    this.third = parts.fields[2];
    this.fourth = parts.fields[3];
    this.counts = parts.counts ?? [];
    this.modes = parts.modes ?? NO_CODES;
    this.reasons = parts.reasons ?? NO_CODES;
    this.textAt = parts.textAt ?? 0;
    const fields = [pid, ...parts.fields, ...this.counts];
    this.length = fields.reduce((end, field) => Math.max(end, field?.end ?? 0), this.textAt);
  }
}

interface PlanParts {
  readonly kind: number;
  readonly fields: readonly (NumberField | undefined)[];
  readonly counts?: readonly (NumberField | undefined)[];
  readonly modes?: ReadonlyMap<number, number>;
  readonly reasons?: ReadonlyMap<number, number>;
  readonly textAt?: number;
}

const NO_CODES: ReadonlyMap<number, number> = new Map();

/** Kinds by event name; the names of fields are those of include/trace/events/{migrate,thp,tlb,compaction}.h and kernel/trace/trace_entries.h. */
const KINDS: Readonly<Record<string, readonly [kind: number, ...fields: string[]]>> = {
  mm_migrate_pages_start: [EVENT_CODES.mm_migrate_pages_start, 'mode', 'reason'],
  mm_migrate_pages: [EVENT_CODES.mm_migrate_pages, 'mode', 'reason'],
  set_migration_pte: [EVENT_CODES.set_migration_pte, 'addr', 'pte', 'order'],
  remove_migration_pte: [EVENT_CODES.remove_migration_pte, 'addr', 'pte', 'order'],
  set_migration_pmd: [EVENT_CODES.set_migration_pmd, 'addr', 'pmd'],
  remove_migration_pmd: [EVENT_CODES.remove_migration_pmd, 'addr', 'pmd'],
  tlb_flush: [EVENT_CODES.tlb_flush, 'pages', 'reason'],
  mm_compaction_migratepages: [EVENT_CODES.mm_compaction_migratepages, 'nr_migrated', 'nr_failed'],
  print: [EVENT_CODES.marker],
  bprint: [BINARY_PRINT, 'fmt'],
  bputs: [BINARY_PUTS, 'str'],
  funcgraph_entry: [GRAPH_ENTRY, 'func', 'depth'],
  funcgraph_exit: [GRAPH_EXIT, 'func', 'depth', 'calltime', 'rettime'],
};

/** Whether records of the event are more than counted. */
export function isKnownEvent(name: string): boolean {
  return Object.hasOwn(KINDS, name);
}

/** What to do with an event, or the name of a field it lacks. */
export function planParts(format: EventFormat, isBigEndian: boolean): PlanParts | string {
  const known = Object.hasOwn(KINDS, format.name) ? KINDS[format.name] : undefined;
  if (known === undefined) return { kind: EVENT_CODES.other, fields: [] };
  const [kind, ...names] = known;
  const fields: NumberField[] = [];
  for (const name of names) {
    const field = numberField(format.fields, name, isBigEndian);
    if (field === undefined) return name;
    fields.push(field);
  }
  if (kind === EVENT_CODES.marker || kind === BINARY_PRINT) {
    const text = format.fields.get('buf');
    return text === undefined ? 'buf' : { kind, fields, textAt: text.offset };
  }
  if (names[0] !== 'mode') return { kind, fields };
  const codes = {
    modes: codesOf(format, 'mode', modeCode),
    reasons: codesOf(format, 'reason', reasonCode),
  };
  if (kind === EVENT_CODES.mm_migrate_pages_start) return { kind, fields, ...codes };
  const counts = COUNTS.map((name) => numberField(format.fields, name, isBigEndian));
  const missing = COUNTS.findIndex((_, index) => index < 2 && counts[index] === undefined);
  return missing < 0 ? { kind, fields, counts, ...codes } : COUNTS[missing]!;
}

function codesOf(
  format: EventFormat,
  field: string,
  codeOf: (word: string) => number,
): ReadonlyMap<number, number> {
  return new Map([...symbolsOf(format, field)].map(([value, word]) => [value, codeOf(word)]));
}
