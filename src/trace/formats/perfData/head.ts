/** The front and the back of a perf.data file (tools/perf/Documentation/perf.data-file-format.txt). */
import type { ProblemList } from '../../../base/problem';
import { decodeUtf8 } from '../../../base/utf8';
import { memorySource, type ByteSource } from '../../byteSource';
import { FileCursor } from '../traceDat/fileCursor';
import { type SampleLayout, sampleLayout } from './sampleLayout';

/** Bits of the header: which sections follow the data. */
export const FEATURE = { tracingData: 1, osRelease: 4, version: 5, eventNames: 12 } as const;
const FEATURE_COUNT = 256;
const MAGIC_BYTES = 8;
/** A file that was written to a pipe has only magic and this size; all else are records. */
const PIPE_HEADER = 16;
const MAX_ATTRIBUTES = 1 << 16;
const MAX_IDS = 1 << 20;
/** PERF_TYPE_TRACEPOINT. */
const TRACEPOINT = 2;
/** Flags of perf_event_attr, counted as they are declared: sample_id_all, use_clockid. */
const SAMPLE_ID_ALL = 18;
const USE_CLOCKID = 25;
/** clockid_t (include/uapi/linux/time.h) as tracefs names the clocks. */
const CLOCKS: Readonly<Record<number, string>> = { 1: 'mono', 4: 'mono_raw', 7: 'boot', 11: 'tai' };

export interface EventAttribute {
  readonly isTracepoint: boolean;
  readonly layout: SampleLayout;
  readonly clock: string;
  /** `cycles`, `migrate:mm_migrate_pages`; `perf-sample` where the file does not say it. */
  name: string;
}

export interface PerfHead {
  readonly isBigEndian: boolean;
  readonly dataAt: number;
  readonly dataEnd: number;
  readonly isPipe: boolean;
}

/** What the front, the back, and records of a piped file tell. */
export class PerfContents {
  readonly attributes: EventAttribute[] = [];
  /** Attributes by the id that samples have. */
  private readonly byId = new Map<number, EventAttribute>();
  kernel: string | null = null;
  version = '';
  /** The tracing data: where it lies, 0 bytes where it is missing. */
  tracing = { offset: 0, size: 0 };

  /** `id` in halves. Ids are counted up by the kernel, so that 2^53 of them are enough. */
  attributeOf(low: number, high: number): EventAttribute | undefined {
    return this.byId.get(high * 2 ** 32 + low) ?? this.attributes[0];
  }

  /** Adds what the bytes of a perf_event_attr say, for samples with `ids`. */
  add(bytes: Uint8Array, ids: readonly number[], isBigEndian: boolean): void {
    const cursor = new FileCursor(memorySource(bytes), 0, isBigEndian);
    const type = cursor.u32();
    cursor.skip(4 + 8 + 8);
    const sampleType = lowHalf(cursor);
    const readFormat = lowHalf(cursor);
    // Bit fields are filled from the other end by big-endian compilers.
    const flags = cursor.u32();
    cursor.skip(4);
    const has = (flag: number) => ((flags >>> (isBigEndian ? 31 - flag : flag)) & 1) === 1;
    cursor.skip(4 + 4 + 8 + 8 + 8 + 8 + 4);
    const clockId = cursor.u32();
    const attribute = {
      isTracepoint: type === TRACEPOINT,
      layout: sampleLayout(sampleType, readFormat, has(SAMPLE_ID_ALL)),
      clock: has(USE_CLOCKID) ? (CLOCKS[clockId] ?? 'perf') : 'perf',
      name: 'perf-sample',
    };
    this.attributes.push(attribute);
    for (const id of ids) this.byId.set(id, attribute);
  }

  /** Takes a section behind the data, or its copy in a record of a piped file. */
  feature(bit: number, cursor: FileCursor): void {
    if (bit === FEATURE.eventNames) this.readNames(cursor);
    if (bit !== FEATURE.osRelease && bit !== FEATURE.version) return;
    const text = decodeUtf8(cursor.take(Math.min(cursor.u32(), 256))).replace(/\0.*$/s, '');
    if (bit === FEATURE.osRelease) this.kernel = text === '' ? null : text;
    else this.version = text;
  }

  /** The names of events, in the order of their attributes (HEADER_EVENT_DESC). */
  private readNames(cursor: FileCursor): void {
    const count = cursor.u32();
    const attributeBytes = cursor.u32();
    for (let index = 0; index < Math.min(count, this.attributes.length) && !cursor.isCut; index++) {
      cursor.skip(attributeBytes);
      const ids = cursor.u32();
      const name = decodeUtf8(cursor.take(Math.min(cursor.u32(), 256))).replace(/\0.*$/s, '');
      cursor.skip(ids * 8);
      if (name !== '') this.attributes[index]!.name = name;
    }
  }
}

/** Reads the front and the back of the file. */
export function readPerfHead(source: ByteSource, contents: PerfContents, problems: ProblemList): PerfHead {
  const isBigEndian = source.read(0, 1)[0] === '2'.charCodeAt(0);
  const cursor = new FileCursor(source, MAGIC_BYTES, isBigEndian);
  const headBytes = cursor.u64();
  if (headBytes === PIPE_HEADER)
    return { isBigEndian, dataAt: PIPE_HEADER, dataEnd: source.size, isPipe: true };
  const attributeBytes = cursor.u64();
  const attributes = section(cursor);
  const data = section(cursor);
  section(cursor);
  const bits = featureBits(cursor);
  if (cursor.isCut) {
    problems.add('The file ends within its header.', CUT, null, source.size);
    return { isBigEndian, dataAt: source.size, dataEnd: source.size, isPipe: false };
  }
  readAttributes(source, attributes, attributeBytes, isBigEndian, contents);
  const dataEnd = data.size === 0 ? source.size : Math.min(source.size, data.offset + data.size);
  if (data.size === 0 || data.offset + data.size > source.size)
    problems.add(
      data.size === 0
        ? 'perf record was not ended properly: the file does not say how much it holds. What is there was read.'
        : `The file is cut: ${data.offset + data.size - source.size} bytes are missing.`,
      CUT,
      null,
      source.size,
    );
  const table = new FileCursor(source, data.offset + data.size, isBigEndian);
  for (const bit of data.size === 0 ? [] : bits) {
    const place = section(table);
    if (table.isCut) break;
    if (bit === FEATURE.tracingData) contents.tracing = place;
    else contents.feature(bit, new FileCursor(source, place.offset, isBigEndian));
  }
  return { isBigEndian, dataAt: data.offset, dataEnd, isPipe: false };
}

export const CUT = 'Copy the file again, and let perf record end by itself or with Ctrl+C.';

function readAttributes(
  source: ByteSource,
  { offset, size }: { readonly offset: number; readonly size: number },
  entryBytes: number,
  isBigEndian: boolean,
  contents: PerfContents,
): void {
  // Behind each perf_event_attr: where its ids lie.
  const idsAt = entryBytes - 16;
  if (idsAt < 64 || entryBytes > 4096) return;
  const count = Math.min(MAX_ATTRIBUTES, Math.floor(Math.min(size, source.size) / entryBytes));
  let idsLeft = MAX_IDS;
  for (let index = 0; index < count; index++) {
    const entry = new FileCursor(source, offset + index * entryBytes, isBigEndian);
    const bytes = entry.take(idsAt);
    const place = section(entry);
    if (entry.isCut) return;
    const ids = new FileCursor(source, place.offset, isBigEndian);
    const list: number[] = [];
    for (let left = Math.floor(place.size / 8); left > 0 && ids.left >= 8 && idsLeft > 0; left--) {
      list.push(ids.u64());
      idsLeft--;
    }
    contents.add(bytes, list, isBigEndian);
  }
}

function section(cursor: FileCursor): { readonly offset: number; readonly size: number } {
  const offset = cursor.u64();
  return { offset, size: cursor.u64() };
}

/** The low half of a 64-bit number. */
function lowHalf(cursor: FileCursor): number {
  const first = cursor.u32();
  const second = cursor.u32();
  return cursor.isBigEndian ? second : first;
}

function featureBits(cursor: FileCursor): number[] {
  const bits: number[] = [];
  for (let word = 0; word < FEATURE_COUNT / 64; word++) {
    const first = cursor.u32();
    const second = cursor.u32();
    const [low, high] = cursor.isBigEndian ? [second, first] : [first, second];
    for (let bit = 0; bit < 64; bit++) {
      const half = bit < 32 ? low : high;
      if (((half >>> (bit & 31)) & 1) === 1) bits.push(word * 64 + bit);
    }
  }
  return bits;
}
