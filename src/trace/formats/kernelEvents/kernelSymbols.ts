import { decodeUtf8 } from '../../../base/utf8';

const NEWLINE = 10;
const SPACE = 32;
const TAB = 9;
const ADDRESS_DIGITS = 16;
/** `ffffffff81000000 T x` */
const SHORTEST_LINE = ADDRESS_DIGITS + 4;
/** Types of functions in /proc/kallsyms: text, also weak. */
const FUNCTION_TYPES = new Set('tTwW'.split('').map((letter) => letter.charCodeAt(0)));

/**
 * Names of kernel functions by address, out of a copy of /proc/kallsyms that is read when the first name is asked for.
 * Functions are numbered as they are met; `names[number]` is the name.
 */
export class KernelSymbols {
  readonly names: string[] = [];
  private readonly load: () => Uint8Array;
  private readonly numbers = new Map<number, number>();
  private readonly byName = new Map<string, number>();
  private table: SymbolTable | undefined;

  constructor(load: () => Uint8Array) {
    this.load = load;
  }

  /** The number of the function that holds an address, given in halves. */
  numberOf(low: number, high: number): number {
    const key = keyOf(low, high);
    let number = this.numbers.get(key);
    if (number === undefined) {
      this.table ??= readSymbols(this.load());
      number = this.intern(nameAt(this.table, key) ?? hex(low, high));
      this.numbers.set(key, number);
    }
    return number;
  }

  private intern(name: string): number {
    let number = this.byName.get(name);
    if (number === undefined) {
      number = this.names.length;
      this.names.push(name);
      this.byName.set(name, number);
    }
    return number;
  }
}

interface SymbolTable {
  readonly bytes: Uint8Array;
  /** Ascending; the first of equal ones is the one the kernel would print (get_symbol_pos(), kernel/kallsyms.c). */
  readonly keys: Float64Array;
  readonly nameAt: Uint32Array;
}

/** Addresses as numbers without loss: the top eleven bits of kernel addresses are all the same. */
function keyOf(low: number, high: number): number {
  return (high & 0x1f_ffff) * 2 ** 32 + low;
}

function readSymbols(bytes: Uint8Array): SymbolTable {
  const room = Math.ceil(bytes.length / SHORTEST_LINE) + 1;
  const keys = new Float64Array(room);
  const names = new Uint32Array(room);
  let count = 0;
  let isSorted = true;
  for (let at = 0; at < bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, at);
    const end = newline < 0 ? bytes.length : newline;
    if (end - at >= SHORTEST_LINE && FUNCTION_TYPES.has(bytes[at + ADDRESS_DIGITS + 1]!)) {
      keys[count] = keyOf(hexWord(bytes, at + 8), hexWord(bytes, at));
      names[count] = at + ADDRESS_DIGITS + 3;
      if (count > 0 && keys[count]! < keys[count - 1]!) isSorted = false;
      count++;
    }
    at = end + 1;
  }
  if (isSorted) return { bytes, keys: keys.subarray(0, count), nameAt: names };
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  order.sort((a, b) => keys[a]! - keys[b]! || a - b);
  return {
    bytes,
    keys: Float64Array.from(order, (index) => keys[index]!),
    nameAt: Uint32Array.from(order, (index) => names[index]!),
  };
}

/** The last symbol at or below an address. */
function nameAt({ bytes, keys, nameAt: names }: SymbolTable, key: number): string | undefined {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keys[middle]! <= key) low = middle + 1;
    else high = middle;
  }
  if (low === 0) return undefined;
  let found = low - 1;
  while (found > 0 && keys[found - 1] === keys[found]) found--;
  const start = names[found]!;
  let end = start;
  // A module's name follows behind a tab.
  while (end < bytes.length && bytes[end]! > SPACE && bytes[end] !== TAB) end++;
  return end > start ? decodeUtf8(bytes, start, end) : undefined;
}

function hexWord(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let i = at; i < at + 8; i++) {
    const byte = bytes[i]!;
    const digit = byte <= 57 ? byte - 48 : (byte | 32) - 87;
    value = (value << 4) | (digit & 15);
  }
  return value >>> 0;
}

function hex(low: number, high: number): string {
  return `0x${high.toString(16).padStart(8, '0')}${low.toString(16).padStart(8, '0')}`;
}
