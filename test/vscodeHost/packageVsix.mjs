// @ts-check
// Makes migtrace-VERSION.vsix in the repository, and can prove that it works once installed.
//   node test/vscodeHost/packageVsix.mjs [--verify FILE] [--out FOLDER]
// --verify installs it into a fresh VS Code and opens FILE as a person would.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { cleanUp } from './lib/cleanup.mjs';
import { ensureVsce } from './lib/components.mjs';
import { extensionFolder, manifest } from './lib/repo.mjs';
import { Advice, runMain, say } from './lib/say.mjs';
import { verifyVsix } from './lib/verifyVsix.mjs';

/** What a person downloads; more than this means something was packed that should not be. */
const largestBytes = 1.5 * 1024 * 1024;

await runMain(async () => {
  const { values } = parseArgs({
    options: { verify: { type: 'string' }, out: { type: 'string', default: extensionFolder } },
  });
  const { name, version } = manifest();
  const vsix = resolve(values.out, `${name}-${version}.vsix`);
  if (values.verify && !existsSync(values.verify)) throw new Advice(`there is no file ${values.verify}`);
  const vsce = await ensureVsce();
  // --no-dependencies: the bundles hold all the code. The repository is not published, so links in the README stay as they are.
  const args = [
    'package',
    '--no-dependencies',
    '--allow-missing-repository',
    '--no-rewrite-relative-links',
    '--out',
    vsix,
  ];
  const packed = spawnSync(vsce.node, [vsce.entry, ...args], {
    cwd: extensionFolder,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (packed.status !== 0)
    throw new Advice(`vsce package failed (${packed.signal ?? `code ${packed.status}`}).`);
  const { size } = statSync(vsix);
  const figures = `${(size / 1024 / 1024).toFixed(2)} MiB of at most ${largestBytes / 1024 / 1024} MiB`;
  if (size > largestBytes)
    throw new Advice(`${vsix} is too large: ${figures}. See the list above, and .vscodeignore.`);
  say(`${vsix}: ${figures}`);
  try {
    if (values.verify) await verifyVsix(vsix, resolve(values.verify));
  } finally {
    await cleanUp();
  }
  process.stdout.write(`${vsix}\n`);
});
process.exit();
