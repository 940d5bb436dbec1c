// @ts-check
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { withLock } from './lock.mjs';
import { say } from './say.mjs';

/**
 * The folder everything is installed into: `$MIGTRACE_CACHE`, `$XDG_CACHE_HOME/migtrace` or `~/.cache/migtrace`.
 * @returns {string}
 */
export function cacheFolder() {
  const { MIGTRACE_CACHE, XDG_CACHE_HOME } = process.env;
  if (MIGTRACE_CACHE) return MIGTRACE_CACHE;
  return join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'migtrace');
}

/**
 * A component is ready when its folder holds the marker that is written last.
 * @param {string} name
 */
export function isReady(name) {
  return existsSync(join(cacheFolder(), name, '.ready'));
}

/**
 * Builds a component in a folder beside its place and renames it there when it is whole, so that an interrupted
 * build is never mistaken for a finished one. Does nothing when the component is ready.
 * @param {string} name folder of the component inside the cache
 * @param {(folder: string) => Promise<void>} build
 * @returns {Promise<string>} the component's folder
 */
export async function component(name, build) {
  const place = join(cacheFolder(), name);
  if (isReady(name)) return place;
  await withLock(cacheFolder(), name, async () => {
    if (isReady(name)) return;
    const started = Date.now();
    removeLeftovers(`.building-${name}-`);
    const building = join(cacheFolder(), `.building-${name}-${process.pid}`);
    mkdirSync(building, { recursive: true });
    await build(building);
    writeFileSync(join(building, '.ready'), `${new Date().toISOString()}\n`);
    rmSync(place, { recursive: true, force: true });
    renameSync(building, place);
    say(`${name}: ready after ${Math.round((Date.now() - started) / 1000)} s`);
  });
  return place;
}

/**
 * Removes what an interrupted run left. An npm that outlived it may still be writing there: then it stays for the next time.
 * @param {string} prefix
 */
function removeLeftovers(prefix) {
  for (const entry of readdirSync(cacheFolder()).filter((file) => file.startsWith(prefix))) {
    try {
      rmSync(join(cacheFolder(), entry), { recursive: true, force: true });
    } catch {
      say(`${entry} is still in use, and stays in ${cacheFolder()}`);
    }
  }
}
