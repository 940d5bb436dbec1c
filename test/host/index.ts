/**
 * Runs every suite beside it with mocha, inside the extension host of a real VS Code.
 * $MIGTRACE_TEST_GREP, a regular expression, picks tests by name while working on them.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import Mocha from 'mocha';

export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', timeout: 90_000, slow: 5000, color: false });
  const grep = process.env['MIGTRACE_TEST_GREP'];
  if (grep !== undefined && grep !== '') mocha.grep(new RegExp(grep));
  const suites = readdirSync(__dirname).filter((file) => file.endsWith('.test.js'));
  for (const file of suites.sort()) mocha.addFile(join(__dirname, file));
  const { failures, tests } = await new Promise<{ failures: number; tests: number }>((resolve) => {
    const runner = mocha.run((count) => resolve({ failures: count, tests: runner.stats?.tests ?? 0 }));
  });
  if (tests === 0) throw new Error('no test ran');
  if (failures > 0) throw new Error(`${failures} of ${tests} tests failed`);
}
