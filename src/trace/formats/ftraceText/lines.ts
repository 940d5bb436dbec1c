import { decodeUtf8 } from '../../../base/utf8';
import { EVENT_CODES } from '../../calls/eventColumns';
import type { Recording } from '../../calls/recording';
import { ascii, COLON, HASH, skipSpaces, standsAt } from '../text/bytes';
import { eventCode } from '../text/eventNames';
import type { LineProblems } from '../text/lineProblems';
import { endOfName, type NamedEvents } from '../text/namedEvents';
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

/** The first line of what MigTrace writes of a simulated run (export/ftraceText): kept, so that nobody takes it for a recording. */
const SIMULATED = ascii('# SIMULATED by MigTrace');
const SIMULATED_NOTE = '# '.length;
/** A marker keeps so many bytes of its text. */
const MAX_MARKER = 1024;
/** What stands before a marker's text in `trace-cmd report`, plain and with -R. */
const MARK_WRITES = ['tracing_mark_write:', 'ip=tracing_mark_write buf='].map(ascii);
const PRINT = ascii('print');
const LESS_THAN = 60;
const DASHES = ascii(' ------------------------------------------');

/**
 * Reads the lines of ftrace text. Which text they come from is the caller's: it counts them in `recording.lines`. Where it `isGraph`,
 * those of the function_graph tracer are tried first.
 */
export class FtraceLines {
  private readonly recording: Recording;
  private readonly problems: LineProblems;
  private readonly events: NamedEvents;
  private readonly head = new LineHead();
  private readonly graph: GraphReader;
  private readonly isGraph: boolean;
  private readonly fast: FastLines;
  private lastTimeNs = 0;
  private untimed = 0;

  constructor(recording: Recording, problems: LineProblems, events: NamedEvents, isGraph: boolean) {
    this.recording = recording;
    this.problems = problems;
    this.events = events;
    this.graph = new GraphReader(recording);
    this.isGraph = isGraph;
    this.fast = new FastLines(recording);
  }

  /** Whether no line of the function_graph tracer was met. */
  get lacksGraph(): boolean {
    return this.graph.isEmpty;
  }

  /** Called after the last line. */
  finish(): void {
    this.graph.finish();
    const { recording } = this;
    if (recording.overrun > 0)
      recording.problems.add(
        `The ring buffer overwrote ${recording.overrun} events before the first one of this file.`,
        'Record with a larger buffer_size_kb, or read trace_pipe while recording. Sums and calls are incomplete.',
      );
  }

  fastLine(bytes: Uint8Array, start: number, end: number): number {
    const next = this.fast.read(bytes, start, end);
    if (next >= 0) this.lastTimeNs = this.fast.timeNs;
    return next;
  }

  /** Reads a line; false where ftrace prints none like it. */
  line(bytes: Uint8Array, start: number, end: number): boolean {
    if (end <= start) return true;
    if (this.isGraph && this.readGraph(bytes, start, end)) return true;
    if (!this.head.read(bytes, start, end) && !readVerboseHead(this.head, bytes, start, end))
      return this.readOther(bytes, start, end);
    this.readEvent(bytes, start, end);
    return true;
  }

  /** Reads a line within a text of another kind, which must leave no doubt; false for any other. */
  strayLine(bytes: Uint8Array, start: number, end: number): boolean {
    if (!this.head.read(bytes, start, end)) return this.readLost(bytes, start, end);
    this.readEvent(bytes, start, end);
    return true;
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

  /** A line without an event head: comments, what the recorder says about itself, other tracers; false for damage. */
  private readOther(bytes: Uint8Array, start: number, end: number): boolean {
    const { recording } = this;
    if (skipSpaces(bytes, start, end) === end) return true;
    if (bytes[start] === HASH) {
      if (recording.lines === 1 && standsAt(bytes, start, SIMULATED)) {
        recording.notes.push(decodeUtf8(bytes, start + SIMULATED_NOTE, end));
      }
      recording.overrun += readOverrun(bytes, start, end);
      readHeader(recording, bytes, start, end);
      return true;
    }
    if (isReportHeader(bytes, start, end) || standsAt(bytes, start, DASHES) || isStackLine(bytes, start))
      return true;
    if (this.readBareEvent(bytes, start, end) || this.readLost(bytes, start, end)) return true;
    if (this.readGraph(bytes, start, end)) return true;
    if (!isRawEvent(bytes, start, end)) return false;
    this.problems.once(
      'raw',
      'The file was read with the option raw, hex or bin, which prints no fields of events: they are not read.',
      'Switch it off before reading the file: echo noraw > trace_options (nohex, nobin).',
    );
    return true;
  }

  private readLost(bytes: Uint8Array, start: number, end: number): boolean {
    const lost = readLostLine(bytes, start, end);
    if (lost === undefined) return false;
    this.events.addLost(lost.count, this.lastTimeNs, lost.cpu);
    this.graph.lost(lost.cpu);
    return true;
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
}
