import type { Parsed } from '../../../base/problem';
import { decodeUtf8, encodeUtf8 } from '../../../base/utf8';
import type { ByteSource } from '../../byteSource';
import { EVENT_CODES } from '../../calls/eventColumns';
import { Recording, type RecordingOptions } from '../../calls/recording';
import type { MigrationTrace } from '../../model';
import { CommTable } from '../kernelEvents/commTable';
import { EventTable } from '../kernelEvents/eventTable';
import type { SteppedReader } from '../steppedReader';
import { FileCursor } from '../traceDat/fileCursor';
import { Blocks } from './blocks';
import { CUT, type EventAttribute, PerfContents, type PerfHead, readPerfHead } from './head';
import { RecordOrder } from './recordOrder';
import { rawAt } from './sampleLayout';
import { readTracingData } from './tracingData';

/** enum perf_event_type (include/uapi/linux/perf_event.h), and perf's own from 64 on (tools/lib/perf/include/perf/event.h). */
const RECORD = {
  lost: 2,
  comm: 3,
  fork: 7,
  sample: 9,
  lostSamples: 13,
  attribute: 64,
  tracingData: 66,
  auxtrace: 71,
  feature: 80,
  compressed: 81,
  compressed2: 83,
} as const;
const HEADER_BYTES = 8;
const STEP_RECORDS = 1 << 16;
const MAX_COMM = 16;
const DAMAGED = 'The file may be damaged: copy it again from where it was recorded.';

type Phase = 'open' | 'scan' | 'read' | 'done';

/** Reads perf.data, the file of perf record: its samples of tracepoints, with the formats that the file holds. */
export function createPerfDataReader(source: ByteSource, options: RecordingOptions): SteppedReader {
  return new PerfDataReader(source, options);
}

class PerfDataReader implements SteppedReader {
  done = 0;
  private readonly source: ByteSource;
  private readonly recording: Recording;
  private readonly contents = new PerfContents();
  private readonly comms: CommTable;
  private readonly order = new RecordOrder();
  private head: PerfHead | undefined;
  private table: EventTable | undefined;
  private blocks: Blocks;
  private phase: Phase = 'open';
  private at = 0;
  private row = 0;
  /** Records without a time take the one before. */
  private lastNs = 0;
  /** As PERF_RECORD_LOST says it where it happened, and as perf sums it up at the end: the same events. */
  private lost = 0;
  private lostSamples = 0;
  private readonly noted = new Set<string>();

  constructor(source: ByteSource, options: RecordingOptions) {
    this.source = source;
    this.recording = new Recording('perf-data', options);
    this.comms = new CommTable(this.recording);
    this.blocks = new Blocks(source, false);
  }

  step(): boolean {
    if (this.phase === 'open') this.open();
    else if (this.phase === 'scan') this.scan();
    else if (this.phase === 'read') this.read();
    return this.phase !== 'done';
  }

  finish(): Parsed<MigrationTrace> {
    const { recording, contents } = this;
    recording.kernel = contents.kernel;
    recording.clock = contents.attributes[0]?.clock ?? null;
    recording.overrun = Math.max(0, this.lostSamples - this.lost);
    const lost = this.lost + recording.overrun;
    if (contents.version !== '') recording.notes.push(`Recorded by perf ${contents.version}.`);
    if (lost > 0)
      recording.problems.add(
        `perf was too slow: ${lost} events are missing. Sums and calls are incomplete there.`,
        'Record with a larger buffer: perf record -m 8M, or fewer events.',
      );
    const migration = recording.counts
      .subarray(EVENT_CODES.mm_migrate_pages_start, EVENT_CODES.remove_migration_pmd + 1)
      .some((count) => count > 0);
    if (!migration && (recording.events.length > 0 || recording.problems.count === 0))
      recording.problems.add(
        recording.events.length === 0
          ? 'No trace event was found.'
          : 'The trace holds no page migration events (mm_migrate_pages, set_migration_pte, …).',
        'Record with: perf record -a -e migrate:* -e thp:set_migration_pmd -e thp:remove_migration_pmd -e tlb:tlb_flush',
      );
    return recording.finish();
  }

  private open(): void {
    const { source, recording } = this;
    this.head = readPerfHead(source, this.contents, recording.problems);
    this.blocks = new Blocks(source, this.head.isBigEndian);
    this.table = new EventTable({
      recording,
      comms: this.comms,
      isBigEndian: this.head.isBigEndian,
    });
    this.at = this.head.dataAt;
    this.phase = 'scan';
  }

  /** Goes through the records as they lie in the file, and notes where and when those are that say something. */
  private scan(): void {
    const { head, blocks } = this;
    if (head === undefined) return;
    for (let count = 0; count < STEP_RECORDS && this.at + HEADER_BYTES <= head.dataEnd; count++) {
      if (!blocks.find(this.at, HEADER_BYTES)) break;
      const type = blocks.words[blocks.at >>> 2]!;
      const size = this.sizeOfRecord();
      if (size < HEADER_BYTES) {
        this.recording.problems.add(
          `A record of ${size} bytes cannot be; what is behind it in the file is missing.`,
          DAMAGED,
          null,
          this.at,
        );
        this.at = head.dataEnd;
        break;
      }
      if (this.at + size > head.dataEnd || !blocks.find(this.at, size)) {
        this.recording.problems.add('The last record is cut off.', CUT, null, this.at);
        this.at = head.dataEnd;
        break;
      }
      this.at += size + this.meet(type, size);
    }
    this.done = Math.floor(Math.min(this.at, head.dataEnd) / 2);
    if (this.at + HEADER_BYTES <= head.dataEnd) return;
    this.readFormats();
    this.order.sort();
    this.phase = 'read';
  }

  /** Looks at a record in passing; the bytes behind it that belong to it. */
  private meet(type: number, size: number): number {
    switch (type) {
      case RECORD.sample:
      case RECORD.lost:
      case RECORD.comm:
      case RECORD.fork:
        this.order.add(this.timeOf(type, size), this.at);
        return 0;
      case RECORD.lostSamples:
        if (size >= HEADER_BYTES + 8 && !this.isOfFilter())
          this.lostSamples += this.number(this.blocks.at + HEADER_BYTES);
        return 0;
      case RECORD.attribute:
        this.pipedAttribute(size);
        return 0;
      case RECORD.feature:
        if (size >= HEADER_BYTES + 8) {
          const cursor = this.cursor(this.at + HEADER_BYTES);
          this.contents.feature(cursor.u64(), cursor);
        }
        return 0;
      case RECORD.tracingData: {
        const bytes = size >= HEADER_BYTES + 4 ? this.cursor(this.at + HEADER_BYTES).u32() : 0;
        this.contents.tracing = { offset: this.at + size, size: bytes };
        return Math.ceil(bytes / 8) * 8;
      }
      case RECORD.auxtrace:
        return size >= HEADER_BYTES + 8 ? Math.ceil(this.cursor(this.at + HEADER_BYTES).u64() / 8) * 8 : 0;
      case RECORD.compressed:
      case RECORD.compressed2:
        this.note(
          'compressed',
          'The file was recorded with -z: its compressed records are not read.',
          'Record without -z; packing the file as a whole (.zst) is fine.',
        );
        return 0;
      default:
        return 0;
    }
  }

  /** perf_event_attr and ids, as a file that was piped has them. */
  private pipedAttribute(size: number): void {
    const cursor = this.cursor(this.at + HEADER_BYTES);
    const sizes = this.cursor(this.at + HEADER_BYTES + 4);
    const bytes = sizes.u32();
    if (bytes < 64 || bytes > size - HEADER_BYTES) return;
    const attribute = cursor.take(bytes);
    const ids: number[] = [];
    while (cursor.at + 8 <= this.at + size) ids.push(cursor.u64());
    this.contents.add(attribute, ids, cursor.isBigEndian);
  }

  private readFormats(): void {
    const { contents, source, recording, table } = this;
    if (contents.tracing.size === 0) {
      recording.problems.add(
        'The file describes no tracepoints, so that their samples cannot be read.',
        'Record tracepoints with perf record -e migrate:*; perf inject and similar tools may leave the descriptions out.',
      );
      return;
    }
    readTracingData(source, contents.tracing, recording.problems, (bytes, offset) =>
      table?.add(bytes, offset),
    );
  }

  /** Reads the records in the order of time. */
  private read(): void {
    const { order, blocks } = this;
    const last = Math.min(order.length, this.row + STEP_RECORDS);
    for (; this.row < last; this.row++) {
      const place = order.place(this.row);
      blocks.find(place, HEADER_BYTES);
      const type = blocks.words[blocks.at >>> 2]!;
      const size = this.sizeOfRecord();
      blocks.find(place, size);
      if (type === RECORD.sample) this.sample(place, size);
      else if (type === RECORD.comm) this.comm(size);
      else if (type === RECORD.fork) this.fork(size);
      else this.loss(size);
    }
    if (order.length > 0) this.done = Math.floor(this.source.size * (0.5 + (0.5 * this.row) / order.length));
    if (this.row >= order.length) this.phase = 'done';
  }

  private sample(place: number, size: number): void {
    const { blocks, table } = this;
    const { words, bytes, at } = blocks;
    const end = at + size;
    const attribute = this.attributeOf(size);
    if (attribute === undefined || table === undefined) return;
    const { layout } = attribute;
    if (layout.restAt > size) {
      this.badSample(place);
      return;
    }
    const timeNs = layout.timeAt < 0 ? this.lastNs : this.number(at + layout.timeAt);
    this.lastNs = timeNs;
    const cpu = layout.cpuAt < 0 ? 0 : Math.min(0xffff, words[(at + layout.cpuAt) >>> 2]!);
    if (!attribute.isTracepoint) {
      const word = encodeUtf8(attribute.name);
      const name = this.recording.strings.intern(word, 0, word.length);
      this.recording.addOther(name, timeNs, cpu, 0);
      return;
    }
    const raw = rawAt(layout, words, at, end, this.lowWord);
    const length = raw < 0 ? 0 : words[raw >>> 2]!;
    if (raw < 0 || raw + 4 + length > end || !table.record(bytes, words, raw + 4, length, timeNs, cpu))
      this.badSample(place);
  }

  private comm(size: number): void {
    const { bytes, words, at } = this.blocks;
    if (size < HEADER_BYTES + 8) return;
    const start = at + HEADER_BYTES + 8;
    const limit = Math.min(at + size, start + MAX_COMM);
    let end = start;
    while (end < limit && bytes[end] !== 0) end++;
    this.comms.set(words[(at + HEADER_BYTES + 4) >>> 2]! | 0, decodeUtf8(bytes, start, end));
  }

  /** pid, parent's pid, tid, parent's tid: a new task has the name of the one that made it. */
  private fork(size: number): void {
    const { words, at } = this.blocks;
    if (size < HEADER_BYTES + 16) return;
    this.comms.inherit(words[(at + 16) >>> 2]! | 0, words[(at + 20) >>> 2]! | 0);
  }

  /** `id, lost` of PERF_RECORD_LOST. */
  private loss(size: number): void {
    const { at } = this.blocks;
    if (size < HEADER_BYTES + 16) return;
    const count = this.number(at + HEADER_BYTES + 8);
    const { trailer } = this.contents.attributes[0]?.layout ?? { trailer: NO_TRAILER };
    const cpuAt = at + size - trailer.cpuAt;
    const cpu = trailer.cpuAt < 0 ? 0 : Math.min(0xffff, this.blocks.words[cpuAt >>> 2]!);
    this.lost += count;
    this.table?.lost(count, this.timeOf(RECORD.lost, size), cpu);
  }

  private attributeOf(size: number): EventAttribute | undefined {
    const [first] = this.contents.attributes;
    const idAt = first?.layout.idAt ?? -1;
    if (idAt < 0 || idAt + 8 > size) return first;
    const word = (this.blocks.at + idAt) >>> 2;
    const { words } = this.blocks;
    return this.contents.attributeOf(words[word + this.lowWord]!, words[word + 1 - this.lowWord]!);
  }

  /** The time of the record in `blocks`. */
  private timeOf(type: number, size: number): number {
    const { at } = this.blocks;
    if (type === RECORD.sample) {
      const timeAt = this.attributeOf(size)?.layout.timeAt ?? -1;
      if (timeAt >= 0 && timeAt + 8 <= size) this.lastNs = this.number(at + timeAt);
      return this.lastNs;
    }
    const { trailer } = this.contents.attributes[0]?.layout ?? { trailer: NO_TRAILER };
    if (trailer.timeAt < 0 || trailer.bytes + HEADER_BYTES > size) return this.lastNs;
    // Records that perf makes up about what was there before it began have time 0.
    return this.number(at + size - trailer.timeAt);
  }

  private number(at: number): number {
    const { words } = this.blocks;
    return words[(at >>> 2) + 1 - this.lowWord]! * 2 ** 32 + words[(at >>> 2) + this.lowWord]!;
  }

  private get lowWord(): number {
    return this.head?.isBigEndian === true ? 1 : 0;
  }

  /** `u32 type; u16 misc; u16 size`. */
  private sizeOfRecord(): number {
    const word = this.blocks.words[(this.blocks.at >>> 2) + 1]!;
    return this.head?.isBigEndian === true ? word & 0xffff : word >>> 16;
  }

  /** PERF_RECORD_MISC_LOST_SAMPLES_BPF: not lost, but left out as a filter told. */
  private isOfFilter(): boolean {
    const word = this.blocks.words[(this.blocks.at >>> 2) + 1]!;
    const misc = this.head?.isBigEndian === true ? word >>> 16 : word & 0xffff;
    return (misc & (1 << 15)) !== 0;
  }

  private cursor(at: number): FileCursor {
    return new FileCursor(this.source, at, this.head?.isBigEndian === true);
  }

  private badSample(place: number): void {
    this.recording.problems.add(
      'A sample is shorter than its description says, or holds what cannot be; it was skipped.',
      DAMAGED,
      null,
      place,
    );
  }

  /** A problem worth saying once. */
  private note(key: string, message: string, hint: string): void {
    if (this.noted.has(key)) return;
    this.noted.add(key);
    this.recording.problems.add(message, hint, null, this.at);
  }
}

const NO_TRAILER = { bytes: 0, timeAt: -1, cpuAt: -1 } as const;
