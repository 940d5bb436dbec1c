// @ts-check
// Runs the webview suites in a real Chromium, with the pages' own HTML and content security policy.
//   node test/vscodeHost/runBrowserTests.mjs [--grep TEXT]
// The suites reach the browser through globalThis.migtraceBrowser: see lib/browserPages.mjs.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import Mocha from 'mocha';
import { launchBrowser } from './lib/browser.mjs';
import { browserPages } from './lib/browserPages.mjs';
import { cleanUp } from './lib/cleanup.mjs';
import { guardTests } from './lib/guardTests.mjs';
import { extensionFolder } from './lib/repo.mjs';
import { Advice, runMain } from './lib/say.mjs';

await runMain(async () => {
  const { values } = parseArgs({ options: { grep: { type: 'string' } } });
  const folder = join(extensionFolder, 'out', 'test', 'browser');
  const sources = join(folder, 'pages.mjs');
  if (!existsSync(sources))
    throw new Advice(`${sources} is missing: build the tests first (npm run build:test).`);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.mjs'))
    .sort();
  if (files.length === 0) throw new Advice(`${folder} holds no *.test.mjs: nothing to test.`);
  const pictures = join(extensionFolder, 'out', 'browserFailures');
  rmSync(pictures, { recursive: true, force: true });
  try {
    process.setSourceMapsEnabled(true);
    const { browser } = await launchBrowser();
    const { pages } = await import(pathToFileURL(sources).href);
    const { openPage, open } = await browserPages(browser, extensionFolder, pages);
    Object.assign(globalThis, { migtraceBrowser: { browser, openPage } });
    const mocha = new Mocha({
      timeout: 60_000,
      forbidOnly: Boolean(process.env['CI']),
      ...(values.grep && { fgrep: values.grep }),
    });
    for (const file of files) mocha.addFile(join(folder, file));
    await mocha.loadFilesAsync();
    guardTests(mocha.suite, open, pictures);
    /** @type {Mocha.Runner | undefined} */
    let runner;
    const failures = await new Promise((resolve) => (runner = mocha.run(resolve)));
    if (failures > 0) {
      if (existsSync(pictures)) process.stderr.write(`pictures of the failed tests: ${pictures}\n`);
      return 1;
    }
    if (!runner?.stats?.passes) throw new Advice('no test ran: nothing was tested.');
    return 0;
  } finally {
    await cleanUp();
  }
});
process.exit();
