import { type Parsed, ProblemList } from '../../base/problem';
import type { ByteSource } from '../byteSource';
import { Recording, type RecordingOptions } from '../calls/recording';
import type { MigrationTrace } from '../model';
import { type ContentKind, DETECT_BYTES, detectContent } from './detect';
import { createFtraceTextReader, createFunctionGraphReader } from './ftraceText/reader';
import { createMigtraceReader } from './migtrace/reader';
import { createPerfDataReader } from './perfData/reader';
import { createPerfScriptReader } from './perfScript/reader';
import type { SteppedReader } from './steppedReader';
import type { Decompress } from './traceDat/contents';
import { createTraceDatReader } from './traceDat/reader';
import { createUtf16Filter, type ByteFilter } from './utf16';

export type ReadOptions = RecordingOptions;

/**
 * Reads a trace that comes in chunks of any size.
 *
 * Contract: `push` any number of times, then `finish` once. Neither throws on any content; what cannot be read
 * becomes problems, and everything readable is in the value. A chunk may be reused by the caller after `push`.
 */
export interface TraceReader {
  push(chunk: Uint8Array): void;
  finish(): Parsed<MigrationTrace>;
}

/** Formats that are read. A new one is a folder next to this file and a row here. */
const READERS: Readonly<Partial<Record<ContentKind, (options: ReadOptions) => TraceReader>>> = {
  migtrace: createMigtraceReader,
  'ftrace-text': createFtraceTextReader,
  'function-graph': createFunctionGraphReader,
  'perf-script': createPerfScriptReader,
};

export interface SteppedReadOptions extends ReadOptions {
  readonly decompress: Decompress;
}

/** Formats whose files are not read from their beginning to their end. */
const STEPPED_READERS: Readonly<
  Partial<Record<ContentKind, (source: ByteSource, options: SteppedReadOptions) => SteppedReader>>
> = {
  'trace-dat': createTraceDatReader,
  'perf-data': createPerfDataReader,
};

/** A reader for a file of which `first` (DETECT_BYTES, or all there are) is the beginning; undefined where createTraceReader serves. */
export function steppedReaderFor(
  first: Uint8Array,
): ((source: ByteSource, options: SteppedReadOptions) => SteppedReader) | undefined {
  return STEPPED_READERS[detectContent(first)];
}

const SUPPORTED =
  'MigTrace reads .migtrace files, trace.dat and perf.data files, the tracefs files trace and trace_pipe, and the text of trace-cmd report and perf script (also .gz and .zst).';

const ADVICE: Readonly<Partial<Record<ContentKind, readonly [seen: string, hint: string]>>> = {
  gzip: ['This is a gzip file within the input.', 'Unpack it once more with gunzip.'],
  zstd: ['This is a zstd file within the input.', 'Unpack it once more with unzstd.'],
  text: ['This is text, but no line of it looks like a trace.', SUPPORTED],
  binary: ['This is binary data of a kind that is not known.', SUPPORTED],
  empty: ['The file is empty.', 'Check that the recording ran, and that the path is right.'],
};

/** A reader that finds out the format from the first bytes. UTF-16 text (a PowerShell redirect) is read as well. */
export function createTraceReader(options: ReadOptions): TraceReader {
  return new DetectingReader(options);
}

class DetectingReader implements TraceReader {
  private reader: TraceReader | undefined;
  private filter: ByteFilter | undefined;
  private held: Uint8Array[] = [];
  private heldBytes = 0;
  private readonly options: ReadOptions;

  constructor(options: ReadOptions) {
    this.options = options;
  }

  push(chunk: Uint8Array): void {
    if (this.reader !== undefined) {
      this.reader.push(this.filter === undefined ? chunk : this.filter.push(chunk));
      return;
    }
    if (chunk.length === 0) return;
    if (this.heldBytes === 0 && chunk.length >= DETECT_BYTES) {
      this.detect(chunk);
      return;
    }
    this.held.push(chunk.slice());
    this.heldBytes += chunk.length;
    if (this.heldBytes >= DETECT_BYTES) this.detect(joined(this.held, this.heldBytes));
  }

  finish(): Parsed<MigrationTrace> {
    if (this.reader === undefined) this.detect(joined(this.held, this.heldBytes));
    const parsed = this.reader!.finish();
    if (this.filter === undefined) return parsed;
    const note = {
      line: null,
      offset: 0,
      message: 'The text is UTF-16; it was read as plain text.',
      hint: 'Write UTF-8 next time: PowerShell does with | Out-File -Encoding utf8.',
    };
    return { ...parsed, problems: [note, ...parsed.problems], problemCount: parsed.problemCount + 1 };
  }

  private detect(begin: Uint8Array): void {
    this.held = [];
    this.filter = createUtf16Filter(begin);
    const first = this.filter === undefined ? begin : this.filter.push(begin);
    // Half as many characters as bytes in UTF-16: the same beginning decides, however the chunks fall.
    const kind = detectContent(this.filter === undefined ? first : first.subarray(0, DETECT_BYTES / 2));
    this.reader = READERS[kind]?.(this.options) ?? new UnsupportedReader(kind, this.options);
    this.reader.push(first);
  }
}

/** Takes any content and says what it is; trace lines behind a beginning that is none are read all the same. */
class UnsupportedReader implements TraceReader {
  private readonly lines: TraceReader | undefined;
  private readonly kind: ContentKind;
  private readonly options: ReadOptions;

  constructor(kind: ContentKind, options: ReadOptions) {
    this.kind = kind;
    this.options = options;
    if (kind === 'text' || kind === 'binary') this.lines = createFtraceTextReader(options);
  }

  push(chunk: Uint8Array): void {
    this.lines?.push(chunk);
  }

  finish(): Parsed<MigrationTrace> {
    const read = this.lines?.finish();
    // Where only sums are asked for, no event is kept, but all are counted.
    const holdsEvents = (trace: MigrationTrace): boolean =>
      trace.events.length > 0 || trace.lostEvents !== 0 || Object.keys(trace.eventCounts).length > 0;
    if (read !== undefined && holdsEvents(read.value)) return read;
    const problems = new ProblemList();
    const [seen, hint] = ADVICE[this.kind] ?? ['This is no trace that MigTrace knows.', SUPPORTED];
    problems.add(seen, hint, null, 0);
    return problems.parsed(new Recording('ftrace-text', this.options).finish().value);
  }
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
