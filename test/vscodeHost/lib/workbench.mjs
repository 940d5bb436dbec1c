// @ts-check
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { launchBrowser } from './browser.mjs';
import { startCodeServer } from './codeServer.mjs';

/** Generous, because the machine may be busy with other things. */
const readyTimeout = 180_000;

/**
 * @typedef {object} WorkbenchOptions
 * @property {string} [folder] absolute path of the folder to open; an empty one of the profile by default
 * @property {string} [extensionDevelopmentPath] run this extension from its sources; turns on the smoke-test driver
 * @property {string} [extensionTestsPath] module whose run() is called in the extension host
 * @property {(code: number) => void} [onTestsEnd]
 * @property {(type: string, line: string) => void} [onConsole] console of the workbench and, in a test run, of the extension host
 * @property {Record<string, unknown>} [settings] user settings, e.g. `{ 'workbench.colorTheme': 'Default Dark Modern' }`
 * @property {import('./profile.mjs').Profile} [profile] an existing profile, e.g. with an extension installed
 * @property {{ width: number, height: number }} [viewport]
 * @property {number} [deviceScaleFactor]
 * @property {NodeJS.ProcessEnv} [env] added to the environment of the extension host
 */

/**
 * A real VS Code workbench in a real browser.
 * @typedef {object} Workbench
 * @property {import('playwright-core').Page} page
 * @property {import('playwright-core').Browser} browser
 * @property {import('./codeServer.mjs').CodeServer} server
 * @property {string} serverUrl
 * @property {{ console: string[], server: () => string, host: () => string }} logs
 * @property {() => Promise<void>} close
 */

/**
 * Starts server and browser and waits until the extension host has activated what starts with it.
 * @param {WorkbenchOptions} options
 * @returns {Promise<Workbench>}
 */
export async function openWorkbench(options) {
  const payload = payloadOf(options);
  const server = await startCodeServer({
    testDriver: payload.length > 0,
    ...(options.settings && { settings: options.settings }),
    ...(options.profile && { profile: options.profile }),
    ...(options.env && { env: options.env }),
  });
  const { browser, close: closeBrowser } = await launchBrowser();
  const close = async () => {
    await closeBrowser();
    await server.stop();
  };
  try {
    const page = await browser.newPage({
      viewport: options.viewport ?? { width: 1440, height: 900 },
      deviceScaleFactor: options.deviceScaleFactor ?? 1,
    });
    /** @type {string[]} */
    const lines = [];
    const report = (/** @type {string} */ type, /** @type {string} */ line) => {
      lines.push(`${type}: ${line}`);
      options.onConsole?.(type, line);
    };
    if (payload.length > 0) {
      // The functions by which the workbench reports to whoever automates it.
      await page.exposeFunction(
        'codeAutomationLog',
        (/** @type {string} */ type, /** @type {unknown[]} */ args) => report(type, format(...args)),
      );
      await page.exposeFunction('codeAutomationExit', (/** @type {number} */ code) =>
        options.onTestsEnd?.(code),
      );
    } else {
      page.on('console', (message) => report(message.type(), message.text()));
    }
    page.on('pageerror', (error) => lines.push(`pageerror: ${error.message}`));
    await page.goto(workbenchUrl(server, options.folder ?? emptyFolder(server), payload), {
      timeout: readyTimeout,
    });
    await page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: readyTimeout });
    await hostReady(server);
    return {
      page,
      browser,
      server,
      serverUrl: server.url,
      logs: { console: lines, server: server.log, host: server.hostLog },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * The address that opens a folder in the served workbench.
 * @param {import('./codeServer.mjs').CodeServer} server
 * @param {string} folder
 * @param {[string, string][]} [payload] names and absolute paths
 */
export function workbenchUrl(server, folder, payload = []) {
  const remote = payload.map(([name, path]) => [name, `vscode-remote://${server.authority}${path}`]);
  const query = new URLSearchParams({
    folder,
    ...(remote.length > 0 && { payload: JSON.stringify(remote) }),
  });
  return `${server.url}/?${query}`;
}

/**
 * Waits until the extension host has started and activated the extensions that start with it.
 * @param {import('./codeServer.mjs').CodeServer} server
 */
export async function hostReady(server) {
  const deadline = Date.now() + readyTimeout;
  while (!server.hostLog().includes('Eager extensions activated')) {
    if (Date.now() > deadline)
      throw new Error(
        `the extension host was not ready within ${readyTimeout / 1000} s:\n${server.hostLog()}`,
      );
    await sleep(200);
  }
}

/**
 * @param {WorkbenchOptions} options
 * @returns {[string, string][]}
 */
function payloadOf({ extensionDevelopmentPath, extensionTestsPath }) {
  /** @type {[string, string][]} */
  const payload = [];
  if (extensionDevelopmentPath) payload.push(['extensionDevelopmentPath', extensionDevelopmentPath]);
  if (extensionTestsPath) payload.push(['extensionTestsPath', extensionTestsPath]);
  return payload;
}

/** @param {import('./codeServer.mjs').CodeServer} server */
function emptyFolder(server) {
  const folder = join(server.profile.root, 'workspace');
  mkdirSync(folder, { recursive: true });
  return folder;
}
