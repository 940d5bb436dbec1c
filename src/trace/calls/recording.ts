import { GrowableTable, type Schema, type Table } from '../../base/columns';
import { type Parsed, ProblemList } from '../../base/problem';
import { EVENT_TYPES, type MigrationTrace, type TraceFormat } from '../model';
import { assembleCalls } from './assembleCalls';
import { ByteInterner } from './byteInterner';
import { EVENT_CODES, EventColumns } from './eventColumns';

/** What an mm_migrate_pages(_start) event says: one row per such event, its number in the event's `a` until calls are made. */
export const SUMMARY_SCHEMA = {
  /** Number in `Recording.comms`. */
  comm: 'u32',
  mode: 'u8',
  reason: 'u8',
  /** CALL_FLAGS.noThp and noSplit. */
  flags: 'u8',
  nr_succeeded: 'f64',
  nr_failed: 'f64',
  nr_thp_succeeded: 'f64',
  nr_thp_failed: 'f64',
  nr_thp_split: 'f64',
  nr_split: 'f64',
} as const satisfies Schema;
export type Summaries = Table<typeof SUMMARY_SCHEMA>;

const NO_BYTES = new Uint8Array(0);

/**
 * A recording being read, whatever its format: readers add events in the order of the file and say what
 * was lost; `finish` finds the calls and folios in them. Never throws on what a file may hold.
 */
export class Recording {
  readonly problems = new ProblemList();
  readonly events = new EventColumns();
  readonly strings = new ByteInterner();
  readonly comms = new ByteInterner();
  readonly summaries = new GrowableTable(SUMMARY_SCHEMA);
  /** Events per EVENT_TYPES code; `other` and `marker` ones also by name. */
  readonly counts = new Float64Array(EVENT_TYPES.length);
  lines = 0;
  /** What a format says about its recording: kernel release, trace clock, free words. */
  kernel: string | null = null;
  clock: string | null = null;
  readonly notes: string[] = [];
  /** Events overwritten before the first one of the file (the header says entries-in-buffer/entries-written). */
  overrun = 0;
  /** Events lost within the file; the ones without a number are in `lostUnknown`. */
  private lost = 0;
  private lostUnknown = 0;
  private nameCounts = new Float64Array(64);
  private readonly format: TraceFormat;
  private readonly source: string;

  constructor(format: TraceFormat, source: string) {
    this.format = format;
    this.source = source;
    this.comms.intern(NO_BYTES, 0, 0);
  }

  /** Adds an event of a known type; `other` and `marker` have their own methods. */
  add(
    type: number,
    timeNs: number,
    cpu: number,
    pid: number,
    a: number,
    b: number,
    lo: number,
    hi: number,
  ): void {
    this.counts[type]!++;
    this.events.add(type, timeNs, cpu, pid, a, b, lo, hi);
  }

  /** Adds an event known by name only. `name` is a number of `strings`. */
  addOther(name: number, timeNs: number, cpu: number, pid: number): void {
    this.countName(name);
    this.add(EVENT_CODES.other, timeNs, cpu, pid, name, 0, 0, 0);
  }

  /** Adds a marker. `name` (the event's own name) and `text` are numbers of `strings`. */
  addMarker(name: number, text: number, timeNs: number, cpu: number, pid: number): void {
    this.countName(name);
    this.add(EVENT_CODES.marker, timeNs, cpu, pid, text, 0, 0, 0);
  }

  /** Events lost at this place of the file on `cpu`; `count` -1 where the recorder does not say how many. */
  addLost(count: number, timeNs: number, cpu: number): void {
    if (count < 0) this.lostUnknown++;
    else this.lost += count;
    this.add(EVENT_CODES.lost, timeNs, cpu, 0, count, 0, 0, 0);
  }

  /** Makes the trace. The recording must not be used afterwards. */
  finish(): Parsed<MigrationTrace> {
    const lostEvents = this.lost + this.overrun;
    const eventCounts = this.countedNames();
    const assembled = assembleCalls(this.events.finish(), this.summaries.finish(), {
      comms: this.comms.strings,
      hasStarts: this.counts[EVENT_CODES.mm_migrate_pages_start]! > 0,
      hasEnds: this.counts[EVENT_CODES.mm_migrate_pages]! > 0,
      overrun: this.overrun > 0,
    });
    if (assembled.clockJumps > 0) {
      this.problems.add(
        `The clock of a CPU runs back ${assembled.clockJumps} times: durations across these places mean nothing.`,
        'Record with trace_clock mono, or check that the file is one recording and not several put together.',
      );
    }
    return this.problems.parsed<MigrationTrace>({
      provenance: {
        format: this.format,
        origin: 'recorded',
        kernel: this.kernel,
        clock: this.clock,
        source: this.source,
        sha256: '',
        notes: this.notes,
      },
      machine: null,
      span: assembled.span,
      workload: assembled.workload,
      events: assembled.events,
      folioTimes: assembled.folioTimes,
      timings: [],
      counters: [],
      strings: this.strings.strings,
      lines: this.lines,
      lostEvents: lostEvents === 0 && this.lostUnknown > 0 ? -1 : lostEvents,
      eventCounts,
    });
  }

  private countName(name: number): void {
    if (name >= this.nameCounts.length) {
      const wider = new Float64Array(Math.max(name + 1, this.nameCounts.length * 2));
      wider.set(this.nameCounts);
      this.nameCounts = wider;
    }
    this.nameCounts[name]!++;
  }

  private countedNames(): Record<string, number> {
    const counted = new Map<string, number>();
    EVENT_TYPES.forEach((name, code) => {
      const count = this.counts[code]!;
      if (count > 0 && name !== 'other' && name !== 'marker' && name !== 'lost') counted.set(name, count);
    });
    this.strings.strings.forEach((name, row) => {
      const count = this.nameCounts[row] ?? 0;
      if (count > 0) counted.set(name, (counted.get(name) ?? 0) + count);
    });
    return Object.fromEntries(counted);
  }
}
