/** Writes trace.dat files as trace-cmd and the kernel do, for what no recording at hand has: other byte orders, sizes, clocks and damage. */
import { deflateSync } from 'node:zlib';

export interface WrittenEvent {
  readonly timeNs: number;
  /** Field by field, as `fields` of its format says; other bytes are zero. */
  readonly values: Readonly<Record<string, number | string | Buffer>>;
  /** Name of the event. */
  readonly event: string;
}

export interface WrittenFormat {
  readonly name: string;
  readonly id: number;
  /** C declaration, offset, size, signed; behind the common ones. */
  readonly fields: readonly (readonly [
    declaration: string,
    name: string,
    offset: number,
    size: number,
    signed: number,
  ])[];
  readonly print?: string;
}

export interface WrittenPage {
  readonly events: readonly WrittenEvent[];
  /** Losses in front of it: the number, -1 for one that is not stored. */
  readonly lost?: number;
  /** Writes the times of all events as absolute time stamps. */
  readonly isAbsolute?: boolean;
  /** Puts a discarded event of so many ns in front of each event. */
  readonly discardedNs?: number;
}

export interface WrittenBuffer {
  readonly name: string;
  readonly cpus: readonly (readonly WrittenPage[])[];
}

export interface WrittenDat {
  readonly version: 6 | 7;
  readonly isBigEndian?: boolean;
  readonly longBytes?: 4 | 8;
  readonly isPacked?: boolean;
  readonly formats: readonly WrittenFormat[];
  readonly buffers: readonly WrittenBuffer[];
  readonly cmdlines?: string;
  /** The text of printk_formats. */
  readonly printk?: string;
  readonly options?: readonly (readonly [id: number, data: Buffer])[];
}

export const WRITTEN_PAGE = 4096;
const COMMON = [
  ['unsigned short', 'common_type', 0, 2, 0],
  ['unsigned char', 'common_flags', 2, 1, 0],
  ['unsigned char', 'common_preempt_count', 3, 1, 0],
  ['int', 'common_pid', 4, 4, 1],
] as const;

export function writeDat(dat: WrittenDat): Buffer {
  return new DatWriter(dat).write();
}

/** The text of a `format` file. */
export function formatText(format: WrittenFormat): string {
  const line = ([declaration, name, offset, size, signed]: WrittenFormat['fields'][number]) =>
    `\tfield:${declaration} ${name};\toffset:${offset};\tsize:${size};\tsigned:${signed};`;
  return `name: ${format.name}\nID: ${format.id}\nformat:\n${COMMON.map(line).join('\n')}\n\n${format.fields.map(line).join('\n')}\n\nprint fmt: ${format.print ?? '""'}\n`;
}

class DatWriter {
  private readonly dat: WrittenDat;
  private readonly big: boolean;
  private readonly long: 4 | 8;

  constructor(dat: WrittenDat) {
    this.dat = dat;
    this.big = dat.isBigEndian === true;
    this.long = dat.longBytes ?? 8;
  }

  write(): Buffer {
    const { version, isPacked } = this.dat;
    const head = Buffer.concat([
      Buffer.from([0x17, 0x08, 0x44]),
      Buffer.from(`tracing${version}\0`),
      Buffer.from([this.big ? 1 : 0, this.long]),
      this.number(WRITTEN_PAGE, 4),
    ]);
    if (version === 6) return this.version6(head);
    return this.version7(Buffer.concat([head, Buffer.from(isPacked === true ? 'zlib\x001\0' : 'none\0\0')]));
  }

  /** A number in the byte order of the file. */
  number(value: number, size: number): Buffer {
    const bytes = Buffer.alloc(size);
    let left = BigInt.asUintN(size * 8, BigInt(value));
    for (let i = 0; i < size; i++) {
      bytes[this.big ? size - 1 - i : i] = Number(left & 255n);
      left >>= 8n;
    }
    return bytes;
  }

  private headerInfo(): Buffer {
    const { long } = this;
    const page = `\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n\tfield: local_t commit;\toffset:8;\tsize:${long};\tsigned:1;\n\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;\n\tfield: char data;\toffset:${8 + long};\tsize:${WRITTEN_PAGE - 8 - long};\tsigned:1;\n`;
    const event =
      '# compressed entry header\n\ttype_len    :    5 bits\n\ttime_delta  :   27 bits\n\tarray       :   32 bits\n\n\tpadding     : type == 29\n\ttime_extend : type == 30\n\ttime_stamp : type == 31\n\tdata max type_len  == 28\n';
    return Buffer.concat([
      Buffer.from('header_page\0'),
      this.sized(page, 8),
      Buffer.from('header_event\0'),
      this.sized(event, 8),
    ]);
  }

  private sized(text: string, size: number): Buffer {
    return Buffer.concat([this.number(text.length, size), Buffer.from(text)]);
  }

  private formats(): Buffer {
    const texts = this.dat.formats.map((format) => this.sized(formatText(format), 8));
    return Buffer.concat([this.number(texts.length, 4), ...texts]);
  }

  private systems(): Buffer {
    return Buffer.concat([this.number(1, 4), Buffer.from('migrate\0'), this.formats()]);
  }

  private options(): Buffer[] {
    return (this.dat.options ?? []).map(([id, data]) =>
      Buffer.concat([this.number(id, 2), this.number(data.length, 4), data]),
    );
  }

  private version6(head: Buffer): Buffer {
    const [top, ...instances] = this.dat.buffers;
    const tableBytes = (buffer: WrittenBuffer) => 10 + buffer.cpus.length * 16;
    const instanceOptions = (offsets: readonly number[]) =>
      instances.map(({ name }, index) =>
        Buffer.concat([
          this.number(3, 2),
          this.number(8 + name.length + 1, 4),
          this.number(offsets[index] ?? 0, 8),
          Buffer.from(`${name}\0`),
        ]),
      );
    const front = (offsets: readonly number[]) =>
      Buffer.concat([
        head,
        this.headerInfo(),
        this.number(0, 4),
        this.systems(),
        this.number(0, 4),
        this.sized(this.dat.printk ?? '', 4),
        this.sized(this.dat.cmdlines ?? '', 8),
        this.number(top!.cpus.length, 4),
        Buffer.from('options  \0'),
        ...this.options(),
        ...instanceOptions(offsets),
        this.number(0, 2),
      ]);
    let at = front([]).length;
    const places: number[] = [];
    const parts: Buffer[] = [];
    for (const buffer of this.dat.buffers) {
      places.push(at);
      const start = aligned(at + tableBytes(buffer));
      const { table, data } = this.cpus(buffer, start, false);
      const part = Buffer.concat([Buffer.from('flyrecord\0'), table]);
      parts.push(part, Buffer.alloc(start - at - part.length), data);
      at = start + data.length;
    }
    return Buffer.concat([front(places.slice(1)), ...parts]);
  }

  private version7(head: Buffer): Buffer {
    const { isPacked = false, buffers } = this.dat;
    const pieces = [head, Buffer.alloc(8)];
    let at = head.length + 8;
    const add = (id: number, content: Buffer, packs = isPacked): number => {
      const place = at;
      const packed = packs ? deflateSync(content) : content;
      const body = packs
        ? Buffer.concat([this.number(packed.length, 4), this.number(content.length, 4), packed])
        : content;
      const section = Buffer.concat([this.sectionHeader(id, packs, body.length), body]);
      pieces.push(section);
      at += section.length;
      return place;
    };
    const parts = [
      [16, this.headerInfo()],
      [17, this.number(0, 4)],
      [18, this.systems()],
      [19, this.number(0, 4)],
      [20, this.sized(this.dat.printk ?? '', 4)],
      [21, this.sized(this.dat.cmdlines ?? '', 8)],
    ] as const;
    const options = this.options();
    for (const [id, content] of parts)
      options.push(Buffer.concat([this.number(id, 2), this.number(8, 4), this.number(add(id, content), 8)]));
    for (const buffer of buffers) {
      const place = at;
      const start = aligned(at + 16);
      const { table, data } = this.cpus(buffer, start, isPacked);
      pieces.push(
        this.sectionHeader(3, isPacked, start - at - 16 + data.length),
        Buffer.alloc(start - at - 16),
        data,
      );
      at = start + data.length;
      const option = Buffer.concat([
        this.number(place, 8),
        Buffer.from(`${buffer.name}\0local\0`),
        this.number(WRITTEN_PAGE, 4),
        this.number(buffer.cpus.length, 4),
        table,
      ]);
      options.push(Buffer.concat([this.number(3, 2), this.number(option.length, 4), option]));
    }
    const done = Buffer.concat([this.number(0, 2), this.number(8, 4), this.number(0, 8)]);
    pieces[1] = this.number(add(0, Buffer.concat([...options, done]), false), 8);
    return Buffer.concat(pieces);
  }

  private sectionHeader(id: number, isPacked: boolean, size: number): Buffer {
    return Buffer.concat([
      this.number(id, 2),
      this.number(isPacked ? 1 : 0, 2),
      this.number(0, 4),
      this.number(size, 8),
    ]);
  }

  /** The list of CPUs (numbered in version 7) and their pages from `start` on. */
  private cpus(
    buffer: WrittenBuffer,
    start: number,
    isPacked: boolean,
  ): { readonly table: Buffer; readonly data: Buffer } {
    const entries: Buffer[] = [];
    const blocks: Buffer[] = [];
    let at = start;
    buffer.cpus.forEach((pages, cpu) => {
      const plain = pages.map((page) => this.page(page));
      const chunks = plain.map((page) => {
        const packed = deflateSync(page);
        return Buffer.concat([this.number(packed.length, 4), this.number(page.length, 4), packed]);
      });
      const bytes = isPacked
        ? Buffer.concat([this.number(chunks.length, 4), ...chunks])
        : Buffer.concat(plain);
      // trace-cmd leaves the number of chunks out of the size.
      const size = bytes.length === 0 ? 0 : bytes.length - (isPacked ? 4 : 0);
      if (this.dat.version === 7) entries.push(this.number(cpu, 4));
      entries.push(this.number(at, 8), this.number(size, 8));
      const padded = Buffer.concat([bytes, Buffer.alloc(aligned(bytes.length) - bytes.length)]);
      blocks.push(padded);
      at += padded.length;
    });
    return { table: Buffer.concat(entries), data: Buffer.concat(blocks) };
  }

  private page({ events, lost, isAbsolute, discardedNs }: WrittenPage): Buffer {
    const { long } = this;
    const pieces: Buffer[] = [];
    const startNs = events[0]?.timeNs ?? 0;
    let lastNs = startNs;
    for (const event of events) {
      let delta = event.timeNs - lastNs;
      lastNs = event.timeNs;
      if (discardedNs !== undefined && delta >= discardedNs) {
        pieces.push(this.head(29, discardedNs), this.number(12, 4), Buffer.alloc(8));
        delta -= discardedNs;
      }
      if (isAbsolute === true) {
        const low = event.timeNs % 2 ** 27;
        pieces.push(this.head(31, low), this.number((event.timeNs - low) / 2 ** 27, 4));
        delta = 0;
      } else if (delta >= 2 ** 27) {
        pieces.push(this.head(30, delta % 2 ** 27), this.number(Math.floor(delta / 2 ** 27), 4));
        delta = 0;
      }
      const record = this.record(event);
      if (record.length <= 112) pieces.push(this.head(record.length / 4, delta), record);
      else pieces.push(this.head(0, delta), this.number(record.length + 4, 4), record);
    }
    const data = Buffer.concat(pieces);
    const flags = lost === undefined ? 0 : lost < 0 ? 2 ** 31 : 2 ** 31 + 2 ** 30;
    const page = Buffer.concat([
      this.number(startNs, 8),
      this.number(data.length + flags, long),
      data,
      ...(lost !== undefined && lost >= 0 ? [this.number(lost, long)] : []),
    ]);
    if (page.length > WRITTEN_PAGE) throw new Error('too many events for a page');
    return Buffer.concat([page, Buffer.alloc(WRITTEN_PAGE - page.length)]);
  }

  /** The first word of an event: bit fields, which big-endian compilers fill from the top. */
  private head(type: number, delta: number): Buffer {
    return this.number(this.big ? type * 2 ** 27 + delta : delta * 32 + type, 4);
  }

  private record({ event, values }: WrittenEvent): Buffer {
    const format = this.dat.formats.find(({ name }) => name === event);
    if (format === undefined) throw new Error(`no format ${event}`);
    const fields = [...COMMON, ...format.fields];
    const texts = Object.values(values).filter((value) => typeof value !== 'number');
    const end = Math.max(...fields.map(([, , offset, size]) => offset + size));
    const bytes = Buffer.alloc(
      Math.ceil((end + texts.reduce((sum, text) => sum + text.length + 1, 0)) / 4) * 4,
    );
    this.number(format.id, 2).copy(bytes, 0);
    for (const [, name, offset, size] of fields) {
      const value = values[name.replace('[]', '')];
      if (typeof value === 'string') bytes.write(value, offset, 'latin1');
      else if (typeof value === 'object') value.copy(bytes, offset);
      else if (value !== undefined) this.number(value, size).copy(bytes, offset);
    }
    return bytes;
  }
}

function aligned(at: number): number {
  return Math.ceil(at / WRITTEN_PAGE) * WRITTEN_PAGE;
}
