import { GrowableTable } from '../../base/columns';
import { type Parsed, ProblemList } from '../../base/problem';
import { EVENT_TYPES, type MigrationTrace, type TraceFormat, type TraceMachine } from '../model';
import { ByteInterner } from './byteInterner';
import { CallAssembler } from './callAssembler';
import { EVENT_CODES, EventColumns } from './eventColumns';
import { SUMMARY_SCHEMA } from './summaries';

/** What is known of a recording besides its file. */
export interface RecordingOptions {
  /** File name without folders; empty for stdin. */
  readonly source: string;
  /** The machine it was made on, where files beside it tell; its page frames become nodes. */
  readonly machine?: TraceMachine | null;
  /** `sums`: the trace holds `sums` and no calls, folios or events, and takes no more memory the longer it is. Default: all. */
  readonly detail?: 'all' | 'sums';
  /** Bytes of the file, where known: a very long recording is packed from its beginning on. */
  readonly fileBytes?: number;
}

/** A text of 4 million events or more. */
const LONG_FILE = 400e6;

const NO_BYTES = new Uint8Array(0);

/**
 * A recording being read, whatever its format: readers add events in the order of the file and say what
 * was lost; `finish` finds the calls and folios in them. Never throws on what a file may hold.
 */
export class Recording {
  readonly problems = new ProblemList();
  readonly events: EventColumns;
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
  private readonly assembler: CallAssembler;
  private readonly format: TraceFormat;
  private readonly options: RecordingOptions;

  constructor(format: TraceFormat, options: RecordingOptions) {
    this.format = format;
    this.options = options;
    const detail = options.detail ?? 'all';
    const isLong = (options.fileBytes ?? 0) > LONG_FILE;
    this.events = new EventColumns(detail === 'all', isLong);
    this.assembler = new CallAssembler({ machine: options.machine ?? null, detail, isLong });
    this.comms.intern(NO_BYTES, 0, 0);
  }

  /**
   * Adds an event of a known type; `other` and `marker` have their own methods. A start or end (mm_migrate_pages) is added
   * right after the row of `summaries` that `a` names, which is gone afterwards.
   */
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
    const { summaries } = this;
    const kept = this.assembler.tracker.add(type, timeNs, cpu, pid, a, b, lo, hi, summaries.columns);
    if (summaries.length > 0) summaries.clear();
    this.events.add(type, timeNs, cpu, pid, kept, b, lo, hi);
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
    const machine = this.options.machine ?? null;
    const lostEvents = this.lost + this.overrun;
    const eventCounts = this.countedNames();
    const assembled = this.assembler.finish(this.comms.strings, this.overrun > 0);
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
        source: this.options.source,
        sha256: '',
        notes: this.notes,
      },
      machine,
      span: assembled.span,
      workload: assembled.workload,
      events: this.events.finish(assembled.renumber),
      folioTimes: assembled.folioTimes,
      timings: [],
      counters: [],
      strings: this.strings.strings,
      lines: this.lines,
      lostEvents: lostEvents === 0 && this.lostUnknown > 0 ? -1 : lostEvents,
      eventCounts,
      ...(assembled.sums !== null && { sums: assembled.sums }),
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
