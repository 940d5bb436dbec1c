/** A trace being read: what both encodings fill, and the checks that make a trace of it. */
import { GrowableTable, type Schema, type Table, type TypedArray } from '../../../base/columns';
import type { ProblemList } from '../../../base/problem';
import { CALL_SCHEMA, FOLIO_RUN_SCHEMA } from '../../../engine/folio/workload';
import { CALL_PHASE_SCHEMA, EVENT_SCHEMA, EVENT_TYPES, FOLIO_TIME_SCHEMA } from '../../model';
import type {
  CallPhases,
  EventType,
  FolioTimes,
  MigrationTrace,
  TraceCounter,
  TraceEvents,
  TraceNode,
  TraceProvenance,
  TraceTiming,
} from '../../model';
import type { Calls, FolioRuns } from '../../../engine/folio/workload';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Rows of texts: lines that declare one append a row, lines that use one find or append it. */
export class TextTable {
  readonly rows: string[];
  private readonly index = new Map<string, number>();

  constructor(first: readonly string[]) {
    this.rows = [];
    for (const text of first) this.append(text);
  }

  append(text: string): void {
    if (!this.index.has(text)) this.index.set(text, this.rows.length);
    this.rows.push(text);
  }

  /** The first row that holds `text`. */
  rowOf(text: string): number {
    const row = this.index.get(text);
    if (row !== undefined) return row;
    this.append(text);
    return this.rows.length - 1;
  }
}

export interface TraceTables {
  calls: Calls;
  folioRuns: FolioRuns;
  events: TraceEvents;
  folioTimes: FolioTimes;
  callPhases: CallPhases;
}

export class TraceBuilder {
  readonly provenance: Mutable<TraceProvenance>;
  readonly notes: string[] = [];
  machine: { name: string; preset: string | null } | null = null;
  readonly nodes: TraceNode[] = [];
  readonly nodeIds = new Set<number>();
  /** Row of the SLIT per node, where given. */
  readonly distances: (readonly number[] | null)[] = [];
  span = { startNs: 0, endNs: 0 };
  lines = 0;
  lostEvents = 0;
  readonly eventCounts = new Map<string, number>();
  readonly timings: TraceTiming[] = [];
  readonly counters: TraceCounter[] = [];
  readonly comms = new TextTable(['']);
  readonly strings = new TextTable([]);
  readonly calls = new GrowableTable(CALL_SCHEMA);
  readonly folioRuns = new GrowableTable(FOLIO_RUN_SCHEMA);
  readonly events = new GrowableTable(EVENT_SCHEMA);
  readonly folioTimes = new GrowableTable(FOLIO_TIME_SCHEMA);
  readonly callPhases = new GrowableTable(CALL_PHASE_SCHEMA);

  constructor(source: string) {
    this.provenance = {
      format: 'migtrace',
      origin: 'described',
      kernel: null,
      clock: null,
      source,
      sha256: '',
      notes: this.notes,
    };
  }

  /** The trace so far; `tables` take the place of the builder's own where the encoding brings whole columns. */
  finish(problems: ProblemList, tables: Partial<TraceTables> = {}): MigrationTrace {
    const calls = tables.calls ?? this.calls.finish();
    const folioRuns = tables.folioRuns ?? this.folioRuns.finish();
    const events = tables.events ?? this.events.finish();
    const folioTimes = tables.folioTimes ?? this.folioTimes.finish();
    const callPhases = tables.callPhases ?? this.callPhases.finish();
    checkCalls(calls, this.comms.rows.length, problems);
    checkEvents(events, calls.length, this.strings.rows.length, problems);
    return {
      provenance: this.provenance,
      machine: this.finishMachine(problems),
      span: this.span,
      workload: { calls, folioRuns, comms: this.comms.rows },
      events,
      folioTimes: keptRows(
        FOLIO_TIME_SCHEMA,
        folioTimes,
        calls.length,
        ['observed folios', 'observed'],
        problems,
      ),
      callPhases: keptRows(
        CALL_PHASE_SCHEMA,
        callPhases,
        calls.length,
        ['measured phases', 'phases'],
        problems,
      ),
      timings: this.timings,
      counters: this.counters,
      strings: this.strings.rows,
      lines: this.lines,
      lostEvents: this.lostEvents,
      eventCounts: Object.fromEntries(this.eventCounts),
    };
  }

  private finishMachine(problems: ProblemList): MigrationTrace['machine'] {
    if (this.machine === null && this.nodes.length === 0) return null;
    const { name, preset } = this.machine ?? { name: '', preset: null };
    const rows = this.distances.filter((row) => row !== null);
    const whole = rows.length === this.nodes.length && rows.every((row) => row.length === rows.length);
    if (rows.length > 0 && !whole) {
      problems.add(
        'the distances of the nodes do not make up a square matrix; they are left out.',
        'Give each node line distances= with one number per node, in the order of the node lines.',
      );
    }
    return { name, preset, nodes: this.nodes, distances: rows.length > 0 && whole ? rows : null };
  }
}

function checkCalls(calls: Calls, comms: number, problems: ProblemList): void {
  for (let i = 0; i < calls.length; i++) {
    if (calls.comm[i]! < comms) continue;
    calls.comm[i] = 0;
    problems.add(`call ${i} names a task name that is not in the file.`, 'Its task name is left empty.');
  }
}

/** Which table column `a` of an event points into. */
const POINTS_TO: Readonly<Partial<Record<EventType, 'call' | 'string'>>> = {
  mm_migrate_pages_start: 'call',
  mm_migrate_pages: 'call',
  marker: 'string',
  other: 'string',
};
const POINTER = EVENT_TYPES.map((type) => POINTS_TO[type] ?? '');

/** Sets rows that point nowhere to −1; says so once per table. */
function checkEvents(events: TraceEvents, calls: number, strings: number, problems: ProblemList): void {
  let noCall = 0;
  let noString = 0;
  const { type, a } = events;
  for (let i = 0; i < events.length; i++) {
    const pointer = POINTER[type[i]!]!;
    if (pointer === '' || a[i] === -1) continue;
    const limit = pointer === 'call' ? calls : strings;
    if (Number.isInteger(a[i]) && a[i]! >= 0 && a[i]! < limit) continue;
    a[i] = -1;
    if (pointer === 'call') noCall++;
    else noString++;
  }
  if (noCall > 0) {
    problems.add(`events of calls that are not in the file: ${noCall}.`, 'They stay in the list of events.');
  }
  if (noString > 0) {
    problems.add(`events whose text is not in the file: ${noString}.`, 'They stay without a text.');
  }
}

/** Drops rows whose call is not in the file. `what` they are, and the keyword of their lines. */
function keptRows<S extends { readonly call: 'u32' } & Schema>(
  schema: S,
  table: Table<S>,
  calls: number,
  [what, keyword]: readonly [string, string],
  problems: ProblemList,
): Table<S> {
  const call: Uint32Array = table.call;
  let lost = 0;
  for (let i = 0; i < table.length; i++) if (call[i]! >= calls) lost++;
  if (lost === 0) return table;
  problems.add(
    `${what} of calls that are not in the file: ${lost}.`,
    `They are left out; the ${keyword} lines need call= from 0 to the number of calls less one.`,
  );
  const kept = new GrowableTable(schema, Math.max(1, table.length - lost));
  for (let i = 0; i < table.length; i++) {
    if (call[i]! >= calls) continue;
    const row = kept.push();
    for (const name of Object.keys(schema) as (keyof S & string)[]) {
      const [from, into]: [TypedArray, TypedArray] = [table[name], kept.columns[name]];
      into[row] = from[i]!;
    }
  }
  return kept.finish();
}
