import {
  ascii,
  CLOSE_BRACKET,
  COLON,
  decimal,
  digitsEnd,
  hexEnd,
  OPEN_BRACKET,
  skipSpaces,
  SPACE,
  standsAt,
  TAB,
} from '../text/bytes';

const LOST = ascii('PERF_RECORD_LOST ');
const LOST_SAMPLES = ascii('PERF_RECORD_LOST_SAMPLES ');
const LOST_WORD = ascii('lost ');
/** What perf script says about itself on stderr, as a terminal or `2>&1` mixes it in. */
const NOTICES = [
  'Warning:',
  'Processed ',
  'Check IO/CPU overload!',
  "'trace' not valid for ",
  'Overriding previous field request',
  '[ perf record:',
  '[ perf script:',
].map(ascii);
const PROCESSED = ascii('Processed ');
const LOST_CHUNKS = ascii(' lost ');

/** `PERF_RECORD_LOST lost 185` and `PERF_RECORD_LOST_SAMPLES lost 185` at `at`; undefined for the records of other kinds. */
export function readLoss(
  bytes: Uint8Array,
  at: number,
  end: number,
): { readonly count: number; readonly isSamples: boolean } | undefined {
  const isSamples = standsAt(bytes, at, LOST_SAMPLES);
  if (!isSamples && !standsAt(bytes, at, LOST)) return undefined;
  const word = skipSpaces(bytes, at + (isSamples ? LOST_SAMPLES : LOST).length, end);
  if (!standsAt(bytes, word, LOST_WORD)) return { count: -1, isSamples };
  const digits = word + LOST_WORD.length;
  const stop = digitsEnd(bytes, digits, end);
  return { count: stop === digits || stop > end ? -1 : decimal(bytes, digits, stop), isSamples };
}

/** A line of a call chain: `<tab>ffffffff8b989a42 __traceiter_tlb_flush+0x32 ([kernel.kallsyms])`. */
export function isChainLine(bytes: Uint8Array, start: number, end: number): boolean {
  if (bytes[start] !== TAB) return false;
  const at = skipSpaces(bytes, start + 1, end);
  const stop = hexEnd(bytes, at, end);
  return stop > at && (stop === end || bytes[stop] === SPACE);
}

/** A line of -F srcline: two spaces and `file.c:12`, `??:0` or `[dso][address]`. */
export function isSourceLine(bytes: Uint8Array, start: number, end: number): boolean {
  if (bytes[start] !== SPACE || bytes[start + 1] !== SPACE) return false;
  if (bytes[start + 2] === OPEN_BRACKET) return bytes[end - 1] === CLOSE_BRACKET;
  let colon = -1;
  for (let at = start + 2; at < end; at++) {
    if (bytes[at] === SPACE) return false;
    if (bytes[at] === COLON) colon = at;
  }
  return colon > 0 && digitsEnd(bytes, colon + 1, end) === end;
}

/** `isLoss`: `Processed 100 events and lost 2 chunks!`. Undefined where perf did not write the line about itself. */
export function readNotice(
  bytes: Uint8Array,
  start: number,
  end: number,
): { readonly isLoss: boolean } | undefined {
  if (!NOTICES.some((word) => standsAt(bytes, start, word))) return undefined;
  if (!standsAt(bytes, start, PROCESSED)) return { isLoss: false };
  for (let at = start; at + LOST_CHUNKS.length < end; at++)
    if (standsAt(bytes, at, LOST_CHUNKS)) return { isLoss: true };
  return { isLoss: false };
}
