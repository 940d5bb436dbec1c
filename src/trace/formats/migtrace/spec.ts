/**
 * The `.migtrace` format, version 1, as commented types. docs/FORMAT.md tells the same at length.
 *
 * One model (`MigrationTrace`), two encodings, told apart by the first bytes:
 * - text: the first line is `migtrace 1`; lines of a keyword and `key=value` fields follow
 * - packed: `PACKED_MAGIC`, version, then sections of columns
 *
 * Neither is compressed; a `.migtrace.gz` is a `.migtrace` in gzip.
 */
import { CALL_SCHEMA } from '../../../engine/folio/workload';

/** The version this code writes, and the newest it reads. */
export const MIGTRACE_VERSION = 1;

/** First word of a text file; the version number follows after one space. */
export const TEXT_MAGIC = 'migtrace';

/** The keywords of the text encoding, in the order the writer uses them. */
export const KEYWORDS = [
  'provenance',
  'note',
  'machine',
  'node',
  'span',
  'count',
  'timing',
  'counter',
  'comm',
  'string',
  'call',
  'totals',
  'folios',
  'observed',
  'phases',
  'event',
] as const;
export type Keyword = (typeof KEYWORDS)[number];

/** Keywords that the HEAD section of the packed encoding holds; the rest are columns there. */
export const HEAD_KEYWORDS = [
  'provenance',
  'note',
  'machine',
  'node',
  'span',
  'count',
  'timing',
  'counter',
  'comm',
  'string',
] as const satisfies readonly Keyword[];

/** Bytes of a text line at most. A longer one is reported and skipped. */
export const MAX_LINE_BYTES = 16 * 1024 * 1024;
/** log2 of the base pages of the largest folio: 1 GiB. */
export const MAX_ORDER = 18;
/** Highest CPU number; also the most CPUs that one node lists. */
export const MAX_CPU = 65_535;

/** 0x89 'M' 'G' 'T' CR LF 0x1a LF: no text file starts so, and a transfer that mangles line ends breaks it. */
export const PACKED_MAGIC: readonly number[] = [0x89, 0x4d, 0x47, 0x54, 0x0d, 0x0a, 0x1a, 0x0a];

/** Magic (8), u16 version, u16 zero. All numbers of fixed width are little-endian. */
export const PACKED_HEADER_BYTES = 12;

/**
 * A section: 4 ASCII letters of kind, u32 bytes of payload, u32 CRC-32 (over kind, length and payload), payload.
 * A kind that starts with a capital is needed to understand the file; others may be skipped unread.
 */
export const SECTION_HEADER_BYTES = 12;

/** Section kinds of version 1, in the order the writer uses them. DONE is last, so a file cut short is noticed. */
export const SECTIONS = {
  /** UTF-8 lines of the text encoding (HEAD_KEYWORDS), without its first line. */
  HEAD: 'HEAD',
  /** Columns of CALL_COLUMNS; at most one. */
  CALL: 'CALL',
  /** Columns of FOLIO_RUN_SCHEMA, in the order of the calls; at most one. */
  RUNS: 'RUNS',
  /** Columns of FOLIO_TIME_SCHEMA; any number, rows follow each other. */
  SEEN: 'SEEN',
  /** Columns of CALL_PHASE_SCHEMA; any number, rows follow each other. May be skipped: the calls are whole without. */
  phas: 'phas',
  /** A block of events; any number, rows follow each other. */
  EVNT: 'EVNT',
  /** No payload. */
  DONE: 'DONE',
} as const;

const { firstRun: _placed, ...callColumns } = CALL_SCHEMA;
/** The columns of a CALL section: firstRun is the sum of the runCounts before it. */
export const CALL_COLUMNS = callColumns;

/**
 * CALL, RUNS, SEEN and EVNT payloads: varint rows, varint parts, then per part
 * varint name length, ASCII name, u8 encoding, varint bytes, bytes.
 * Unknown parts are skipped, missing ones are zero. Rows never exceed the bytes of the payload.
 */
export const ENCODINGS = {
  /** f64 per row. */
  raw: 0,
  /** varint unit; then per row varint: 0 = none, else 1 + zigzag((value − previous value) / unit). */
  delta: 1,
  /** As delta for values that never fall: 1 + (value − previous value) / unit. */
  rising: 2,
  /** varint unit; then per run a varint as in delta (against the run before) and a varint number of rows. */
  runs: 3,
} as const;

/** Added to delta, rising and runs where code 0 (none) stands for −1, as in addresses; without it, for NaN, as in times. */
export const NONE_IS_MINUS_ONE = 4;

/** Rows of an EVNT or SEEN section as written; a reader takes any number. */
export const BLOCK_ROWS = 65_536;

/**
 * Parts of an EVNT section. An event's *shape* is everything that repeats: type, cpu, pid, b and the
 * flag bits of its pte. Its *lane* is the pair (type, pid), numbered as first met in the list of shapes.
 */
export const EVENT_PARTS = {
  /** varint n, then n times: varint type, aShift (≤ 12), pteShift (≤ 16). A type not listed has 0, 0. */
  units: 'units',
  /** varint n, then n times: varint type, cpu; zigzag pid, b; varint low (pteShift bits), high (16 bits). */
  shapes: 'shapes',
  /** One of ENCODINGS. */
  time: 'time',
  /**
   * varint hits, varint shape, alternating: `hits` rows whose shape is what followed the shape of the
   * row before when that was last met (at first: the same shape), then one row of the named shape.
   * Before the first row stands shape 0. Ends as soon as all rows are told.
   */
  order: 'order',
  /** raw, or delta without a unit: per row zigzag d; the lane's stride += d, its value += stride, a = value << aShift. */
  a: 'a',
  /** Only rows of set/remove_migration_pte/pmd: zigzag d; the lane's middle += d; pte = high << 48 | middle << pteShift | low. */
  pte: 'pte',
} as const;
