/** The packed encoding, read: section by section, each judged on its own. */
import { GrowableTable, emptyTable } from '../../../base/columns';
import type { Parsed } from '../../../base/problem';
import { ProblemList } from '../../../base/problem';
import { decodeUtf8 } from '../../../base/utf8';
import { FOLIO_RUN_SCHEMA } from '../../../engine/folio/workload';
import type { Calls, FolioRuns } from '../../../engine/folio/workload';
import { CALL_PHASE_SCHEMA, EVENT_SCHEMA, FOLIO_TIME_SCHEMA } from '../../model';
import type { CallPhases, FolioTimes, MigrationTrace, TraceEvents } from '../../model';
import { TraceBuilder } from './builder';
import { ByteReader } from './byteReader';
import { checkCallCodes, checkFolioTimes, checkRuns, placeRuns } from './checkColumns';
import { crc32 } from './crc32';
import { decodeEvents, makeScratch } from './eventReader';
import { decodeTable, readParts, rowsAtMost } from './parts';
import type { Parts } from './parts';
import { CALL_COLUMNS, HEAD_KEYWORDS, PACKED_HEADER_BYTES, PACKED_MAGIC, SECTIONS } from './spec';
import { TextLines } from './textReader';
import { readsVersion } from './upgrade';

const DAMAGED = 'The rest of the file is still read; get an undamaged copy if you can.';

interface Section {
  readonly kind: string;
  readonly offset: number;
  readonly payload: Uint8Array;
}

export function readPacked(bytes: Uint8Array, source: string): Parsed<MigrationTrace> {
  const problems = new ProblemList();
  const builder = new TraceBuilder(source);
  const sections = findSections(bytes, problems);
  for (const { offset, payload } of sections.get(SECTIONS.HEAD) ?? [])
    readHead(payload, offset, builder, problems);
  const folioRuns = readRuns(sections.get(SECTIONS.RUNS) ?? [], problems);
  const calls = readCalls(sections.get(SECTIONS.CALL) ?? [], folioRuns, problems);
  const folioTimes = readSeen(sections.get(SECTIONS.SEEN) ?? [], problems);
  const callPhases = readPhases(sections.get(SECTIONS.phas) ?? [], problems);
  const events = readEvents(sections.get(SECTIONS.EVNT) ?? [], problems);
  return problems.parsed(builder.finish(problems, { calls, folioRuns, folioTimes, callPhases, events }));
}

/** The undamaged sections by kind, in the order of the file. */
function findSections(bytes: Uint8Array, problems: ProblemList): Map<string, Section[]> {
  const found = new Map<string, Section[]>();
  const reader = new ByteReader(bytes, PACKED_MAGIC.length);
  const version = reader.u16();
  const zero = reader.u16();
  if (reader.failed) {
    problems.add('the file ends within its header.', 'Get the whole file.', null, bytes.length);
    return found;
  }
  if (!readsVersion(version, problems, null, PACKED_MAGIC.length)) return found;
  if (zero !== 0) {
    problems.add('the header is damaged.', DAMAGED, null, PACKED_HEADER_BYTES - 2);
  }
  while (reader.left > 0) {
    const offset = reader.at;
    const kind = String.fromCharCode(...reader.take(4));
    const length = reader.u32();
    const crc = reader.u32();
    if (reader.failed || length > reader.left) {
      problems.add(
        `the file ends within ${/^[A-Za-z]{4}$/.test(kind) ? `section ${kind}` : 'a section'}.`,
        'Get the whole file; what is before is read.',
        null,
        offset,
      );
      return found;
    }
    const payload = reader.take(length);
    if (crc32(payload, 0, length, crc32(bytes, offset, offset + 8)) !== crc) {
      problems.add(
        `section ${printable(kind)} is damaged (its checksum differs); it is left out.`,
        DAMAGED,
        null,
        offset,
      );
      continue;
    }
    if (kind === SECTIONS.DONE) {
      if (reader.left > 0) {
        problems.add(
          `${reader.left} bytes follow the end of the trace.`,
          'They are ignored.',
          null,
          reader.at,
        );
      }
      return found;
    }
    addSection(found, { kind, offset, payload }, problems);
  }
  problems.add(
    'the file is cut short: its end mark is missing.',
    'Get the whole file; what is there is read.',
    null,
    bytes.length,
  );
  return found;
}

const KNOWN: ReadonlySet<string> = new Set(Object.values(SECTIONS));

function addSection(found: Map<string, Section[]>, section: Section, problems: ProblemList): void {
  const { kind, offset } = section;
  if (KNOWN.has(kind)) {
    const list = found.get(kind) ?? [];
    const once = kind === SECTIONS.CALL || kind === SECTIONS.RUNS;
    if (once && list.length > 0) {
      problems.add(
        `section ${kind} is there twice; the second is left out.`,
        'Report it to who wrote the file.',
        null,
        offset,
      );
      return;
    }
    list.push(section);
    found.set(kind, list);
  } else if (!/^[a-z]/.test(kind)) {
    problems.add(
      `section ${printable(kind)} is needed to understand this file, and this MigTrace does not know it.`,
      'Update MigTrace; the sections it knows are read.',
      null,
      offset,
    );
  }
}

function printable(kind: string): string {
  return kind.replaceAll(/[^\x21-\x7e]/g, '?');
}

function readHead(payload: Uint8Array, offset: number, builder: TraceBuilder, problems: ProblemList): void {
  const own = new ProblemList();
  const lines = new TextLines(builder, own, new Set(HEAD_KEYWORDS));
  for (const [i, line] of decodeUtf8(payload).split('\n').entries()) lines.read(line, i + 1);
  for (const { line, message, hint } of own.problems) {
    problems.add(`section HEAD, line ${line}: ${message}`, hint, null, offset);
  }
}

/** Adds what is wrong with one section. */
function complainer({ kind, offset }: Section, problems: ProblemList): (what: string) => void {
  return (what) => problems.add(`section ${kind}: ${what}.`, DAMAGED, null, offset);
}

function readRuns(sections: readonly Section[], problems: ProblemList): FolioRuns {
  const table = new GrowableTable(FOLIO_RUN_SCHEMA, 1);
  for (const section of sections) {
    const complain = complainer(section, problems);
    decodeTable(FOLIO_RUN_SCHEMA, section.payload, table, complain);
    checkRuns(table, complain);
  }
  return table.finish();
}

function readCalls(sections: readonly Section[], runs: FolioRuns, problems: ProblemList): Calls {
  const table = new GrowableTable(CALL_COLUMNS, 1);
  for (const section of sections)
    decodeTable(CALL_COLUMNS, section.payload, table, complainer(section, problems));
  const columns = table.finish();
  const calls: Calls = { ...columns, firstRun: new Uint32Array(columns.length) };
  const complain = complainer(
    sections[0] ?? { kind: SECTIONS.CALL, offset: 0, payload: new Uint8Array() },
    problems,
  );
  checkCallCodes(calls, complain);
  placeRuns(calls, runs.length, complain);
  return calls;
}

function readSeen(sections: readonly Section[], problems: ProblemList): FolioTimes {
  const rows = sections.reduce((sum, { payload }) => sum + rowsAtMost(payload), 0);
  const table = new GrowableTable(FOLIO_TIME_SCHEMA, Math.max(1, rows));
  for (const section of sections) {
    decodeTable(FOLIO_TIME_SCHEMA, section.payload, table, complainer(section, problems));
  }
  const first = sections[0];
  if (first !== undefined) checkFolioTimes(table, complainer(first, problems));
  return table.finish();
}

function readPhases(sections: readonly Section[], problems: ProblemList): CallPhases {
  const table = new GrowableTable(CALL_PHASE_SCHEMA, 1);
  for (const section of sections) {
    decodeTable(CALL_PHASE_SCHEMA, section.payload, table, complainer(section, problems));
  }
  return table.finish();
}

/** All blocks go straight into columns of the final length. */
function readEvents(sections: readonly Section[], problems: ProblemList): TraceEvents {
  const blocks: { readonly section: Section; readonly parts: Parts }[] = [];
  let rows = 0;
  let largest = 0;
  for (const section of sections) {
    const parts = readParts(section.payload);
    if (typeof parts === 'string') {
      complainer(section, problems)(`${parts}; it is left out`);
      continue;
    }
    blocks.push({ section, parts });
    rows += parts.rows;
    largest = Math.max(largest, parts.rows);
  }
  if (rows === 0) return emptyTable(EVENT_SCHEMA);
  const table = exactTable(rows);
  const scratch = makeScratch(largest);
  let first = 0;
  for (const { section, parts } of blocks) {
    const wrong = decodeEvents(parts, table, first, scratch);
    if (wrong === null) first += parts.rows;
    else complainer(section, problems)(`${wrong}; its events are left out`);
  }
  return first === rows ? table : shortened(table, first);
}

function exactTable(rows: number): TraceEvents {
  const table = new GrowableTable(EVENT_SCHEMA, rows);
  return { length: rows, ...table.columns };
}

function shortened(table: TraceEvents, rows: number): TraceEvents {
  const out: Record<string, unknown> = { length: rows };
  for (const name of Object.keys(EVENT_SCHEMA) as (keyof typeof EVENT_SCHEMA)[]) {
    out[name] = table[name].slice(0, rows);
  }
  return out as unknown as TraceEvents;
}
