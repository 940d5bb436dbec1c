import { GrowableTable } from '../../base/columns';
import { type Parsed, ProblemList } from '../../base/problem';
import { EVENT_TYPES, type MigrationTrace, type TraceFormat, type TraceMachine } from '../model';
import { ByteInterner } from './byteInterner';
import { type AssembledCalls, CallAssembler } from './callAssembler';
import { EVENT_CODES, EventColumns } from './eventColumns';
import { type FunctionMeasurement, FunctionTimes, unknownTask } from './functionTimes';
import { mergeMeasuredCalls, NO_CALL_PHASES } from './measuredCalls';
import { noteMeasurement } from './measurementNotes';
import { StageTimes } from './stageTimes';
import { SUMMARY_SCHEMA } from './summaries';
import { TaskNames } from './taskNames';

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
/** Events that are further back than this, and than this share of the recording, are said to be out of order. */
const MIXED_NS = 1e6;
const MIXED_SHARE = 0.1;

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
  /** What the events were recorded in. */
  format: TraceFormat;
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
  /** Entries and returns of kernel functions, where the recording holds any. */
  private functions: FunctionTimes | null = null;
  /** Durations of mm_migrate_stage events. */
  private stages: StageTimes | null = null;
  private readonly tasks = new TaskNames();
  private readonly unlisted = new Map<string, number>();
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
    if (summaries.length > 0) {
      summaries.clear();
      this.functions?.event(pid > 0 ? pid : unknownTask(cpu), kept);
      if (type === EVENT_CODES.mm_migrate_pages)
        this.stages?.end(pid, kept, timeNs - this.assembler.tracker.calls.columns.startNs[kept]!);
      else this.stages?.start(pid);
    }
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

  /** Whether entries and returns of functions are being told. */
  get timesFunctions(): boolean {
    return this.functions !== null;
  }

  /** For a format that tells entries and returns of functions; `names` by function, it may grow. */
  timeFunctions(names: readonly string[]): FunctionTimes {
    this.functions = new FunctionTimes(names, this.options.detail !== 'sums');
    return this.functions;
  }

  /** For a format that tells durations of stages; `names` by stage, it may grow. */
  timeStages(names: readonly string[]): StageTimes {
    this.stages = new StageTimes(names, this.options.detail !== 'sums');
    this.format = 'migrate-stage';
    return this.stages;
  }

  /** Says what task `pid` is called, where its events do not. */
  nameTask(pid: number, bytes: Uint8Array, start: number, end: number): void {
    if (!this.tasks.isLast(pid)) this.tasks.name(pid, this.comms.intern(bytes, start, end));
  }

  /** What happened on `cpu` while its task was not known was of task `pid`. */
  learnTask(cpu: number, pid: number): void {
    const unknown = unknownTask(cpu);
    this.tasks.learn(unknown, pid);
    this.assembler.tracker.renameTask(unknown, pid);
    this.functions?.rename(unknown, pid);
  }

  /** Counts events that are no rows of `events`: entries and returns of functions. */
  countUnlisted(name: string, count: number): void {
    this.unlisted.set(name, (this.unlisted.get(name) ?? 0) + count);
  }

  /** Makes the trace. The recording must not be used afterwards. */
  finish(): Parsed<MigrationTrace> {
    const machine = this.options.machine ?? null;
    const lostEvents = this.lost + this.overrun;
    const eventCounts = this.countedNames();
    const assembled = this.assembler.finish(this.comms.strings, this.overrun > 0);
    noteOrder(assembled, this.problems);
    this.tasks.settle(assembled.workload.calls);
    const measured = this.measured(assembled);
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
      ...measured,
      events: this.events.finish(assembled.renumber, this.tasks.learnt),
      folioTimes: assembled.folioTimes,
      counters: [],
      strings: this.strings.strings,
      lines: this.lines,
      lostEvents: lostEvents === 0 && this.lostUnknown > 0 ? -1 : lostEvents,
      eventCounts,
    });
  }

  /** The calls with what was measured of them. */
  private measured({
    workload,
    sums,
    span,
    renumber,
    callSums,
  }: AssembledCalls): Pick<MigrationTrace, 'workload' | 'span' | 'timings' | 'callPhases' | 'sums'> {
    if (this.functions === null && this.stages !== null)
      return { span, ...this.staged(this.stages, workload, sums, renumber) };
    if (this.functions === null)
      return { workload, span, timings: [], callPhases: NO_CALL_PHASES, ...(sums !== null && { sums }) };
    const measurement = this.functions.finish();
    noteMeasurement(measurement, this.problems);
    const common = { span: joined(span, measurement), timings: measurement.timings };
    if (sums !== null) {
      measurement.sums.addSilentTo(callSums);
      const phases = measurement.sums.phases.sums(measurement.seen);
      return {
        ...common,
        workload,
        callPhases: NO_CALL_PHASES,
        sums: { ...sums, ...callSums.sums(), phases },
      };
    }
    const merged = mergeMeasuredCalls(workload, renumber, measurement, (task) => this.tasks.commOf(task));
    return { ...common, ...merged };
  }

  /** The same of stages: they tell nodes besides. */
  private staged(
    stages: StageTimes,
    workload: AssembledCalls['workload'],
    sums: AssembledCalls['sums'],
    renumber: AssembledCalls['renumber'],
  ): Pick<MigrationTrace, 'workload' | 'timings' | 'callPhases' | 'sums'> {
    const timings = stages.timings();
    stages.note(this.problems);
    if (sums !== null) {
      const flows = stages.pageFlows(sums.totals.nr_succeeded);
      return {
        workload,
        timings,
        callPhases: NO_CALL_PHASES,
        sums: { ...sums, flows, phases: stages.sums() },
      };
    }
    const callPhases = stages.phases(renumber);
    stages.nameNodes(workload, callPhases);
    return { workload, timings, callPhases };
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
    for (const [name, count] of this.unlisted) counted.set(name, (counted.get(name) ?? 0) + count);
    return Object.fromEntries(counted);
  }
}

function joined(
  span: AssembledCalls['span'],
  { startNs, endNs }: FunctionMeasurement,
): AssembledCalls['span'] {
  if (Number.isNaN(startNs)) return span;
  if (span.startNs === 0 && span.endNs === 0) return { startNs, endNs };
  return { startNs: Math.min(span.startNs, startNs), endNs: Math.max(span.endNs, endNs) };
}

/** Clocks that run back, and the events of each CPU put behind those of another. trace_pipe mixes a little by itself. */
function noteOrder({ clockJumps, behindNs, span }: AssembledCalls, problems: ProblemList): void {
  if (clockJumps > 0)
    problems.add(
      `The clock of a CPU runs back ${clockJumps} times: durations across these places mean nothing.`,
      'Record with trace_clock mono, or check that the file is one recording and not several put together.',
    );
  else if (behindNs > MIXED_NS && behindNs > (span.endNs - span.startNs) * MIXED_SHARE)
    problems.add(
      `Events are not in the order of time: up to ${Math.round(behindNs / 1e6)} ms back from one CPU to the next. Calls that went on on another CPU may be cut.`,
      'Read the trace file, trace-cmd report or perf script, which put the CPUs in order, and not per_cpu/cpuN/trace one after the other.',
    );
}
