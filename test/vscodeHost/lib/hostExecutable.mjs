// @ts-check
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { downloadAndUnzipVSCode } from '@vscode/test-electron';
import { cacheFolder } from './cache.mjs';
import { ensureBrowser, ensureCodeServer } from './components.mjs';
import { findDesktop, findXvfb, hasDisplay, writeLauncher } from './desktop.mjs';
import { Advice, say } from './say.mjs';

/** A download that has not begun by then never will: there is no way to the network. */
const downloadMustStart = 10_000;
const downloadMustEnd = 5 * 60_000;

/**
 * The executable that plays VS Code in a test run: a desktop VS Code, a downloaded one, or code-server behind the shim.
 * @param {string} scratch folder for a launcher script, if one is needed
 * @returns {Promise<string>}
 * @throws {Advice} that says what each attempt lacked
 */
export async function hostExecutable(scratch) {
  /** @type {string[]} */
  const lacks = [];
  const desktop = findDesktop() ?? (await download(lacks));
  if (desktop) {
    if (hasDisplay()) return told(`desktop VS Code ${desktop}`, desktop);
    const xvfb = findXvfb();
    if (xvfb)
      return told(
        `desktop VS Code ${desktop} under xvfb-run`,
        writeLauncher(scratch, 'code-xvfb', [xvfb, '-a', desktop]),
      );
    if (process.env['VSCODE_EXECUTABLE'])
      throw new Advice(`${desktop} needs a display: set DISPLAY, or install xvfb.`);
    lacks.push(`${desktop} needs a display: set DISPLAY, or install xvfb`);
  }
  try {
    const server = await ensureCodeServer();
    await ensureBrowser();
    const shim = fileURLToPath(new URL('codeServerShim.mjs', import.meta.url));
    return told(
      `code-server with VS Code ${server.vscodeVersion}`,
      writeLauncher(scratch, 'code-server-shim', [process.execPath, shim]),
    );
  } catch (error) {
    lacks.push(`code-server: ${error instanceof Error ? error.message : String(error)}`);
  }
  throw new Advice(
    `There is no VS Code to run the tests in.\n${lacks.map((line) => `- ${line}`).join('\n')}\nName one in VSCODE_EXECUTABLE, or run: node test/vscodeHost/setup.mjs`,
  );
}

/**
 * @param {string} what
 * @param {string} executable
 */
function told(what, executable) {
  say(`extension host: ${what}`);
  return executable;
}

/**
 * @param {string[]} lacks
 * @returns {Promise<string | undefined>}
 */
async function download(lacks) {
  if (process.env['MIGTRACE_NO_DOWNLOAD']) {
    lacks.push('no desktop VS Code was found, and MIGTRACE_NO_DOWNLOAD forbids a download');
    return undefined;
  }
  if (!hasDisplay() && !findXvfb()) {
    lacks.push('no desktop VS Code is of use here: there is no display, and xvfb is not installed');
    return undefined;
  }
  say('no desktop VS Code found; trying to download one');
  let begun = false;
  /** @type {NodeJS.Timeout[]} */
  const timers = [];
  try {
    return await Promise.race([
      downloadAndUnzipVSCode({
        version: 'stable',
        cachePath: join(cacheFolder(), 'vscode'),
        timeout: downloadMustStart,
        reporter: {
          report: (progress) => {
            /** @type {string} */
            const stage = progress.stage;
            if (!begun && stage === 'downloading') say('downloading VS Code');
            begun ||= stage === 'downloading' || stage === 'foundMatchingInstall';
          },
          error: () => {},
        },
      }),
      new Promise((_, reject) => {
        timers.push(
          setTimeout(
            () => begun || reject(new Error(`it did not begin within ${downloadMustStart / 1000} s`)),
            downloadMustStart,
          ),
        );
        timers.push(
          setTimeout(
            () => reject(new Error(`it did not end within ${downloadMustEnd / 1000} s`)),
            downloadMustEnd,
          ),
        );
      }),
    ]);
  } catch (error) {
    const reason = `VS Code could not be downloaded: ${error instanceof Error ? error.message : String(error)}`;
    say(reason);
    lacks.push(reason);
    return undefined;
  } finally {
    for (const timer of timers) clearTimeout(timer);
  }
}
