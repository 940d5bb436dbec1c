// @ts-check
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('playwright-core').Frame} Frame */

const timeout = 90_000;

/**
 * Runs a command of the palette by its label, e.g. `View: Close All Editors`.
 * @param {Page} page
 * @param {string} label as the palette shows it
 */
export async function runCommand(page, label) {
  await page.keyboard.press('F1');
  await pick(page, `>${label}`, label);
}

/**
 * Opens a file as a person would: quick open, its absolute path, Enter. Returns when its tab is there.
 * @param {Page} page
 * @param {string} file absolute path
 */
export async function openFile(page, file) {
  const name = basename(file);
  await page.keyboard.press('Control+P');
  await pick(page, file, name);
  await page.locator('.tabs-container .tab', { hasText: name }).first().waitFor({ timeout });
}

/**
 * Fills the quick input and accepts the row that holds `row`.
 * @param {Page} page
 * @param {string} text
 * @param {string} row
 */
async function pick(page, text, row) {
  const input = page.locator('.quick-input-widget .quick-input-filter input[type="text"]');
  await input.waitFor({ timeout });
  await input.fill(text);
  const first = page.locator('.quick-input-widget .quick-input-list .monaco-list-row').first();
  await first.filter({ hasText: row }).waitFor({ timeout });
  await page.keyboard.press('Enter');
}

/**
 * The document of an extension's webview, the first that satisfies the predicate. VS Code nests it in two iframes.
 * @param {Page} page
 * @param {(frame: Frame) => boolean | Promise<boolean>} [predicate]
 * @returns {Promise<Frame>}
 */
export async function webviewFrame(page, predicate = () => true) {
  for (const deadline = Date.now() + timeout; Date.now() < deadline; await sleep(200)) {
    for (const frame of page.frames()) {
      if (!/\/fake\.html/.test(frame.url())) continue;
      try {
        if (await predicate(frame)) return frame;
      } catch {
        // The frame went away, or is not loaded yet.
      }
    }
  }
  const seen = page
    .frames()
    .map((frame) => frame.url())
    .join('\n  ');
  throw new Error(`no webview satisfied the predicate within ${timeout / 1000} s; frames:\n  ${seen}`);
}

/**
 * A predicate for webviewFrame: the webview belongs to an editor of this extension, not to a view of the side bar.
 * @param {string} extensionId publisher.name
 * @returns {(frame: Frame) => boolean}
 */
export function isEditorOf(extensionId) {
  return (frame) => {
    const query = new URL(frame.parentFrame()?.url() ?? 'about:blank').searchParams;
    return (
      query.get('extensionId')?.toLowerCase() === extensionId.toLowerCase() &&
      query.get('purpose') !== 'webviewView'
    );
  };
}
