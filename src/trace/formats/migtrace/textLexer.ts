/** One line of the text encoding, cut into words: `keyword word … key=value … # comment`. */

/** A word and whether it stood in quotes: `none` is a literal, `"none"` is a text. */
export interface Word {
  readonly text: string;
  readonly quoted: boolean;
}

export interface Line {
  /** 1-based. */
  readonly number: number;
  readonly keyword: string;
  /** Words without a key, in order. */
  readonly words: readonly Word[];
  readonly fields: ReadonlyMap<string, Word>;
}

export type Lexed =
  | { readonly line: Line }
  | { readonly message: string; readonly hint: string }
  /** Nothing on the line but blanks and a comment. */
  | null;

const KEY = /^[a-z_][a-z0-9_]*=/;
/** A text that needs no quotes: as a word without a key, it must not look like a field. */
const BARE = /^[^\s"#=\p{Cc}\p{Cf}\p{Cs}][^\s"=\p{Cc}\p{Cf}\p{Cs}]*$/u;
const ESCAPES: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', n: '\n', t: '\t', r: '\r' };

/** Cuts `text` into words. Quotes are closed, escapes resolved, the comment is dropped. */
export function lexLine(text: string, number: number): Lexed {
  let keyword: string | null = null;
  const words: Word[] = [];
  const fields = new Map<string, Word>();
  let at = 0;
  for (;;) {
    while (at < text.length && isBlank(text.charCodeAt(at))) at++;
    if (at >= text.length || text[at] === '#') break;
    let end = at;
    while (end < text.length && !isBlank(text.charCodeAt(end)) && text[end] !== '"') end++;
    const bare = text.slice(at, end);
    const key = KEY.exec(bare)?.[0] ?? '';
    let word: Word = { text: bare.slice(key.length), quoted: false };
    if (text[end] === '"') {
      if (bare.length > key.length)
        return {
          message: `a quote stands inside the word ${shorten(bare)}.`,
          hint: 'Put the whole text in quotes.',
        };
      const quoted = lexQuoted(text, end);
      if (quoted === null)
        return {
          message: 'a text in quotes is not closed, or has an unknown escape.',
          hint: 'Close it with "; the escapes are \\" \\\\ \\n \\r \\t and \\u with four hex digits.',
        };
      word = { text: quoted.text, quoted: true };
      end = quoted.end;
    }
    at = end;
    if (key !== '') {
      const name = key.slice(0, -1);
      if (fields.has(name))
        return { message: `${shorten(name)}= is given twice.`, hint: 'Keep one of the two.' };
      fields.set(name, word);
    } else if (keyword === null && !word.quoted) keyword = word.text;
    else words.push(word);
  }
  if (keyword === null) {
    if (words.length === 0 && fields.size === 0) return null;
    return { message: 'the line has no keyword.', hint: 'Start it with one, such as call or folios.' };
  }
  return { line: { number, keyword, words, fields } };
}

/** The start of a text that a message quotes. */
export function shorten(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 40)}…`;
}

/** `text` as a word of a line: bare where that reads back as itself, else in quotes. */
export function writeWord(text: string): string {
  if (text !== 'none' && BARE.test(text)) return text;
  const escaped = text.replaceAll(/["\\\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, (char) => {
    if (char === '"' || char === '\\') return `\\${char}`;
    if (char === '\n') return '\\n';
    if (char === '\t') return '\\t';
    if (char === '\r') return '\\r';
    return Array.from({ length: char.length }, (_, i) => hexEscape(char.charCodeAt(i))).join('');
  });
  return `"${escaped}"`;
}

function hexEscape(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`;
}

/** The text between the quote at `start` and the next free-standing quote; `end` is behind that. */
function lexQuoted(text: string, start: number): { text: string; end: number } | null {
  let out = '';
  let from = start + 1;
  for (let at = from; at < text.length; at++) {
    const char = text[at]!;
    if (char === '"') {
      const next = text.charCodeAt(at + 1);
      return Number.isNaN(next) || isBlank(next) ? { text: out + text.slice(from, at), end: at + 1 } : null;
    }
    if (char !== '\\') continue;
    out += text.slice(from, at);
    const escape = text[at + 1] ?? '';
    const hex = text.slice(at + 2, at + 6);
    if (escape === 'u' && /^[0-9a-fA-F]{4}$/.test(hex)) {
      out += String.fromCharCode(Number.parseInt(hex, 16));
      at += 5;
    } else if (Object.hasOwn(ESCAPES, escape)) {
      out += ESCAPES[escape]!;
      at += 1;
    } else return null;
    from = at + 1;
  }
  return null;
}

/** Space, tab, carriage return. */
function isBlank(code: number): boolean {
  return code === 32 || code === 9 || code === 13;
}
