// @ts-check
// Reads the theme variables off real webviews and writes lib/themeVariables.json, which the browser tests use.
//   node test/vscodeHost/recordThemes.mjs FILE      FILE: any *.migtrace
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { withEditorPage } from './lib/editorPage.mjs';
import { Advice, runMain } from './lib/say.mjs';
import { colorThemes, themeFile } from './lib/themes.mjs';

/** Families of VS Code's own features, which no page of this extension draws with. */
const foreign =
  /^--vscode-(agent|browser|chat|comments|debug|diff|extension|git|inline|interactive|markdown|mcp|menubar|merge|modern|multi|notebook|peek|ports|profile|scm|settings|symbolIcon|testing|terminal(?!-ansi)|title|walk|welcome|activity|banner|command|editor(Bracket|Ghost|Gutter|Inlay|Marker|Overview|StickyScroll|Unicode|Suggest|Comment|Action))/;

await runMain(async () => {
  const name = process.argv[2];
  if (!name) throw new Advice('usage: node test/vscodeHost/recordThemes.mjs FILE');
  /** @type {Record<string, Record<string, string>>} */
  const table = {};
  for (const [kind, colorTheme] of Object.entries(colorThemes)) {
    await withEditorPage({ file: resolve(name), colorTheme, selector: 'body *' }, async (_page, frame) => {
      const variables = await frame.evaluate(() => {
        const { style } = document.documentElement;
        return [...style].map(
          (variable) => /** @type {const} */ ([variable, style.getPropertyValue(variable)]),
        );
      });
      for (const [variable, value] of variables)
        if (!foreign.test(variable)) (table[variable] ??= {})[kind] = value;
    });
  }
  const rows = Object.entries(table)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([variable, values]) =>
        `  ${JSON.stringify(variable)}: { ${Object.entries(values)
          .map(([kind, value]) => `"${kind}": ${JSON.stringify(value)}`)
          .join(', ')} }`,
    );
  writeFileSync(themeFile, `{\n${rows.join(',\n')}\n}\n`);
  process.stdout.write(`${rows.length} variables\n`);
});
process.exit();
