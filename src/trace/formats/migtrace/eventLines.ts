/** The lines `event`, `observed` and `phases`: rows of the recorded columns, each line complete in itself. */
import { PMD_ORDER } from '../../../base/units';
import { EVENT_TYPES, FOLIO_OUTCOMES } from '../../model';
import type {
  CALL_PHASE_SCHEMA,
  CallPhases,
  EventType,
  FOLIO_TIME_SCHEMA,
  FolioTimes,
  TraceEvents,
} from '../../model';
import type { TraceBuilder } from './builder';
import type { LineFields } from './lineFields';
import { MAX_ORDER } from './spec';
import { ADDRESS, PFN, PTE, TEXT, TIME, codeOf, integer } from './values';
import type { ValueKind } from './values';

const ROW = integer(-1, Number.MAX_SAFE_INTEGER);
const I32 = integer(-(2 ** 31), 2 ** 31 - 1);
const WIDE = integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
const U32 = integer(0, 2 ** 32 - 1);

interface EventField {
  readonly key: string;
  readonly kind: ValueKind<number>;
  readonly fallback: number;
}

/** What the columns of an event type are called. `text` stands for a row of `strings` in column a. */
interface EventShape {
  readonly a?: EventField;
  readonly text?: string;
  readonly b?: EventField;
  readonly pte?: string;
}

const CALL: EventShape = { a: { key: 'call', kind: ROW, fallback: -1 } };
const ADDR: EventField = { key: 'addr', kind: ADDRESS, fallback: -1 };
const PTE_EVENT: EventShape = { a: ADDR, pte: 'pte', b: { key: 'order', kind: I32, fallback: 0 } };
const PMD_EVENT: EventShape = { a: ADDR, pte: 'pmd', b: { key: 'order', kind: I32, fallback: PMD_ORDER } };

export const EVENT_SHAPES: Readonly<Record<EventType, EventShape>> = {
  mm_migrate_pages_start: CALL,
  mm_migrate_pages: CALL,
  set_migration_pte: PTE_EVENT,
  remove_migration_pte: PTE_EVENT,
  set_migration_pmd: PMD_EVENT,
  remove_migration_pmd: PMD_EVENT,
  tlb_flush: {
    a: { key: 'pages', kind: WIDE, fallback: 0 },
    b: { key: 'reason', kind: I32, fallback: 0 },
  },
  mm_compaction_migratepages: {
    a: { key: 'nr_migrated', kind: WIDE, fallback: 0 },
    b: { key: 'nr_failed', kind: I32, fallback: 0 },
  },
  marker: { text: 'text' },
  lost: { a: { key: 'count', kind: ROW, fallback: -1 } },
  other: { text: 'name' },
};

const TYPE = codeOf(EVENT_TYPES);
const CPU = integer(0, 65_535);

export function readEvent(fields: LineFields, into: TraceBuilder): void {
  const type = fields.word(0, 'a type of event', TYPE);
  if (type === undefined) return;
  const shape = EVENT_SHAPES[EVENT_TYPES[type]!];
  const row = into.events.push();
  const { columns } = into.events;
  columns.type[row] = type;
  columns.timeNs[row] = fields.take('t', TIME, 0);
  columns.cpu[row] = fields.take('cpu', CPU, 0);
  columns.pid[row] = fields.take('pid', I32, 0);
  if (shape.a !== undefined) columns.a[row] = fields.take(shape.a.key, shape.a.kind, shape.a.fallback);
  if (shape.text !== undefined) {
    const has = fields.has(shape.text);
    const text = fields.take(shape.text, TEXT, '');
    columns.a[row] = has ? into.strings.rowOf(text) : -1;
  }
  if (shape.pte !== undefined) {
    const [low, high] = fields.take(shape.pte, PTE, [0, 0]);
    columns.lo[row] = low;
    columns.hi[row] = high;
  }
  if (shape.b !== undefined) columns.b[row] = fields.take(shape.b.key, shape.b.kind, shape.b.fallback);
  fields.done(1);
}

export function writeEvent(events: TraceEvents, row: number, strings: readonly string[]): string {
  const type = EVENT_TYPES[events.type[row]!] ?? 'other';
  const { a, text, b, pte } = EVENT_SHAPES[type];
  let line = `event ${type} t=${TIME.write(events.timeNs[row]!)} cpu=${events.cpu[row]} pid=${events.pid[row]}`;
  if (a !== undefined) line += ` ${a.key}=${a.kind.write(events.a[row]!)}`;
  const string = strings[events.a[row]!];
  if (text !== undefined && string !== undefined) line += ` ${text}=${TEXT.write(string)}`;
  if (pte !== undefined) line += ` ${pte}=${PTE.write([events.lo[row]!, events.hi[row]!])}`;
  if (b !== undefined && events.b[row] !== b.fallback) line += ` ${b.key}=${events.b[row]}`;
  return line;
}

interface ObservedField extends EventField {
  readonly column: keyof typeof FOLIO_TIME_SCHEMA;
}

export const OBSERVED_FIELDS: readonly ObservedField[] = [
  { key: 'addr', column: 'address', kind: ADDRESS, fallback: -1 },
  { key: 'unmapped', column: 'unmappedNs', kind: TIME, fallback: Number.NaN },
  { key: 'remapped', column: 'remappedNs', kind: TIME, fallback: Number.NaN },
  { key: 'from_pfn', column: 'fromPfn', kind: PFN, fallback: -1 },
  { key: 'to_pfn', column: 'toPfn', kind: PFN, fallback: -1 },
  { key: 'order', column: 'order', kind: integer(0, MAX_ORDER), fallback: 0 },
  { key: 'outcome', column: 'outcome', kind: codeOf(FOLIO_OUTCOMES), fallback: 0 },
  { key: 'tries', column: 'tries', kind: integer(0, 255), fallback: 1 },
  { key: 'batch', column: 'batch', kind: U32, fallback: 0 },
];

export function readObserved(fields: LineFields, into: TraceBuilder): void {
  const row = into.folioTimes.push();
  const { columns } = into.folioTimes;
  columns.call[row] = fields.take('call', U32, Math.max(0, into.calls.length - 1));
  for (const { key, column, kind, fallback } of OBSERVED_FIELDS) {
    columns[column][row] = fields.take(key, kind, fallback);
  }
  fields.done(0);
}

export function writeObserved(times: FolioTimes, row: number): string {
  let line = `observed call=${times.call[row]}`;
  for (const { key, column, kind, fallback } of OBSERVED_FIELDS) {
    const value = times[column][row]!;
    if (!Object.is(value, fallback)) line += ` ${key}=${kind.write(value)}`;
  }
  return line;
}

interface PhaseField extends EventField {
  readonly column: keyof typeof CALL_PHASE_SCHEMA;
}

export const PHASE_FIELDS: readonly PhaseField[] = [
  { key: 'total', column: 'totalNs', kind: TIME, fallback: Number.NaN },
  { key: 'unmap', column: 'unmapNs', kind: TIME, fallback: Number.NaN },
  { key: 'flush', column: 'flushNs', kind: TIME, fallback: Number.NaN },
  { key: 'copy', column: 'copyNs', kind: TIME, fallback: Number.NaN },
  { key: 'remap', column: 'remapNs', kind: TIME, fallback: Number.NaN },
  { key: 'alloc', column: 'allocNs', kind: TIME, fallback: Number.NaN },
  { key: 'unmap_flush', column: 'unmapFlushNs', kind: TIME, fallback: Number.NaN },
  { key: 'copies', column: 'copies', kind: U32, fallback: 0 },
];

export function readPhases(fields: LineFields, into: TraceBuilder): void {
  const row = into.callPhases.push();
  const { columns } = into.callPhases;
  columns.call[row] = fields.take('call', U32, Math.max(0, into.calls.length - 1));
  for (const { key, column, kind, fallback } of PHASE_FIELDS) {
    columns[column][row] = fields.take(key, kind, fallback);
  }
  fields.done(0);
}

export function writePhases(phases: CallPhases, row: number): string {
  let line = `phases call=${phases.call[row]}`;
  for (const { key, column, kind, fallback } of PHASE_FIELDS) {
    const value = phases[column][row]!;
    if (!Object.is(value, fallback)) line += ` ${key}=${kind.write(value)}`;
  }
  return line;
}
