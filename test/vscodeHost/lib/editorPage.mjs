// @ts-check
import { dirname } from 'node:path';
import { cleanUp, onCleanup } from './cleanup.mjs';
import { installUnpacked } from './installUnpacked.mjs';
import { createProfile } from './profile.mjs';
import { manifest } from './repo.mjs';
import { openWorkbench } from './workbench.mjs';
import { isEditorOf, openFile, webviewFrame } from './workbenchActions.mjs';

/**
 * Opens a file in this extension's editor, installed as it stands in its folder, hands page and editor document to
 * `use`, and closes everything again.
 * @template T
 * @param {{ file: string, colorTheme: string, selector: string, viewport?: { width: number, height: number } }} options
 *   selector: an element of the editor's document that tells it is there
 * @param {(page: import('playwright-core').Page, frame: import('playwright-core').Frame) => Promise<T>} use
 * @returns {Promise<T>}
 */
export async function withEditorPage({ file, colorTheme, selector, viewport }, use) {
  const profile = createProfile({ 'workbench.colorTheme': colorTheme });
  onCleanup(profile.remove);
  try {
    installUnpacked(profile);
    const { page } = await openWorkbench({ profile, folder: dirname(file), ...(viewport && { viewport }) });
    await openFile(page, file);
    const mine = isEditorOf(manifest().id);
    const frame = await webviewFrame(
      page,
      async (candidate) => mine(candidate) && (await candidate.locator(selector).count()) > 0,
    );
    return await use(page, frame);
  } finally {
    await cleanUp();
  }
}
