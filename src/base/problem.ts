/** What was wrong in an input, where, and what to do about it. Readers collect these; they never throw. */
export interface Problem {
  /** 1-based line in a text input, or null where lines mean nothing. */
  readonly line: number | null;
  /** Byte offset in the (uncompressed) input, or null. */
  readonly offset: number | null;
  readonly message: string;
  /** The next action: what to change, run or ask for. */
  readonly hint: string;
}

/** What a reader gives back: a value that holds everything readable, and what was wrong. */
export interface Parsed<T> {
  readonly value: T;
  readonly problems: readonly Problem[];
  /** All problems met; `problems` holds the first `MAX_PROBLEMS` of them. */
  readonly problemCount: number;
}

export const MAX_PROBLEMS = 1000;

/** Collects problems up to `MAX_PROBLEMS` and counts the rest, so that junk input cannot eat the memory. */
export class ProblemList {
  readonly problems: Problem[] = [];
  count = 0;

  add(message: string, hint: string, line: number | null = null, offset: number | null = null): void {
    this.count++;
    if (this.problems.length < MAX_PROBLEMS) {
      this.problems.push({ line, offset, message, hint });
    }
  }

  parsed<T>(value: T): Parsed<T> {
    return { value, problems: this.problems, problemCount: this.count };
  }
}

/** `file:line: what is wrong. What to do.` */
export function formatProblem(file: string, problem: Problem): string {
  const where =
    problem.line !== null ? `:${problem.line}` : problem.offset !== null ? `:@${problem.offset}` : '';
  return `${file}${where}: ${problem.message} ${problem.hint}`.trim();
}
