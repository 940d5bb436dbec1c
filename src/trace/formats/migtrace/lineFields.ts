/** Takes the fields of a line one by one and reports what is left over, malformed or missing. */
import type { ProblemList } from '../../../base/problem';
import { shorten } from './textLexer';
import type { Line } from './textLexer';
import type { ValueKind } from './values';

export class LineFields {
  readonly line: Line;
  private readonly problems: ProblemList;
  private readonly known: string[] = [];

  constructor(line: Line, problems: ProblemList) {
    this.line = line;
    this.problems = problems;
  }

  problem(message: string, hint: string): void {
    this.problems.add(message, hint, this.line.number);
  }

  has(key: string): boolean {
    return this.line.fields.has(key);
  }

  /** The value of `key`, or `fallback` where it is absent or (with a problem) malformed. */
  take<T>(key: string, kind: ValueKind<T>, fallback: T): T {
    this.known.push(key);
    const word = this.line.fields.get(key);
    if (word === undefined) return fallback;
    const value = kind.read(word);
    if (value !== undefined) return value;
    this.problem(`${key}=${shorten(word.text)} is not what ${key}= takes.`, `Give ${kind.expects}.`);
    return fallback;
  }

  /** The word without a key at `index`, or undefined with a problem. `name` is what it stands for. */
  word<T>(index: number, name: string, kind: ValueKind<T>): T | undefined {
    const word = this.line.words[index];
    const value = word === undefined ? undefined : kind.read(word);
    if (value !== undefined) return value;
    const { keyword } = this.line;
    this.problem(
      word === undefined
        ? `the ${keyword} line does not give ${name}.`
        : `${shorten(word.text)} is not ${name}.`,
      `Give ${kind.expects} after ${keyword}.`,
    );
    return undefined;
  }

  /** Reports fields and words nobody took. `words` is how many words the line may have. */
  done(words: number): void {
    const { keyword } = this.line;
    for (const key of this.line.fields.keys()) {
      if (this.known.includes(key)) continue;
      this.problem(
        `a ${keyword} line has no field ${shorten(key)}=; it is left out.`,
        this.known.length === 0
          ? `${keyword} takes no fields.`
          : `The fields of ${keyword} are ${this.known.join(', ')}.`,
      );
    }
    const extra = this.line.words[words];
    if (extra !== undefined) {
      this.problem(
        `${shorten(extra.text)} is not expected here; it is left out.`,
        'Write fields as key=value and put a text with blanks in quotes.',
      );
    }
  }
}
