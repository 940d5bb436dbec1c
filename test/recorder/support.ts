/** What the suites of the recorder share. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SessionOptions } from '../../src/recorder/recordingSession';
import type { Asker } from '../../src/recorder/tracefs';

export const ROOT: Asker = { platform: 'linux', uid: 0, sudoCommand: 'sudo migtrace record -o x.migtrace' };
export const USER: Asker = { ...ROOT, uid: 1000 };

/** Options of a recording without limits; `temporaryFolder` must be given. */
export function sessionOptions(
  changes: Partial<SessionOptions> & Pick<SessionOptions, 'temporaryFolder'>,
): SessionOptions {
  return {
    clock: 'mono',
    bufferBytes: 1 << 20,
    events: null,
    pids: [],
    reasons: [],
    functionGraph: false,
    limits: { seconds: Infinity, bytes: Infinity, events: Infinity },
    asker: ROOT,
    ...changes,
  };
}

/** A folder of the suite's own, and what removes it. */
export function scratchFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'migtrace-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
