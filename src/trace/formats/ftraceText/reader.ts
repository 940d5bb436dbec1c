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
import { readLostLine, readOverrun, isReportHeader } from './otherLines';

/** A marker keeps so many bytes of its text. */
const MAX_MARKER = 1024;
/** The first line of what MigTrace writes of a simulated run (export/ftraceText): kept, so that nobody takes it for a recording. */
const SIMULATED = ascii('# SIMULATED by MigTrace');
const SIMULATED_NOTE = '# '.length;
/** What stands before a marker's text in `trace-cmd report`, plain and with -R. */
const MARK_WRITES = ['tracing_mark_write:', 'ip=tracing_mark_write buf='].map(ascii);
const PRINT = ascii('print');
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
    if (this.head.read(bytes, start, end)) this.readEvent(bytes, start, end);
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
      return;
    }
    if (isReportHeader(bytes, start) || standsAt(bytes, start, DASHES)) return;
    const lost = readLostLine(bytes, start, end);
    if (lost !== undefined) {
      recording.addLost(lost.count, this.lastTimeNs, lost.cpu);
      this.graph.lost(lost.cpu);
      return;
    }
    if (!this.readGraph(bytes, start, end))
      this.problems.unreadable(bytes, start, end, 'is not an ftrace event');
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
