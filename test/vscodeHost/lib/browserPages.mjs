// @ts-check
import { randomBytes } from 'node:crypto';
import { servePages } from './pageServer.mjs';
import { vscodeApiScript } from './vscodeApi.mjs';
import { dressWebview } from './webviewHtml.mjs';
import { decodeMessage, encodeMessage } from './webviewMessages.mjs';

/**
 * A page of the extension; the same HTML the extension gives to VS Code.
 * @typedef {{ html(params: { cspSource: string, nonce: string, asUri: (relative: string) => string }): string }} PageSource
 */

/**
 * @typedef {object} OpenPageOptions
 * @property {import('./themes.mjs').ThemeKind} [theme] 'dark' by default
 * @property {unknown} [state] what `getState()` returns, as after a reload
 * @property {{ width: number, height: number }} [viewport]
 * @property {'reduce' | 'no-preference'} [reducedMotion]
 * @property {number} [deviceScaleFactor]
 */

/**
 * @typedef {object} WebviewPage
 * @property {import('playwright-core').Page} page
 * @property {() => Promise<unknown[]>} posted every message the page has sent to the extension, in order
 * @property {(message: unknown) => Promise<void>} post delivers a message from the extension; resolves after its listeners ran
 * @property {() => Promise<unknown>} savedState what the page last gave to `setState()`
 * @property {string[]} errors uncaught errors, console errors and failed loads; a test that expects one removes it
 * @property {string[]} cspViolations
 */

/**
 * Opens the extension's pages in a browser as VS Code's webviews do.
 * @param {import('playwright-core').Browser} browser
 * @param {string} root folder of the extension
 * @param {Record<string, PageSource>} sources
 */
export async function browserPages(browser, root, sources) {
  const { pages, pageOrigin, fileOrigin } = await servePages(root);
  /** @type {WebviewPage[]} */
  const open = [];

  /**
   * @param {string} name
   * @param {OpenPageOptions} [options]
   * @returns {Promise<WebviewPage>}
   */
  async function openPage(name, options = {}) {
    const source = sources[name];
    if (!source) throw new Error(`there is no page ${name}; known: ${Object.keys(sources).join(', ')}`);
    const theme = options.theme ?? 'dark';
    const nonce = randomBytes(16).toString('hex');
    const path = `/${name}/${nonce}`;
    const asUri = (/** @type {string} */ relative) => `${fileOrigin}/${relative.replace(/^\//, '')}`;
    pages.set(path, dressWebview(source.html({ cspSource: fileOrigin, nonce, asUri }), theme));
    const context = await browser.newContext({
      viewport: options.viewport ?? { width: 1200, height: 800 },
      colorScheme: theme === 'light' || theme === 'hcLight' ? 'light' : 'dark',
      reducedMotion: options.reducedMotion ?? 'no-preference',
      deviceScaleFactor: options.deviceScaleFactor ?? 1,
    });
    await context.addInitScript(vscodeApiScript(options.state));
    const page = await context.newPage();
    /** @type {string[]} */
    const errors = [];
    /** @type {string[]} */
    const cspViolations = [];
    page.on('pageerror', (error) => errors.push(error.stack ?? error.message));
    page.on('console', (message) => {
      if (message.type() !== 'error') return;
      const { url, lineNumber } = message.location();
      const text = `${message.text()}${url ? ` (${url}:${lineNumber + 1})` : ''}`;
      (/content security policy/i.test(text) ? cspViolations : errors).push(text);
    });
    page.on('request', (request) => {
      if (!/^(http:\/\/127\.0\.0\.1:|data:|blob:)/.test(request.url()))
        errors.push(`the page asked for ${request.url()}`);
    });
    /** @type {WebviewPage} */
    const webview = {
      page,
      errors,
      cspViolations,
      posted: async () => (await page.evaluate('__migtrace.posted()')).map(decodeMessage),
      post: async (message) => {
        await page.evaluate(`__migtrace.deliver(${JSON.stringify(encodeMessage(message))})`);
      },
      savedState: async () => {
        const saved = await page.evaluate('__migtrace.state()');
        return saved === undefined ? undefined : JSON.parse(saved);
      },
    };
    open.push(webview);
    await page.goto(`${pageOrigin}${path}`);
    return webview;
  }

  return { openPage, open };
}
