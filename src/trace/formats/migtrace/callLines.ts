/** The lines of a call: `call`, its `totals`, its `folios`. One table of fields serves reader and writer. */
import { PMD_ORDER } from '../../../base/units';
import { CALL_FLAGS, FOLIO_FATES, FOLIO_KINDS, FOLIO_MAPPINGS } from '../../../engine/folio/workload';
import type { FOLIO_RUN_SCHEMA, Workload } from '../../../engine/folio/workload';
import { MIGRATE_MODES, MIGRATE_REASONS, modeCode, reasonCode } from '../../../engine/kernel/modes';
import { TOTAL_NAMES } from '../../../engine/kernel/totals';
import type { TraceBuilder } from './builder';
import type { LineFields } from './lineFields';
import { MAX_ORDER } from './spec';
import { ADDRESS, COUNT, FLAGS, FOLIO_SIZE, TEXT, TIME, codeOf, integer } from './values';
import type { ValueKind } from './values';

const I32 = integer(-(2 ** 31), 2 ** 31 - 1);
const U16 = integer(0, 65_535);
const NODE = integer(0, 32_767, -1);

/** Also reads `cma`, which is what kernels before 5.12 called contig_range. */
const KNOWN_REASON = codeOf(MIGRATE_REASONS, true);
const REASON: ValueKind<number> = {
  ...KNOWN_REASON,
  read: (word) => (word.text === 'cma' ? reasonCode('cma') : KNOWN_REASON.read(word)),
};

interface CallField {
  readonly key: string;
  readonly column: 'startNs' | 'endNs' | 'cpu' | 'pid' | 'mode' | 'reason' | 'flags' | 'mmCpus';
  readonly kind: ValueKind<number>;
  readonly fallback: number;
}

export const CALL_FIELDS: readonly CallField[] = [
  { key: 'start', column: 'startNs', kind: TIME, fallback: 0 },
  { key: 'end', column: 'endNs', kind: TIME, fallback: Number.NaN },
  { key: 'cpu', column: 'cpu', kind: I32, fallback: 0 },
  { key: 'pid', column: 'pid', kind: I32, fallback: 0 },
  { key: 'mode', column: 'mode', kind: codeOf(MIGRATE_MODES, true), fallback: modeCode('MIGRATE_SYNC') },
  { key: 'reason', column: 'reason', kind: REASON, fallback: reasonCode('syscall_or_cpuset') },
  { key: 'flags', column: 'flags', kind: FLAGS, fallback: CALL_FLAGS.described },
  { key: 'mm_cpus', column: 'mmCpus', kind: U16, fallback: 1 },
];

/** A folio run as numbers by column; columns before a field's own are filled when its default is asked for. */
type RunRow = Record<Exclude<keyof typeof FOLIO_RUN_SCHEMA, 'count'>, number>;

interface RunField {
  readonly key: string;
  readonly column: keyof RunRow;
  readonly kind: ValueKind<number>;
  readonly fallback: (row: RunRow) => number;
}

const ANON = FOLIO_KINDS.indexOf('anon');
/** Memory of which a folio of 2 MiB is mapped by a PMD unless said otherwise. */
const PMD_KINDS: ReadonlySet<number> = new Set(
  (['anon', 'file', 'shmem', 'file-private'] as const).map((kind) => FOLIO_KINDS.indexOf(kind)),
);
const MOVABLE_OPS = FOLIO_KINDS.indexOf('movable');
const SPLIT_FIRST = FOLIO_FATES.indexOf('split-first');
const [PTE, PMD, NONE] = [0, 1, 2] as const;

/** In order: a default may look at the columns above it. `from` and `to` fall back to those of the call line. */
export const RUN_FIELDS: readonly RunField[] = [
  { key: 'order', column: 'order', kind: integer(0, MAX_ORDER), fallback: () => 0 },
  { key: 'kind', column: 'kind', kind: codeOf(FOLIO_KINDS), fallback: () => ANON },
  { key: 'fate', column: 'fate', kind: codeOf(FOLIO_FATES), fallback: () => 0 },
  {
    key: 'mapping',
    column: 'mapping',
    kind: codeOf(FOLIO_MAPPINGS),
    fallback: ({ order, kind }) => {
      if (kind === MOVABLE_OPS) return NONE;
      return order === PMD_ORDER && PMD_KINDS.has(kind) ? PMD : PTE;
    },
  },
  {
    key: 'mappings',
    column: 'mappings',
    kind: U16,
    fallback: ({ mapping }) => (mapping === NONE ? 0 : 1),
  },
  { key: 'addr', column: 'address', kind: ADDRESS, fallback: () => -1 },
  { key: 'from', column: 'from', kind: NODE, fallback: ({ from }) => from },
  { key: 'to', column: 'to', kind: NODE, fallback: ({ to }) => to },
  {
    key: 'parts_moved',
    column: 'partsMoved',
    kind: U16,
    fallback: ({ fate, order }) => (fate === SPLIT_FIRST ? Math.min(2 ** order, 65_535) : 0),
  },
  { key: 'parts_failed', column: 'partsFailed', kind: U16, fallback: () => 0 },
];

/** The nodes that a call line gives to its folios. */
export interface CallNodes {
  from: number;
  to: number;
}

/** Adds a call; its folios follow. */
export function readCall(fields: LineFields, into: TraceBuilder): CallNodes {
  const row = into.calls.push();
  const { columns } = into.calls;
  for (const { key, column, kind, fallback } of CALL_FIELDS) {
    columns[column][row] = fields.take(key, kind, fallback);
  }
  columns.comm[row] = into.comms.rowOf(fields.take('comm', TEXT, ''));
  columns.firstRun[row] = into.folioRuns.length;
  const nodes = { from: fields.take('from', NODE, -1), to: fields.take('to', NODE, -1) };
  fields.done(0);
  return nodes;
}

/** The recorded sums of the last call. */
export function readTotals(fields: LineFields, into: TraceBuilder): void {
  const row = into.calls.length - 1;
  for (const name of TOTAL_NAMES) into.calls.columns[name][row] = fields.take(name, COUNT, 0);
  fields.done(0);
}

const RUN_COUNT = integer(1, 2 ** 32 - 1);

/** Adds a run to the last call. */
export function readFolios(fields: LineFields, into: TraceBuilder, nodes: CallNodes): void {
  const count = fields.word(0, 'a number of folios', RUN_COUNT);
  const values: RunRow = { ...EMPTY_RUN, ...nodes };
  for (const { key, column, kind, fallback } of RUN_FIELDS) {
    values[column] = fields.take(key, kind, fallback(values));
    if (column !== 'order') continue;
    if (fields.has('order') && fields.has('size'))
      fields.problem('order= and size= say the same thing.', 'Keep one.');
    values.order = fields.take('size', FOLIO_SIZE, values.order);
  }
  fields.done(1);
  if (count === undefined) return;
  const row = into.folioRuns.push();
  into.folioRuns.columns.count[row] = count;
  for (const { column } of RUN_FIELDS) into.folioRuns.columns[column][row] = values[column];
  into.calls.columns.runCount[into.calls.length - 1]!++;
}

const EMPTY_RUN: RunRow = {
  order: 0,
  kind: 0,
  fate: 0,
  mapping: 0,
  mappings: 0,
  address: -1,
  from: -1,
  to: -1,
  partsMoved: 0,
  partsFailed: 0,
};

/** The lines of call `row`, without line ends. */
export function* writeCall({ calls, folioRuns, comms }: Workload, row: number): Iterable<string> {
  const first = calls.firstRun[row]!;
  const last = Math.min(folioRuns.length, first + calls.runCount[row]!);
  const nodes: CallNodes = {
    from: common(folioRuns.from, first, last),
    to: common(folioRuns.to, first, last),
  };
  let line = 'call';
  for (const { key, column, kind, fallback } of CALL_FIELDS) {
    const value = calls[column][row]!;
    if (!Object.is(value, fallback)) line += ` ${key}=${kind.write(value)}`;
  }
  const comm = comms[calls.comm[row]!] ?? '';
  if (comm !== '') line += ` comm=${TEXT.write(comm)}`;
  if (nodes.from >= 0) line += ` from=${nodes.from}`;
  if (nodes.to >= 0) line += ` to=${nodes.to}`;
  yield line;
  const totals = TOTAL_NAMES.filter((name) => calls[name][row] !== 0);
  if (totals.length > 0) yield `  totals ${totals.map((name) => `${name}=${calls[name][row]}`).join(' ')}`;
  const values: RunRow = { ...EMPTY_RUN };
  for (let run = first; run < last; run++) {
    Object.assign(values, EMPTY_RUN, nodes);
    line = `  folios ${folioRuns.count[run]}`;
    for (const { key, column, kind, fallback } of RUN_FIELDS) {
      const value = folioRuns[column][run]!;
      if (value !== fallback(values)) line += ` ${key}=${kind.write(value)}`;
      values[column] = value;
    }
    yield line;
  }
}

/** The value that all rows [first, last) have, or −1. */
function common(column: Int16Array, first: number, last: number): number {
  const value = first < last ? column[first]! : -1;
  for (let i = first + 1; i < last; i++) if (column[i] !== value) return -1;
  return value;
}
