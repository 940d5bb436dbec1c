// @ts-check
/** Type-checks every room under its own tsconfig, so that `document`, `process` and `vscode` do not resolve where they do not belong. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';

const rooms = readdirSync('src')
  .map((room) => `src/${room}/tsconfig.json`)
  .filter((config) => existsSync(config));
let failed = 0;
for (const config of [...rooms, 'test/tsconfig.json']) {
  const run = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', config], {
    stdio: 'inherit',
  });
  if (run.status !== 0) {
    failed++;
    console.error(`typecheck: ${config} has errors (above).`);
  }
}
process.exit(failed === 0 ? 0 : 1);
