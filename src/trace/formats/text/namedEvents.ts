import { decodeUtf8 } from '../../../base/utf8';
import { EVENT_CODES } from '../../calls/eventColumns';
import type { Recording } from '../../calls/recording';
import { COLON, OPEN_PARENTHESIS, skipSpaces, SPACE } from './bytes';
import type { EventHead } from './eventHead';
import { createFieldReader, type FieldReader } from './eventFields';
import type { LineProblems } from './lineProblems';
import { ProbeEvents } from './probeEvents';

/** Adds events whose head and name a reader has found on a line. */
export class NamedEvents {
  private readonly fields: FieldReader;
  private readonly probes: ProbeEvents;
  private readonly recording: Recording;
  private readonly problems: LineProblems;

  constructor(recording: Recording, problems: LineProblems) {
    this.recording = recording;
    this.problems = problems;
    this.fields = createFieldReader(recording);
    this.probes = new ProbeEvents(recording);
  }

  /**
   * Adds the event of the line `bytes[start, end)` whose name is `bytes[name, nameEnd)`, with a colon behind it where it is
   * known (`code`). Fields that cannot be read become a problem.
   */
  add(
    head: EventHead,
    code: number,
    bytes: Uint8Array,
    start: number,
    name: number,
    nameEnd: number,
    end: number,
  ): void {
    const at = skipSpaces(bytes, bytes[nameEnd] === COLON ? nameEnd + 1 : nameEnd, end);
    if (code === EVENT_CODES.other) {
      if (bytes[at] === OPEN_PARENTHESIS && bytes[nameEnd] === COLON)
        this.probes.read(head, bytes, name, nameEnd, at, end);
      this.addOther(head, bytes, name, nameEnd);
      return;
    }
    if (this.fields.read(code, head, bytes, at, end)) return;
    this.problems.unreadable(
      bytes,
      start,
      end,
      `is a ${decodeUtf8(bytes, name, nameEnd)} event with damaged fields`,
    );
  }

  /** Says that events were lost on `cpu`, `count` of them or -1. */
  addLost(count: number, timeNs: number, cpu: number): void {
    this.recording.addLost(count, timeNs, cpu);
    this.probes.lost(cpu);
  }

  /** Adds an event of which only the name is known. */
  addOther(head: EventHead, bytes: Uint8Array, name: number, nameEnd: number): void {
    const row = this.recording.strings.intern(bytes, name, nameEnd);
    this.recording.addOther(row, head.timeNs, head.cpu, head.pid);
  }
}

/** The end of the name at `at`: before a colon, a space or `(` (syscalls print `sys_x(`). */
export function endOfName(bytes: Uint8Array, at: number, end: number): number {
  while (at < end && bytes[at] !== COLON && bytes[at] !== SPACE && bytes[at] !== OPEN_PARENTHESIS) at++;
  return at;
}
