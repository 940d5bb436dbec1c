// @ts-check
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { say } from './say.mjs';

/**
 * Runs `work` while holding a lock file that names this process. A lock left by a process that is gone is taken over.
 * @template T
 * @param {string} folder
 * @param {string} name
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(folder, name, work) {
  mkdirSync(folder, { recursive: true });
  const lock = join(folder, `.lock-${name}`);
  const mine = `${lock}.${process.pid}`;
  writeFileSync(mine, String(process.pid));
  try {
    for (let told = false; !tryLink(mine, lock);) {
      if (isStale(lock)) {
        takeAway(lock);
        continue;
      }
      if (!told) say(`${name}: waiting for another run that is installing it (lock file ${lock})`);
      told = true;
      await sleep(1000);
    }
    const release = () => rmSync(lock, { force: true });
    process.once('exit', release);
    try {
      return await work();
    } finally {
      process.off('exit', release);
      release();
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

/**
 * link() creates the lock with its content in one step, so nobody ever reads a lock without a process id.
 * @param {string} from
 * @param {string} to
 */
function tryLink(from, to) {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  }
}

/** @param {string} lock */
function isStale(lock) {
  const owner = read(lock);
  if (!owner) return false;
  try {
    process.kill(Number(owner), 0);
    return false;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'ESRCH';
  }
}

/**
 * Two waiters may see the same stale lock: rename lets one of them win, and a fresh lock taken by mistake is put back.
 * @param {string} lock
 */
function takeAway(lock) {
  const owner = read(lock);
  const aside = `${lock}.stale.${process.pid}`;
  try {
    renameSync(lock, aside);
  } catch {
    return;
  }
  if (read(aside) !== owner) tryLink(aside, lock);
  rmSync(aside, { force: true });
}

/** @param {string} file */
function read(file) {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}
