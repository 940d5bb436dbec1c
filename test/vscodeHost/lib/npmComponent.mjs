// @ts-check
import { writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { component } from './cache.mjs';
import { loggedRun } from './loggedRun.mjs';
import { say } from './say.mjs';

/**
 * Installs one npm package into a folder of its own in the cache.
 * @param {string} name the component's folder in the cache
 * @param {string} spec package@version
 * @param {{ node?: { bin: string, home: string }, hint?: string, note?: string }} [options]
 *   node: run npm, and compile native modules, with this Node.js
 * @returns {Promise<string>} the folder that holds node_modules
 */
export async function npmComponent(name, spec, options = {}) {
  return component(name, async (folder) => {
    say(`${name}: installing from npm${options.note ? ` (${options.note})` : ''}`);
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
    const args = ['install', '--no-audit', '--no-fund', '--no-package-lock', '--foreground-scripts', spec];
    await loggedRun(name, 'npm', args, {
      cwd: folder,
      env: npmEnvironment(options.node),
      ...(options.hint === undefined ? {} : { hint: options.hint }),
    });
  });
}

/**
 * The settings an outer `npm run` hands down describe the outer project, so they are left out, except those which say
 * where packages come from. Its user agent names the outer Node.js, which code-server's postinstall would take for its own.
 * @param {{ bin: string, home: string } | undefined} node
 * @returns {NodeJS.ProcessEnv}
 */
function npmEnvironment(node) {
  const dropped =
    /^npm_(package_|lifecycle_|command$|node_execpath$|execpath$|config_(user_agent|local_prefix|prefix|global_prefix|ignore_scripts|omit|include|workspaces?|dry_run)$)/i;
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([key]) => !dropped.test(key) && key !== 'NODE_OPTIONS'),
  );
  if (node) {
    env['PATH'] = `${node.bin}${delimiter}${process.env['PATH'] ?? ''}`;
    env['npm_config_nodedir'] = node.home;
  }
  return env;
}
