/** Reads the ring buffers of all CPUs, page by page and without waiting. */
import { wordsOf } from '../trace/formats/kernelEvents/numberField';
import type { PageLayout } from '../trace/formats/traceDat/pageLayout';
import { MemoryPages, usedBytes } from './pageBlocks';
import { readOrEmpty, type SysFiles } from './sysFiles';

/** What per_cpu/cpuN/stats tells (tracing_stats_read(), kernel/trace/trace.c), summed over the CPUs. */
export interface BufferLosses {
  /** Overwritten before they were read. */
  readonly overrun: number;
  /** Lost because interrupts came faster than they could be finished. */
  readonly commitOverrun: number;
  /** Refused because the buffer was full and may not be overwritten. */
  readonly dropped: number;
}

/** Receives the pages of one CPU; valid until it returns. */
export type TakePages = (cpu: number, pages: MemoryPages, bytes: Uint8Array) => void;

/** Pages read at once before they are handed on. */
const BLOCK_PAGES = 64;
/** Up to so many CPUs, each poll looks how full their buffers are; with more, only the figures do. */
const MEASURED_CPUS = 32;
const CPU_FOLDER = /^cpu(\d+)$/;

export class CpuBuffers {
  /** Fullest that a buffer was ever found, 0 to 1. */
  peak = 0;
  /** The same since `takeFill`. */
  private fill = 0;
  private cpus = 0;
  private readonly open = new Map<number, number>();
  private readonly files: SysFiles;
  private readonly folder: string;
  private readonly layout: PageLayout;
  private readonly pageBytes: number;
  /** Pages of the buffer of a CPU. */
  private readonly bufferPages: number;
  private readonly block: Uint8Array<ArrayBuffer>;
  private readonly words: Uint32Array;

  /** @param folder of the instance */
  constructor(files: SysFiles, folder: string, layout: PageLayout, pageBytes: number, bufferBytes: number) {
    this.files = files;
    this.folder = folder;
    this.layout = layout;
    this.pageBytes = pageBytes;
    this.bufferPages = Math.max(1, Math.floor(bufferBytes / pageBytes));
    this.block = new Uint8Array(BLOCK_PAGES * pageBytes);
    this.words = wordsOf(this.block, layout.isBigEndian);
  }

  /** CPUs that are, or were, read. */
  get cpuCount(): number {
    return this.cpus;
  }

  /** Opens the buffers of CPUs that were not there before. A buffer stays readable while its CPU is offline. */
  openNew(): void {
    for (const name of this.files.list(`${this.folder}/per_cpu`)) {
      const cpu = Number(CPU_FOLDER.exec(name)?.[1] ?? -1);
      if (cpu < 0 || this.open.has(cpu)) continue;
      this.open.set(cpu, this.files.openPages(`${this.folder}/per_cpu/${name}/trace_pipe_raw`));
    }
    this.cpus = this.open.size;
  }

  /**
   * Hands on what waits, at most one buffer's worth per CPU: more came while it read, and the other CPUs have their turn
   * first. True when nothing waits any more.
   */
  drain(take: TakePages): boolean {
    if (this.open.size <= MEASURED_CPUS) this.measureFill();
    let isEmpty = true;
    for (const [cpu, file] of this.open) {
      let pages = 0;
      let got = BLOCK_PAGES;
      while (got === BLOCK_PAGES && pages < this.bufferPages) {
        got = this.readBlock(cpu, file, take);
        pages += got;
      }
      if (got === BLOCK_PAGES) isEmpty = false;
    }
    return isEmpty;
  }

  /** The fullest that a buffer was since the last time, 0 to 1. */
  takeFill(): number {
    if (this.open.size > MEASURED_CPUS) this.measureFill();
    const { fill } = this;
    this.peak = Math.max(this.peak, fill);
    this.fill = 0;
    return fill;
  }

  losses(): BufferLosses {
    const sum = { overrun: 0, commitOverrun: 0, dropped: 0 };
    for (const text of this.statistics()) {
      sum.overrun += statistic(text, 'overrun');
      sum.commitOverrun += statistic(text, 'commit overrun');
      sum.dropped += statistic(text, 'dropped events');
    }
    return sum;
  }

  close(): void {
    for (const file of this.open.values()) this.files.close(file);
    this.open.clear();
  }

  private *statistics(): Generator<string> {
    for (const cpu of this.open.keys())
      yield readOrEmpty(this.files, `${this.folder}/per_cpu/cpu${cpu}/stats`);
  }

  private measureFill(): void {
    for (const text of this.statistics()) {
      const share = statistic(text, 'bytes') / (this.bufferPages * (this.pageBytes - this.layout.dataAt));
      this.fill = Math.max(this.fill, Math.min(1, share));
    }
  }

  /** Reads up to a block of pages, hands them on, and returns how many there were. */
  private readBlock(cpu: number, file: number, take: TakePages): number {
    const { files, block, words, pageBytes, layout } = this;
    let used = 0;
    let pages = 0;
    while (pages < BLOCK_PAGES) {
      const got = files.readPage(file, block, used, pageBytes);
      if (got < layout.dataAt) break;
      pages++;
      used += usedBytes(words, used, pageBytes, layout);
    }
    if (pages > 0) take(cpu, new MemoryPages(block, used, layout), block.subarray(0, used));
    return pages;
  }
}

function statistic(text: string, name: string): number {
  const match = new RegExp(`^${name}:\\s*(\\d{1,15})\\s*$`, 'm').exec(text);
  return match === null ? 0 : Number(match[1]);
}
