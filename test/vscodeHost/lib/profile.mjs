// @ts-check
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A throwaway home and VS Code profile: nothing of the person's own settings is read or changed.
 * @typedef {{ root: string, home: string, userData: string, extensions: string, temporary: string, remove: () => void }} Profile
 */

/** Settings that keep first-run screens, chat, and everything that would ask a network out of the picture. */
export const quietSettings = {
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'update.showReleaseNotes': false,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'workbench.enableExperiments': false,
  'workbench.settings.enableNaturalLanguageSearch': false,
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.editor.useModal': 'off',
  'chat.disableAIFeatures': true,
  'security.workspace.trust.enabled': false,
  'window.autoDetectColorScheme': false,
  'window.autoDetectHighContrast': false,
  'git.enabled': false,
};

/**
 * @param {Record<string, unknown>} [settings] user settings, over the quiet ones
 * @returns {Profile}
 */
export function createProfile(settings = {}) {
  const root = mkdtempSync(join(tmpdir(), 'migtrace-'));
  const home = join(root, 'home');
  const userData = join(root, 'data');
  const extensions = join(root, 'ext');
  const temporary = join(root, 'tmp');
  for (const folder of [home, temporary, join(userData, 'User'), extensions])
    mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(userData, 'User', 'settings.json'),
    JSON.stringify({ ...quietSettings, ...settings }, null, 2),
  );
  return {
    root,
    home,
    userData,
    extensions,
    temporary,
    remove: () => rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }),
  };
}

/**
 * The environment for a program that must not see the person's own home.
 * @param {Profile} profile
 * @returns {NodeJS.ProcessEnv}
 */
export function profileEnvironment(profile) {
  const { home, temporary } = profile;
  return {
    ...process.env,
    HOME: home,
    TMPDIR: temporary,
    XDG_RUNTIME_DIR: temporary,
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_DATA_HOME: join(home, '.local', 'share'),
    XDG_CACHE_HOME: join(home, '.cache'),
    XDG_STATE_HOME: join(home, '.local', 'state'),
  };
}
