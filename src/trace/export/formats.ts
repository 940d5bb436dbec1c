/** Writes a trace or a run. A new format is a row in formatNames.ts and a case in `exportOf`. */
import type { Run } from '../../engine/sim/run';
import { writeMigtracePackedChunks } from '../formats/migtrace/packedWriter';
import { writeMigtraceTextChunks } from '../formats/migtrace/textWriter';
import { createTraceReader } from '../formats/read';
import type { MigrationTrace } from '../model';
import { ChunkWriter } from './chunkWriter';
import type { EventStream } from './events/eventStream';
import { RecordedEvents } from './events/recordedEvents';
import { SimulatedEvents } from './events/simulatedEvents';
import type { ExportFormat, ExportTableName } from './formatNames';
import { recordedFtraceText, simulatedFtraceText } from './ftraceText/export';
import { perfettoTrace } from './perfetto/writer';
import { csvOf } from './tables/csv';
import { eventsTable } from './tables/eventsTable';
import { foliosTable } from './tables/foliosTable';
import { markdownOf } from './tables/markdown';
import { parquetOf } from './tables/parquet';
import { batchesTable, callsTable, factsOf, type TableSource } from './tables/runTables';
import type { ExportTable } from './tables/table';
import { totalsTable } from './tables/totalsTable';
import { type TimelineDetail, timelineOf } from './timeline/timeline';
import { traceEventJson } from './traceEvent/writer';

export interface ExportSubject {
  readonly trace: MigrationTrace;
  /** The simulated run of the trace, or its recorded one; null where the trace holds no run. */
  readonly run: Run | null;
}

export interface ExportOptions {
  readonly format: ExportFormat;
  /** Of `csv`, `markdown` and `parquet`. */
  readonly table: ExportTableName;
  /** Of `perfetto` and `trace-event`; undefined: by the number of folios. */
  readonly detail?: TimelineDetail | undefined;
}

/** What was asked for is not in the trace. The message says what to do instead. */
export class ExportError extends Error {}

/** The file, chunk by chunk. Throws ExportError before the first chunk where there is nothing to write. */
export function exportOf(
  subject: ExportSubject,
  { format, table, detail }: ExportOptions,
): Iterable<Uint8Array> {
  const { trace, run } = subject;
  switch (format) {
    case 'perfetto':
      return perfettoTrace(timelineOf({ run: runOf(subject), trace, detail }));
    case 'trace-event':
      return traceEventJson(timelineOf({ run: runOf(subject), trace, detail }));
    case 'csv':
      return csvOf(tableNamed(subject, table));
    case 'markdown':
      return markdownOf(tableNamed(subject, table));
    case 'parquet':
      return parquetOf(tableNamed(subject, table));
    case 'ftrace-text':
      if (run?.kind === 'simulated') return simulatedFtraceText(run, trace);
      requireEvents(trace);
      return recordedFtraceText(trace);
    case 'migtrace':
      return writeMigtracePackedChunks(asTrace(subject));
    case 'migtrace-text':
    default:
      return textChunks(writeMigtraceTextChunks(asTrace(subject)));
  }
}

function* textChunks(texts: Iterable<string>): Generator<Uint8Array> {
  const out = new ChunkWriter();
  for (const text of texts) {
    out.text(text);
    if (out.isFull) yield out.take();
  }
  yield out.take();
}

function runOf({ trace, run }: ExportSubject): Run {
  if (run !== null) return run;
  const described = trace.provenance.origin === 'described';
  throw new ExportError(
    described
      ? 'The trace describes a workload that no kernel has run. Simulate it: migtrace replay … -o, or Replay Trace in VS Code.'
      : 'The trace holds no migrate_pages() calls. Record it with the events of the group migrate.',
  );
}

function requireEvents({ events, provenance }: MigrationTrace): void {
  if (events.length > 0) return;
  throw new ExportError(
    provenance.origin === 'described'
      ? 'The trace describes a workload and holds no events. Simulate it: migtrace replay … -o, or Replay Trace in VS Code.'
      : 'The trace holds no events.',
  );
}

function tableNamed(subject: ExportSubject, name: ExportTableName): ExportTable {
  if (name === 'events') return eventsOf(subject);
  const source: TableSource = { run: runOf(subject), trace: subject.trace };
  if (name === 'calls') return callsTable(source);
  if (name === 'batches') return batchesTable(source);
  return name === 'folios' ? foliosTable(source) : totalsTable(source);
}

function eventsOf({ trace, run }: ExportSubject): ExportTable {
  const simulated = run?.kind === 'simulated' ? run : null;
  if (simulated === null) requireEvents(trace);
  const stream = (): EventStream =>
    simulated === null ? new RecordedEvents(trace) : new SimulatedEvents(simulated, trace.workload);
  const count = simulated === null ? trace.events.length : eventCount(simulated);
  const facts = run === null ? { input: trace.provenance.source } : factsOf({ run, trace });
  return eventsTable(stream, count, simulated === null, facts);
}

function eventCount({ events, calls }: Run): number {
  return Object.values(events).reduce((sum: number, count: number) => sum + count, 2 * calls.length);
}

/** A simulated run as the trace that its kernel would have recorded. */
function asTrace({ trace, run }: ExportSubject): MigrationTrace {
  if (run?.kind !== 'simulated') return trace;
  const reader = createTraceReader({ source: run.provenance.input });
  for (const chunk of simulatedFtraceText(run, trace)) reader.push(chunk);
  const { value } = reader.finish();
  return {
    ...value,
    machine: trace.machine,
    provenance: {
      ...value.provenance,
      kernel: run.config?.kernel ?? null,
      notes: [`Simulated by MigTrace, not recorded: ${run.title} on ${run.machine?.name ?? 'no machine'}.`],
    },
  };
}
