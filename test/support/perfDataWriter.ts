/** Writes perf.data files as perf does, for what no recording at hand has: losses, pipes, call chains, other byte orders. */
import { formatText, type WrittenFormat } from './traceDatWriter';

export interface WrittenSample {
  readonly timeNs: number;
  readonly cpu: number;
  readonly pid: number;
  readonly id: number;
  /** common_type, and the 32-bit numbers behind the common fields. */
  readonly event: number;
  readonly numbers: readonly number[];
  readonly callchain?: readonly number[];
}

export type WrittenRecord =
  | { readonly sample: WrittenSample }
  | { readonly lost: number; readonly timeNs: number; readonly cpu: number }
  | { readonly lostSamples: number; readonly isFiltered?: boolean }
  | { readonly comm: string; readonly pid: number; readonly timeNs: number }
  | { readonly fork: number; readonly parent: number; readonly timeNs: number }
  | { readonly bytes: Buffer };

export interface WrittenPerf {
  readonly isBigEndian?: boolean;
  readonly isPipe?: boolean;
  readonly hasCallchain?: boolean;
  readonly formats: readonly WrittenFormat[];
  readonly records: readonly WrittenRecord[];
}

const ATTRIBUTE_BYTES = 128;
const HEADER_BYTES = 104;
/** TID, TIME, CPU, RAW, IDENTIFIER. */
const SAMPLE_TYPE = (1 << 1) | (1 << 2) | (1 << 7) | (1 << 10) | (1 << 16);
const CALLCHAIN = 1 << 5;
export const WRITTEN_ID = 77;

export function writePerf(perf: WrittenPerf): Buffer {
  return new PerfWriter(perf).write();
}

class PerfWriter {
  private readonly perf: WrittenPerf;
  private readonly big: boolean;

  constructor(perf: WrittenPerf) {
    this.perf = perf;
    this.big = perf.isBigEndian === true;
  }

  write(): Buffer {
    const magic = Buffer.from(this.big ? '2ELIFREP' : 'PERFILE2');
    const records = this.perf.records.map((record) => this.record(record));
    const release = this.sized('6.9.1-test', 64);
    if (this.perf.isPipe === true) {
      const tracing = padded(this.tracingData());
      return Buffer.concat([
        magic,
        this.number(16, 8),
        this.packet(64, Buffer.concat([this.attribute(), this.number(WRITTEN_ID, 8)])),
        this.packet(66, this.number(tracing.length, 4)),
        tracing,
        this.packet(80, Buffer.concat([this.number(4, 8), release])),
        ...records,
      ]);
    }
    const tracing = this.tracingData();
    const data = Buffer.concat(records);
    const idsAt = HEADER_BYTES;
    const attributesAt = idsAt + 8;
    const dataAt = attributesAt + ATTRIBUTE_BYTES + 16;
    const featuresAt = dataAt + data.length;
    const tracingAt = featuresAt + 32;
    return Buffer.concat([
      magic,
      this.number(HEADER_BYTES, 8),
      this.number(ATTRIBUTE_BYTES + 16, 8),
      this.section(attributesAt, ATTRIBUTE_BYTES + 16),
      this.section(dataAt, data.length),
      this.section(0, 0),
      // HEADER_TRACING_DATA and HEADER_OSRELEASE.
      this.number((1 << 1) | (1 << 4), 8),
      Buffer.alloc(24),
      this.number(WRITTEN_ID, 8),
      this.attribute(),
      this.section(idsAt, 8),
      data,
      this.section(tracingAt, tracing.length),
      this.section(tracingAt + tracing.length, release.length),
      tracing,
      release,
    ]);
  }

  number(value: number, size: number): Buffer {
    const bytes = Buffer.alloc(size);
    let left = BigInt.asUintN(size * 8, BigInt(value));
    for (let i = 0; i < size; i++) {
      bytes[this.big ? size - 1 - i : i] = Number(left & 255n);
      left >>= 8n;
    }
    return bytes;
  }

  private section(offset: number, size: number): Buffer {
    return Buffer.concat([this.number(offset, 8), this.number(size, 8)]);
  }

  private sized(text: string, room: number): Buffer {
    return Buffer.concat([this.number(room, 4), Buffer.from(text), Buffer.alloc(room - text.length)]);
  }

  private packet(type: number, content: Buffer, misc = 0): Buffer {
    return Buffer.concat([
      this.number(type, 4),
      this.number(misc, 2),
      this.number(8 + content.length, 2),
      content,
    ]);
  }

  /** A tracepoint with sample_id_all and clockid CLOCK_MONOTONIC. */
  private attribute(): Buffer {
    const bytes = Buffer.alloc(ATTRIBUTE_BYTES);
    const put = (value: number, size: number, at: number) => this.number(value, size).copy(bytes, at);
    put(2, 4, 0);
    put(ATTRIBUTE_BYTES, 4, 4);
    put(SAMPLE_TYPE | (this.perf.hasCallchain === true ? CALLCHAIN : 0), 8, 24);
    // Bit fields are filled from the top by big-endian compilers.
    const flags = (1n << 18n) | (1n << 25n);
    if (this.big) bytes.writeBigUInt64BE((1n << 45n) | (1n << 38n), 40);
    else bytes.writeBigUInt64LE(flags, 40);
    put(1, 4, 92);
    return bytes;
  }

  private tracingData(): Buffer {
    const text = (content: string, size: number) =>
      Buffer.concat([this.number(content.length, size), Buffer.from(content)]);
    const formats = this.perf.formats.map((format) => text(formatText(format), 8));
    return Buffer.concat([
      Buffer.from([0x17, 0x08, 0x44]),
      Buffer.from('tracing0.6\0'),
      Buffer.from([this.big ? 1 : 0, 8]),
      this.number(4096, 4),
      Buffer.from('header_page\0'),
      text('', 8),
      Buffer.from('header_event\0'),
      text('', 8),
      this.number(0, 4),
      this.number(1, 4),
      Buffer.from('migrate\0'),
      this.number(formats.length, 4),
      ...formats,
    ]);
  }

  private record(record: WrittenRecord): Buffer {
    if ('bytes' in record) return record.bytes;
    if ('sample' in record) return this.packet(9, this.sample(record.sample));
    if ('lostSamples' in record) {
      const content = Buffer.concat([this.number(record.lostSamples, 8), this.trailer(0, 0, 0)]);
      return this.packet(13, content, record.isFiltered === true ? 1 << 15 : 0);
    }
    if ('lost' in record) {
      const content = [this.number(WRITTEN_ID, 8), this.number(record.lost, 8)];
      return this.packet(2, Buffer.concat([...content, this.trailer(0, record.timeNs, record.cpu)]));
    }
    if ('comm' in record) {
      const ids = [this.number(record.pid, 4), this.number(record.pid, 4)];
      const name = padded(Buffer.from(`${record.comm}\0`));
      return this.packet(3, Buffer.concat([...ids, name, this.trailer(record.pid, record.timeNs, 0)]));
    }
    const ids = [record.fork, record.parent, record.fork, record.parent].map((pid) => this.number(pid, 4));
    const content = [...ids, this.number(record.timeNs, 8), this.trailer(record.fork, record.timeNs, 0)];
    return this.packet(7, Buffer.concat(content));
  }

  private sample({ timeNs, cpu, pid, id, event, numbers, callchain }: WrittenSample): Buffer {
    const raw = Buffer.concat([
      this.number(event, 2),
      this.number(0, 2),
      this.number(pid, 4),
      ...numbers.map((value) => this.number(value, 4)),
    ]);
    // The size of the raw data counts what fills it up to a multiple of eight with the size itself.
    const length = Math.ceil((raw.length + 4) / 8) * 8 - 4;
    const chain = this.perf.hasCallchain === true ? (callchain ?? []) : undefined;
    return Buffer.concat([
      this.number(id, 8),
      this.number(pid, 4),
      this.number(pid, 4),
      this.number(timeNs, 8),
      this.number(cpu, 4),
      this.number(0, 4),
      ...(chain === undefined
        ? []
        : [this.number(chain.length, 8), ...chain.map((address) => this.number(address, 8))]),
      this.number(length, 4),
      raw,
      Buffer.alloc(length - raw.length),
    ]);
  }

  /** TID, TIME, CPU, IDENTIFIER. */
  private trailer(pid: number, timeNs: number, cpu: number): Buffer {
    return Buffer.concat([
      this.number(pid, 4),
      this.number(pid, 4),
      this.number(timeNs, 8),
      this.number(cpu, 4),
      this.number(0, 4),
      this.number(WRITTEN_ID, 8),
    ]);
  }
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(Math.ceil(bytes.length / 8) * 8 - bytes.length)]);
}
