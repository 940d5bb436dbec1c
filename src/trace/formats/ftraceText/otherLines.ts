import { decodeUtf8 } from '../../../base/utf8';
import type { Recording } from '../../calls/recording';
import {
  ascii,
  decimal,
  digitsEnd,
  isDigit,
  NIBBLE,
  OPEN_BRACKET,
  skipSpaces,
  SPACE,
  standsAt,
} from '../text/bytes';

const CPU_COLON = ascii('CPU:');
const LOST = ascii('LOST');
const DROPPED = ascii('DROPPED');
const WRITTEN = ascii('entries-written:');
/** Lines of `trace-cmd report` about the file itself. */
const REPORT_HEADERS = ['cpus=', 'version =', 'CPU ', 'trace-cmd ', 'registering plugin: '].map(ascii);
const FILE_CPUS = ascii(': cpus=');
/** How the lines of the option stacktrace begin, in the trace file and in `trace-cmd report`. */
const STACK_LINES = [' => ', '=> '].map(ascii);
const STACK_HEADS = ['<stack trace>', '<user stack trace>'].map(ascii);
const RAW_TYPE = ascii('type: ');
const COUNTER_TYPE = ascii(' # ');
const HEADER = /^# (?:tracer: (?<tracer>\S+)|\S+ latency trace v\S+ on (?<kernel>\S+))\s*$/;
const MAX_HEADER = 200;
const SLASH = 47;

/** Whether a line of `trace-cmd report` that is no event stands at `start`: `cpus=4`, `FILE: cpus=4`, `version = 6`, `CPU 1 is empty`. */
export function isReportHeader(bytes: Uint8Array, start: number, end: number): boolean {
  if (REPORT_HEADERS.some((word) => standsAt(bytes, start, word))) return true;
  let digits = end;
  while (digits > start && isDigit(bytes[digits - 1])) digits--;
  return (
    digits < end && digits - start > FILE_CPUS.length && standsAt(bytes, digits - FILE_CPUS.length, FILE_CPUS)
  );
}

/** A function of a stack: ` => migrate_pages`. */
export function isStackLine(bytes: Uint8Array, start: number): boolean {
  return STACK_LINES.some((word) => standsAt(bytes, start, word));
}

/** The head of a stack stands where an event has its name. */
export function isStackHead(bytes: Uint8Array, at: number, end: number): boolean {
  return STACK_HEADS.some((word) => at + word.length <= end && standsAt(bytes, at, word));
}

/** A line of the options raw and hex: numbers and `type: 712`, or a marker, `pid cpu time # address text`. */
export function isRawEvent(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end && (NIBBLE[bytes[at]!]! < 16 || bytes[at] === SPACE)) at++;
  if (at === start) return false;
  if (standsAt(bytes, at, RAW_TYPE)) return digitsEnd(bytes, at + RAW_TYPE.length, end) === end;
  return standsAt(bytes, at - 1, COUNTER_TYPE);
}

/** What the comments of the trace file say of the recording: the tracer, and in the latency format the kernel. */
export function readHeader(recording: Recording, bytes: Uint8Array, start: number, end: number): void {
  const found = HEADER.exec(decodeUtf8(bytes, start, Math.min(end, start + MAX_HEADER)));
  if (found === null) return;
  const { tracer, kernel } = found.groups ?? {};
  if (kernel !== undefined) recording.kernel ??= kernel;
  if (tracer !== undefined && tracer !== 'nop' && recording.notes.length === 0)
    recording.notes.push(`Tracer: ${tracer}.`);
}

/**
 * `CPU:1 [LOST 8567 EVENTS]` (kernel/trace/trace.c, print_trace_line()) and trace-cmd's
 * `CPU:3 [1080 EVENTS DROPPED]`; `count` -1 where the number is not said.
 */
export function readLostLine(
  bytes: Uint8Array,
  start: number,
  end: number,
): { readonly cpu: number; readonly count: number } | undefined {
  if (!standsAt(bytes, start, CPU_COLON)) return undefined;
  const cpuStart = skipSpaces(bytes, start + CPU_COLON.length, end);
  const cpuEnd = digitsEnd(bytes, cpuStart, end);
  const open = skipSpaces(bytes, cpuEnd, end);
  if (cpuEnd === cpuStart || bytes[open] !== OPEN_BRACKET) return undefined;
  let isLoss = false;
  let count = -1;
  for (let at = open + 1; at < end; at++) {
    if (standsAt(bytes, at, LOST) || standsAt(bytes, at, DROPPED)) isLoss = true;
    const stop = digitsEnd(bytes, at, end);
    if (stop === at) continue;
    count = decimal(bytes, at, stop);
    at = stop;
  }
  return isLoss ? { cpu: decimal(bytes, cpuStart, cpuEnd) & 0xffff, count } : undefined;
}

/** `# entries-in-buffer/entries-written: 2621/12277   #P:4`: how many were written and are not in the buffer; else 0. */
export function readOverrun(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at + WRITTEN.length < end; at++) {
    if (!standsAt(bytes, at, WRITTEN)) continue;
    const held = skipSpaces(bytes, at + WRITTEN.length, end);
    const heldEnd = digitsEnd(bytes, held, end);
    if (heldEnd === held || bytes[heldEnd] !== SLASH) return 0;
    const writtenEnd = digitsEnd(bytes, heldEnd + 1, end);
    const lost = decimal(bytes, heldEnd + 1, writtenEnd) - decimal(bytes, held, heldEnd);
    return lost > 0 && lost <= Number.MAX_SAFE_INTEGER ? lost : 0;
  }
  return 0;
}
