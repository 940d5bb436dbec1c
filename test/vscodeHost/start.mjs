// @ts-check
// Opens VS Code with this extension and a trace, and stays until Ctrl+C.
//   node test/vscodeHost/start.mjs FILE [--no-open]
// Desktop VS Code if there is one and a display for it; otherwise VS Code is served on 127.0.0.1 and its address
// printed. The extension opens the file named in MIGTRACE_OPEN when it starts. --no-open: nothing is started at all,
// so that `npm start -- --no-open` ends after the table that comes before.
import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { cleanUp, onCleanup } from './lib/cleanup.mjs';
import { startCodeServer } from './lib/codeServer.mjs';
import { findDesktop, hasDisplay } from './lib/desktop.mjs';
import { installUnpacked } from './lib/installUnpacked.mjs';
import { createProfile } from './lib/profile.mjs';
import { editorViewType, extensionFolder } from './lib/repo.mjs';
import { Advice, runMain, say } from './lib/say.mjs';
import { workbenchUrl } from './lib/workbench.mjs';

await runMain(async () => {
  const [name, ...others] = process.argv.slice(2).filter((argument) => argument !== '--no-open');
  if (!name || others.length > 0) throw new Advice('usage: node test/vscodeHost/start.mjs FILE [--no-open]');
  const file = resolve(name);
  if (!existsSync(file) || !statSync(file).isFile()) throw new Advice(`there is no file ${file}`);
  if (!existsSync(join(extensionFolder, 'dist', 'extension.js')) && !process.env['MIGTRACE_EXTENSION']) {
    throw new Advice('the extension is not built: run npm run build first.');
  }
  if (process.argv.includes('--no-open')) return 0;
  const profile = createProfile({
    'window.autoDetectColorScheme': true,
    'workbench.editorAssociations': { '*.migtrace': editorViewType },
  });
  onCleanup(profile.remove);
  const mayOpen = hasDisplay();
  const desktop = mayOpen ? findDesktop() : undefined;
  try {
    return desktop ? await runDesktop(desktop, profile, file) : await serve(profile, file, mayOpen);
  } finally {
    await cleanUp();
  }
});
process.exit();

/**
 * @param {string} desktop
 * @param {import('./lib/profile.mjs').Profile} profile
 * @param {string} file
 * @returns {Promise<number>}
 */
async function runDesktop(desktop, profile, file) {
  const args = [
    '--new-window',
    '--skip-welcome',
    '--skip-release-notes',
    '--disable-workspace-trust',
    '--disable-updates',
  ];
  args.push(`--user-data-dir=${profile.userData}`, `--extensions-dir=${profile.extensions}`);
  args.push(`--extensionDevelopmentPath=${extensionFolder}`, file);
  // Chromium refuses to run as root with its sandbox.
  if (process.getuid?.() === 0) args.push('--no-sandbox');
  const child = spawn(desktop, args, {
    stdio: 'inherit',
    env: { ...process.env, MIGTRACE_OPEN: file, ELECTRON_RUN_AS_NODE: undefined },
  });
  onCleanup(() => void child.kill());
  process.stdout.write(`MigTrace is open in ${desktop}. Close its window, or press Ctrl+C here, to end.\n`);
  return new Promise((done, fail) => child.once('exit', (code) => done(code ?? 0)).once('error', fail));
}

/**
 * @param {import('./lib/profile.mjs').Profile} profile
 * @param {string} file
 * @param {boolean} mayOpen
 * @returns {Promise<number>}
 */
async function serve(profile, file, mayOpen) {
  installUnpacked(profile);
  const server = await startCodeServer({ profile, env: { MIGTRACE_OPEN: file } });
  const address = workbenchUrl(server, dirname(file));
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`the server answers ${answer.status}:\n${server.log()}`);
  process.stdout.write(
    `\nMigTrace is open at ${address}\n\nOpen that address in a browser on this machine. Press Ctrl+C here to end.\n`,
  );
  if (mayOpen) openInBrowser(address);
  process.exitCode = 0;
  const code = await server.ended;
  say(`the server ended with ${code}:\n${server.log()}`);
  return 1;
}

/** @param {string} address */
function openInBrowser(address) {
  const opener = process.platform === 'darwin' ? 'open' : 'xdg-open';
  spawn(opener, [address], { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref();
}
