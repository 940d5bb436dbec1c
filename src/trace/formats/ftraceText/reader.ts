import { decodeUtf8 } from '../../../base/utf8';
import type { Parsed } from '../../../base/problem';
import { EVENT_CODES } from '../../calls/eventColumns';
import { Recording, type RecordingOptions } from '../../calls/recording';
import type { MigrationTrace } from '../../model';
import { ascii, COLON, HASH, skipSpaces, standsAt } from '../text/bytes';
import { eventCode } from '../text/eventNames';
import { LineProblems } from '../text/lineProblems';
import { BYTE_ORDER_MARK, type LineSink, LineSplitter } from '../text/lineSplitter';
import { endOfName, NamedEvents } from '../text/namedEvents';
import { GraphReader, TAKEN } from '../functionGraph/graphReader';
import { FastLines } from './fastLine';
import { LineHead } from './lineHead';
import {
  isRawEvent,
  isReportHeader,
  isStackHead,
  isStackLine,
  readHeader,
  readLostLine,
  readOverrun,
} from './otherLines';
import { readVerboseHead } from './verboseHead';

/** A marker keeps so many bytes of its text. */
const MAX_MARKER = 1024;
/** The first line of what MigTrace writes of a simulated run (export/ftraceText): kept, so that nobody takes it for a recording. */
const SIMULATED = ascii('# SIMULATED by MigTrace');
const SIMULATED_NOTE = '# '.length;
/** What stands before a marker's text in `trace-cmd report`, plain and with -R. */
const MARK_WRITES = ['tracing_mark_write:', 'ip=tracing_mark_write buf='].map(ascii);
const PRINT = ascii('print');
const LESS_THAN = 60;
const RECORD =
  'trace-cmd record -e migrate -e thp:set_migration_pmd -e thp:remove_migration_pmd -e tlb:tlb_flush';
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

export class FtraceTextReader implements LineSink {
  private readonly recording: Recording;
  private readonly lines = new LineSplitter(this);
  private readonly problems: LineProblems;
  private readonly events: NamedEvents;
  private readonly head = new LineHead();
  private readonly graph: GraphReader;
  private readonly isGraph: boolean;
  private readonly fast: FastLines;
  private lastTimeNs = 0;
  private untimed = 0;

  constructor(options: RecordingOptions, isGraph = false) {
    this.recording = new Recording(isGraph ? 'function-graph' : 'ftrace-text', options);
    this.graph = new GraphReader(this.recording);
    this.isGraph = isGraph;
    this.fast = new FastLines(this.recording);
    this.problems = new LineProblems(this.recording);
    this.events = new NamedEvents(this.recording, this.problems);
  }

  push(chunk: Uint8Array): void {
    this.lines.push(chunk);
  }

  finish(): Parsed<MigrationTrace> {
    this.lines.finish();
    this.graph.finish();
    this.noteWhatIsMissing();
    return this.recording.finish();
  }

  fastLine(bytes: Uint8Array, start: number, end: number): number {
    const next = this.fast.read(bytes, start, end);
    if (next >= 0) this.lastTimeNs = this.fast.timeNs;
    return next;
  }

  line(bytes: Uint8Array, start: number, end: number): void {
    this.recording.lines++;
    if (end === start) return;
    if (this.isGraph && this.readGraph(bytes, start, end)) return;
    if (this.head.read(bytes, start, end) || readVerboseHead(this.head, bytes, start, end))
      this.readEvent(bytes, start, end);
    else this.readOther(bytes, start, end);
  }

  overlong(): void {
    this.recording.lines++;
    this.problems.overlong();
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
    if (bytes[name] === LESS_THAN && isStackHead(bytes, name, end)) return;
    if (name === nameEnd) {
      this.problems.unreadable(bytes, start, end, 'has no event name');
      return;
    }
    if (head.isCounter || head.timeNs > Number.MAX_SAFE_INTEGER) this.noteClock();
    this.lastTimeNs = head.timeNs;
    if (code === EVENT_CODES.other && this.graph.readEvent(bytes, name, nameEnd, head, end)) return;
    if (bytes[nameEnd] !== COLON) this.events.addOther(head, bytes, name, nameEnd);
    else if (code === EVENT_CODES.marker)
      this.readMarker(bytes, name, nameEnd, skipSpaces(bytes, nameEnd + 1, end), end);
    else this.events.add(head, code, bytes, start, name, nameEnd, end);
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
      recording.lines === 1 && standsAt(bytes, lineStart, BYTE_ORDER_MARK)
        ? lineStart + BYTE_ORDER_MARK.length
        : lineStart;
    if (skipSpaces(bytes, start, end) === end) return;
    if (bytes[start] === HASH) {
      if (recording.lines === 1 && standsAt(bytes, start, SIMULATED)) {
        recording.notes.push(decodeUtf8(bytes, start + SIMULATED_NOTE, end));
      }
      recording.overrun += readOverrun(bytes, start, end);
      readHeader(recording, bytes, start, end);
      return;
    }
    if (isReportHeader(bytes, start, end) || standsAt(bytes, start, DASHES) || isStackLine(bytes, start))
      return;
    if (this.readBareEvent(bytes, start, end)) return;
    const lost = readLostLine(bytes, start, end);
    if (lost !== undefined) {
      this.events.addLost(lost.count, this.lastTimeNs, lost.cpu);
      this.graph.lost(lost.cpu);
      return;
    }
    if (this.readGraph(bytes, start, end)) return;
    if (isRawEvent(bytes, start, end))
      this.problems.once(
        'raw',
        'The file was read with the option raw, hex or bin, which prints no fields of events: they are not read.',
        'Switch it off before reading the file: echo noraw > trace_options (nohex, nobin).',
      );
    else this.problems.unreadable(bytes, start, end, 'is not an ftrace event');
  }

  /** The option nocontext-info leaves out all in front of the name. */
  private readBareEvent(bytes: Uint8Array, start: number, end: number): boolean {
    const nameEnd = endOfName(bytes, start, end);
    if (bytes[nameEnd] !== COLON || eventCode(bytes, start, nameEnd) === EVENT_CODES.other) return false;
    const { head } = this;
    head.timeNs = ++this.untimed;
    head.cpu = 0;
    head.pid = 0;
    head.isCounter = false;
    head.commStart = start;
    head.commEnd = start;
    head.at = start;
    this.problems.once(
      'context',
      'The lines say neither task, CPU nor time (option nocontext-info): events keep their order, a nanosecond apart; durations mean nothing and calls that ran at the same time are mixed.',
      'Switch the option on before reading the file: echo context-info > trace_options.',
    );
    this.readEvent(bytes, start, end);
    return true;
  }

  private noteClock(): void {
    if (this.head.isCounter)
      this.problems.once(
        'counter',
        'The trace clock counts events or CPU cycles, not time: its numbers are shown as nanoseconds.',
        'Record with trace_clock local, global or mono for durations.',
      );
    else this.problems.magnitude();
  }

  private noteWhatIsMissing(): void {
    const { recording } = this;
    if (recording.overrun > 0)
      recording.problems.add(
        `The ring buffer overwrote ${recording.overrun} events before the first one of this file.`,
        'Record with a larger buffer_size_kb, or read trace_pipe while recording. Sums and calls are incomplete.',
      );
    if (this.graph.isEmpty) this.problems.missing(RECORD);
  }
}
