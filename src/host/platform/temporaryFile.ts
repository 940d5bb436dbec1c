/** Where a file is put together before it takes its name. */
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

let made = 0;

/** Beside the file at `path`, so that it can be renamed to it; null: a target that is on no disk of this machine. */
export function temporaryPath(path: string | null): string {
  const name = `.migtrace-${process.pid}-${++made}.tmp`;
  return path === null ? join(tmpdir(), name) : join(dirname(path), `.${basename(path)}${name}`);
}
