// @ts-check
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * The browser to drive: `$MIGTRACE_CHROMIUM`, else the first Chromium, Chrome or Edge found.
 * @returns {string | undefined}
 */
export function findBrowser() {
  const { MIGTRACE_CHROMIUM, PATH = '', LOCALAPPDATA = '', ProgramFiles = '' } = process.env;
  if (MIGTRACE_CHROMIUM) return MIGTRACE_CHROMIUM;
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
  const onPath = PATH.split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
  /** @type {Partial<Record<NodeJS.Platform, string[]>>} */
  const known = {
    linux: onPath,
    darwin: [
      '/Applications/Chromium.app/Contents/MacOS/Chromium',
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      ...onPath,
    ],
    win32: [ProgramFiles, LOCALAPPDATA, `${ProgramFiles} (x86)`].flatMap((folder) => [
      join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe'),
      join(folder, 'Microsoft', 'Edge', 'Application', 'msedge.exe'),
    ]),
  };
  return known[process.platform]?.find(isExecutable);
}

/** @param {string} file */
export function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
