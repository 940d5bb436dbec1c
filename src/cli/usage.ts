/** How a verb says what it takes, and how it fails. */

/** Wrong words on the command line: exit 2. */
export class UsageError extends Error {}

/** The input is bad or the work failed: exit 1. The message names file, line, what is wrong, and what to do. */
export class WorkError extends Error {}

export interface VerbContext {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Does work that takes long without a pause, during which no handler could run: an interrupt ends the process there and then. */
  readonly longWork: <T>(work: () => T) => T;
  /**
   * Has interrupts (SIGINT, SIGTERM, SIGHUP) call `handler` instead of ending the process; it does end when `handler` says true.
   * Returns what undoes this.
   */
  readonly onInterrupt: (handler: () => boolean) => () => void;
}

export interface Verb {
  readonly name: string;
  readonly summary: string;
  /** The text of `migtrace VERB --help`, an example included. */
  readonly help: string;
  readonly run: (args: readonly string[], context: VerbContext) => Promise<void>;
}

/** A whole number in [low, high]. */
export function parseCount(text: string, option: string, low: number, high: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < low || value > high) {
    throw new UsageError(`${option} ${text}: not a whole number from ${low} to ${high}.`);
  }
  return value;
}

/** A number in [low, high], written with digits. */
export function parseNumber(text: string, option: string, low: number, high: number): number {
  const value = Number(text);
  if (!/^\d+(\.\d+)?(e\d+)?$/i.test(text) || value < low || value > high) {
    throw new UsageError(`${option} ${text}: not a number from ${low} to ${high}.`);
  }
  return value;
}

/** One of the words of a list. */
export function parseChoice<const T extends string>(text: string, option: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === text);
  if (found === undefined) throw new UsageError(`${option} ${text}: not one of ${choices.join(', ')}.`);
  return found;
}
