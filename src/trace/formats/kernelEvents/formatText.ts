import { decodeUtf8 } from '../../../base/utf8';
import { NumberField } from './numberField';

/** A field as a `format` file of tracefs declares it. */
export interface FormatField {
  readonly offset: number;
  /** Bytes; 0 for what reaches to the end of the record. */
  readonly size: number;
  readonly isSigned: boolean;
}

/** An event as its `format` file declares it: `name:`, `ID:`, `field:…; offset:…; size:…; signed:…;`, `print fmt:`. */
export interface EventFormat {
  readonly name: string;
  readonly id: number;
  readonly fields: ReadonlyMap<string, FormatField>;
  readonly text: string;
}

const FIELD = /^\s*field:([^;]{1,200});\s*offset:\s*(\d{1,6});\s*size:\s*(\d{1,6});(?:\s*signed:\s*(\d))?/gm;
/** The name in a declaration: `unsigned long caller[8]`, `const char * fmt`, `char buf[]`. */
const DECLARED = /([A-Za-z_]\w*)\s*(?:\[[^\]]*\]\s*)*$/;
const PAIR = /\s*,\s*\{\s*([^,{}]{1,60}?)\s*,\s*"([^"]{0,100})"\s*\}/y;

/** Fields by name, also of the texts of header_page. */
export function parseFields(text: string): Map<string, FormatField> {
  const fields = new Map<string, FormatField>();
  for (const [, declaration = '', offset, size, signed] of text.matchAll(FIELD)) {
    const name = DECLARED.exec(declaration)?.[1];
    if (name !== undefined && !fields.has(name))
      fields.set(name, { offset: Number(offset), size: Number(size), isSigned: signed === '1' });
  }
  return fields;
}

/** Name and ID of a `format` text, read without making a string of all of it; undefined where it has none. */
export function formatHead(bytes: Uint8Array): { readonly name: string; readonly id: number } | undefined {
  const head = decodeUtf8(bytes, 0, Math.min(bytes.length, 256));
  const match = /^name:\s*(\S{1,128})\s*\nID:\s*(\d{1,7})\b/.exec(head);
  return match === null ? undefined : { name: match[1]!, id: Number(match[2]) };
}

/** The whole format; undefined where it is none. */
export function parseFormat(bytes: Uint8Array): EventFormat | undefined {
  const head = formatHead(bytes);
  if (head === undefined) return undefined;
  const text = decodeUtf8(bytes);
  return { ...head, fields: parseFields(text), text };
}

/** The field as a number to read, or undefined where it is missing or no number. */
export function numberField(
  fields: ReadonlyMap<string, FormatField>,
  name: string,
  isBigEndian: boolean,
): NumberField | undefined {
  const field = fields.get(name);
  if (field === undefined || ![1, 2, 4, 8].includes(field.size)) return undefined;
  return new NumberField(field.offset, field.size, field.isSigned, isBigEndian);
}

/**
 * The words that the print fmt gives the values of a field, `__print_symbolic(REC->mode, {0, "MIGRATE_ASYNC"}, …)`.
 * Values that are names of enumerators (kernels that do not resolve them) are left out.
 */
export function symbolsOf(format: EventFormat, field: string): Map<number, string> {
  const symbols = new Map<number, string>();
  const word = `REC->${field}`;
  const start = format.text.indexOf(`__print_symbolic(${word},`);
  if (start < 0) return symbols;
  PAIR.lastIndex = start + '__print_symbolic('.length + word.length;
  for (let pair = PAIR.exec(format.text); pair !== null; pair = PAIR.exec(format.text)) {
    const value = Number(pair[1]);
    if (Number.isInteger(value)) symbols.set(value, pair[2]!);
  }
  return symbols;
}
