/** The command line as a process, as bundled in dist/. */
import { spawnSync } from 'node:child_process';

export function migtrace(args: readonly string[], input?: string) {
  const run = spawnSync(process.execPath, ['dist/cli.js', ...args], {
    encoding: 'utf8',
    input,
    maxBuffer: 1 << 28,
  });
  return { code: run.status, stdout: run.stdout, stderr: run.stderr };
}
