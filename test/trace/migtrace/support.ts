/** Shared by the .migtrace suites: reading from bytes, and arbitrary and realistic traces. */
import * as fc from 'fast-check';
import { GrowableTable, emptyTable } from '../../../src/base/columns';
import type { Schema, Table, TypedArray } from '../../../src/base/columns';
import type { Parsed } from '../../../src/base/problem';
import { createRng } from '../../../src/base/rng';
import { CALL_SCHEMA, FOLIO_RUN_SCHEMA } from '../../../src/engine/folio/workload';
import type { Workload } from '../../../src/engine/folio/workload';
import {
  CALL_PHASE_SCHEMA,
  EVENT_SCHEMA,
  EVENT_TYPES,
  FOLIO_TIME_SCHEMA,
  TRACE_FORMATS,
} from '../../../src/trace/model';
import type { EventType, MigrationTrace } from '../../../src/trace/model';
import { createMigtraceReader } from '../../../src/trace/formats/migtrace/reader';

/** Reads the whole of `bytes`, in pieces of the given sizes and then the rest. */
export function read(bytes: Uint8Array | string, pieces: readonly number[] = []): Parsed<MigrationTrace> {
  const input = typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes;
  const reader = createMigtraceReader({ source: '' });
  let from = 0;
  for (const size of pieces) {
    reader.push(input.subarray(from, from + size));
    from += size;
  }
  if (from < input.length || pieces.length === 0) reader.push(input.subarray(from));
  return reader.finish();
}

/** The trace of `bytes`; throws when there is any problem. */
export function readClean(bytes: Uint8Array | string, pieces: readonly number[] = []): MigrationTrace {
  const { value, problems } = read(bytes, pieces);
  if (problems.length > 0) throw new Error(JSON.stringify(problems, null, 1));
  return value;
}

export function emptyTrace(): MigrationTrace {
  return readClean('migtrace 1\n');
}

/** A table of rows given as objects; columns not named are zero. */
export function tableOf<S extends Schema>(
  schema: S,
  rows: readonly Partial<Record<keyof S, number>>[],
): Table<S> {
  const table = new GrowableTable(schema, Math.max(1, rows.length));
  for (const values of rows) {
    const row = table.push();
    for (const [name, value] of Object.entries(values)) {
      (table.columns[name] as TypedArray)[row] = value as number;
    }
  }
  return table.finish();
}

/** A record with the ordinary prototype, as the readers make them. */
function record<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<T>;
}

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('none', 'a=b', '#', '"', 'x y', '\n'),
);
/** A value of a counter: some count down as well. */
const counter = fc.oneof(fc.nat(), fc.integer(), fc.constantFrom(0, Number.MAX_SAFE_INTEGER));
const count = fc.oneof(fc.nat(), fc.constantFrom(0, 1, Number.MAX_SAFE_INTEGER));
/** Any time: microseconds as traces print them, nanoseconds, and what JavaScript can hold. −0 is written as 0. */
const time = fc
  .oneof(
    fc.nat().map((us) => us * 1000),
    fc.maxSafeNat(),
    fc.double({ noDefaultInfinity: true, noNaN: true }),
  )
  .map((ns) => ns + 0);
const timeOrNone = fc.oneof(time, fc.constant(Number.NaN));
const address = fc.oneof(
  fc.nat().map((page) => 0x7f00_0000_0000 + page * 4096),
  fc.maxSafeNat(),
  fc.constant(-1),
);
const pfn = fc.oneof(fc.maxSafeNat(), fc.constant(-1));
const u16 = fc.nat(65_535);
const u32 = fc.oneof(fc.nat(), fc.constantFrom(0, 2 ** 32 - 1));
const i32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const node = fc.integer({ min: -1, max: 32_767 });
const order = fc.nat(18);

const run = record({
  count: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
  order,
  kind: fc.nat(4),
  fate: fc.nat(10),
  mapping: fc.nat(2),
  mappings: u16,
  address,
  from: node,
  to: node,
  partsMoved: u16,
  partsFailed: u16,
});

const call = record({
  startNs: timeOrNone,
  endNs: timeOrNone,
  cpu: i32,
  pid: i32,
  mode: fc.constantFrom(0, 1, 2, 3, 255),
  reason: fc.constantFrom(0, 3, 5, 10, 255),
  flags: fc.nat(63),
  mmCpus: u16,
  nr_succeeded: count,
  nr_failed: count,
  nr_thp_succeeded: count,
  nr_thp_failed: count,
  nr_thp_split: count,
  nr_split: count,
});

const workload: fc.Arbitrary<Workload> = fc
  .record({
    calls: fc.array(fc.tuple(call, fc.array(run, { maxLength: 4 }), fc.nat()), { maxLength: 5 }),
    comms: fc.array(text, { maxLength: 3 }),
  })
  .map(({ calls, comms }) => {
    const names = ['', ...comms];
    let first = 0;
    const rows = calls.map(([values, runs, comm]) => {
      first += runs.length;
      return {
        ...values,
        // The first of equal names: text refers to names by what they are.
        comm: names.indexOf(names[comm % names.length]!),
        firstRun: first - runs.length,
        runCount: runs.length,
      };
    });
    return {
      calls: tableOf(CALL_SCHEMA, rows),
      folioRuns: tableOf(
        FOLIO_RUN_SCHEMA,
        calls.flatMap(([, runs]) => runs),
      ),
      comms: names,
    };
  });

/** An event of any type, in the normal form of the model: columns its type does not use are zero. */
function event(
  calls: number,
  strings: number,
): fc.Arbitrary<Partial<Record<keyof typeof EVENT_SCHEMA, number>>> {
  const row = (rows: number): fc.Arbitrary<number> => fc.integer({ min: -1, max: rows - 1 });
  const wide = fc.oneof(fc.maxSafeInteger(), fc.constantFrom(-1, 1)).map((value) => value + 0);
  const pte = { a: address, lo: u32, hi: u32 };
  const shapes: Readonly<Record<EventType, Readonly<Record<string, fc.Arbitrary<number>>>>> = {
    mm_migrate_pages_start: { a: row(calls) },
    mm_migrate_pages: { a: row(calls) },
    set_migration_pte: { ...pte, b: order },
    remove_migration_pte: { ...pte, b: order },
    set_migration_pmd: { ...pte, b: fc.constant(9) },
    remove_migration_pmd: { ...pte, b: order },
    tlb_flush: { a: wide, b: i32 },
    mm_compaction_migratepages: { a: wide, b: i32 },
    marker: { a: row(strings) },
    lost: { a: fc.integer({ min: -1, max: 1e9 }) },
    other: { a: row(strings) },
  };
  return fc.oneof(
    ...EVENT_TYPES.map((name, type) =>
      record({ type: fc.constant(type), timeNs: time, cpu: u16, pid: i32, ...shapes[name] }),
    ),
  );
}

function observed(calls: number): fc.Arbitrary<Partial<Record<keyof typeof FOLIO_TIME_SCHEMA, number>>> {
  return record({
    call: fc.nat(calls - 1),
    unmappedNs: timeOrNone,
    remappedNs: timeOrNone,
    address,
    fromPfn: pfn,
    toPfn: pfn,
    order,
    outcome: fc.nat(2),
    tries: fc.nat(255),
    batch: u32,
  });
}

function phases(calls: number): fc.Arbitrary<Partial<Record<keyof typeof CALL_PHASE_SCHEMA, number>>> {
  return record({
    call: fc.nat(calls - 1),
    totalNs: timeOrNone,
    unmapNs: timeOrNone,
    flushNs: timeOrNone,
    copyNs: timeOrNone,
    remapNs: timeOrNone,
    allocNs: timeOrNone,
    unmapFlushNs: timeOrNone,
    copies: u32,
  });
}

const machine = fc
  .uniqueArray(
    record({
      id: fc.nat(32_767),
      cpus: fc.array(u16, { maxLength: 5 }),
      memoryBytes: fc.option(
        fc.oneof(
          fc.maxSafeNat(),
          fc.nat(4096).map((g) => g * 2 ** 30),
        ),
      ),
      pfnSpans: fc.array(fc.tuple(fc.maxSafeNat(), fc.maxSafeNat()), { maxLength: 2 }),
    }),
    { maxLength: 3, selector: ({ id }) => id },
  )
  .chain((nodes) =>
    record({
      name: text,
      preset: fc.option(text),
      nodes: fc.constant(nodes),
      distances:
        nodes.length === 0
          ? fc.constant(null)
          : fc.option(fc.array(fc.array(fc.nat(255), width(nodes)), width(nodes))),
    }),
  );

function width({ length }: { readonly length: number }): fc.ArrayConstraints {
  return { minLength: length, maxLength: length };
}

/** Any trace the model can hold, in its normal form. */
export const anyTrace: fc.Arbitrary<MigrationTrace> = fc
  .tuple(workload, fc.uniqueArray(text, { maxLength: 4 }))
  .chain(([load, strings]) =>
    record({
      provenance: record({
        format: fc.constantFrom(...TRACE_FORMATS),
        origin: fc.constantFrom('recorded' as const, 'described' as const),
        kernel: fc.option(text),
        clock: fc.option(text),
        source: text,
        sha256: fc.oneof(fc.constant(''), fc.stringMatching(/^[0-9a-f]{64}$/)),
        notes: fc.array(text, { maxLength: 3 }),
      }),
      machine: fc.option(machine),
      span: record({ startNs: time, endNs: time }),
      workload: fc.constant(load),
      events: fc
        .array(event(load.calls.length, strings.length), { maxLength: 40 })
        .map((rows) => tableOf(EVENT_SCHEMA, rows)),
      folioTimes:
        load.calls.length === 0
          ? fc.constant(emptyTable(FOLIO_TIME_SCHEMA))
          : fc
              .array(observed(load.calls.length), { maxLength: 10 })
              .map((rows) => tableOf(FOLIO_TIME_SCHEMA, rows)),
      callPhases:
        load.calls.length === 0
          ? fc.constant(emptyTable(CALL_PHASE_SCHEMA))
          : fc
              .array(phases(load.calls.length), { maxLength: 5 })
              .map((rows) => tableOf(CALL_PHASE_SCHEMA, rows)),
      timings: fc.array(
        fc.oneof(
          record({ name: text, calls: count, totalNs: time }),
          record({ name: text, calls: count, totalNs: time, selfNs: time }),
        ),
        { maxLength: 3 },
      ),
      counters: fc.array(record({ name: text, before: counter, after: counter }), { maxLength: 3 }),
      strings: fc.constant(strings),
      lines: count,
      lostEvents: fc.oneof(count, fc.constant(-1)),
      // Without a prototype trick: `__proto__` is an ordinary name here.
      eventCounts: fc
        .array(fc.tuple(text, count), { maxLength: 4 })
        .map((pairs) => Object.fromEntries(pairs)),
    }),
  );

/**
 * Events as the kernel prints them for one process whose pages are moved in batches of 512: all sets, each
 * after a flush where `flushEach`, then all removes; sources scattered in short stretches, microseconds.
 */
export function realisticTrace(pages: number, flushEach: boolean): MigrationTrace {
  const rng = createRng(7);
  const table = new GrowableTable(EVENT_SCHEMA, pages * 3);
  const code = (type: EventType): number => EVENT_TYPES.indexOf(type);
  let timeUs = 47_640_331;
  const add = (
    type: number,
    a: number,
    b: number,
    pfnBits = 0,
    flags: readonly [number, number] = [0, 0],
  ): void => {
    const row = table.push();
    const { columns } = table;
    timeUs += 14 + Math.floor(rng.next() * 8);
    columns.timeNs[row] = timeUs * 1000;
    columns.type[row] = type;
    columns.pid[row] = 942;
    columns.a[row] = a;
    columns.b[row] = b;
    columns.lo[row] = (pfnBits % 2 ** 32) + flags[0];
    columns.hi[row] = Math.floor(pfnBits / 2 ** 32) + flags[1];
  };
  let source = 0x10_0000;
  for (let from = 0; from < pages; from += 512) {
    const to = Math.min(pages, from + 512);
    for (let page = from; page < to; page++) {
      source = rng.next() < 0.1 ? 0x8_0000 + Math.floor(rng.next() * 0x10_0000) : source + 1;
      if (flushEach) add(code('tlb_flush'), 1, 3);
      const entry = (2 ** 39 - 1 - source) * 512;
      add(code('set_migration_pte'), 0x7f00_0000_0000 + page * 4096, 0, entry, [2, 0xf7f9_0000]);
    }
    if (!flushEach) add(code('tlb_flush'), -1, 4);
    for (let page = from; page < to; page++) {
      const pte = (0x11_0000 + page) * 4096;
      add(code('remove_migration_pte'), 0x7f00_0000_0000 + page * 4096, 0, pte, [0x867, 0x8000_0000]);
    }
  }
  return { ...emptyTrace(), events: table.finish() };
}
