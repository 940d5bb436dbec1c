// @ts-check
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './cache.mjs';
import { Advice, say } from './say.mjs';

/**
 * Runs a command with its output in a log file of the cache, says that it is alive every 30 seconds, and on failure
 * throws an Advice that holds the end of the log.
 * @param {string} label names the log file and the progress lines
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, hint?: string }} [options] hint: what the person can do about a failure
 * @returns {Promise<void>}
 */
export async function loggedRun(label, command, args, options = {}) {
  const folder = join(cacheFolder(), 'logs');
  mkdirSync(folder, { recursive: true });
  const log = join(folder, `${label}.log`);
  const output = openSync(log, 'w');
  const started = Date.now();
  const alive = setInterval(
    () => say(`${label}: still working, ${Math.round((Date.now() - started) / 1000)} s (log: ${log})`),
    30_000,
  );
  try {
    await new Promise((resolve, reject) => {
      const child = spawn(command, args, {
        ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
        env: options.env ?? process.env,
        stdio: ['ignore', output, output],
        shell: process.platform === 'win32',
      });
      const passOn = () => child.kill();
      process.once('SIGTERM', passOn).once('SIGINT', passOn);
      child.once('error', reject);
      child.once('close', (code, signal) => {
        process.off('SIGTERM', passOn).off('SIGINT', passOn);
        if (code === 0) resolve(undefined);
        else
          reject(
            new Advice(
              `${label}: "${command} ${args.join(' ')}" ended with ${signal ?? `exit code ${code}`}.\n${tail(log)}\nFull log: ${log}${options.hint ? `\n${options.hint}` : ''}`,
            ),
          );
      });
    });
  } finally {
    clearInterval(alive);
    closeSync(output);
  }
}

/** @param {string} file */
function tail(file) {
  return readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .slice(-25)
    .map((line) => `  | ${line}`)
    .join('\n');
}
