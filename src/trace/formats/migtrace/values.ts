/** How the values of text fields are read and written: each kind of value once, for both directions. */
import { CALL_FLAGS } from '../../../engine/folio/workload';
import { UNKNOWN_CODE } from '../../../engine/kernel/modes';
import { MAX_CPU, MAX_ORDER } from './spec';
import { writeWord } from './textLexer';
import type { Word } from './textLexer';

/** `write` gives what `read` takes; `read` gives undefined for what is not of this kind. */
export interface ValueKind<T> {
  /** Completes "… is not": `an integer from 0 to 18`. */
  readonly expects: string;
  readonly read: (word: Word) => T | undefined;
  readonly write: (value: T) => string;
}

/** Decimal, or hex after 0x. `none`, where given, is the value that the word `none` stands for. */
export function integer(min: number, max: number, none?: number): ValueKind<number> {
  return {
    expects: `an integer from ${min} to ${max}${none === undefined ? '' : ', or none'}`,
    read: ({ text }) => {
      if (text === 'none') return none;
      if (!/^(-?\d{1,16}|0x[0-9a-f]{1,14})$/i.test(text)) return undefined;
      const value = Number(text);
      return value >= min && value <= max ? value + 0 : undefined;
    },
    write: (value) => (value === none ? 'none' : String(value)),
  };
}

/** A count of anything. */
export const COUNT = integer(0, Number.MAX_SAFE_INTEGER);

const EXPONENTS: Readonly<Record<string, number>> = { ns: 0, us: 3, ms: 6, s: 9 };

/** Nanoseconds, written with a unit; `none` is NaN. */
export const TIME: ValueKind<number> = {
  expects: 'a time such as 1500ns, 1.5us, 2ms or 47.640331s, or none',
  read: ({ text }) => {
    if (text === 'none') return Number.NaN;
    const match = /^(-?\d+(?:\.\d+)?)(e[+-]?\d+)?(ns|us|ms|s)?$/.exec(text);
    if (match === null) return undefined;
    const [, digits = '', exponent = '', unit = 'ns'] = match;
    // The power of ten goes into the literal, so that the value is rounded once and 47.640331s is exact.
    const value = Number(`${digits}e${Number(exponent.slice(1) || 0) + (EXPONENTS[unit] ?? 0)}`);
    return Number.isFinite(value) ? value : undefined;
  },
  write: (ns) => {
    if (!Number.isFinite(ns)) return 'none';
    if (ns === 0) return '0';
    if (!Number.isSafeInteger(ns) || ns < 0) return `${ns}ns`;
    const unit = ns >= 1e9 ? 's' : ns >= 1e6 ? 'ms' : ns >= 1000 ? 'us' : 'ns';
    const decimals = EXPONENTS[unit]!;
    const digits = String(ns);
    const fraction = digits.slice(digits.length - decimals).replace(/0+$/, '');
    const whole = digits.slice(0, digits.length - decimals);
    return decimals === 0 || fraction === '' ? `${whole}${unit}` : `${whole}.${fraction}${unit}`;
  },
};

/** A user or physical address, hex as the kernel prints it (%lx); `none` is −1. */
export const ADDRESS: ValueKind<number> = {
  expects: 'a hex address such as 7f0000000000, or none',
  read: ({ text }) => {
    if (text === 'none') return -1;
    return /^(0x)?[0-9a-f]{1,16}$/i.test(text) ? Number.parseInt(text, 16) : undefined;
  },
  write: (value) => (value < 0 ? 'none' : value.toString(16)),
};

/** A 64-bit word in hex, as [low, high] 32 bits. */
export const PTE: ValueKind<readonly [number, number]> = {
  expects: 'up to 16 hex digits',
  read: ({ text }) => {
    if (!/^(0x)?[0-9a-f]{1,16}$/i.test(text)) return undefined;
    const digits = text.replace(/^0x/i, '').padStart(16, '0');
    return [Number.parseInt(digits.slice(8), 16), Number.parseInt(digits.slice(0, 8), 16)];
  },
  write: ([low, high]) =>
    high === 0 ? low.toString(16) : high.toString(16) + low.toString(16).padStart(8, '0'),
};

/** −1 is `none`. */
export const PFN: ValueKind<number> = {
  expects: 'a page frame number such as 0x1a2b3c, or none',
  read: integer(0, Number.MAX_SAFE_INTEGER, -1).read,
  write: (value) => (value < 0 ? 'none' : `0x${value.toString(16)}`),
};

const UNITS = ['', 'K', 'M', 'G', 'T'] as const;

/** Bytes, with binary units: 4K is 4096. */
export const SIZE: ValueKind<number> = {
  expects: 'a size such as 4K, 2M or 256G',
  read: ({ text }) => {
    const match = /^(\d{1,16})([KMGT]?)B?$/.exec(text);
    if (match === null) return undefined;
    const value = Number(match[1]) * 1024 ** (UNITS as readonly string[]).indexOf(match[2] ?? '');
    return Number.isSafeInteger(value) ? value : undefined;
  },
  write: (bytes) => {
    const divisor = [4, 3, 2, 1, 0].find((power) => bytes % 1024 ** power === 0) ?? 0;
    const power = bytes === 0 ? 0 : divisor;
    return `${bytes / 1024 ** power}${UNITS[power]}`;
  },
};

/** The order of a folio, written as its size. */
export const FOLIO_SIZE: ValueKind<number> = {
  expects: 'a folio size: a power of two from 4K to 1G',
  read: (word) => {
    const order = Math.log2((SIZE.read(word) ?? 0) / 4096);
    return Number.isInteger(order) && order >= 0 && order <= MAX_ORDER ? order : undefined;
  },
  write: (order) => SIZE.write(4096 * 2 ** order),
};

/** The code of a name in `names`; `unknown` is UNKNOWN_CODE where `orUnknown`. */
export function codeOf(names: readonly string[], orUnknown = false): ValueKind<number> {
  const all = orUnknown ? [...names, 'unknown'] : names;
  return {
    expects: `one of ${all.join(', ')}`,
    read: ({ text }) => {
      const code = names.indexOf(text);
      if (code >= 0) return code;
      return orUnknown && text === 'unknown' ? UNKNOWN_CODE : undefined;
    },
    write: (code) => names[code] ?? 'unknown',
  };
}

/** One of `names`, as itself. */
export function oneOf<T extends string>(names: readonly T[]): ValueKind<T> {
  return {
    expects: `one of ${names.join(', ')}`,
    read: ({ text }) => names.find((name) => name === text),
    write: (name) => name,
  };
}

export const TEXT: ValueKind<string> = {
  expects: 'a text',
  read: ({ text }) => text,
  write: writeWord,
};

/** A text, or null for the bare word `none`. */
export const TEXT_OR_NONE: ValueKind<string | null> = {
  expects: 'a text, or none',
  read: ({ text, quoted }) => (text === 'none' && !quoted ? null : text),
  write: (text) => (text === null ? 'none' : writeWord(text)),
};

const FLAG_NAMES: Readonly<Record<keyof typeof CALL_FLAGS, string>> = {
  start: 'start',
  end: 'end',
  noThp: 'no_thp',
  noSplit: 'no_split',
  partial: 'partial',
  described: 'described',
};

/** CALL_FLAGS bits, as names joined by commas; `none` is 0. */
export const FLAGS: ValueKind<number> = {
  expects: `names joined by commas (${Object.values(FLAG_NAMES).join(', ')}), or none`,
  read: ({ text }) => {
    if (text === 'none') return 0;
    let bits = 0;
    for (const part of text.split(',')) {
      const entry = Object.entries(FLAG_NAMES).find(([, name]) => name === part);
      if (entry === undefined) return undefined;
      bits |= CALL_FLAGS[entry[0] as keyof typeof CALL_FLAGS];
    }
    return bits;
  },
  write: (bits) => {
    const names = Object.entries(FLAG_NAMES).filter(
      ([flag]) => (bits & CALL_FLAGS[flag as keyof typeof CALL_FLAGS]) !== 0,
    );
    return names.length === 0 ? 'none' : names.map(([, name]) => name).join(',');
  },
};

/** CPU numbers as the kernel lists them: 0-31,64-95; `none` for a node without CPUs. */
export const CPU_LIST: ValueKind<readonly number[]> = {
  expects: `a CPU list such as 0-31,64-95 (up to ${MAX_CPU}), or none`,
  read: ({ text }) => {
    const cpus: number[] = [];
    if (text === 'none') return cpus;
    for (const part of text.split(',')) {
      const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part);
      const first = Number(match?.[1]);
      const last = Number(match?.[2] ?? match?.[1]);
      if (match === null || last < first || last > MAX_CPU || cpus.length + last - first > MAX_CPU)
        return undefined;
      for (let cpu = first; cpu <= last; cpu++) cpus.push(cpu);
    }
    return cpus;
  },
  write: (cpus) => {
    const parts: string[] = [];
    for (let i = 0; i < cpus.length; i++) {
      const first = cpus[i]!;
      let last = first;
      while (cpus[i + 1] === last + 1) {
        last++;
        i++;
      }
      parts.push(first === last ? `${first}` : `${first}-${last}`);
    }
    return parts.length === 0 ? 'none' : parts.join(',');
  },
};

/** PFN spans [start, end): 0x1000..0x108000,0x200000..0x300000. */
export const PFN_SPANS: ValueKind<readonly (readonly [number, number])[]> = {
  expects: 'PFN spans such as 0x1000..0x108000 (the end is the first PFN behind), or none',
  read: ({ text }) => {
    if (text === 'none') return [];
    const spans: (readonly [number, number])[] = [];
    for (const part of text.split(',')) {
      const [start, end, more] = part.split('..').map((pfn) => COUNT.read({ text: pfn, quoted: false }));
      if (start === undefined || end === undefined || more !== undefined) return undefined;
      spans.push([start, end]);
    }
    return spans;
  },
  write: (spans) =>
    spans.length === 0 ? 'none' : spans.map((span) => span.map(PFN.write).join('..')).join(','),
};

/** A row of the SLIT: 10,32. */
export const DISTANCES: ValueKind<readonly number[]> = {
  expects: 'distances such as 10,32',
  read: ({ text }) => {
    const row = text.split(',').map((part) => COUNT.read({ text: part, quoted: false }));
    return row.every((distance) => distance !== undefined) ? row : undefined;
  },
  write: (row) => row.join(','),
};
