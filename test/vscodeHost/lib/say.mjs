// @ts-check
const start = Date.now();

/**
 * One progress line, with the seconds since this program began. Goes to stderr: stdout belongs to results.
 * @param {string} line
 */
export function say(line) {
  const seconds = ((Date.now() - start) / 1000).toFixed(0).padStart(4);
  process.stderr.write(`[${seconds} s] ${line}\n`);
}

/** An error whose message tells the person what to do; printed without a stack. */
export class Advice extends Error {}

/**
 * Runs a program's main function; an error becomes a message and exit code 1.
 * @param {() => Promise<number | void>} main
 */
export async function runMain(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    const text =
      error instanceof Advice
        ? error.message
        : error instanceof Error
          ? (error.stack ?? error.message)
          : String(error);
    process.stderr.write(`\nerror: ${text}\n`);
    process.exitCode = 1;
  }
}
