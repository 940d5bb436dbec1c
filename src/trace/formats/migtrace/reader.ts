/** Reads `.migtrace`, text or packed, whichever its first bytes say. */
import type { Parsed } from '../../../base/problem';
import { ProblemList } from '../../../base/problem';
import type { MigrationTrace } from '../../model';
import { TraceBuilder } from './builder';
import { readPacked } from './packedReader';
import { PACKED_MAGIC, TEXT_MAGIC } from './spec';
import { TextReader } from './textReader';

export interface MigtraceReader {
  /** Takes the next bytes; the caller may reuse the chunk afterwards. */
  push(chunk: Uint8Array): void;
  /** What was read, and what was wrong. Call once. */
  finish(): Parsed<MigrationTrace>;
}

/** The UTF-8 byte order mark that some editors write. */
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf] as const;
const TEXT_START = Array.from(TEXT_MAGIC, (char) => char.charCodeAt(0));
/** Bytes that settle what a file is. */
const ENOUGH = BYTE_ORDER_MARK.length + TEXT_START.length;

export type MigtraceEncoding = 'text' | 'packed';

/** The encoding of a file that starts with `bytes` (16 of them are enough), or null if it is no `.migtrace`. */
export function migtraceEncoding(bytes: Uint8Array): MigtraceEncoding | null {
  if (startsWith(bytes, PACKED_MAGIC, 0)) return 'packed';
  const marked = startsWith(bytes, BYTE_ORDER_MARK, 0);
  return startsWith(bytes, TEXT_START, marked ? BYTE_ORDER_MARK.length : 0) ? 'text' : null;
}

/** Never throws on bad input. `source` is the file name, used where the file does not name its own. */
export function createMigtraceReader(options: { readonly source: string }): MigtraceReader {
  let chunks: Uint8Array[] = [];
  let text: TextReader | null = null;
  let started = false;
  return {
    push: (chunk) => {
      if (text !== null) {
        text.push(chunk);
        return;
      }
      chunks.push(chunk.slice());
      if (started || chunks.reduce((sum, { length }) => sum + length, 0) < ENOUGH) return;
      started = true;
      const bytes = joined(chunks);
      if (migtraceEncoding(bytes) !== 'text') return;
      chunks = [];
      text = new TextReader(options.source);
      text.push(bytes);
    },
    finish: () => {
      if (text !== null) return text.finish();
      const bytes = joined(chunks);
      chunks = [];
      const encoding = migtraceEncoding(bytes);
      if (encoding === 'packed') return readPacked(bytes, options.source);
      if (encoding === null) return notMigtrace(bytes, options.source);
      text = new TextReader(options.source);
      text.push(bytes);
      return text.finish();
    },
  };
}

function notMigtrace(bytes: Uint8Array, source: string): Parsed<MigrationTrace> {
  const problems = new ProblemList();
  if (bytes.length === 0) {
    problems.add('the file is empty.', `A .migtrace starts with the line ${TEXT_MAGIC} 1.`, 1, 0);
  } else if (startsWith(bytes, PACKED_MAGIC.slice(0, 4), 0)) {
    problems.add(
      'the start of the file is damaged: line ends were changed, or it is cut short.',
      'Copy the file again in binary mode.',
      null,
      0,
    );
  } else {
    problems.add(
      'this is not a .migtrace file.',
      `Its text form starts with the line ${TEXT_MAGIC} 1; convert other traces with migtrace convert.`,
      1,
      0,
    );
  }
  return problems.parsed(new TraceBuilder(source).finish(problems));
}

function startsWith(bytes: Uint8Array, start: readonly number[], at: number): boolean {
  return start.every((byte, i) => bytes[at + i] === byte);
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  if (chunks.length === 1) return chunks[0]!;
  const whole = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
