import { ascii, decimal, digitsEnd, OPEN_BRACKET, skipSpaces, standsAt } from '../text/bytes';

const CPU_COLON = ascii('CPU:');
const LOST = ascii('LOST');
const DROPPED = ascii('DROPPED');
const WRITTEN = ascii('entries-written:');
/** Lines of `trace-cmd report` about the file itself. */
const REPORT_HEADERS = ['cpus=', 'version =', 'CPU ', 'trace-cmd '].map(ascii);
const SLASH = 47;

/** Whether a line of `trace-cmd report` that is no event stands at `start`: `cpus=4`, `version = 6`, `CPU 1 is empty`. */
export function isReportHeader(bytes: Uint8Array, start: number): boolean {
  return REPORT_HEADERS.some((word) => standsAt(bytes, start, word));
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
