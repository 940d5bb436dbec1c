// @ts-check
// Installs what the tests inside a real VS Code need, once, into the cache folder. Running it again costs nothing.
//   node test/vscodeHost/setup.mjs [--browser] [--host]      no option: both
import { cacheFolder } from './lib/cache.mjs';
import { ensureBrowser, ensureCodeServer } from './lib/components.mjs';
import { Advice, runMain, say } from './lib/say.mjs';

await runMain(async () => {
  const options = process.argv.slice(2);
  const unknown = options.find((option) => !['--browser', '--host'].includes(option));
  if (unknown)
    throw new Advice(`unknown option ${unknown}\nusage: node test/vscodeHost/setup.mjs [--browser] [--host]`);
  const wants = (/** @type {string} */ option) => options.length === 0 || options.includes(option);
  say(`cache folder: ${cacheFolder()}`);
  if (wants('--browser')) say(`browser: ${await ensureBrowser()}`);
  if (wants('--host')) {
    const server = await ensureCodeServer();
    say(`VS Code ${server.vscodeVersion}: ${server.entry}`);
  }
});
