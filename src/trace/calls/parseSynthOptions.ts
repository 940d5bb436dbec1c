/** Reads the options of described workloads as people write them. */
import type { Parsed } from '../../base/problem';
import { ProblemList } from '../../base/problem';
import type { SynthOption, SynthOptionName, SynthOptions } from './synthOptions';
import { SYNTH_DEFAULTS, SYNTH_OPTION_ROWS, SYNTH_OPTIONS } from './synthOptions';

/** Options as people write them, by name without dashes; undefined ones are not given. */
export type WrittenOptions = Readonly<Record<string, string | number | undefined>>;

/** The options that were written, the others by default. Every problem names its option and says what to write. */
export function parseSynthOptions(written: WrittenOptions): Parsed<SynthOptions> {
  const problems = new ProblemList();
  const options: Record<string, unknown> = { ...SYNTH_DEFAULTS };
  for (const name of Object.keys(written)) {
    if (!Object.hasOwn(SYNTH_OPTIONS, name)) {
      problems.add(
        `There is no option --${name}.`,
        `Choose among --${Object.keys(SYNTH_OPTIONS).join(', --')}.`,
      );
    }
  }
  for (const [name, option] of SYNTH_OPTION_ROWS) {
    const text = written[name];
    if (text === undefined || option.field === null) continue;
    const value = valueOf(name, option, String(text), problems);
    if (value !== null) options[option.field] = value;
  }
  const parsed = options as unknown as SynthOptions;
  const folios = foliosOf(written, parsed.folioBytes, problems);
  return problems.parsed(folios === null ? parsed : { ...parsed, folios });
}

/** What is wrong with one answer, and what to write; null: nothing. */
export function synthOptionProblem(name: SynthOptionName, text: string): string | null {
  const problems = new ProblemList();
  valueOf(name, SYNTH_OPTIONS[name], text, problems);
  const [problem] = problems.problems;
  return problem === undefined ? null : `${problem.message} ${problem.hint}`;
}

/** Adds a problem where a number is out of its option's range. */
export function checkRanges(options: SynthOptions, problems: ProblemList): void {
  for (const [name, option] of SYNTH_OPTION_ROWS) {
    if (option.kind !== 'count') continue;
    const value = options[option.field];
    if (value !== null) checkRange(name, option, value, problems);
  }
}

function valueOf(
  name: string,
  option: SynthOption,
  text: string,
  problems: ProblemList,
): string | number | null {
  if (option.kind === 'size') {
    const bytes = bytesOf(text);
    if (bytes === null) {
      problems.add(`--${name} ${text} is not a size.`, 'Write one such as 4K, 2M, 256M or 1G.');
    }
    return bytes;
  }
  if (option.kind === 'choice') {
    if (option.choices.includes(text)) return text;
    problems.add(`--${name} ${text} is not known.`, `Write one of ${option.choices.join(', ')}.`);
    return null;
  }
  const value = /^-?\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
  return checkRange(name, option, Number.isNaN(value) ? text : value, problems) ? value : null;
}

function checkRange(
  name: string,
  { low, high }: { readonly low: number; readonly high: number },
  value: number | string,
  problems: ProblemList,
): boolean {
  if (Number.isInteger(value) && Number(value) >= low && Number(value) <= high) return true;
  problems.add(`--${name} ${value} is out of range.`, `Write a whole number from ${low} to ${high}.`);
  return false;
}

/** `total` as folios; null where it is not given, or wrong. */
function foliosOf(written: WrittenOptions, folioBytes: number, problems: ProblemList): number | null {
  const { total, folios } = written;
  if (total === undefined) return null;
  if (folios !== undefined) {
    problems.add('--total and --folios both say how much.', 'Give one of them.');
    return null;
  }
  const bytes = valueOf('total', SYNTH_OPTIONS.total, String(total), problems);
  if (bytes === null) return null;
  const count = Number(bytes) / folioBytes;
  if (Number.isInteger(count)) return count;
  problems.add(
    `--total ${total} is not a whole number of folios.`,
    `Write a multiple of the folio size, ${folioBytes} bytes.`,
  );
  return null;
}

const SHIFTS: Readonly<Record<string, number>> = { '': 0, K: 10, M: 20, G: 30, T: 40 };

/** Sizes as people write them: 4096, 4K, 2M, 256MB, 1 GiB; binary units. null: not one, or not whole bytes above 0. */
function bytesOf(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?$/i.exec(text.trim());
  if (match === null) return null;
  const bytes = Number(match[1]) * 2 ** (SHIFTS[(match[2] ?? '').toUpperCase()] ?? 0);
  return bytes > 0 && Number.isSafeInteger(bytes) ? bytes : null;
}
