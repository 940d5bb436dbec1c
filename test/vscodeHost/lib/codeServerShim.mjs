// @ts-check
// Stands in for the VS Code executable: test-electron starts it with VS Code's own arguments, and it runs the same
// test module in the extension host of code-server, driven by a headless Chromium. Exit code: that of the tests.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cleanUp, onCleanup } from './cleanup.mjs';
import { createProfile } from './profile.mjs';
import { Advice, runMain, say } from './say.mjs';
import { openWorkbench } from './workbench.mjs';

const minutes = Number(process.env['MIGTRACE_HOST_MINUTES'] ?? 15);

/** What the workbench itself prints, and says nothing about the extension. */
const noise = new RegExp(
  [
    '^(Resolving|Resolved) connection token',
    '^Creating a socket',
    '^\\[(reconnection-grace-time|Service Worker|AgentHost|AccountPolicyGate)',
    'additional builtin extensions',
    'vsda|same-origin|authentication provider|Failed to load resource',
  ].join('|'),
);

/** A runner that was killed cannot tell this process to end. */
const runner = process.ppid;
setInterval(() => process.ppid === runner || process.kill(process.pid, 'SIGTERM'), 1000).unref();

await runMain(async () => {
  const value = (/** @type {string} */ name) =>
    process.argv.find((argument) => argument.startsWith(`--${name}=`))?.slice(name.length + 3);
  const extensionDevelopmentPath = value('extensionDevelopmentPath');
  const extensionTestsPath = value('extensionTestsPath');
  if (!extensionDevelopmentPath || !extensionTestsPath)
    throw new Advice('the shim needs --extensionDevelopmentPath= and --extensionTestsPath=');
  const folder = process.argv.slice(2).find((argument) => !argument.startsWith('-'));
  const profile = createProfile(settingsOf(value('user-data-dir')));
  onCleanup(profile.remove);
  /** @type {(code: number) => void} */
  let finish = () => {};
  /** @type {Promise<number>} */
  const finished = new Promise((resolve) => (finish = resolve));
  try {
    const workbench = await openWorkbench({
      ...(folder === undefined ? {} : { folder }),
      extensionDevelopmentPath,
      extensionTestsPath,
      profile,
      onTestsEnd: finish,
      onConsole: (type, line) => {
        if (!noise.test(line)) (type === 'error' ? process.stderr : process.stdout).write(`${line}\n`);
      },
    });
    const serverEnded = workbench.server.ended.then((code) => {
      throw new Error(`code-server ended with ${code} before the tests did:\n${workbench.logs.server()}`);
    });
    const late = sleep(minutes * 60_000, undefined, { ref: false }).then(() => {
      throw new Error(
        `the tests did not end within ${minutes} minutes (MIGTRACE_HOST_MINUTES); extension host log:\n${workbench.logs.host()}`,
      );
    });
    const code = await Promise.race([finished, serverEnded, late]);
    say(`extension host: tests ended with code ${code}`);
    return code;
  } finally {
    await cleanUp();
  }
});
process.exit();

/**
 * @param {string | undefined} userData
 * @returns {Record<string, unknown>}
 */
function settingsOf(userData) {
  if (!userData) return {};
  try {
    return JSON.parse(readFileSync(join(userData, 'User', 'settings.json'), 'utf8'));
  } catch {
    return {};
  }
}
