import { decodeUtf8 } from '../../../base/utf8';
import { NumberField } from './numberField';

/** A conversion of a printk format: flags, width, precision, size of the argument, kind. */
const CONVERSION = /%([-+ #0]*)(\*|\d+)?(?:\.(\*|\d+))?(hh?|ll?|[zZtjLq])?([a-zA-Z%])([a-zA-Z0-9]*)/g;
const LINE = /^0x([0-9a-f]{1,16}) : "(.*)"$/;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', '"': '"', '\\': '\\' };
const MAX_FIELD = 1024;

/** The formats of trace_printk() by address: tracefs' printk_formats, which events of the kind bprint and bputs point into. */
export class PrintkFormats {
  private readonly texts = new Map<string, string>();

  constructor(text: string) {
    for (const line of text.split('\n')) {
      const match = LINE.exec(line);
      if (match === null) continue;
      const format = match[2]!.replaceAll(/\\(.)/g, (whole, letter: string) => ESCAPES[letter] ?? whole);
      this.texts.set(match[1]!.replace(/^0+/, ''), format);
    }
  }

  /** The text at an address given in halves; the address itself where it is not known. */
  textOf(low: number, high: number): string {
    const address = high === 0 ? low.toString(16) : high.toString(16) + low.toString(16).padStart(8, '0');
    return this.texts.get(address) ?? `(format at 0x${address})`;
  }
}

/** Where the arguments of a bprint event lie: `bytes` and `words` from `at` to `end`. */
export interface PrintkArguments {
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
  readonly at: number;
  readonly end: number;
  readonly isBigEndian: boolean;
  readonly longBytes: number;
}

/**
 * The text that a format and its arguments make, as bstr_printf() does (lib/vsprintf.c): numbers lie at multiples of their
 * size, but 64-bit ones at multiples of 4; strings lie in the record themselves. Pointers are shown as addresses.
 */
export function formatPrintk(format: string, source: PrintkArguments): string {
  const taker = new ArgumentTaker(source);
  return format.replaceAll(
    CONVERSION,
    (whole: string, flags: string, width, precision, size, kind: string, rest: string) => {
      if (kind === '%') return `%${rest}`;
      // Letters behind %p say how the kernel shows a pointer; behind others they are text.
      const behind = kind === 'p' ? '' : rest;
      const field = width === '*' ? taker.number(4, true) : Number(width ?? 0);
      const digits =
        precision === '*' ? taker.number(4, true) : precision === undefined ? -1 : Number(precision);
      const text = converted(kind, String(size ?? ''), flags, digits, taker, source.longBytes, rest);
      return (text === undefined ? whole : padded(text, field, flags)) + behind;
    },
  );
}

function converted(
  kind: string,
  size: string,
  flags: string,
  digits: number,
  taker: ArgumentTaker,
  longBytes: number,
  rest: string,
): string | undefined {
  const bytes =
    size === 'hh'
      ? 1
      : size === 'h'
        ? 2
        : size === ''
          ? 4
          : size === 'll' || size === 'L' || size === 'q'
            ? 8
            : longBytes;
  switch (kind) {
    case 'd':
    case 'i': {
      const value = taker.number(bytes, true);
      return value >= 0 && flags.includes('+') ? `+${value}` : String(value);
    }
    case 'u':
      return String(taker.number(bytes, false));
    case 'x':
    case 'X': {
      const text = (flags.includes('#') ? '0x' : '') + taker.hex(bytes);
      return kind === 'X' ? text.toUpperCase() : text;
    }
    case 'o':
      return taker.number(bytes, false).toString(8);
    case 'c':
      return String.fromCharCode(taker.number(1, false));
    case 's':
      return taker.text(digits);
    case 'p':
      // Only some kinds of pointers are kept; what others show was made into text when it was recorded (vbin_printf()).
      return rest === '' || /^[SsxKe]/.test(rest) ? `0x${taker.hex(longBytes)}` : taker.text(-1);
    default:
      return undefined;
  }
}

function padded(text: string, width: number, flags: string): string {
  const wide = Math.min(Math.abs(width), MAX_FIELD);
  if (flags.includes('-') || width < 0) return text.padEnd(wide);
  return text.padStart(wide, flags.includes('0') ? '0' : ' ');
}

class ArgumentTaker {
  private readonly source: PrintkArguments;
  private at: number;

  constructor(source: PrintkArguments) {
    this.source = source;
    this.at = source.at;
  }

  number(size: number, isSigned: boolean): number {
    const field = this.field(size, isSigned);
    return field?.number(this.source.words, 0) ?? 0;
  }

  hex(size: number): string {
    const field = this.field(size, false);
    if (field === undefined) return '0';
    const [low, high] = [field.low(this.source.words, 0), field.high(this.source.words, 0)];
    return high === 0 ? low.toString(16) : high.toString(16) + low.toString(16).padStart(8, '0');
  }

  text(limit: number): string {
    const { bytes, end } = this.source;
    const start = this.at;
    let stop = start;
    while (stop < end && bytes[stop] !== 0) stop++;
    this.at = stop + 1;
    return decodeUtf8(bytes, Math.min(start, end), limit >= 0 ? Math.min(stop, start + limit) : stop);
  }

  private field(size: number, isSigned: boolean): NumberField | undefined {
    const step = Math.min(size, 4);
    const at = Math.ceil(this.at / step) * step;
    this.at = at + size;
    if (this.at > this.source.end) return undefined;
    return new NumberField(at, size, isSigned, this.source.isBigEndian);
  }
}
