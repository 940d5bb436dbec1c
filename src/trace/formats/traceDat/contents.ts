/** What a trace.dat holds besides the events: filled by the readers of version 6 and of version 7. */
import type { ProblemList } from '../../../base/problem';
import { decodeUtf8 } from '../../../base/utf8';
import type { ByteSource } from '../../byteSource';
import type { FileCursor } from './fileCursor';

/** Where the ring-buffer pages of a CPU lie. */
export interface CpuData {
  readonly cpu: number;
  readonly offset: number;
  /** Bytes in the file. */
  readonly size: number;
}

/** The ring buffer of a tracing instance; the top one has no name. */
export interface BufferData {
  readonly name: string;
  /** null where the file does not say it per buffer. */
  readonly clock: string | null;
  readonly pageBytes: number;
  readonly isPacked: boolean;
  readonly cpus: readonly CpuData[];
}

/** Unpacks `bytes` into exactly `size` bytes; undefined where they are damaged or the algorithm is not known. */
export type Decompress = (algorithm: string, bytes: Uint8Array, size: number) => Uint8Array | undefined;

export interface DatHead {
  readonly version: number;
  readonly isBigEndian: boolean;
  /** Bytes. */
  readonly pageBytes: number;
  /** `none`, `zlib`, `zstd`; what trace-cmd calls it. */
  readonly compression: string;
}

export interface DatSinks {
  readonly source: ByteSource;
  readonly problems: ProblemList;
  /** The text of an event's `format` file and where it lies. */
  format(bytes: Uint8Array, offset: number): void;
}

export class DatContents {
  headerPage = '';
  headerEvent = '';
  printkFormats = '';
  savedCmdlines = '';
  /** Reads /proc/kallsyms as saved, when somebody asks for it. */
  kallsyms: () => Uint8Array = () => new Uint8Array(0);
  clock: string | null = null;
  kernel: string | null = null;
  recordedBy = '';
  /** CPUs of the machine, 0 where not said. */
  cpuCount = 0;
  /** Texts of per_cpu/cpuN/stats. */
  readonly cpuStats: string[] = [];
  readonly buffers: BufferData[] = [];
  /** Option OFFSET: ns to add to every timestamp. */
  offsetNs = 0;
  /** Option TSC2NSEC: ns per count of the clock; 1 for clocks that count ns. */
  nsPerCount = 1;
  /** The latency tracers write text instead of pages. */
  latencyText = '';
}

/** The texts of header_page and header_event. */
export function readHeaderInfo(cursor: FileCursor, contents: DatContents, problems: ProblemList): void {
  for (const [word, field] of [
    ['header_page', 'headerPage'],
    ['header_event', 'headerEvent'],
  ] as const) {
    const { place } = cursor;
    const found = cursor.text(16);
    if (found !== word) {
      problems.add(
        `The part "${word}" is missing; the layout of ring-buffer pages is taken to be that of 64-bit kernels.`,
        DAMAGED_HINT,
        null,
        place,
      );
      return;
    }
    contents[field] = decodeUtf8(cursor.take(cursor.u64()));
  }
}

/** A counted list of `format` texts, each behind its size. */
export function readFormats(cursor: FileCursor, sinks: DatSinks): void {
  const count = cursor.u32();
  for (let i = 0; i < count && !cursor.isCut; i++) {
    const size = cursor.u64();
    const { place } = cursor;
    const bytes = cursor.take(size);
    if (!cursor.isCut) sinks.format(bytes, place);
  }
}

/** Event systems: each its name and its list of formats. */
export function readSystems(cursor: FileCursor, sinks: DatSinks): void {
  const count = cursor.u32();
  for (let i = 0; i < count && !cursor.isCut; i++) {
    cursor.text(256);
    readFormats(cursor, sinks);
  }
}

/** Says that a part of the file ended too early, if it did. */
export function noteCut(cursor: FileCursor, what: string, problems: ProblemList): void {
  if (cursor.isCut)
    problems.add(`The file ends within ${what}; what is behind is missing.`, CUT_HINT, null, cursor.place);
}

export const DAMAGED_HINT = 'The file may be damaged: copy it again from where it was recorded.';
export const CUT_HINT =
  'Copy the file again; if trace-cmd record was killed, trace-cmd restore makes a file of what it left behind.';
