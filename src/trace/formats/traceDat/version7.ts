/** trace.dat version 7: sections anywhere in the file, found through options, packed or not (trace-cmd.dat.v7(5)). */
import { decodeUtf8 } from '../../../base/utf8';
import { memorySource } from '../../byteSource';
import {
  CUT_HINT,
  DAMAGED_HINT,
  type DatContents,
  type DatHead,
  type DatSinks,
  type Decompress,
  noteCut,
  readFormats,
  readHeaderInfo,
  readSystems,
} from './contents';
import { FileCursor } from './fileCursor';
import { MAX_CPUS, OPTION, readCommonOption, readCpuList } from './options';

const SECTION_HEADER_BYTES = 16;
const IS_PACKED = 1;
/** More than any kernel's symbols and formats take; a section that claims more when unpacked is not. */
const MAX_UNPACKED = 1 << 28;

/** Reads everything but the pages; `cursor` stands behind the compression's name and version. */
export function readVersion7(
  cursor: FileCursor,
  head: DatHead,
  contents: DatContents,
  sinks: DatSinks,
  decompress: Decompress,
): void {
  new Sections(head, contents, sinks, decompress).read(cursor.u64());
}

class Sections {
  private readonly head: DatHead;
  private readonly contents: DatContents;
  private readonly sinks: DatSinks;
  private readonly decompress: Decompress;

  constructor(head: DatHead, contents: DatContents, sinks: DatSinks, decompress: Decompress) {
    this.head = head;
    this.contents = contents;
    this.sinks = sinks;
    this.decompress = decompress;
  }

  /** Follows the chain of option sections from the one at `first`; the parts they name are read in the order of their ids. */
  read(first: number): void {
    const parts = new Map<number, number>();
    const seen = new Set<number>();
    let next = first;
    do {
      if (seen.has(next)) {
        this.problem(
          'The option sections of the file form a circle; each was read once.',
          DAMAGED_HINT,
          next,
        );
        break;
      }
      seen.add(next);
      next = this.readOptions(next, parts);
    } while (next !== 0);
    for (const id of [...parts.keys()].sort((a, b) => a - b)) this.readPart(id, parts.get(id)!);
  }

  /** The place of the next option section, 0 if this was the last. */
  private readOptions(offset: number, parts: Map<number, number>): number {
    const cursor = this.open(offset, OPTION.done, 'the options');
    if (cursor === undefined) return 0;
    while (cursor.left > 0) {
      const id = cursor.u16();
      const data = cursor.take(cursor.u32());
      if (cursor.isCut) break;
      const option = new FileCursor(memorySource(data), 0, this.head.isBigEndian);
      if (id === OPTION.done) return option.u64();
      if (id === OPTION.buffer) this.readBufferOption(option);
      else if (id === OPTION.bufferText) this.contents.latencyText = 'latency';
      else if (id >= OPTION.headerInfo && id <= OPTION.cmdlines) parts.set(id, option.u64());
      else readCommonOption(id, data, this.head.isBigEndian, this.contents);
    }
    noteCut(cursor, 'the options', this.sinks.problems);
    return 0;
  }

  private readBufferOption(option: FileCursor): void {
    const section = option.u64();
    const name = option.text();
    const clock = option.text();
    const pageBytes = option.u32();
    const count = option.u32();
    if (count > MAX_CPUS)
      this.problem(`The file claims ${count} CPUs; ${MAX_CPUS} of them are read.`, DAMAGED_HINT, section);
    const cpus = readCpuList(option, count, true);
    const header = this.header(section);
    if (option.isCut || header?.id !== OPTION.buffer) {
      const whose = name === '' ? '' : ` of the instance ${name}`;
      this.problem(`The trace data${whose} cannot be found.`, CUT_HINT, section);
      if (option.isCut) return;
    }
    const isPacked = ((header?.flags ?? 0) & IS_PACKED) !== 0;
    this.contents.buffers.push({ name, clock: clock === '' ? null : clock, pageBytes, isPacked, cpus });
  }

  private readPart(id: number, offset: number): void {
    const { contents, sinks } = this;
    const what = PART_NAMES[id];
    if (what === undefined) return;
    if (id === OPTION.kallsyms) {
      contents.kallsyms = () => {
        const symbols = this.open(offset, id, what);
        return symbols === undefined ? new Uint8Array(0) : symbols.take(symbols.u32());
      };
      return;
    }
    const cursor = this.open(offset, id, what);
    if (cursor === undefined) return;
    if (id === OPTION.headerInfo) readHeaderInfo(cursor, contents, sinks.problems);
    else if (id === OPTION.ftraceEvents) readFormats(cursor, sinks);
    else if (id === OPTION.eventFormats) readSystems(cursor, sinks);
    else if (id === OPTION.printk) contents.printkFormats = decodeUtf8(cursor.take(cursor.u32()));
    else contents.savedCmdlines = decodeUtf8(cursor.take(cursor.u64()));
    noteCut(cursor, what, sinks.problems);
  }

  private header(
    offset: number,
  ): { readonly id: number; readonly flags: number; readonly size: number } | undefined {
    const cursor = new FileCursor(this.sinks.source, offset, this.head.isBigEndian);
    const id = cursor.u16();
    const flags = cursor.u16();
    // The number of a text that says what the section is, for people.
    cursor.u32();
    const size = cursor.u64();
    return cursor.isCut ? undefined : { id, flags, size };
  }

  /** A cursor at the beginning of a section's content, unpacked if need be. */
  private open(offset: number, id: number, what: string): FileCursor | undefined {
    const { source } = this.sinks;
    const header = this.header(offset);
    if (header === undefined) {
      this.problem(`The place of ${what} lies behind the end of the file.`, CUT_HINT, offset);
      return undefined;
    }
    if (header.id !== id) {
      this.problem(
        `A section of kind ${header.id} stands where ${what} should be; it was not read.`,
        DAMAGED_HINT,
        offset,
      );
      return undefined;
    }
    const start = offset + SECTION_HEADER_BYTES;
    if ((header.flags & IS_PACKED) === 0) {
      const end = Math.min(source.size, start + header.size);
      return new FileCursor(
        { size: end, read: (at, length) => source.read(at, Math.min(length, end - at)) },
        start,
        this.head.isBigEndian,
      );
    }
    const packed = new FileCursor(source, start, this.head.isBigEndian);
    const packedBytes = packed.u32();
    const size = packed.u32();
    const bytes = packed.take(Math.min(packedBytes, header.size));
    const unpacked =
      packed.isCut || size > MAX_UNPACKED ? undefined : this.decompress(this.head.compression, bytes, size);
    if (unpacked === undefined) {
      this.problem(
        `${what.replace(/^t/, 'T')} cannot be unpacked (${this.head.compression}).`,
        DAMAGED_HINT,
        start,
      );
      return undefined;
    }
    return new FileCursor(memorySource(unpacked), 0, this.head.isBigEndian, start);
  }

  private problem(message: string, hint: string, offset: number): void {
    this.sinks.problems.add(message, hint, null, offset);
  }
}

const PART_NAMES: Readonly<Record<number, string>> = {
  [OPTION.headerInfo]: 'the layout of ring-buffer pages',
  [OPTION.ftraceEvents]: 'the descriptions of ftrace events',
  [OPTION.eventFormats]: 'the descriptions of events',
  [OPTION.kallsyms]: 'the kernel symbols',
  [OPTION.printk]: 'the trace_printk formats',
  [OPTION.cmdlines]: 'the names of tasks',
};
