import { EVENT_CODES } from '../../calls/eventColumns';
import type { Recording } from '../../calls/recording';
import { ascii, HASH, skipSpaces, SPACE } from '../text/bytes';
import type { LineProblems } from '../text/lineProblems';
import type { NamedEvents } from '../text/namedEvents';
import { HeaderLines } from './headerLines';
import { PerfHead, SHOWS } from './lineHead';
import { isChainLine, isSourceLine, readLoss, readNotice } from './otherLines';

const PRINT_AGAIN = 'Print it again with: perf script -F comm,tid,cpu,time,event,trace --show-lost-events';
const NAMELESS = ascii('(event without a name)');
const EVERYTHING = SHOWS.pid | SHOWS.cpu | SHOWS.time | SHOWS.event;

/** Reads the lines of `perf script`. Which text they come from is the caller's: it counts them in `recording.lines`. */
export class PerfLines {
  private readonly problems: LineProblems;
  private readonly events: NamedEvents;
  private readonly header: HeaderLines;
  private readonly head = new PerfHead();
  private lastTimeNs = 0;
  private untimed = 0;
  /** Sums of the PERF_RECORD_LOST and of the PERF_RECORD_LOST_SAMPLES lines. */
  private lost = 0;
  private lostSamples = 0;
  /** Within the call chain of an event. */
  private isChain = false;
  private hasStrays = false;

  constructor(recording: Recording, problems: LineProblems, events: NamedEvents) {
    this.problems = problems;
    this.events = events;
    this.header = new HeaderLines(recording);
  }

  /** Called after the last line. */
  finish(): void {
    // The kernel counts a sample that did not fit in both (kernel/events/ring_buffer.c, __perf_output_begin()).
    if (this.lostSamples > this.lost) this.events.addLost(this.lostSamples - this.lost, this.lastTimeNs, 0);
  }

  /** Reads a line; false where perf script prints none like it. */
  line(bytes: Uint8Array, start: number, end: number): boolean {
    if (end <= start) {
      this.isChain = false;
      return true;
    }
    if (isChainLine(bytes, start, end)) {
      this.isChain = true;
      return true;
    }
    if (!this.head.read(bytes, start, end)) return this.readOther(bytes, start, end);
    this.isChain = false;
    if (this.head.isRecord) this.readRecord(bytes, end);
    else this.readEvent(bytes, start, end);
    return true;
  }

  /** Reads a line within a text of another kind, which must leave no doubt; false for any other. */
  strayLine(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.hasStrays && isChainLine(bytes, start, end)) return true;
    const { head } = this;
    if (!head.read(bytes, start, end) || head.isRecord || (head.shown & EVERYTHING) !== EVERYTHING)
      return false;
    this.hasStrays = true;
    this.readEvent(bytes, start, end);
    return true;
  }

  private readEvent(bytes: Uint8Array, start: number, end: number): void {
    const { head } = this;
    if ((head.shown & EVERYTHING) !== EVERYTHING) this.noteSelection();
    if ((head.shown & SHOWS.time) === 0) head.timeNs = ++this.untimed;
    else if (head.timeNs > Number.MAX_SAFE_INTEGER) this.problems.magnitude();
    this.lastTimeNs = head.timeNs;
    if (head.nameEnd > head.at || head.code !== EVENT_CODES.other)
      this.events.add(head, head.code, bytes, start, head.at, head.nameEnd, end);
    else this.events.addOther(head, NAMELESS, 0, NAMELESS.length);
  }

  /** `PERF_RECORD_…`: what --show-lost-events and --show-…-events print between the events. */
  private readRecord(bytes: Uint8Array, end: number): void {
    const { head } = this;
    const loss = readLoss(bytes, head.at, end);
    if (loss === undefined) return;
    if (loss.isSamples) this.lostSamples += Math.max(0, loss.count);
    else {
      this.lost += Math.max(0, loss.count);
      const timeNs = (head.shown & SHOWS.time) === 0 ? this.lastTimeNs : head.timeNs;
      this.events.addLost(loss.count, timeNs, head.cpu);
    }
  }

  /** A line without an event head: header, call chain, what perf says about itself; false for damage. */
  private readOther(bytes: Uint8Array, start: number, end: number): boolean {
    if (bytes[start] === HASH && (start + 1 === end || bytes[start + 1] === SPACE)) {
      this.header.read(bytes, start, end);
      return true;
    }
    if (this.isChain || isSourceLine(bytes, start, end) || skipSpaces(bytes, start, end) === end) return true;
    const notice = readNotice(bytes, start, end);
    if (notice?.isLoss === true) this.events.addLost(-1, this.lastTimeNs, 0);
    return notice !== undefined;
  }

  private noteSelection(): void {
    const { shown } = this.head;
    if ((shown & SHOWS.event) === 0)
      this.problems.once(
        'event',
        'The lines do not name their events (-F without event): set and remove events cannot be told apart and are only counted.',
        PRINT_AGAIN,
      );
    if ((shown & SHOWS.time) === 0)
      this.problems.once(
        'time',
        'The lines have no times (-F without time): events keep their order, a nanosecond apart; durations mean nothing.',
        PRINT_AGAIN,
      );
    if ((shown & SHOWS.pid) === 0)
      this.problems.once(
        'pid',
        'The lines do not say which task they are of (-F without tid): calls that ran at the same time are mixed.',
        PRINT_AGAIN,
      );
    if ((shown & SHOWS.cpu) === 0)
      this.problems.once(
        'cpu',
        'The lines do not say their CPU (-F without cpu): all are shown on CPU 0.',
        PRINT_AGAIN,
      );
  }
}
