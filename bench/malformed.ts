/**
 * What a reviewer reads: damaged, foreign and odd inputs made from real recordings, read as the product reads files: what it says of
 * each, and how many of the calls it holds are read. Run: npm run show:malformed. Exits with 1 if any is not as it must be.
 */
import type { Problem } from '../src/base/problem';
import { MALFORMED, readMalformed } from '../test/support/malformed';

const write = (line: string): void => void process.stdout.write(`${line}\n`);
const size = (bytes: number): string => (bytes < 10_000 ? `${bytes} B` : `${Math.round(bytes / 1000)} kB`);

function place({ line, offset }: Problem): string {
  return line !== null ? `line ${line}: ` : offset !== null ? `byte ${offset}: ` : '';
}

async function main(): Promise<void> {
  let wrong = 0;
  for (const input of MALFORMED) {
    const result = await readMalformed(input);
    const present = input.calls < 0 ? 'those before the cut' : String(input.calls);
    write(`${input.name} (${size(result.bytes)})`);
    write(
      `  calls read ${result.calls} of ${present}; ${result.problemCount} problems; memory ${size(result.memoryBytes)}`,
    );
    for (const problem of result.problems.slice(0, 2)) {
      write(`  ${place(problem)}${problem.message}`);
      write(`    → ${problem.hint}`);
    }
    if (result.problemCount > 2) write(`  and ${result.problemCount - 2} more`);
    if (result.wrong === null) continue;
    wrong++;
    write(`  NOT AS IT MUST BE: ${result.wrong}`);
  }
  write(
    `\n${MALFORMED.length} inputs, ${wrong === 0 ? 'all as they must be' : `${wrong} not as they must be`}.`,
  );
  process.exitCode = wrong === 0 ? 0 : 1;
}

void main();
