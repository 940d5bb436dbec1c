// @ts-check
/**
 * `npm test`: checks, unit suites, the suites inside a real VS Code extension host, and the webview suites
 * in a real Chromium. Installs what these need once. Every step runs; any that fails fails the whole.
 */
import { spawn } from 'node:child_process';
import { performance } from 'node:perf_hooks';

/** @type {readonly (readonly [string, readonly string[]])[]} */
const STEPS = [
  ['check', ['npm', 'run', '--silent', 'check']],
  ['build', ['node', 'esbuild.js', '--tests']],
  ['unit suites', ['npm', 'run', '--silent', 'test:unit']],
  ['set-up of VS Code and Chromium', ['node', 'test/vscodeHost/setup.mjs', '--host', '--browser']],
  ['suites in a real VS Code', ['node', 'test/vscodeHost/runHostTests.mjs']],
  ['suites in a real Chromium', ['node', 'test/vscodeHost/runBrowserTests.mjs']],
];
/** Steps that must execute tests, so that none passes by running nothing. */
const SUITES = new Set(['unit suites', 'suites in a real VS Code', 'suites in a real Chromium']);

/**
 * @param {readonly string[]} command
 * @returns {Promise<{code: number, output: string}>}
 */
function run([program, ...args]) {
  return new Promise((resolve) => {
    const child = spawn(/** @type {string} */ (program), args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8');
    child.stdout.on('data', (text) => {
      process.stdout.write(text);
      output += text;
    });
    child.on('error', (error) => resolve({ code: 1, output: `${output}${error.message}` }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/**
 * @param {string} output
 * @param {'passing' | 'failing' | 'pending'} word
 */
function count(output, word) {
  return [...output.matchAll(new RegExp(`^\\s*(\\d+) ${word}`, 'gm'))].reduce(
    (sum, match) => sum + Number(match[1]),
    0,
  );
}

let passed = 0;
let failed = 0;
/** @type {string[]} */
const summary = [];
for (const [name, command] of STEPS) {
  console.log(`\n── ${name}`);
  const begin = performance.now();
  const { code, output } = await run(command);
  const ran = {
    passing: count(output, 'passing'),
    failing: count(output, 'failing'),
    pending: count(output, 'pending'),
  };
  const idle = SUITES.has(name) && ran.passing + ran.failing === 0;
  const bad = code !== 0 || ran.failing > 0 || ran.pending > 0 || idle;
  passed += ran.passing;
  failed += bad && ran.failing === 0 ? 1 : ran.failing;
  const what = idle
    ? 'ran no test'
    : SUITES.has(name)
      ? `${ran.passing} passed, ${ran.failing} failed`
      : code === 0
        ? 'done'
        : 'failed';
  const skipped = ran.pending > 0 ? `, ${ran.pending} skipped (counts as failure)` : '';
  summary.push(
    `${bad ? '✗' : '✓'} ${name}: ${what}${skipped} in ${((performance.now() - begin) / 1000).toFixed(0)} s`,
  );
  if (bad && name === 'build') break;
}
console.log(`\n${summary.join('\n')}\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
