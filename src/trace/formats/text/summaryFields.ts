import type { ProblemList } from '../../../base/problem';
import { CALL_FLAGS } from '../../../engine/folio/workload';
import { modeCode, reasonCode, UNKNOWN_CODE } from '../../../engine/kernel/modes';
import { ByteInterner } from '../../calls/byteInterner';
import type { Recording } from '../../calls/recording';
import { ascii, CARRIAGE_RETURN, SPACE, standsAt } from './bytes';
import { NumberText } from './numberText';

const EQUALS = 61;
const COMMA = 44;
const NR = ascii('nr_');

/** The fields of mm_migrate_pages as printed behind `nr_`, or as `trace-cmd report -R` names them. Index = position. */
const COUNTS = ['succeeded', 'failed', 'thp_succeeded', 'thp_failed', 'thp_split', 'split'] as const;
const COUNT_WORDS = COUNTS.map(ascii);
const RAW_SPLIT = ascii('large_folio_split');
const MODE = ascii('mode');
const REASON = ascii('reason');

/** What was read: bits of the fields seen. */
const SEEN_THP = 1 << 2;
const SEEN_SPLIT = 1 << 5;
const SEEN_MODE = 1 << 6;
const SEEN_REASON = 1 << 7;

/**
 * Reads the fields of mm_migrate_pages and mm_migrate_pages_start (TRACE_EVENT texts of
 * include/trace/events/migrate.h). Kernels before 5.9 print no nr_thp_*, those before 6.7 no nr_split.
 */
export class SummaryFields {
  private readonly words = new ByteInterner(4096);
  private readonly modes: number[] = [];
  private readonly reasons: number[] = [];
  private readonly counts = new Float64Array(COUNTS.length);
  private readonly number = new NumberText();
  private mode = UNKNOWN_CODE;
  private reason = UNKNOWN_CODE;
  private readonly recording: Recording;
  private readonly problems: ProblemList;

  constructor(recording: Recording) {
    this.recording = recording;
    this.problems = recording.problems;
  }

  /** Appends a row of `Recording.summaries` and returns its number, or -1 where mode or reason are missing. */
  read(bytes: Uint8Array, start: number, end: number, comm: number, isEnd: boolean): number {
    const seen = this.scan(bytes, start, end);
    const needed = SEEN_MODE | SEEN_REASON | (isEnd ? 3 : 0);
    if ((seen & needed) !== needed) return -1;
    const row = this.recording.summaries.push();
    const columns = this.recording.summaries.columns;
    columns.comm[row] = comm;
    columns.mode[row] = this.mode;
    columns.reason[row] = this.reason;
    if (!isEnd) return row;
    columns.flags[row] =
      ((seen & SEEN_THP) === 0 ? CALL_FLAGS.noThp : 0) | ((seen & SEEN_SPLIT) === 0 ? CALL_FLAGS.noSplit : 0);
    columns.nr_succeeded[row] = this.counts[0]!;
    columns.nr_failed[row] = this.counts[1]!;
    columns.nr_thp_succeeded[row] = this.counts[2]!;
    columns.nr_thp_failed[row] = this.counts[3]!;
    columns.nr_thp_split[row] = this.counts[4]!;
    columns.nr_split[row] = this.counts[5]!;
    return row;
  }

  private scan(bytes: Uint8Array, start: number, end: number): number {
    this.counts.fill(0);
    let seen = 0;
    let at = start;
    while (at < end) {
      while (at < end && (bytes[at] === SPACE || bytes[at] === COMMA)) at++;
      let equals = at;
      while (equals < end && bytes[equals] !== EQUALS && bytes[equals] !== SPACE) equals++;
      let stop = equals;
      while (stop < end && bytes[stop] !== SPACE && bytes[stop] !== COMMA && bytes[stop] !== CARRIAGE_RETURN)
        stop++;
      if (bytes[equals] === EQUALS && equals < stop) {
        const field = this.field(bytes, at, equals, stop);
        // Two lines run together: which numbers are whose cannot be told.
        if ((seen & field) !== 0) return 0;
        seen |= field;
      }
      at = Math.max(stop, at + 1);
    }
    return seen;
  }

  /** One `name=value`; the bit of the field, 0 for an unknown one. */
  private field(bytes: Uint8Array, start: number, equals: number, stop: number): number {
    const name = standsAt(bytes, start, NR) ? start + 3 : start;
    const length = equals - name;
    const value = equals + 1;
    if (length === 4 && standsAt(bytes, name, MODE)) {
      this.mode = this.code(this.modes, modeCode, bytes, value, stop);
      return SEEN_MODE;
    }
    if (length === 6 && standsAt(bytes, name, REASON)) {
      this.reason = this.code(this.reasons, reasonCode, bytes, value, stop);
      return SEEN_REASON;
    }
    if (this.number.read(bytes, value, stop) !== stop) return 0;
    for (let field = 0; field < COUNTS.length; field++) {
      const word = COUNT_WORDS[field]!;
      if (length === word.length && standsAt(bytes, name, word)) return this.count(field);
    }
    if (length === RAW_SPLIT.length && standsAt(bytes, name, RAW_SPLIT)) return this.count(COUNTS.length - 1);
    return 0;
  }

  private count(field: number): number {
    const count = this.number.value;
    if (count > Number.MAX_SAFE_INTEGER)
      this.problems.add(
        `nr_${COUNTS[field]} is beyond 2^53 and is kept rounded.`,
        'Check the recording: no machine has so many pages.',
        this.recording.lines,
      );
    this.counts[field] = count;
    return 1 << field;
  }

  private code(
    known: number[],
    read: (text: string) => number,
    bytes: Uint8Array,
    start: number,
    stop: number,
  ): number {
    const word = this.words.intern(bytes, start, stop);
    const before = known[word];
    if (before !== undefined) return before;
    const text = this.words.strings[word]!;
    const code = read(text);
    known[word] = code;
    if (code === UNKNOWN_CODE)
      this.problems.add(
        `"${text.slice(0, 40)}" is no migration mode or reason that MigTrace knows; such calls are kept as unknown.`,
        'If a newer kernel prints it, look for a newer MigTrace; else the line may be cut or damaged.',
        this.recording.lines,
      );
    return code;
  }
}
