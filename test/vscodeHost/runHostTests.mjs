// @ts-check
// Runs the mocha suites of out/test/host/ inside the extension host of a real VS Code. Exit code 0 only if tests ran and passed.
//   node test/vscodeHost/runHostTests.mjs
// $VSCODE_EXECUTABLE names the VS Code to use; MIGTRACE_NO_DOWNLOAD=1 forbids downloading one.
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { runTests, TestRunFailedError } from '@vscode/test-electron';
import { cleanUp, onCleanup } from './lib/cleanup.mjs';
import { hostExecutable } from './lib/hostExecutable.mjs';
import { createProfile } from './lib/profile.mjs';
import { extensionFolder } from './lib/repo.mjs';
import { Advice, runMain } from './lib/say.mjs';

await runMain(async () => {
  const extensionTestsPath = join(extensionFolder, 'out', 'test', 'host', 'index.js');
  if (!existsSync(extensionTestsPath))
    throw new Advice(`${extensionTestsPath} is missing: build the tests first (npm run build:test).`);
  const profile = createProfile();
  onCleanup(profile.remove);
  const workspace = join(profile.root, 'workspace');
  mkdirSync(workspace);
  let output = '';
  const stdout = new Writable({
    write: (chunk, _encoding, done) => {
      output += chunk;
      process.stdout.write(chunk, () => done());
    },
  });
  try {
    await runTests({
      vscodeExecutablePath: await hostExecutable(profile.root),
      extensionDevelopmentPath: extensionFolder,
      extensionTestsPath,
      launchArgs: [
        workspace,
        `--user-data-dir=${profile.userData}`,
        `--extensions-dir=${profile.extensions}`,
      ],
      stdout,
    });
    const passing = [...output.matchAll(/^\s*(\d+) passing/gm)].reduce(
      (sum, match) => sum + Number(match[1]),
      0,
    );
    if (passing === 0)
      throw new Advice('VS Code ended without an error, but no test passed in it: nothing was tested.');
    return 0;
  } catch (error) {
    if (error instanceof TestRunFailedError)
      throw new Advice(`the tests in VS Code failed (${error.signal ?? `code ${error.code}`}).`);
    throw error;
  } finally {
    await cleanUp();
  }
});
// A download that was given up may still hold the process.
process.exit();
