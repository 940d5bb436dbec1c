/** The options of a trace.dat: what trace-cmd noted about the recording (trace-cmd.dat.v6(5), trace-cmd.dat.v7(5)). */
import { decodeUtf8 } from '../../../base/utf8';
import { memorySource } from '../../byteSource';
import type { CpuData, DatContents } from './contents';
import { FileCursor } from './fileCursor';

export const OPTION = {
  done: 0,
  cpuStat: 2,
  buffer: 3,
  traceClock: 4,
  uname: 5,
  offset: 7,
  cpuCount: 8,
  version: 9,
  tsc2nsec: 14,
  headerInfo: 16,
  ftraceEvents: 17,
  eventFormats: 18,
  kallsyms: 19,
  printk: 20,
  cmdlines: 21,
  bufferText: 22,
} as const;

/** Reads an option that both versions have alike; others are left to the caller. */
export function readCommonOption(
  id: number,
  data: Uint8Array,
  isBigEndian: boolean,
  contents: DatContents,
): void {
  const cursor = () => new FileCursor(memorySource(data), 0, isBigEndian);
  switch (id) {
    case OPTION.cpuStat:
      contents.cpuStats.push(textOf(data));
      return;
    case OPTION.traceClock:
      contents.clock ??= chosenClock(textOf(data));
      return;
    case OPTION.uname:
      contents.kernel = releaseOf(textOf(data));
      return;
    case OPTION.offset:
      contents.offsetNs += wholeNumber(textOf(data));
      return;
    case OPTION.cpuCount:
      if (data.length === 4) contents.cpuCount = cursor().u32();
      return;
    case OPTION.version:
      contents.recordedBy = textOf(data).split(' ')[0] ?? '';
      return;
    case OPTION.tsc2nsec: {
      const numbers = cursor();
      const multiplier = numbers.u32();
      const shift = numbers.u32();
      if (!numbers.isCut && multiplier > 0 && shift < 64) contents.nsPerCount = multiplier / 2 ** shift;
      return;
    }
    default:
  }
}

/** The clock in brackets in a text of trace_clock, `[local] global counter …`; the text itself where it has none. */
export function chosenClock(text: string): string | null {
  const chosen = /\[([^\]\s]{1,32})\]/.exec(text)?.[1] ?? text.trim();
  return /^[\w-]{1,32}$/.test(chosen) ? chosen : null;
}

/** `sysname nodename release machine`, as uname(2) says them. */
function releaseOf(text: string): string | null {
  const words = text.trim().split(/\s+/);
  return words.length >= 3 ? (words.at(-2) ?? null) : null;
}

function wholeNumber(text: string): number {
  const value = Number(/^\s*([+-]?\d{1,18})/.exec(text)?.[1] ?? 0);
  return Number.isFinite(value) ? value : 0;
}

function textOf(data: Uint8Array): string {
  const end = data.indexOf(0);
  return decodeUtf8(data, 0, end < 0 ? data.length : end);
}

/** More CPUs than any kernel is built for (NR_CPUS, at most 8192 on x86). */
export const MAX_CPUS = 16_384;

/** A list of CPUs with the place of their pages, each behind its number (v7) or in order (v6). */
export function readCpuList(cursor: FileCursor, count: number, isNumbered: boolean): CpuData[] {
  const cpus: CpuData[] = [];
  for (let i = 0; i < Math.min(count, MAX_CPUS) && !cursor.isCut; i++) {
    const cpu = isNumbered ? cursor.u32() : i;
    const offset = cursor.u64();
    const size = cursor.u64();
    if (!cursor.isCut && size > 0) cpus.push({ cpu: Math.min(cpu, MAX_CPUS), offset, size });
  }
  return cpus;
}
