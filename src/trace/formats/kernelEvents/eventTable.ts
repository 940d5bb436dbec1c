import { CALL_FLAGS } from '../../../engine/folio/workload';
import { MIGRATE_MODES, MIGRATE_REASONS, UNKNOWN_CODE } from '../../../engine/kernel/modes';
import { encodeUtf8 } from '../../../base/utf8';
import { EVENT_CODES } from '../../calls/eventColumns';
import type { EventSink } from './eventSink';
import type { CommTable } from './commTable';
import {
  BINARY_PRINT,
  BINARY_PUTS,
  EventPlan,
  GRAPH_ENTRY,
  GRAPH_EXIT,
  isKnownEvent,
  planParts,
} from './eventPlan';
import { formatHead, numberField, parseFormat } from './formatText';
import type { GraphEvents } from './graphEvents';
import { NumberField } from './numberField';
import { formatPrintk, type PrintkFormats } from './printkFormats';

export interface EventTableOptions {
  readonly recording: EventSink;
  readonly comms: CommTable;
  readonly isBigEndian: boolean;
  /** Takes what the function_graph tracer wrote; without it, its events are only counted. */
  readonly graph?: GraphEvents;
}

const PMD_ORDER = 9;
const MAX_ORDER = 63;
const MAX_MARKER = 1024;
const MAX_EVENT_ID = 0xffff;
const NEWLINE = 10;
const MAX_NOTES = 1000;
/** Beyond this half of a user address, numbers are rounded. */
const INEXACT_HIGH = 0x200000;

/**
 * The events of a binary recording by their number, made from the `format` texts the file holds; reads records of
 * the ring buffer (or perf's raw data, which are the same) into the recording.
 */
export class EventTable {
  private readonly plans = Array.from<EventPlan | undefined>({ length: 1024 });
  /** common_type and common_pid, which all events have alike. */
  private type: NumberField | undefined;
  private pid: NumberField | undefined;
  private readonly recording: EventSink;
  private readonly comms: CommTable;
  private readonly graph: GraphEvents | undefined;
  /** Records of mm_migrate_pages and mm_migrate_pages_start so far. */
  summaries = 0;
  /** Gives events of trace_printk() their text; while there is none, they are only counted. */
  printk: { readonly formats: PrintkFormats; readonly longBytes: number } | null = null;
  private readonly isBigEndian: boolean;
  private readonly unknown = new Set<string>();

  constructor(options: EventTableOptions) {
    this.recording = options.recording;
    this.comms = options.comms;
    this.isBigEndian = options.isBigEndian;
    this.graph = options.graph;
  }

  /** Takes the text of a `format` file; `offset` is where it lies in the file. */
  add(bytes: Uint8Array, offset: number): void {
    const head = formatHead(bytes);
    if (head === undefined || head.id > MAX_EVENT_ID) {
      this.recording.problems.add(
        'The description of an event cannot be read; events of its kind are counted under their number.',
        'Record again with a current trace-cmd or perf.',
        null,
        offset,
      );
      return;
    }
    if (this.type !== undefined && this.pid !== undefined && !isKnownEvent(head.name)) {
      this.put(head.id, new EventPlan(OTHER, this.pid, this.intern(head.name)));
      return;
    }
    const format = parseFormat(bytes);
    const type = format && numberField(format.fields, 'common_type', this.isBigEndian);
    const pid = format && numberField(format.fields, 'common_pid', this.isBigEndian);
    if (format === undefined || type === undefined || pid === undefined) return;
    this.type ??= type;
    this.pid ??= pid;
    const parts = planParts(format, this.isBigEndian);
    if (typeof parts === 'string')
      this.recording.problems.add(
        `The event ${head.name} of this kernel has no field "${parts}"; its events are only counted.`,
        "Look for a newer MigTrace, or send the event's format file from tracefs.",
        null,
        offset,
      );
    this.put(head.id, new EventPlan(typeof parts === 'string' ? OTHER : parts, pid, this.intern(head.name)));
  }

  get isEmpty(): boolean {
    return this.type === undefined;
  }

  /**
   * Reads the record of `length` bytes at `at` (a multiple of four); `bytes` and `words` are the same memory.
   * False where the record is damaged.
   */
  record(
    bytes: Uint8Array,
    words: Uint32Array,
    at: number,
    length: number,
    timeNs: number,
    cpu: number,
  ): boolean {
    if (this.type === undefined || length < this.type.end) return false;
    const id = this.type.low(words, at);
    const plan = this.plans[id] ?? this.addUnknown(id);
    if (length < plan.length) return false;
    const pid = plan.pid.signed(words, at);
    const { kind } = plan;
    switch (kind) {
      case EVENT_CODES.set_migration_pte:
      case EVENT_CODES.remove_migration_pte:
      case EVENT_CODES.set_migration_pmd:
      case EVENT_CODES.remove_migration_pmd:
        return this.entry(plan, words, at, timeNs, cpu, pid);
      case EVENT_CODES.tlb_flush:
        this.recording.add(
          kind,
          timeNs,
          cpu,
          pid,
          plan.first!.signed(words, at),
          plan.second!.signed(words, at),
          0,
          0,
        );
        return true;
      case EVENT_CODES.mm_compaction_migratepages:
        this.recording.add(
          kind,
          timeNs,
          cpu,
          pid,
          plan.first!.unsigned(words, at),
          plan.second!.unsigned(words, at),
          0,
          0,
        );
        return true;
      case EVENT_CODES.mm_migrate_pages:
      case EVENT_CODES.mm_migrate_pages_start:
        this.recording.add(kind, timeNs, cpu, pid, this.summary(plan, words, at, pid), 0, 0, 0);
        return true;
      case EVENT_CODES.marker:
        this.marker(plan, bytes, at, length, timeNs, cpu, pid);
        return true;
      case BINARY_PRINT:
      case BINARY_PUTS:
        this.printed(plan, bytes, words, at, length, timeNs, cpu, pid);
        return true;
      case GRAPH_ENTRY:
      case GRAPH_EXIT:
        if (this.graph === undefined) this.recording.addOther(plan.name, timeNs, cpu, pid);
        else this.graph.take(plan, words, at, timeNs, cpu, pid);
        return true;
      default:
        this.recording.addOther(plan.name, timeNs, cpu, pid);
        return true;
    }
  }

  /** Events of `cpu` were lost before the next one. */
  lost(count: number, timeNs: number, cpu: number): void {
    this.recording.addLost(count, timeNs, cpu);
    this.graph?.lost(cpu);
  }

  private entry(
    plan: EventPlan,
    words: Uint32Array,
    at: number,
    timeNs: number,
    cpu: number,
    pid: number,
  ): boolean {
    const addressHigh = plan.first!.high(words, at);
    const order = plan.third === undefined ? PMD_ORDER : plan.third.signed(words, at);
    if (order < 0 || order > MAX_ORDER) return false;
    if (addressHigh >= INEXACT_HIGH)
      this.note(
        'address',
        'An address is beyond 2^53 and is kept rounded.',
        'User addresses end below it on x86-64; check the recording.',
      );
    this.recording.add(
      plan.kind,
      timeNs,
      cpu,
      pid,
      addressHigh * 2 ** 32 + plan.first!.low(words, at),
      order,
      plan.second!.low(words, at),
      plan.second!.high(words, at),
    );
    return true;
  }

  /** Appends a row of `Recording.summaries` and returns its number. */
  private summary(plan: EventPlan, words: Uint32Array, at: number, pid: number): number {
    this.summaries++;
    const { summaries } = this.recording;
    const row = summaries.push();
    const { columns } = summaries;
    columns.comm[row] = this.comms.of(pid);
    columns.mode[row] = this.code('mode', plan.modes, plan.first!.signed(words, at), MIGRATE_MODES.length);
    columns.reason[row] = this.code(
      'reason',
      plan.reasons,
      plan.second!.signed(words, at),
      MIGRATE_REASONS.length,
    );
    const { counts } = plan;
    if (counts.length === 0) return row;
    columns.flags[row] =
      (counts[2] === undefined ? CALL_FLAGS.noThp : 0) | (counts[5] === undefined ? CALL_FLAGS.noSplit : 0);
    columns.nr_succeeded[row] = counts[0]!.unsigned(words, at);
    columns.nr_failed[row] = counts[1]!.unsigned(words, at);
    columns.nr_thp_succeeded[row] = counts[2]?.unsigned(words, at) ?? 0;
    columns.nr_thp_failed[row] = counts[3]?.unsigned(words, at) ?? 0;
    columns.nr_thp_split[row] = counts[4]?.unsigned(words, at) ?? 0;
    columns.nr_split[row] = counts[5]?.unsigned(words, at) ?? 0;
    return row;
  }

  private code(
    field: 'mode' | 'reason',
    codes: ReadonlyMap<number, number>,
    value: number,
    limit: number,
  ): number {
    const code = codes.get(value) ?? (value >= 0 && value < limit ? value : UNKNOWN_CODE);
    if (code === UNKNOWN_CODE)
      this.note(
        `${field} ${value}`,
        `${value} is no migration ${field} that MigTrace knows; such calls are kept as unknown.`,
        'If a newer kernel has it, look for a newer MigTrace; else the file may be damaged.',
      );
    return code;
  }

  private marker(
    plan: EventPlan,
    bytes: Uint8Array,
    at: number,
    length: number,
    timeNs: number,
    cpu: number,
    pid: number,
  ): void {
    const start = at + plan.textAt;
    let end = start;
    const limit = Math.min(at + length, start + MAX_MARKER);
    while (end < limit && bytes[end] !== 0 && bytes[end] !== NEWLINE) end++;
    const text = this.recording.strings.intern(bytes, start, end);
    this.recording.addMarker(plan.name, text, timeNs, cpu, pid);
  }

  /** A line of trace_printk(), its text made of a format and arguments. */
  private printed(
    plan: EventPlan,
    bytes: Uint8Array,
    words: Uint32Array,
    at: number,
    length: number,
    timeNs: number,
    cpu: number,
    pid: number,
  ): void {
    const { printk, isBigEndian } = this;
    if (printk === null) {
      this.recording.addOther(plan.name, timeNs, cpu, pid);
      return;
    }
    const format = printk.formats.textOf(plan.first!.low(words, at), plan.first!.high(words, at));
    const { longBytes } = printk;
    const place = { bytes, words, at: at + plan.textAt, end: at + length, isBigEndian, longBytes };
    const text = plan.kind === BINARY_PUTS ? format : formatPrintk(format, place);
    const row = this.intern(text.replace(/\n.*$/s, '').slice(0, MAX_MARKER));
    this.recording.addMarker(plan.name, row, timeNs, cpu, pid);
  }

  private addUnknown(id: number): EventPlan {
    this.note(
      `event ${id}`,
      `The file does not describe event number ${id}; its events are counted as event-${id}.`,
      'The file may be damaged, or recorded by a tool that leaves descriptions out.',
    );
    const plan = new EventPlan(OTHER, this.pid ?? NO_PID, this.intern(`event-${id}`));
    this.put(id, plan);
    return plan;
  }

  private put(id: number, plan: EventPlan): void {
    while (this.plans.length <= id) this.plans.push(undefined);
    this.plans[id] = plan;
  }

  private intern(name: string): number {
    const bytes = encodeUtf8(name);
    return this.recording.strings.intern(bytes, 0, bytes.length);
  }

  /** A problem worth saying once. */
  private note(key: string, message: string, hint: string): void {
    if (this.unknown.has(key) || this.unknown.size > MAX_NOTES) return;
    this.unknown.add(key);
    this.recording.problems.add(message, hint);
  }
}

const OTHER = { kind: EVENT_CODES.other, fields: [] } as const;
const NO_PID = new NumberField(4, 4, true, false);
