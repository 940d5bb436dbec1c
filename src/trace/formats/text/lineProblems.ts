import { EVENT_CODES } from '../../calls/eventColumns';
import type { Recording } from '../../calls/recording';
import { skipSpaces } from './bytes';
import { MAX_LINE } from './lineSplitter';

const MAX_EXCERPT = 60;

/** What a reader of text lines has to say about them; each problem has the line that `recording.lines` counts. */
export class LineProblems {
  private readonly said = new Set<string>();
  private readonly recording: Recording;

  constructor(recording: Recording) {
    this.recording = recording;
  }

  /** The line `bytes[start, end)` cannot be read: it `why`. */
  unreadable(bytes: Uint8Array, start: number, end: number, why: string): void {
    this.recording.problems.add(
      `The line ${why}: "${excerpt(bytes, start, end)}". It was skipped.`,
      'The file may be cut or edited there; record or copy it again if the event matters.',
      this.recording.lines,
    );
  }

  overlong(): void {
    this.recording.problems.add(
      `The line is longer than ${MAX_LINE} bytes and was skipped.`,
      'Check that the file is text: a trace.dat or perf.data file has its own reader.',
      this.recording.lines,
    );
  }

  /** Numbers of a clock that a double cannot hold to the ns. */
  magnitude(): void {
    this.once(
      'magnitude',
      'Timestamps beyond 104 days are kept to about 256 ns only.',
      'Record with a clock such as mono or local, whose numbers are small enough to be exact.',
    );
  }

  /** A problem worth saying once, however many lines have it. */
  once(key: string, message: string, hint: string): void {
    if (this.said.has(key)) return;
    this.said.add(key);
    this.recording.problems.add(message, hint, this.recording.lines);
  }

  /** What the whole text lacks, with the command that records it. */
  missing(record: string): void {
    const { recording } = this;
    const migration = recording.counts
      .subarray(EVENT_CODES.mm_migrate_pages_start, EVENT_CODES.remove_migration_pmd + 1)
      .some((count) => count > 0);
    if (migration) return;
    recording.problems.add(
      recording.events.length === 0
        ? 'No trace event was found.'
        : 'The trace holds no page migration events (mm_migrate_pages, set_migration_pte, …).',
      `Record with: ${record}`,
    );
  }
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
