import {
  CLOSE_BRACKET,
  CLOSE_PARENTHESIS,
  COLON,
  decimal,
  digitsEnd,
  hexEnd,
  NIBBLE,
  OPEN_BRACKET,
  skipSpaces,
  SPACE,
} from '../text/bytes';
import type { EventHead } from '../text/eventHead';

const COMM_WIDTH = 16;
const MAX_CPU = 0xffff;
/** CPU, flags, preempt count and number of the event, in front of the time. */
const NUMBERS = 4;

/**
 * Reads the head of a line of the options latency-format and verbose together, `comm pid cpu flags preempt number [µs] ms (+ms): `,
 * all after the CPU in hex but the milliseconds (kernel/trace/trace_output.c, trace_print_lat_context()). False for any other line.
 */
export function readVerboseHead(head: EventHead, bytes: Uint8Array, start: number, end: number): boolean {
  const comm = start + COMM_WIDTH;
  if (comm >= end || bytes[comm] !== SPACE) return false;
  const pid = skipSpaces(bytes, comm, end);
  let stop = digitsEnd(bytes, pid, end);
  if (stop === pid) return false;
  head.pid = decimal(bytes, pid, stop);
  for (let number = 0; number < NUMBERS; number++) {
    const at = skipSpaces(bytes, stop, end);
    stop = hexEnd(bytes, at, end);
    if (stop === at || bytes[stop] !== SPACE) return false;
    if (number === 0) head.cpu = Math.min(MAX_CPU, decimal(bytes, at, stop));
  }
  const open = skipSpaces(bytes, stop, end);
  stop = hexEnd(bytes, open + 1, end);
  if (bytes[open] !== OPEN_BRACKET || bytes[stop] !== CLOSE_BRACKET) return false;
  let microseconds = 0;
  for (let at = open + 1; at < stop; at++) microseconds = microseconds * 16 + NIBBLE[bytes[at]!]!;
  const close = bytes.indexOf(CLOSE_PARENTHESIS, stop);
  if (close < 0 || close + 1 >= end || bytes[close + 1] !== COLON) return false;
  head.timeNs = microseconds * 1000;
  head.at = skipSpaces(bytes, close + 2, end);
  head.commStart = skipSpaces(bytes, start, comm);
  head.commEnd = comm;
  return true;
}
