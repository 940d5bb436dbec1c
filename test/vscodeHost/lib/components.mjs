// @ts-check
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureAptPackages } from './aptPackages.mjs';
import { isReady } from './cache.mjs';
import { findBrowser } from './findBrowser.mjs';
import { npmComponent } from './npmComponent.mjs';
import { Advice } from './say.mjs';
import { browserPackages, buildPackages, codeServerVersion, nodeVersion, vsceVersion } from './versions.mjs';

const windows = process.platform === 'win32';

/**
 * The pinned Node.js, from npm. Its folder also holds the headers native modules are compiled with.
 * @returns {Promise<{ bin: string, home: string, executable: string }>}
 */
export async function ensureNode() {
  const platform = windows ? 'win' : process.platform;
  const packageName = `node-${platform}-${process.arch}`;
  const folder = await npmComponent(`node-${nodeVersion}`, `${packageName}@${nodeVersion}`, {
    hint: `The package ${packageName}@${nodeVersion} comes from the npm registry: is it reachable?`,
  });
  const home = join(folder, 'node_modules', packageName);
  const bin = join(home, 'bin');
  return { home, bin, executable: join(bin, windows ? 'node.exe' : 'node') };
}

/**
 * code-server with its native modules compiled.
 * @returns {Promise<{ node: string, entry: string, vscodeVersion: string }>}
 */
export async function ensureCodeServer() {
  const node = await ensureNode();
  const name = `code-server-${codeServerVersion}`;
  if (!isReady(name)) await ensureAptPackages('compiling code-server', buildPackages);
  const folder = await npmComponent(name, `code-server@${codeServerVersion}`, {
    node,
    note: 'compiles native modules, 2 to 5 minutes',
    hint: `On a system without apt, install a C++ compiler, make, python3, pkg-config and the development files of krb5, libsecret, libx11 and libxkbfile.`,
  });
  const entry = join(folder, 'node_modules', 'code-server', 'out', 'node', 'entry.js');
  if (!existsSync(entry))
    throw new Advice(`${entry} is missing: delete ${folder} and run this command again.`);
  return { node: node.executable, entry, vscodeVersion: codeServerVersion.replace(/^4/, '1') };
}

/**
 * A Chromium or Chrome: the one named or installed, else Debian's.
 * @returns {Promise<string>} path of the executable
 */
export async function ensureBrowser() {
  const found = findBrowser();
  if (found) {
    if (!hasFonts()) await ensureAptPackages('letters in pictures', browserPackages.slice(1));
    return found;
  }
  await ensureAptPackages('the browser', browserPackages);
  const installed = findBrowser();
  if (!installed)
    throw new Advice(
      'No Chromium or Chrome was found. Install one, or name it in MIGTRACE_CHROMIUM, then run this command again.',
    );
  return installed;
}

/**
 * vsce, which makes the .vsix.
 * @returns {Promise<{ node: string, entry: string }>}
 */
export async function ensureVsce() {
  const node = await ensureNode();
  const folder = await npmComponent(`vsce-${vsceVersion}`, `@vscode/vsce@${vsceVersion}`, { node });
  return { node: node.executable, entry: join(folder, 'node_modules', '@vscode', 'vsce', 'vsce') };
}

function hasFonts() {
  if (process.platform !== 'linux') return true;
  const folder = '/usr/share/fonts';
  return (
    existsSync(folder) &&
    readdirSync(folder, { recursive: true }).some((name) => /\.(ttf|otf)$/.test(String(name)))
  );
}
