/** A tracing instance of our own: buffers, clock, events and filters that touch nothing of anybody else's. */
import { parseFormat, symbolsOf } from '../trace/formats/kernelEvents/formatText';
import { encodeUtf8 } from '../base/utf8';
import { chooseEvents, reasonFilter } from './eventChoice';
import { setUpFunctionGraph } from './functionGraph';
import { codeOf, RecorderProblem } from './recorderProblem';
import { readOrEmpty, type SysFiles } from './sysFiles';

export interface InstanceOptions {
  /** A name of trace_clock: mono, boot, local, global … */
  readonly clock: string;
  /** Buffer of each CPU, bytes. */
  readonly bufferBytes: number;
  /** `system` or `system:event`; null: those that tell of migration. */
  readonly events: readonly string[] | null;
  /** Tasks whose events are recorded; empty: all. Tasks they fork are followed. */
  readonly pids: readonly number[];
  /** Reasons of calls that are recorded; empty: all. */
  readonly reasons: readonly string[];
  readonly functionGraph: boolean;
}

const KIB = 1024;

/**
 * Life cycle: `create` (which leaves it switched off), `configure`, `switchOn`, `switchOff`, `remove`. Whoever creates
 * one removes it, whatever happens in between; nothing outside the instance's folder is ever written.
 */
export class TraceInstance {
  /** /sys/kernel/tracing/instances/NAME */
  readonly folder: string;
  readonly tracefs: string;
  /** `system/event` of what is recorded. */
  events: readonly string[] = [];
  /** What could not be had as usual, for people. */
  readonly remarks: string[] = [];
  private readonly files: SysFiles;

  private constructor(files: SysFiles, tracefs: string, name: string) {
    this.files = files;
    this.tracefs = tracefs;
    this.folder = `${tracefs}/instances/${name}`;
  }

  static create(files: SysFiles, tracefs: string, name: string): TraceInstance {
    const instance = new TraceInstance(files, tracefs, name);
    files.makeFolder(instance.folder);
    try {
      // A new instance is switched on (trace_array_create(), kernel/trace/trace.c).
      files.write(`${instance.folder}/tracing_on`, '0');
    } catch (error) {
      instance.remove();
      throw error;
    }
    return instance;
  }

  configure(options: InstanceOptions): void {
    const { files, folder } = this;
    this.setClock(options.clock);
    files.write(`${folder}/buffer_size_kb`, String(Math.max(1, Math.ceil(options.bufferBytes / KIB))));
    const { events, missing } = chooseEvents(files, folder, options.events);
    if (missing.length > 0) this.remarks.push(`This kernel has no ${missing.join(', ')}: recorded without.`);
    if (options.pids.length > 0) {
      files.write(`${folder}/options/event-fork`, '1');
      files.write(`${folder}/set_event_pid`, options.pids.join(' '));
    }
    if (options.reasons.length > 0) this.filterReasons(events, options.reasons);
    this.events = options.functionGraph
      ? [...events, ...setUpFunctionGraph(files, this.tracefs, folder)]
      : events;
    for (const event of events) files.write(`${folder}/events/${event}/enable`, '1');
  }

  switchOn(): void {
    this.files.write(`${this.folder}/tracing_on`, '1');
  }

  switchOff(): void {
    this.files.write(`${this.folder}/tracing_on`, '0');
  }

  /** Clocks the kernel offers, without the brackets of the present one. */
  clocks(): string[] {
    return readOrEmpty(this.files, `${this.folder}/trace_clock`).replaceAll(/[[\]]/g, '').trim().split(/\s+/);
  }

  /** Removes it with its buffers. Its files must be closed. */
  remove(): void {
    this.files.removeFolder(this.folder);
  }

  /** The `format` text of an event, `system/event`. */
  formatOf(event: string): Uint8Array<ArrayBuffer> {
    return encodeUtf8(this.files.read(`${this.tracefs}/events/${event}/format`));
  }

  private setClock(clock: string): void {
    const offered = this.clocks();
    if (!offered.includes(clock)) {
      throw new RecorderProblem(
        `This kernel has no trace clock ${JSON.stringify(clock)}. It offers ${offered.join(', ')}.`,
      );
    }
    this.files.write(`${this.folder}/trace_clock`, clock);
  }

  /** Only starts and ends of calls name a reason; the reader leaves out what lies outside of calls. */
  private filterReasons(events: readonly string[], reasons: readonly string[]): void {
    for (const event of ['migrate/mm_migrate_pages_start', 'migrate/mm_migrate_pages']) {
      if (!events.includes(event)) continue;
      const format = parseFormat(this.formatOf(event));
      const symbols = format === undefined ? new Map<number, string>() : symbolsOf(format, 'reason');
      try {
        this.files.write(`${this.folder}/events/${event}/filter`, reasonFilter(symbols, reasons));
      } catch (error) {
        if (codeOf(error) !== 'EINVAL') throw error;
        throw new RecorderProblem(
          `The kernel takes no filter by reason for ${event}: record without --reason.`,
        );
      }
    }
  }
}
