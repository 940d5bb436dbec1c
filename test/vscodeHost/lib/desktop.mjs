// @ts-check
import { chmodSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { homedir } from 'node:os';
import { isExecutable } from './findBrowser.mjs';
import { Advice } from './say.mjs';

/**
 * The desktop VS Code to use: `$VSCODE_EXECUTABLE`, else one in a usual place. It is the program itself, not the `code`
 * launcher, which would hand over to a running window and end.
 * @returns {string | undefined}
 */
export function findDesktop() {
  const { VSCODE_EXECUTABLE, LOCALAPPDATA = '', ProgramFiles = '' } = process.env;
  if (VSCODE_EXECUTABLE) {
    if (!isExecutable(VSCODE_EXECUTABLE))
      throw new Advice(`VSCODE_EXECUTABLE names ${VSCODE_EXECUTABLE}, which is not an executable file.`);
    return VSCODE_EXECUTABLE;
  }
  /** @type {Partial<Record<NodeJS.Platform, string[]>>} */
  const known = {
    linux: ['/usr/share/code/code', '/usr/share/code-insiders/code-insiders', '/opt/visual-studio-code/code'],
    darwin: ['/Applications', join(homedir(), 'Applications')].flatMap((folder) =>
      ['Code', 'Electron'].map((name) => join(folder, 'Visual Studio Code.app', 'Contents', 'MacOS', name)),
    ),
    win32: [join(LOCALAPPDATA, 'Programs'), ProgramFiles].map((folder) =>
      join(folder, 'Microsoft VS Code', 'Code.exe'),
    ),
  };
  return known[process.platform]?.find(isExecutable);
}

/** Whether a window can be shown to a person. */
export function hasDisplay() {
  return process.platform !== 'linux' || Boolean(process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY']);
}

/** @returns {string | undefined} xvfb-run, which gives a program a display nobody sees */
export function findXvfb() {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'xvfb-run'))
    .find(isExecutable);
}

/**
 * An executable that runs `command` with the arguments it is given.
 * @param {string} folder where to write it
 * @param {string} name
 * @param {readonly string[]} command
 */
export function writeLauncher(folder, name, command) {
  const windows = process.platform === 'win32';
  const file = join(folder, windows ? `${name}.cmd` : name);
  const words = command
    .map((word) => (windows ? `"${word}"` : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(' ');
  writeFileSync(file, windows ? `@${words} %*\r\n` : `#!/bin/sh\nexec ${words} "$@"\n`);
  chmodSync(file, 0o755);
  return file;
}
