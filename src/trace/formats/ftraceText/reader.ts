import type { Parsed } from '../../../base/problem';
import { decodeUtf8 } from '../../../base/utf8';
import { EVENT_CODES } from '../../calls/eventColumns';
import { Recording, type RecordingOptions } from '../../calls/recording';
import type { MigrationTrace } from '../../model';
import { ascii, CARRIAGE_RETURN, COLON, NEWLINE, skipSpaces, SPACE, standsAt } from './bytes';
import { eventCode } from './eventNames';
import { type FieldReader, createFieldReader } from './eventFields';
import { FastLines } from './fastLine';
import { LineHead } from './lineHead';
import { GraphReader, TAKEN } from '../functionGraph/graphReader';
import { readLostLine, readOverrun, isReportHeader } from './otherLines';

/** A line longer than this is no trace line; it is skipped, so that binary input cannot eat the memory. */
const MAX_LINE = 1 << 20;
/** A marker keeps so many bytes of its text. */
const MAX_MARKER = 1024;
const MAX_EXCERPT = 60;
const HASH = 35;
const OPEN_PARENTHESIS = 40;
const BOM = Uint8Array.from([0xef, 0xbb, 0xbf]);
/** What stands before a marker's text in `trace-cmd report`, plain and with -R. */
const MARK_WRITES = ['tracing_mark_write:', 'ip=tracing_mark_write buf='].map(ascii);
const PRINT = ascii('print');
const DASHES = ascii(' ------------------------------------------');

/**
 * Reads ftrace text: the tracefs files `trace` and `trace_pipe`, and what `trace-cmd report` prints (also with
 * -t, -l, -R, --ts-diff), kernels 5.9 to 7.x. Push chunks of any size, then `finish` once. Works on bytes; memory
 * is 35 B per event. Never throws: what cannot be read becomes a problem with its line.
 */
export function createFtraceTextReader(options: RecordingOptions): FtraceTextReader {
  return new FtraceTextReader(options);
}

/** The same for text of the function_graph tracer, whose lines are then tried first. */
export function createFunctionGraphReader(options: RecordingOptions): FtraceTextReader {
  return new FtraceTextReader(options, true);
}

export class FtraceTextReader {
  private readonly recording: Recording;
  private readonly head = new LineHead();
  private readonly graph: GraphReader;
  private readonly isGraph: boolean;
  private readonly fields: FieldReader;
  private readonly fast: FastLines;
  /** The line that the last chunk cut. */
  private carry = new Uint8Array(4096);
  private carried = 0;
  /** Within a line longer than MAX_LINE. */
  private isOverlong = false;
  private lastTimeNs = 0;
  private noted = new Set<string>();

  constructor(options: RecordingOptions, isGraph = false) {
    this.recording = new Recording(isGraph ? 'function-graph' : 'ftrace-text', options);
    this.graph = new GraphReader(this.recording);
    this.isGraph = isGraph;
    this.fields = createFieldReader(this.recording);
    this.fast = new FastLines(this.recording);
  }

  push(chunk: Uint8Array): void {
    let start = 0;
    if (this.carried > 0 || this.isOverlong) {
      const newline = chunk.indexOf(NEWLINE);
      const end = newline < 0 ? chunk.length : newline;
      this.keep(chunk, 0, end);
      if (newline < 0) return;
      this.endCarried();
      start = newline + 1;
    }
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end > start) this.readLines(chunk, start, end);
    this.keep(chunk, Math.max(start, end), chunk.length);
  }

  finish(): Parsed<MigrationTrace> {
    if (this.carried > 0 || this.isOverlong) this.endCarried();
    this.graph.finish();
    this.noteWhatIsMissing();
    return this.recording.finish();
  }

  private readLines(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end) {
      const next = this.fast.read(bytes, at, end);
      if (next >= 0) {
        at = next;
        this.lastTimeNs = this.fast.timeNs;
        continue;
      }
      const newline = bytes.indexOf(NEWLINE, at);
      this.readLine(bytes, at, newline);
      at = newline + 1;
    }
  }

  private readLine(bytes: Uint8Array, start: number, newline: number): void {
    this.recording.lines++;
    let end = newline;
    if (end - start > MAX_LINE) {
      this.noteOverlong();
      return;
    }
    if (end > start && bytes[end - 1] === CARRIAGE_RETURN) end--;
    if (end === start) return;
    if (this.isGraph && this.readGraph(bytes, start, end)) return;
    if (this.head.read(bytes, start, end)) this.readEvent(bytes, start, end);
    else this.readOther(bytes, start, end);
  }

  /** A line of the function_graph tracer; false where it is none. */
  private readGraph(bytes: Uint8Array, start: number, end: number): boolean {
    const { graph, head } = this;
    const taken = graph.readLine(bytes, start, end, head, this.isGraph);
    if (taken === TAKEN.event) this.readEvent(bytes, start, graph.line.nameEnd);
    else if (taken === TAKEN.marker)
      this.addMarker(bytes, PRINT, 0, PRINT.length, head.at, graph.line.nameEnd);
    return taken !== TAKEN.no;
  }

  private readEvent(bytes: Uint8Array, start: number, end: number): void {
    const { head } = this;
    let name = head.at;
    let nameEnd = endOfName(bytes, name, end);
    let code = eventCode(bytes, name, nameEnd);
    if (code === EVENT_CODES.other && bytes[nameEnd] === COLON) {
      // `system:name:`
      const second = endOfName(bytes, nameEnd + 1, end);
      const secondCode = eventCode(bytes, nameEnd + 1, second);
      if (secondCode !== EVENT_CODES.other && bytes[second] === COLON) {
        name = nameEnd + 1;
        nameEnd = second;
        code = secondCode;
      }
    }
    if (name === nameEnd) {
      this.unreadable(bytes, start, end, 'has no event name');
      return;
    }
    if (head.isCounter || head.timeNs > Number.MAX_SAFE_INTEGER) this.noteClock();
    this.lastTimeNs = head.timeNs;
    const { recording } = this;
    if (code === EVENT_CODES.other && this.graph.readEvent(bytes, name, nameEnd, head, end)) return;
    if (code === EVENT_CODES.other || bytes[nameEnd] !== COLON) {
      const row = recording.strings.intern(bytes, name, nameEnd);
      recording.addOther(row, head.timeNs, head.cpu, head.pid);
      return;
    }
    const at = skipSpaces(bytes, nameEnd + 1, end);
    if (code === EVENT_CODES.marker) this.readMarker(bytes, name, nameEnd, at, end);
    else if (!this.fields.read(code, head, bytes, at, end))
      this.unreadable(
        bytes,
        start,
        end,
        `is a ${decodeUtf8(bytes, name, nameEnd)} event with damaged fields`,
      );
  }

  private readMarker(bytes: Uint8Array, name: number, nameEnd: number, at: number, end: number): void {
    const prefix = MARK_WRITES.find((word) => standsAt(bytes, at, word));
    const text = prefix === undefined ? at : skipSpaces(bytes, at + prefix.length, end);
    this.addMarker(bytes, bytes, name, nameEnd, text, end);
  }

  private addMarker(
    bytes: Uint8Array,
    nameBytes: Uint8Array,
    name: number,
    nameEnd: number,
    text: number,
    end: number,
  ): void {
    const { recording, head } = this;
    const row = recording.strings.intern(bytes, text, Math.min(end, text + MAX_MARKER));
    const nameRow = recording.strings.intern(nameBytes, name, nameEnd);
    recording.addMarker(nameRow, row, head.timeNs, head.cpu, head.pid);
  }

  /** A line without an event head: comments, what the recorder says about itself, other tracers, damage. */
  private readOther(bytes: Uint8Array, lineStart: number, end: number): void {
    const { recording } = this;
    const start =
      recording.lines === 1 && standsAt(bytes, lineStart, BOM) ? lineStart + BOM.length : lineStart;
    if (skipSpaces(bytes, start, end) === end) return;
    if (bytes[start] === HASH) {
      recording.overrun += readOverrun(bytes, start, end);
      return;
    }
    if (isReportHeader(bytes, start) || standsAt(bytes, start, DASHES)) return;
    const lost = readLostLine(bytes, start, end);
    if (lost !== undefined) {
      recording.addLost(lost.count, this.lastTimeNs, lost.cpu);
      this.graph.lost(lost.cpu);
      return;
    }
    if (!this.readGraph(bytes, start, end)) this.unreadable(bytes, start, end, 'is not an ftrace event');
  }

  private keep(chunk: Uint8Array, start: number, end: number): void {
    if (this.isOverlong || end <= start) return;
    const needed = this.carried + end - start;
    if (needed > MAX_LINE) {
      this.isOverlong = true;
      this.carried = 0;
      return;
    }
    if (needed > this.carry.length) this.widen(needed);
    this.carry.set(chunk.subarray(start, end), this.carried);
    this.carried = needed;
  }

  private endCarried(): void {
    const length = this.carried;
    if (!this.isOverlong) {
      // A line end behind it, as in a chunk: nothing reads on into what an earlier line left here.
      if (length === this.carry.length) this.widen(length + 1);
      this.carry[length] = NEWLINE;
      this.carried = 0;
      this.readLine(this.carry, 0, length);
      return;
    }
    this.isOverlong = false;
    this.recording.lines++;
    this.noteOverlong();
  }

  private widen(capacity: number): void {
    const wider = new Uint8Array(Math.max(capacity, this.carry.length * 2));
    wider.set(this.carry.subarray(0, this.carried));
    this.carry = wider;
  }

  private noteOverlong(): void {
    this.recording.problems.add(
      `The line is longer than ${MAX_LINE} bytes and was skipped.`,
      'Check that the file is text: a trace.dat or perf.data file has its own reader.',
      this.recording.lines,
    );
  }

  private unreadable(bytes: Uint8Array, start: number, end: number, why: string): void {
    this.recording.problems.add(
      `The line ${why}: "${excerpt(bytes, start, end)}". It was skipped.`,
      'The file may be cut or edited there; record or copy it again if the event matters.',
      this.recording.lines,
    );
  }

  private noteClock(): void {
    if (this.head.isCounter)
      this.note(
        'counter',
        'The trace clock counts events or CPU cycles, not time: its numbers are shown as nanoseconds.',
        'Record with trace_clock local, global or mono for durations.',
      );
    else
      this.note(
        'magnitude',
        'Timestamps beyond 104 days are kept to about 256 ns only.',
        'Record with trace_clock mono or local, whose numbers are small enough to be exact.',
      );
  }

  /** A problem worth saying once. */
  private note(key: string, message: string, hint: string): void {
    if (this.noted.has(key)) return;
    this.noted.add(key);
    this.recording.problems.add(message, hint, this.recording.lines);
  }

  private noteWhatIsMissing(): void {
    const { recording } = this;
    const migration = recording.counts
      .subarray(EVENT_CODES.mm_migrate_pages_start, EVENT_CODES.remove_migration_pmd + 1)
      .some((count) => count > 0);
    if (recording.overrun > 0)
      recording.problems.add(
        `The ring buffer overwrote ${recording.overrun} events before the first one of this file.`,
        'Record with a larger buffer_size_kb, or read trace_pipe while recording. Sums and calls are incomplete.',
      );
    if (migration || !this.graph.isEmpty) return;
    recording.problems.add(
      recording.events.length === 0
        ? 'No trace event was found.'
        : 'The trace holds no page migration events (mm_migrate_pages, set_migration_pte, …).',
      'Record with: trace-cmd record -e migrate -e thp:set_migration_pmd -e thp:remove_migration_pmd -e tlb:tlb_flush',
    );
  }
}

/** The end of the name at `at`: before a colon, a space or `(` (syscalls print `sys_x(`). */
function endOfName(bytes: Uint8Array, at: number, end: number): number {
  while (at < end && bytes[at] !== COLON && bytes[at] !== SPACE && bytes[at] !== OPEN_PARENTHESIS) at++;
  return at;
}

/** The beginning of a line, with everything unprintable shown as a dot. */
function excerpt(bytes: Uint8Array, start: number, end: number): string {
  const from = skipSpaces(bytes, start, end);
  let text = '';
  for (let at = from; at < Math.min(end, from + MAX_EXCERPT); at++) {
    const byte = bytes[at]!;
    text += byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.';
  }
  return end - from > MAX_EXCERPT ? `${text}…` : text;
}
