// @ts-check
import { spawnSync } from 'node:child_process';
import { loggedRun } from './loggedRun.mjs';
import { cacheFolder } from './cache.mjs';
import { withLock } from './lock.mjs';
import { Advice, say } from './say.mjs';

/**
 * Sees to it that Debian packages are installed: installs missing ones when this process may, otherwise says which to install.
 * On a system without dpkg nothing is checked here; what needs the packages reports it.
 * @param {string} purpose shown to the person
 * @param {readonly string[]} packages
 */
export async function ensureAptPackages(purpose, packages) {
  if (!hasDpkg() || missingPackages(packages).length === 0) return;
  await withLock(cacheFolder(), 'apt', async () => {
    const missing = missingPackages(packages);
    if (missing.length === 0) return;
    const install = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
    if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) {
      throw new Advice(
        `${purpose} needs these packages: ${missing.join(' ')}\nInstall them with:  sudo apt-get update && sudo ${install}\nthen run this command again.`,
      );
    }
    say(`apt: installing ${missing.join(' ')} (${purpose})`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const wait = ['-o', 'DPkg::Lock::Timeout=300'];
    await loggedRun('apt-update', 'apt-get', [...wait, 'update'], { env });
    await loggedRun('apt-install', 'apt-get', [...wait, ...install.split(' ').slice(1)], { env });
  });
}

function hasDpkg() {
  return spawnSync('dpkg-query', ['--version']).status === 0;
}

/**
 * @param {readonly string[]} packages
 * @returns {string[]}
 */
function missingPackages(packages) {
  return packages.filter((name) => {
    const answer = spawnSync('dpkg-query', ['-W', '-f=${db:Status-Status}', name], { encoding: 'utf8' });
    return answer.status !== 0 || !answer.stdout.includes('installed') || answer.stdout.startsWith('not-');
  });
}
