/** The lines that describe the whole: provenance, machine, span, counts, timings, tables of texts. */
import { TRACE_FORMATS } from '../../model';
import type { MigrationTrace, TraceMachine } from '../../model';
import type { TraceBuilder } from './builder';
import type { LineFields } from './lineFields';
import type { HEAD_KEYWORDS } from './spec';
import {
  COUNT,
  CPU_LIST,
  DISTANCES,
  PFN_SPANS,
  SIZE,
  TEXT,
  TEXT_OR_NONE,
  TIME,
  integer,
  oneOf,
} from './values';
import type { ValueKind } from './values';

const FORMAT = oneOf(TRACE_FORMATS);
const ORIGIN = oneOf(['recorded', 'described']);
const NODE = integer(0, 32_767);
const LOST = integer(-1, Number.MAX_SAFE_INTEGER);
const COUNTER = integer(-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
const EACH_NODE: ValueKind<readonly number[] | null> = {
  ...DISTANCES,
  write: (row) => DISTANCES.write(row ?? []),
};
const MEMORY: ValueKind<number | null> = { ...SIZE, write: (bytes) => SIZE.write(bytes ?? 0) };

type HeadKeyword = (typeof HEAD_KEYWORDS)[number];

/** What each line does to the builder. */
export const READ_HEAD: Readonly<Record<HeadKeyword, (fields: LineFields, into: TraceBuilder) => void>> = {
  provenance: (fields, { provenance }) => {
    provenance.format = fields.take('format', FORMAT, provenance.format);
    provenance.origin = fields.take('origin', ORIGIN, provenance.origin);
    provenance.kernel = fields.take('kernel', TEXT_OR_NONE, provenance.kernel);
    provenance.clock = fields.take('clock', TEXT_OR_NONE, provenance.clock);
    provenance.source = fields.take('source', TEXT, provenance.source);
    provenance.sha256 = fields.take('sha256', TEXT, provenance.sha256);
    fields.done(0);
  },
  note: (fields, { notes }) => {
    const text = fields.word(0, 'a text', TEXT);
    if (text !== undefined) notes.push(text);
    fields.done(1);
  },
  machine: (fields, into) => {
    const before = into.machine ?? { name: '', preset: null };
    into.machine = {
      name: fields.take('name', TEXT, before.name),
      preset: fields.take('preset', TEXT_OR_NONE, before.preset),
    };
    fields.done(0);
  },
  node: (fields, { nodes, nodeIds, distances }) => {
    const id = fields.word(0, 'a node number', NODE);
    if (id === undefined) return;
    if (nodeIds.has(id)) {
      fields.problem(`node ${id} is described twice; this line is left out.`, 'Join the two lines.');
      return;
    }
    nodeIds.add(id);
    nodes.push({
      id,
      cpus: fields.take('cpus', CPU_LIST, []),
      memoryBytes: fields.take('memory', MEMORY, null),
      pfnSpans: fields.take('pfns', PFN_SPANS, []),
    });
    distances.push(fields.take('distances', EACH_NODE, null));
    fields.done(1);
  },
  span: (fields, into) => {
    into.span = {
      startNs: fields.take('start', TIME, into.span.startNs),
      endNs: fields.take('end', TIME, into.span.endNs),
    };
    into.lines = fields.take('lines', COUNT, into.lines);
    into.lostEvents = fields.take('lost', LOST, into.lostEvents);
    fields.done(0);
  },
  count: (fields, { eventCounts }) => {
    const name = fields.word(0, 'the name of an event', TEXT);
    const count = name === undefined ? undefined : fields.word(1, 'a number of events', COUNT);
    if (name !== undefined && count !== undefined) eventCounts.set(name, count);
    fields.done(2);
  },
  timing: (fields, { timings }) => {
    const name = fields.word(0, 'the name of a function or stage', TEXT);
    const calls = fields.take('calls', COUNT, 1);
    const totalNs = fields.take('total', TIME, 0);
    const selfNs = fields.take('self', TIME, Number.NaN);
    if (name !== undefined) timings.push({ name, calls, totalNs, ...(!Number.isNaN(selfNs) && { selfNs }) });
    fields.done(1);
  },
  counter: (fields, { counters }) => {
    const name = fields.word(0, 'the name of a counter', TEXT);
    const before = fields.take('before', COUNTER, 0);
    const after = fields.take('after', COUNTER, 0);
    if (name !== undefined) counters.push({ name, before, after });
    fields.done(1);
  },
  comm: (fields, { comms }) => declare(fields, comms),
  string: (fields, { strings }) => declare(fields, strings),
};

function declare(fields: LineFields, table: { append(text: string): void }): void {
  const text = fields.word(0, 'a text', TEXT);
  if (text !== undefined) table.append(text);
  fields.done(1);
}

/** The head of `trace` as lines without line ends. */
export function* writeHead(
  trace: MigrationTrace,
  comms: readonly string[],
  strings: readonly string[],
): Iterable<string> {
  const { provenance, span, lines, lostEvents } = trace;
  const { format, origin, kernel, clock, source, sha256 } = provenance;
  yield line('provenance', [
    format !== 'migtrace' && `format=${format}`,
    origin !== 'described' && `origin=${origin}`,
    kernel !== null && `kernel=${TEXT.write(kernel)}`,
    clock !== null && `clock=${TEXT.write(clock)}`,
    source !== '' && `source=${TEXT.write(source)}`,
    sha256 !== '' && `sha256=${TEXT.write(sha256)}`,
  ]);
  for (const note of provenance.notes) yield `note ${TEXT.write(note)}`;
  if (trace.machine !== null) yield* writeMachine(trace.machine);
  yield line('span', [
    span.startNs !== 0 && `start=${TIME.write(span.startNs)}`,
    span.endNs !== 0 && `end=${TIME.write(span.endNs)}`,
    lines !== 0 && `lines=${lines}`,
    lostEvents !== 0 && `lost=${lostEvents}`,
  ]);
  for (const [name, count] of Object.entries(trace.eventCounts)) yield `count ${TEXT.write(name)} ${count}`;
  for (const { name, calls, totalNs, selfNs } of trace.timings) {
    const self = selfNs === undefined ? '' : ` self=${TIME.write(selfNs)}`;
    yield `timing ${TEXT.write(name)} calls=${calls} total=${TIME.write(totalNs)}${self}`;
  }
  for (const { name, before, after } of trace.counters) {
    yield `counter ${TEXT.write(name)} before=${before} after=${after}`;
  }
  for (const comm of comms.slice(1)) yield `comm ${TEXT.write(comm)}`;
  for (const text of strings) yield `string ${TEXT.write(text)}`;
}

function* writeMachine({ name, preset, nodes, distances }: TraceMachine): Iterable<string> {
  const machine = line('machine', [
    name !== '' && `name=${TEXT.write(name)}`,
    preset !== null && `preset=${TEXT.write(preset)}`,
  ]);
  yield machine === '' ? 'machine' : machine;
  for (const [i, { id, cpus, memoryBytes, pfnSpans }] of nodes.entries()) {
    const row = distances?.[i];
    yield line(`node ${id}`, [
      `cpus=${CPU_LIST.write(cpus)}`,
      memoryBytes !== null && `memory=${SIZE.write(memoryBytes)}`,
      pfnSpans.length > 0 && `pfns=${PFN_SPANS.write(pfnSpans)}`,
      row !== undefined && `distances=${DISTANCES.write(row)}`,
    ]);
  }
}

/** A line of the fields that are not false, or nothing if all are. */
function line(start: string, fields: readonly (string | false)[]): string {
  const kept = fields.filter((field) => field !== false);
  return kept.length === 0 ? '' : `${start} ${kept.join(' ')}`;
}
