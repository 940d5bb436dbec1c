import { LineHead } from './ftraceText/lineHead';
import { PerfHead } from './perfScript/lineHead';

/** What an input is, told by its first bytes. */
export const CONTENT_KINDS = [
  'migtrace',
  'ftrace-text',
  'function-graph',
  'perf-script',
  'trace-dat',
  'perf-data',
  'gzip',
  'zstd',
  'text',
  'binary',
  'empty',
] as const;
export type ContentKind = (typeof CONTENT_KINDS)[number];

/** As many first bytes as detection looks at. */
export const DETECT_BYTES = 4096;

const MAGICS: readonly (readonly [ContentKind, readonly number[]])[] = [
  // 0x89 'M' 'G' 'T' CR LF 0x1a LF
  ['migtrace', [0x89, 0x4d, 0x47, 0x54, 0x0d, 0x0a, 0x1a, 0x0a]],
  // 0x17 0x08 'D' "tracing", trace-cmd.dat(5)
  ['trace-dat', [0x17, 0x08, 0x44, 0x74, 0x72, 0x61, 0x63, 0x69, 0x6e, 0x67]],
  // "PERFILE2", tools/perf/Documentation/perf.data-file-format.txt
  ['perf-data', [0x50, 0x45, 0x52, 0x46, 0x49, 0x4c, 0x45, 0x32]],
  // The same, written by a big-endian machine.
  ['perf-data', [0x32, 0x45, 0x4c, 0x49, 0x46, 0x52, 0x45, 0x50]],
  ['gzip', [0x1f, 0x8b]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
];

/** `CPU:1 [LOST 8567 EVENTS]` of the kernel, `CPU:3 [1080 EVENTS DROPPED]` of trace-cmd. */
const LOST_LINE = /^CPU:\s?\d+ \[.*(LOST|DROPPED)/;
/** A line of the function_graph tracer, whatever columns it has: `[time |] [cpu)] [task |] … func() {`. */
const GRAPH_LINE = /^\s*((\d+\.\d{6}|\d+ us) \|)?\s*\d+\)\s.*([;{}]|\*\/|\|)\s*$|^\s*\d+\)\s.*\S-\d+ +=> +\S/;
const GRAPH_HEADER = /^# tracer: function_graph/;
const REPORT_HEADER = /^(version = \d+|cpus=\d+|CPU \d+ is empty|# tracer:|# entries-in-buffer)/;
const PERF_HEADER = /^# (========|captured on|hostname : |perf version)/;

/**
 * Tells the format from the first bytes (DETECT_BYTES of them, or all there are): magic numbers first, then what
 * the lines look like. `text` and `binary` are no format of a trace that is known here.
 */
export function detectContent(bytes: Uint8Array): ContentKind {
  if (bytes.length === 0) return 'empty';
  for (const [kind, magic] of MAGICS) {
    if (magic.every((byte, index) => bytes[index] === byte)) return kind;
  }
  const text = latin1(bytes.subarray(0, DETECT_BYTES));
  if (/^(\u00ef\u00bb\u00bf)?\s*migtrace\s/.test(text)) return 'migtrace';
  const kind = kindOfLines(text.replace(/^\u00ef\u00bb\u00bf/, '').split(/\r?\n/));
  if (kind !== undefined) return kind;
  return isBinary(bytes) ? 'binary' : /\S/.test(text) ? 'text' : 'empty';
}

/** The format that most of the lines have, as its own reader finds the heads of events. */
function kindOfLines(lines: readonly string[]): ContentKind | undefined {
  let ftrace = 0;
  let perf = 0;
  let graph = 0;
  const ftraceHead = new LineHead();
  const perfHead = new PerfHead();
  for (const line of lines) {
    if (GRAPH_HEADER.test(line)) return 'function-graph';
    if (REPORT_HEADER.test(line)) return 'ftrace-text';
    if (PERF_HEADER.test(line)) return 'perf-script';
    const bytes = Uint8Array.from(line, (character) => character.charCodeAt(0));
    if (ftraceHead.read(bytes, 0, bytes.length) || LOST_LINE.test(line)) ftrace++;
    else if (GRAPH_LINE.test(line)) graph++;
    else if (perfHead.read(bytes, 0, bytes.length)) perf++;
  }
  if (graph > ftrace && graph > perf) return 'function-graph';
  if (ftrace === 0 && perf === 0) return undefined;
  return perf > ftrace ? 'perf-script' : 'ftrace-text';
}

function isBinary(bytes: Uint8Array): boolean {
  const looked = bytes.subarray(0, DETECT_BYTES);
  const odd = looked.filter((byte) => byte < 9 || (byte > 13 && byte < 32 && byte !== 27)).length;
  return odd * 50 > looked.length;
}

function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
