/** The text encoding, read line by line as it arrives. */
import type { Parsed } from '../../../base/problem';
import { ProblemList } from '../../../base/problem';
import { decodeUtf8 } from '../../../base/utf8';
import type { MigrationTrace } from '../../model';
import { TraceBuilder } from './builder';
import { readCall, readFolios, readTotals } from './callLines';
import type { CallNodes } from './callLines';
import { readEvent, readObserved, readPhases } from './eventLines';
import { READ_HEAD } from './headLines';
import { LineFields } from './lineFields';
import { HEAD_KEYWORDS, KEYWORDS, MAX_LINE_BYTES, TEXT_MAGIC } from './spec';
import type { Keyword } from './spec';
import { lexLine, shorten } from './textLexer';
import { readsVersion } from './upgrade';

const HEAD: ReadonlySet<string> = new Set(HEAD_KEYWORDS);
const KNOWN: ReadonlySet<string> = new Set(KEYWORDS);

/** Reads lines into a builder. `keywords` limits which are allowed: the packed HEAD has fewer. */
export class TextLines {
  private readonly into: TraceBuilder;
  private readonly problems: ProblemList;
  private readonly keywords: ReadonlySet<string>;
  /** Nodes of the last call line; null before the first. */
  private nodes: CallNodes | null = null;

  constructor(into: TraceBuilder, problems: ProblemList, keywords: ReadonlySet<string> = KNOWN) {
    this.into = into;
    this.problems = problems;
    this.keywords = keywords;
  }

  /** Reads one line; what is wrong in it becomes a problem. */
  read(text: string, number: number): void {
    const lexed = lexLine(text, number);
    if (lexed === null) return;
    if ('message' in lexed) {
      this.problems.add(lexed.message, lexed.hint, number);
      return;
    }
    const { keyword } = lexed.line;
    const fields = new LineFields(lexed.line, this.problems);
    if (!this.keywords.has(keyword)) {
      fields.problem(
        `there are no ${shorten(keyword)} lines.`,
        `Lines start with ${[...this.keywords].join(', ')}.`,
      );
      return;
    }
    if (HEAD.has(keyword)) READ_HEAD[keyword as (typeof HEAD_KEYWORDS)[number]](fields, this.into);
    else this.readRow(keyword as Keyword, fields);
  }

  private readRow(keyword: Keyword, fields: LineFields): void {
    if (keyword === 'call') this.nodes = readCall(fields, this.into);
    else if (keyword === 'event') readEvent(fields, this.into);
    else if (keyword === 'observed') readObserved(fields, this.into);
    else if (keyword === 'phases') readPhases(fields, this.into);
    else if (this.nodes === null)
      fields.problem(`${keyword} stands before the first call.`, 'Put a call line above it.');
    else if (keyword === 'folios') readFolios(fields, this.into, this.nodes);
    else readTotals(fields, this.into);
  }
}

export class TextReader {
  private readonly problems = new ProblemList();
  private readonly builder: TraceBuilder;
  private readonly lines: TextLines;
  /** Bytes of a line whose end has not come yet. */
  private carry: Uint8Array[] = [];
  private carried = 0;
  private number = 0;
  /** False once the file turned out to be of a version that is not read. */
  private readable = true;

  constructor(source: string) {
    this.builder = new TraceBuilder(source);
    this.lines = new TextLines(this.builder, this.problems);
  }

  push(chunk: Uint8Array): void {
    if (!this.readable) return;
    const end = chunk.lastIndexOf(0x0a);
    if (end < 0) {
      this.keep(chunk);
      return;
    }
    this.readLines(this.joined(chunk.subarray(0, end)));
    this.keep(chunk.subarray(end + 1));
  }

  finish(): Parsed<MigrationTrace> {
    if (this.readable && (this.carried > 0 || this.number === 0))
      this.readLines(this.joined(new Uint8Array()));
    return this.problems.parsed(this.builder.finish(this.problems));
  }

  private keep(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.carried += bytes.length;
    // Only as much is kept as it takes to see that the line is too long.
    if (this.carried - bytes.length <= MAX_LINE_BYTES) this.carry.push(bytes.slice());
  }

  private joined(last: Uint8Array): Uint8Array {
    if (this.carry.length === 0) return last;
    const pieces = [...this.carry, last];
    const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
    let at = 0;
    for (const piece of pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    this.carry = [];
    this.carried = 0;
    return whole;
  }

  private readLines(bytes: Uint8Array): void {
    let from = 0;
    while (from <= bytes.length && this.readable) {
      const found = bytes.indexOf(0x0a, from);
      const end = found < 0 ? bytes.length : found;
      this.number++;
      if (end - from > MAX_LINE_BYTES) {
        this.problems.add(
          `the line is longer than ${MAX_LINE_BYTES} bytes; it is left out.`,
          'Check that the file is a .migtrace text.',
          this.number,
        );
      } else this.readLine(decodeUtf8(bytes, from, end));
      from = end + 1;
    }
  }

  private readLine(text: string): void {
    if (this.number > 1) {
      this.lines.read(text, this.number);
      return;
    }
    const [, version] = /^\uFEFF?migtrace +(\d+)\s*(?:#[^]*)?$/.exec(text) ?? [];
    if (version !== undefined) this.readable = readsVersion(Number(version), this.problems, 1, null);
    else {
      this.problems.add(
        `the first line is not ${TEXT_MAGIC} and a version.`,
        `Write ${TEXT_MAGIC} 1 as the first line; the rest is read as version 1.`,
        1,
      );
    }
  }
}
