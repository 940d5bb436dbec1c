// @ts-check
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** @typedef {import('./browserPages.mjs').WebviewPage} WebviewPage */

/**
 * Makes every test fail when a page it used had an error or broke its content security policy, keeps a picture of the
 * pages of a failed test, and closes the pages a test opened. Pages opened in a `before` hook stay.
 * @param {Mocha.Suite} root
 * @param {WebviewPage[]} open pages that are open now; shared with openPage
 * @param {string} pictures folder for the pictures of failed tests
 */
export function guardTests(root, open, pictures) {
  root.eachTest((test) => {
    const { fn } = test;
    if (!fn) return;
    if (fn.length > 0) throw new Error(`"${test.fullTitle()}" takes a callback: return a promise instead.`);
    test.fn = async function () {
      const before = new Set(open);
      try {
        await /** @type {() => unknown} */ (fn).call(this);
        await failOnProblems(open);
      } catch (error) {
        await takePictures(open, pictures, test.fullTitle());
        throw error;
      } finally {
        for (const webview of open) webview.errors.length = webview.cspViolations.length = 0;
        for (const webview of open.filter((candidate) => !before.has(candidate))) {
          open.splice(open.indexOf(webview), 1);
          await webview.page.context().close();
        }
      }
    };
  });
}

/** @param {readonly WebviewPage[]} open */
async function failOnProblems(open) {
  for (const { page, errors, cspViolations } of open) {
    // What the page reported before this answer has arrived by then.
    if (!page.isClosed()) await page.evaluate('0');
    if (cspViolations.length > 0)
      throw new Error(`the page broke its content security policy:\n${cspViolations.join('\n')}`);
    if (errors.length > 0) throw new Error(`the page had errors:\n${errors.join('\n')}`);
  }
}

/**
 * @param {readonly WebviewPage[]} open
 * @param {string} folder
 * @param {string} title
 */
async function takePictures(open, folder, title) {
  mkdirSync(folder, { recursive: true });
  const name = title.replace(/[^\w]+/g, '-').slice(0, 100);
  for (const [index, { page }] of open.entries()) {
    // A page that hangs or is gone must not hide why the test failed.
    await page
      .screenshot({ path: join(folder, `${name}-${index + 1}.png`), timeout: 10_000 })
      .catch(() => {});
  }
}
