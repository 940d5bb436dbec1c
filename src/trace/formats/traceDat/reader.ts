import type { Parsed } from '../../../base/problem';
import { EVENT_CODES } from '../../calls/eventColumns';
import { Recording, type RecordingOptions } from '../../calls/recording';
import type { ByteSource } from '../../byteSource';
import type { MigrationTrace } from '../../model';
import { CommTable } from '../kernelEvents/commTable';
import { COUNTING_CLOCKS } from '../kernelEvents/traceClocks';
import { EventTable } from '../kernelEvents/eventTable';
import { GraphEvents } from '../kernelEvents/graphEvents';
import { KernelSymbols } from '../kernelEvents/kernelSymbols';
import { PrintkFormats } from '../kernelEvents/printkFormats';
import type { SteppedReader } from '../steppedReader';
import {
  type BufferData,
  CUT_HINT,
  type CpuData,
  DAMAGED_HINT,
  DatContents,
  type DatHead,
  type Decompress,
} from './contents';
import { CpuCursor } from './cpuCursor';
import { FileCursor } from './fileCursor';
import { lostBesides, noteLosses } from './losses';
import { CpuMerge } from './merge';
import { MAX_CPUS } from './options';
import { pageLayout } from './pageLayout';
import { Places } from './places';
import { createPages } from './pages';
import { readVersion6 } from './version6';
import { readVersion7 } from './version7';

export interface TraceDatOptions extends RecordingOptions {
  readonly decompress: Decompress;
}

/** Events per step: about 20 ms. */
const STEP_EVENTS = 1 << 17;
const MAGIC_BYTES = 10;
const TYPICAL_PAGE = 4096;
const MAX_PAGE = 1 << 20;
/** Memory that the blocks of all CPUs may take. */
const BLOCKS_BYTES = 1 << 28;
const MAX_BLOCK = 1 << 18;
const MIN_VERSION = 6;
const MAX_VERSION = 7;

/** Reads trace.dat, trace-cmd's own file, versions 6 and 7. */
export function createTraceDatReader(source: ByteSource, options: TraceDatOptions): SteppedReader {
  return new TraceDatReader(source, options);
}

class TraceDatReader implements SteppedReader {
  private readonly source: ByteSource;
  private readonly options: TraceDatOptions;
  private readonly recording: Recording;
  private contents: DatContents | undefined;
  private cursors: CpuCursor[] = [];
  /** By cursor: the name of the tracing instance whose buffer it reads. */
  private instances: string[] = [];
  private merge: CpuMerge | undefined;
  private graph: GraphEvents | undefined;

  constructor(source: ByteSource, options: TraceDatOptions) {
    this.source = source;
    this.options = options;
    this.recording = new Recording('trace-dat', options);
  }

  get done(): number {
    return this.cursors.reduce((sum, { pages }) => sum + pages.done, 0);
  }

  step(): boolean {
    if (this.merge === undefined) {
      this.open();
      return this.merge !== undefined;
    }
    this.merge.run(STEP_EVENTS);
    return !this.merge.isDone;
  }

  finish(): Parsed<MigrationTrace> {
    const { recording, contents } = this;
    this.graph?.finish();
    if (contents !== undefined) {
      recording.overrun += lostBesides(contents.cpuStats, this.cursors);
      noteLosses(recording, this.cursors);
      this.noteInstances();
      this.noteWhatIsMissing(contents);
    }
    return recording.finish();
  }

  /** Reads everything but the pages, and finds the first event of each CPU. */
  private open(): void {
    const { source, recording } = this;
    const head = this.readHead();
    if (head === undefined) return;
    const contents = new DatContents();
    this.contents = contents;
    const comms = new CommTable(recording);
    this.graph = new GraphEvents(recording, comms, new KernelSymbols(() => contents.kallsyms()));
    const table = new EventTable({
      recording,
      comms,
      isBigEndian: head.isBigEndian,
      graph: this.graph,
    });
    const sinks = {
      source,
      problems: recording.problems,
      format: (bytes: Uint8Array, offset: number) => table.add(bytes, offset),
    };
    if (head.version === MIN_VERSION) readVersion6(head.cursor, head, contents, sinks);
    else readVersion7(head.cursor, head, contents, sinks, this.options.decompress);
    if (table.isEmpty)
      recording.problems.add(
        'The file describes no events, so that none can be read.',
        DAMAGED_HINT,
        null,
        head.cursor.place,
      );
    comms.readSavedCmdlines(contents.savedCmdlines);
    this.describe(contents);
    this.openCpus(head, contents, table);
  }

  private readHead(): (DatHead & { readonly cursor: FileCursor }) | undefined {
    const { source, recording } = this;
    const first = new FileCursor(source, MAGIC_BYTES, false);
    const version = Number(first.text(8));
    if (!(version >= MIN_VERSION && version <= MAX_VERSION)) {
      recording.problems.add(
        Number.isNaN(version)
          ? 'The version of the trace.dat cannot be read.'
          : `This trace.dat has version ${version}; MigTrace reads versions 6 and 7.`,
        'Make another one with: trace-cmd convert --file-version 7 -i FILE -o OTHER',
        null,
        MAGIC_BYTES,
      );
      return undefined;
    }
    const isBigEndian = first.u8() === 1;
    const cursor = new FileCursor(source, first.at, isBigEndian);
    // The size of a long in user space.
    cursor.u8();
    const pageBytes = cursor.u32();
    const compression = version >= MAX_VERSION ? cursor.text(64) : 'none';
    if (version >= MAX_VERSION) cursor.text(64);
    if (cursor.isCut) {
      recording.problems.add('The file ends within its first part.', CUT_HINT, null, source.size);
      return undefined;
    }
    return { version, isBigEndian, pageBytes, compression, cursor };
  }

  private describe(contents: DatContents): void {
    const { recording } = this;
    // trace-cmd writes "local" for every instance whose clock it did not set; the option says what the kernel did.
    const used = contents.buffers.filter(({ cpus }) => cpus.length > 0);
    const clocks = new Set(used.map(({ clock }) => clock ?? contents.clock));
    const clock = contents.clock ?? used[0]?.clock ?? null;
    recording.kernel = contents.kernel;
    recording.clock = clock;
    if (contents.recordedBy !== '') recording.notes.push(`Recorded by trace-cmd ${contents.recordedBy}.`);
    const names = contents.buffers.filter(({ name }) => name !== '').map(({ name }) => name);
    if (names.length > 0) recording.notes.push(`Tracing instances: ${names.join(', ')}.`);
    if (clocks.size > 1)
      recording.problems.add(
        `The buffers of this file were recorded with different clocks (${[...clocks].map((name) => name ?? 'unknown').join(', ')}): the order of their events means nothing.`,
        'Record all instances with one clock: trace-cmd record -C mono.',
      );
    if (clock !== null && COUNTING_CLOCKS.has(clock) && contents.nsPerCount === 1)
      recording.problems.add(
        'The trace clock counts events or CPU cycles, not time: its numbers are shown as nanoseconds.',
        'Record with -C local, global or mono for durations.',
      );
    if (contents.latencyText !== '')
      recording.problems.add(
        'The file holds the text of a latency tracer, which is not read.',
        'Record events without -p wakeup, irqsoff and the like; or read the text: trace-cmd report -i FILE > trace.txt',
      );
  }

  private openCpus(head: DatHead, contents: DatContents, table: EventTable): void {
    const { source, recording } = this;
    const layout = pageLayout(
      contents.headerPage,
      contents.headerEvent,
      head.isBigEndian,
      recording.problems,
    );
    table.printk = { formats: new PrintkFormats(contents.printkFormats), longBytes: layout.longBytes };
    const wanted: { readonly buffer: BufferData; readonly data: CpuData }[] = [];
    for (const buffer of contents.buffers) {
      const pageBytes = this.soundPage(buffer.pageBytes);
      for (const data of buffer.cpus) wanted.push({ buffer: { ...buffer, pageBytes }, data });
    }
    const apart = this.apart(wanted);
    const blockBytes = Math.min(MAX_BLOCK, Math.floor(BLOCKS_BYTES / Math.max(1, apart.length)));
    this.instances = apart.map(({ buffer }) => buffer.name);
    this.cursors = apart.map(
      ({ buffer, data }) =>
        new CpuCursor({
          cpu: data.cpu,
          pages: createPages({
            source,
            problems: recording.problems,
            buffer,
            data,
            isBigEndian: head.isBigEndian,
            compression: head.compression,
            decompress: this.options.decompress,
            blockBytes,
          }),
          layout,
          table,
          recording,
          nsPerCount: contents.nsPerCount,
          offsetNs: contents.offsetNs,
        }),
    );
    this.merge = new CpuMerge(this.cursors);
  }

  private soundPage(pageBytes: number): number {
    if (pageBytes >= 64 && pageBytes <= MAX_PAGE && pageBytes % 4 === 0) return pageBytes;
    this.recording.problems.add(
      `The file says its pages have ${pageBytes} bytes, which no kernel has; ${TYPICAL_PAGE} is taken.`,
      DAMAGED_HINT,
    );
    return TYPICAL_PAGE;
  }

  /** Those whose data lies in the file and not within that of one before; of the rest a problem is told. */
  private apart<T extends { readonly data: CpuData }>(wanted: readonly T[]): T[] {
    const { problems } = this.recording;
    const places = new Places();
    return wanted.filter(({ data: { cpu, offset, size } }) => {
      if (offset >= this.source.size) {
        problems.add(`The events of CPU ${cpu} lie behind the end of the file.`, CUT_HINT, null, offset);
        return false;
      }
      if (cpu >= MAX_CPUS || !places.take(offset, offset + size)) {
        problems.add(
          `The place of the events of CPU ${cpu} is that of others; they were not read.`,
          DAMAGED_HINT,
          null,
          offset,
        );
        return false;
      }
      if (offset + size > this.source.size)
        problems.add(
          `The file ends within the events of CPU ${cpu}: ${offset + size - this.source.size} bytes are missing.`,
          CUT_HINT,
          null,
          this.source.size,
        );
      return true;
    });
  }

  /** Calls that two instances recorded are there twice. */
  private noteInstances(): void {
    const names = new Set(this.instances.filter((_, index) => this.cursors[index]!.summaries > 0));
    if (names.size < 2) return;
    const list = [...names].map((name) => (name === '' ? 'the top buffer' : name));
    this.recording.problems.add(
      `Several tracing instances hold mm_migrate_pages events (${list.join(', ')}): calls that more than one recorded count more than once.`,
      'Record the migrate events in one instance only.',
    );
  }

  private noteWhatIsMissing(contents: DatContents): void {
    const { recording } = this;
    const migration = recording.counts
      .subarray(EVENT_CODES.mm_migrate_pages_start, EVENT_CODES.remove_migration_pmd + 1)
      .some((count) => count > 0);
    if (migration || contents.latencyText !== '') return;
    // Where the file is damaged, that is why.
    if (recording.events.length === 0 && recording.problems.count > 0) return;
    recording.problems.add(
      recording.events.length === 0
        ? 'No trace event was found.'
        : 'The trace holds no page migration events (mm_migrate_pages, set_migration_pte, …).',
      'Record with: trace-cmd record -e migrate -e thp:set_migration_pmd -e thp:remove_migration_pmd -e tlb:tlb_flush',
    );
  }
}
