// @ts-check
// Takes pictures of the trace editor with a file, one per theme.
//   node test/vscodeHost/screenshots.mjs OUTDIR FILE [--theme dark|light|hc]... [--wait SELECTOR] [--size 1440x900] [--command LABEL]... [--click SELECTOR]...
// --wait: an element of the editor's document that tells it has drawn. --command: run it from the palette first.
// --click: then click this element of the editor's document.
import { mkdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { withEditorPage } from './lib/editorPage.mjs';
import { Advice, runMain } from './lib/say.mjs';
import { colorThemes } from './lib/themes.mjs';
import { runCommand } from './lib/workbenchActions.mjs';

await runMain(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      theme: { type: 'string', multiple: true },
      wait: { type: 'string', default: 'body *' },
      size: { type: 'string', default: '1440x900' },
      command: { type: 'string', multiple: true, default: [] },
      click: { type: 'string', multiple: true, default: [] },
    },
  });
  const [folder, name] = positionals;
  if (!folder || !name)
    throw new Advice(
      'usage: node test/vscodeHost/screenshots.mjs OUTDIR FILE [--theme dark|light|hc]... [--wait SELECTOR] [--size 1440x900] [--command LABEL]... [--click SELECTOR]...',
    );
  const [width = 0, height = 0] = values.size.split('x').map(Number);
  mkdirSync(folder, { recursive: true });
  for (const theme of values.theme ?? Object.keys(colorThemes)) {
    if (!(theme in colorThemes))
      throw new Advice(`unknown theme ${theme}; known: ${Object.keys(colorThemes).join(', ')}`);
    const label = colorThemes[/** @type {keyof typeof colorThemes} */ (theme)];
    const picture = join(folder, `${basename(name).replace(/\.[^.]*$/, '')}-${theme}.png`);
    await withEditorPage(
      { file: resolve(name), colorTheme: label, selector: values.wait, viewport: { width, height } },
      async (page, frame) => {
        for (const command of values.command) await runCommand(page, command);
        for (const selector of values.click) await frame.locator(selector).click();
        // Drawing follows the data by a frame or two, and nothing in the page says when the last one is done.
        await sleep(1500);
        await page.screenshot({ path: picture });
      },
    );
    process.stdout.write(`${picture}\n`);
  }
});
process.exit();
