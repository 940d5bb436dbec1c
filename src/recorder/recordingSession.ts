/**
 * One recording: from our own tracing instance through files of pages to a trace.
 *
 * Contract: `start`, then `poll` several times a second until it names a reason to stop or somebody wants to, then
 * `stop`, then `finishRecording`, then `discard`. `discard` may come at any time, also twice, and leaves nothing behind. Nothing here waits.
 */
import { randomBytes } from 'node:crypto';
import * as os from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { nodeOfPfn } from '../trace/calls/nodeOfPfn';
import { parseVmstat } from '../trace/companions/vmstat';
import type { Counters } from '../trace/companions/vmstat';
import { CommTable } from '../trace/formats/kernelEvents/commTable';
import type { EventSink } from '../trace/formats/kernelEvents/eventSink';
import { EventTable } from '../trace/formats/kernelEvents/eventTable';
import type { GraphEvents } from '../trace/formats/kernelEvents/graphEvents';
import { CpuCursor } from '../trace/formats/traceDat/cpuCursor';
import { pageLayout, type PageLayout } from '../trace/formats/traceDat/pageLayout';
import type { LiveFigures } from '../trace/live/liveFigures';
import { LiveTally } from '../trace/live/liveTally';
import type { TraceMachine } from '../trace/model';
import { type BufferLosses, CpuBuffers } from './cpuBuffers';
import { machineOfHere } from './hereMachine';
import { instanceName, type Owner, startTicks } from './instanceName';
import type { MemoryPages } from './pageBlocks';
import { PageStore } from './pageStore';
import { RecorderProblem } from './recorderProblem';
import { type Cleaned, cleanFolders, cleanInstances } from './stale';
import { readOrEmpty, type SysFiles } from './sysFiles';
import { TaskNames } from './taskNames';
import { type Asker, findTracefs, tracefsProblem } from './tracefs';
import { type InstanceOptions, TraceInstance } from './traceInstance';
import type { VmstatReadings } from './vmstatCheck';

export interface RecordLimits {
  /** Of time, s; of pages on disk, bytes; of events. Infinity: none. */
  readonly seconds: number;
  readonly bytes: number;
  readonly events: number;
}

export interface SessionOptions extends InstanceOptions {
  readonly limits: RecordLimits;
  readonly asker: Asker;
  /** Where the folder of pages is made. */
  readonly temporaryFolder: string;
}

export type StopReason = 'time' | 'size' | 'events' | 'asked' | 'command';

/** What ended a recording, for people. */
export const STOP_REASONS = {
  time: 'the time limit',
  size: 'the size limit',
  events: 'the limit of events',
  asked: 'the person who recorded',
  command: 'the end of the command',
} as const satisfies Record<StopReason, string>;

const TYPICAL_PAGE = 4096;
/** Drains after switching off, of at most one buffer each: what waits is finite, so this is never reached. */
const MAX_LAST_DRAINS = 64;

export class RecordingSession {
  readonly options: SessionOptions;
  readonly instance: TraceInstance;
  readonly store: PageStore;
  readonly layout: PageLayout;
  readonly machine: TraceMachine | null;
  readonly tasks: TaskNames;
  readonly tally: LiveTally;
  /** What earlier recorders left behind and was removed now. */
  readonly cleaned: Cleaned;
  readonly files: SysFiles;
  stoppedBy: StopReason | null = null;
  losses: BufferLosses = { overrun: 0, commitOverrun: 0, dropped: 0 };
  private readonly buffers: CpuBuffers;
  private readonly table: EventTable;
  private readonly vmstat: Partial<Record<keyof VmstatReadings, Counters>> = {};
  private startedMs = 0;
  private stoppedMs: number | null = null;
  private shownMs = 0;
  private shownEvents = 0;
  private isGone = false;

  /** Makes the instance and switches it on. Throws a RecorderProblem that says what to run. */
  static start(files: SysFiles, options: SessionOptions): RecordingSession {
    const tracefs = findTracefs(files, options.asker);
    try {
      return RecordingSession.open(files, options, tracefs);
    } catch (error) {
      throw tracefsProblem(error, 'Setting up the tracing instance', tracefs, options.asker);
    }
  }

  private static open(files: SysFiles, options: SessionOptions, tracefs: string): RecordingSession {
    const self = ownProcess(files);
    const cleaned = cleanInstances(files, tracefs, self);
    cleanFolders(files, options.temporaryFolder, self);
    const name = instanceName(self, randomBytes(3).toString('hex'));
    const instance = TraceInstance.create(files, tracefs, name);
    let session: RecordingSession | undefined;
    try {
      instance.configure(options);
      const store = new PageStore(join(options.temporaryFolder, name));
      session = new RecordingSession(files, options, instance, store, cleaned);
      session.switchOn();
      return session;
    } catch (error) {
      if (session === undefined) instance.remove();
      else session.discard();
      throw error;
    }
  }

  private constructor(
    files: SysFiles,
    options: SessionOptions,
    instance: TraceInstance,
    store: PageStore,
    cleaned: Cleaned,
  ) {
    this.files = files;
    this.options = options;
    this.instance = instance;
    this.store = store;
    this.cleaned = cleaned;
    this.machine = machineOfHere(files);
    this.tasks = new TaskNames(files, instance.tracefs);
    this.tally = new LiveTally(nodeOfPfn(this.machine) ?? (() => -1));
    const events = `${instance.tracefs}/events`;
    const isBigEndian = os.endianness() === 'BE';
    this.layout = pageLayout(
      readOrEmpty(files, `${events}/header_page`),
      readOrEmpty(files, `${events}/header_event`),
      isBigEndian,
      this.tally.problems,
    );
    this.table = this.eventTable(this.tally, new CommTable(this.tally));
    this.buffers = new CpuBuffers(files, instance.folder, this.layout, this.pageBytes(), options.bufferBytes);
  }

  /** Reads what waits. Not null: the limit that was reached; `stop` is due. */
  poll(): StopReason | null {
    this.drain();
    const { limits } = this.options;
    if (this.store.bytes >= limits.bytes) return 'size';
    if (this.tally.eventCount >= limits.events) return 'events';
    return this.seconds >= limits.seconds ? 'time' : null;
  }

  /** Since it was switched on, s; stands still once it is switched off. */
  get seconds(): number {
    return ((this.stoppedMs ?? performance.now()) - this.startedMs) / 1000;
  }

  /** Clock, kernel and numbers so far; looks for new CPUs meanwhile. Call it once or a few times a second. */
  figures(): LiveFigures {
    if (!this.isGone && this.stoppedMs === null) {
      this.buffers.openNew();
      this.losses = this.buffers.losses();
    }
    const { seconds, tally, losses } = this;
    const passed = Math.max(1e-3, seconds - this.shownMs / 1000);
    const eventsPerSecond = (tally.eventCount - this.shownEvents) / passed;
    this.shownMs = seconds * 1000;
    this.shownEvents = tally.eventCount;
    return {
      ...tally.figures((pid) => this.tasks.of(pid)),
      seconds,
      eventsPerSecond,
      lostEvents: losses.overrun + losses.commitOverrun + losses.dropped,
      bufferFill: this.buffers.takeFill(),
      bufferPeak: this.buffers.peak,
      bytes: this.store.bytes,
      maxBytes: this.options.limits.bytes,
      cpus: this.buffers.cpuCount,
    };
  }

  /** Switches off, reads the rest, and removes the instance; the pages stay. */
  stop(reason: StopReason): void {
    if (this.stoppedBy !== null) return;
    this.stoppedBy = reason;
    this.vmstat.beforeOff = this.readVmstat();
    this.instance.switchOff();
    this.stoppedMs = performance.now();
    this.vmstat.afterOff = this.readVmstat();
    for (let i = 0; i < MAX_LAST_DRAINS && !this.drain(); i++);
    this.losses = this.buffers.losses();
    this.tasks.learnSaved();
    this.removeInstance();
  }

  /** Valid after `stop`. */
  get vmstatReadings(): VmstatReadings {
    return this.vmstat as VmstatReadings;
  }

  /** The decoder of this recording's events, writing to `recording`; without `graph`, entries and returns of functions are only counted. */
  eventTable(recording: EventSink, comms: CommTable, graph?: GraphEvents): EventTable {
    const { isBigEndian } = this.layout;
    const table = new EventTable({ recording, comms, isBigEndian, ...(graph !== undefined && { graph }) });
    for (const event of this.instance.events) table.add(this.formats(event), 0);
    return table;
  }

  /** Removes the instance and the pages. */
  discard(): void {
    this.removeInstance();
    this.store.remove();
  }

  private readonly formatTexts = new Map<string, Uint8Array<ArrayBuffer>>();

  private formats(event: string): Uint8Array<ArrayBuffer> {
    let text = this.formatTexts.get(event);
    if (text === undefined) {
      text = this.instance.formatOf(event);
      this.formatTexts.set(event, text);
    }
    return text;
  }

  private switchOn(): void {
    this.buffers.openNew();
    this.vmstat.beforeOn = this.readVmstat();
    this.instance.switchOn();
    this.startedMs = performance.now();
    this.vmstat.afterOn = this.readVmstat();
  }

  private drain(): boolean {
    const isEmpty = this.buffers.drain((cpu, pages, bytes) => this.take(cpu, pages, bytes));
    if (this.tally.newPids.length > 0) this.tasks.learn(this.tally.newPids.splice(0));
    return isEmpty;
  }

  private take(cpu: number, pages: MemoryPages, bytes: Uint8Array): void {
    this.store.append(cpu, bytes);
    const { tally, table, layout } = this;
    const cursor = new CpuCursor({ cpu, pages, layout, table, recording: tally, nsPerCount: 1, offsetNs: 0 });
    cursor.run(Infinity, true, Infinity);
  }

  private pageBytes(): number {
    // Sub-buffers of other sizes than a page exist since 6.8.
    const kib = Number(readOrEmpty(this.files, `${this.instance.folder}/buffer_subbuf_size_kb`));
    return kib > 0 ? kib * 1024 : TYPICAL_PAGE;
  }

  private readVmstat(): Counters {
    return parseVmstat(readOrEmpty(this.files, '/proc/vmstat')).value;
  }

  private removeInstance(): void {
    if (this.isGone) return;
    this.isGone = true;
    this.buffers.close();
    this.instance.remove();
  }
}

/** This process, as names of instances give it. */
export function ownProcess(files: SysFiles): Owner {
  const ticks = startTicks(files, process.pid);
  if (ticks === null)
    throw new RecorderProblem('/proc is not mounted: nothing can be recorded here.', [
      'sudo mount -t proc proc /proc',
    ]);
  return { pid: process.pid, startTicks: ticks };
}
