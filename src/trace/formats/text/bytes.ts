/** Reading numbers and words out of ASCII bytes, without making strings. */

export const NEWLINE = 10;
export const CARRIAGE_RETURN = 13;
export const SPACE = 32;
export const TAB = 9;
export const COLON = 58;
export const MINUS = 45;
export const OPEN_PARENTHESIS = 40;
export const CLOSE_PARENTHESIS = 41;
export const OPEN_BRACKET = 91;
export const CLOSE_BRACKET = 93;
export const DOT = 46;
export const HASH = 35;

/** Value of a hex digit, 255 for any other byte. */
export const NIBBLE = new Uint8Array(256).fill(255);
for (let value = 0; value < 10; value++) NIBBLE[48 + value] = value;
for (let value = 10; value < 16; value++) {
  NIBBLE[97 + value - 10] = value;
  NIBBLE[65 + value - 10] = value;
}

/** The bytes of an ASCII word. */
export function ascii(word: string): Uint8Array {
  return Uint8Array.from(word, (character) => character.charCodeAt(0));
}

export function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 48 && byte <= 57;
}

/** Whether `word` stands in `bytes` at `at`. */
export function standsAt(bytes: Uint8Array, at: number, word: Uint8Array): boolean {
  for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word[i]) return false;
  return true;
}

/** The first place at or after `at` that is neither space nor tab. */
export function skipSpaces(bytes: Uint8Array, at: number, end: number): number {
  while (at < end && (bytes[at] === SPACE || bytes[at] === TAB)) at++;
  return at;
}

/** The end of the digits at `at`. */
export function digitsEnd(bytes: Uint8Array, at: number, end: number): number {
  while (at < end && bytes[at]! >= 48 && bytes[at]! <= 57) at++;
  return at;
}

/** The number that the digits in `[at, end)` write; inexact beyond 2^53. */
export function decimal(bytes: Uint8Array, at: number, end: number): number {
  let value = 0;
  for (; at < end; at++) value = value * 10 + (bytes[at]! - 48);
  return value;
}

/** The end of the hex digits at `at`. */
export function hexEnd(bytes: Uint8Array, at: number, end: number): number {
  while (at < end && NIBBLE[bytes[at]!]! < 16) at++;
  return at;
}

/** The 32-bit number that up to 8 hex digits in `[at, end)` write. */
export function hexWord(bytes: Uint8Array, at: number, end: number): number {
  let value = 0;
  for (; at < end; at++) value = (value << 4) | NIBBLE[bytes[at]!]!;
  return value >>> 0;
}

/** `at` moved past a leading 0x. */
export function skipHexPrefix(bytes: Uint8Array, at: number): number {
  return bytes[at] === 48 && (bytes[at + 1] === 120 || bytes[at + 1] === 88) ? at + 2 : at;
}
