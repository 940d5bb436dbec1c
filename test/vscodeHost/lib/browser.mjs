// @ts-check
import { chromium } from 'playwright-core';
import { onCleanup } from './cleanup.mjs';
import { ensureBrowser } from './components.mjs';

/** Chromium's own background traffic off: it would try hosts that have nothing to do with a test. */
const quietArguments = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-domain-reliability',
  '--no-pings',
];

/**
 * A headless Chromium with an empty profile.
 * @returns {Promise<{ browser: import('playwright-core').Browser, close: () => Promise<void> }>}
 */
export async function launchBrowser() {
  const browser = await chromium.launch({
    executablePath: await ensureBrowser(),
    args: quietArguments,
    timeout: 120_000,
    // cleanup.mjs handles the signals: it also has a server to stop.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
  return { browser, close: onCleanup(() => browser.close()) };
}
