import { Recording, type RecordingOptions } from '../../calls/recording';
import type { TraceFormat } from '../../model';
import { standsAt } from './bytes';
import { LineProblems } from './lineProblems';
import { type LineSink, LineSplitter } from './lineSplitter';
import { NamedEvents } from './namedEvents';

/** Reads lines of one kind of text. */
export interface LineReader {
  /** Whether the line was one of its kind; it is read then, or a problem is told. */
  line(bytes: Uint8Array, start: number, end: number): boolean;
}

/** Reads lines of its kind within a text of another. */
interface StrayReader {
  strayLine(bytes: Uint8Array, start: number, end: number): boolean;
}

interface Kinds {
  readonly own: LineReader;
  /** What people put behind it by `cat a b`, or paste into it. */
  readonly stray: StrayReader;
  /** For people: `event of perf script`, `ftrace text`. */
  readonly ownName: string;
  readonly strayName: string;
  fastLine?(bytes: Uint8Array, start: number, end: number): number;
}

/** The byte order mark of UTF-8, which may stand before the first line. */
const BYTE_ORDER_MARK = Uint8Array.from([0xef, 0xbb, 0xbf]);

/** A text whose lines are read by the reader of its kind, or else by that of another; the rest is told. */
export class TextLines implements LineSink {
  readonly recording: Recording;
  readonly problems: LineProblems;
  readonly events: NamedEvents;
  private readonly splitter = new LineSplitter(this);
  private kinds: Kinds | undefined;

  constructor(format: TraceFormat, options: RecordingOptions) {
    this.recording = new Recording(format, options);
    this.problems = new LineProblems(this.recording);
    this.events = new NamedEvents(this.recording, this.problems);
  }

  /** Must be called before the first push. */
  reads(kinds: Kinds): void {
    this.kinds = kinds;
  }

  push(chunk: Uint8Array): void {
    this.splitter.push(chunk);
  }

  finish(): void {
    this.splitter.finish();
  }

  fastLine(bytes: Uint8Array, start: number, end: number): number {
    const { kinds } = this;
    return kinds?.fastLine === undefined ? -1 : kinds.fastLine(bytes, start, end);
  }

  line(bytes: Uint8Array, lineStart: number, end: number): void {
    const { recording, kinds } = this;
    recording.lines++;
    const isMarked = recording.lines === 1 && standsAt(bytes, lineStart, BYTE_ORDER_MARK);
    const start = isMarked ? lineStart + BYTE_ORDER_MARK.length : lineStart;
    if (kinds === undefined || kinds.own.line(bytes, start, end)) return;
    if (!kinds.stray.strayLine(bytes, start, end)) {
      this.problems.unreadable(bytes, start, end, `is not an ${kinds.ownName}`);
      return;
    }
    this.problems.once(
      'stray',
      `Lines of ${kinds.strayName} begin here, as if two files had been put together: they are read as well, on the same clock.`,
      'Keep recordings in files of their own: times of different clocks cannot be compared.',
    );
  }

  overlong(): void {
    this.recording.lines++;
    this.problems.overlong();
  }
}
