// @ts-check
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onCleanup } from './cleanup.mjs';
import { ensureCodeServer } from './components.mjs';
import { createProfile, profileEnvironment } from './profile.mjs';

/**
 * @typedef {object} ServerOptions
 * @property {Record<string, unknown>} [settings] user settings
 * @property {import('./profile.mjs').Profile} [profile] an existing profile; it is then not removed by stop()
 * @property {boolean} [testDriver] turn on the smoke-test driver: development payloads work, but notification toasts do not show
 * @property {NodeJS.ProcessEnv} [env] added to the server's environment, which the extension host sees
 */

/**
 * @typedef {object} CodeServer
 * @property {string} url `http://127.0.0.1:PORT`; a secure context, which webviews need
 * @property {string} authority `127.0.0.1:PORT`, the remote authority in vscode-remote: URIs
 * @property {import('./profile.mjs').Profile} profile
 * @property {() => string} log what the server printed
 * @property {() => string} hostLog the newest extension host's log
 * @property {Promise<number | null>} ended exit code of the server
 * @property {() => Promise<void>} stop
 */

/**
 * Starts code-server on a free port of the loopback address.
 * @param {ServerOptions} [options]
 * @returns {Promise<CodeServer>}
 */
export async function startCodeServer(options = {}) {
  const profile = options.profile ?? createProfile(options.settings);
  const removeProfile = options.profile ? async () => {} : onCleanup(profile.remove);
  const { command, args, env } = await codeServerCommand(profile, options.env);
  const flags = [
    '--auth',
    'none',
    '--bind-addr',
    '127.0.0.1:0',
    '--disable-telemetry',
    '--disable-update-check',
    '--disable-workspace-trust',
  ];
  flags.push('--disable-proxy', '--ignore-last-opened', '--vscode-option', 'disable-websocket-compression');
  if (options.testDriver) flags.push('--vscode-option', 'enable-smoke-test-driver');
  // A process group of its own: the server's children, extension hosts among them, end with it.
  const child = spawn(command, [...args, ...flags], {
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => (output = (output + chunk).slice(-1_000_000)));
  /** @type {Promise<number | null>} */
  const ended = new Promise((resolve) =>
    child.once('close', resolve).once('error', (error) => ((output += error.message), resolve(1))),
  );
  const stopServer = onCleanup(() => endGroup(child.pid, ended));
  const stop = async () => {
    await stopServer();
    await removeProfile();
  };
  let over = false;
  void ended.then(() => (over = true));
  for (const deadline = Date.now() + 90_000; ; await sleep(100)) {
    const address = /HTTP server listening on (http:\/\/127\.0\.0\.1:(\d+))/.exec(output);
    if (address) {
      const url = /** @type {string} */ (address[1]);
      return {
        url,
        authority: url.slice('http://'.length),
        profile,
        log: () => output,
        hostLog: () => hostLog(profile.userData),
        ended,
        stop,
      };
    }
    if (over || Date.now() > deadline) {
      await stop();
      throw new Error(
        `code-server ${over ? 'ended before it listened' : 'did not listen within 90 s'}:\n${output}`,
      );
    }
  }
}

/**
 * The command line of code-server on a profile, without what it shall do.
 * @param {import('./profile.mjs').Profile} profile
 * @param {NodeJS.ProcessEnv} [extra]
 */
export async function codeServerCommand(profile, extra) {
  const server = await ensureCodeServer();
  const config = join(profile.root, 'config.yaml');
  if (!existsSync(config)) writeFileSync(config, '');
  return {
    command: server.node,
    args: [
      server.entry,
      '--config',
      config,
      '--user-data-dir',
      profile.userData,
      '--extensions-dir',
      profile.extensions,
    ],
    env: {
      ...profileEnvironment(profile),
      // Without a gallery the workbench has nothing to ask for over the network.
      EXTENSIONS_GALLERY: '{"serviceUrl":""}',
      // Set inside a VS Code terminal, it would make code-server hand the request to that window.
      VSCODE_IPC_HOOK_CLI: undefined,
      ...extra,
    },
  };
}

/** @param {string} userData */
function hostLog(userData) {
  const logs = join(userData, 'logs');
  if (!existsSync(logs)) return '';
  const files = readdirSync(logs, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('remoteexthost.log'),
  );
  const newest = files.sort().at(-1);
  return newest ? readFileSync(join(logs, newest), 'utf8') : '';
}

/**
 * Ends a process group: politely, then after five seconds for good.
 * @param {number | undefined} pid
 * @param {Promise<unknown>} ended
 */
async function endGroup(pid, ended) {
  if (pid === undefined) return;
  const signal = (/** @type {NodeJS.Signals} */ name) => {
    try {
      process.kill(-pid, name);
    } catch {
      // The group is gone.
    }
  };
  signal('SIGTERM');
  await Promise.race([ended, sleep(5000, undefined, { ref: false })]);
  signal('SIGKILL');
  await Promise.race([ended, sleep(5000, undefined, { ref: false })]);
}
