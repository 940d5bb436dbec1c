/** Finds and removes what a recorder left behind that was killed: its tracing instance, its folder of pages. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { isAlive, type Owner, ownerOf } from './instanceName';
import { codeOf } from './recorderProblem';
import type { SysFiles } from './sysFiles';

export interface Cleaned {
  /** Names of instances and folders that were removed. */
  readonly removed: readonly string[];
  /** Those that could not be removed, and why. */
  readonly kept: readonly { readonly name: string; readonly why: string }[];
}

/**
 * Removes every instance whose owner is gone, and those of `self` that nobody uses: a thread of this process may have
 * ended without its process. Instances of others are not looked into. One whose files are open is refused by the
 * kernel (instance_rmdir(), kernel/trace/trace.c: EBUSY) and left alone, so that a recorder seen from another PID namespace is safe.
 */
export function cleanInstances(files: SysFiles, tracefs: string, self: Owner): Cleaned {
  const removed: string[] = [];
  const kept: { name: string; why: string }[] = [];
  for (const name of files.list(`${tracefs}/instances`)) {
    const owner = ownerOf(name);
    if (owner === null || (owner.pid !== self.pid && isAlive(files, owner))) continue;
    try {
      files.removeFolder(`${tracefs}/instances/${name}`);
      removed.push(name);
    } catch (error) {
      const code = codeOf(error);
      // Another recording of this very process is nothing to speak of.
      if (code === 'EBUSY' && owner.pid === self.pid) continue;
      kept.push({ name, why: code === 'EBUSY' ? 'some process still reads it' : code });
    }
  }
  return { removed, kept };
}

/** Removes the folders of pages whose owner is gone. */
export function cleanFolders(files: SysFiles, temporaryFolder: string, self: Owner): Cleaned {
  const removed: string[] = [];
  const kept: { name: string; why: string }[] = [];
  for (const name of readNames(temporaryFolder)) {
    const owner = ownerOf(name);
    if (owner === null || owner.pid === self.pid || isAlive(files, owner)) continue;
    try {
      fs.rmSync(join(temporaryFolder, name), { recursive: true });
      removed.push(name);
    } catch (error) {
      kept.push({ name, why: codeOf(error) });
    }
  }
  return { removed, kept };
}

function readNames(folder: string): string[] {
  try {
    return fs.readdirSync(folder);
  } catch {
    return [];
  }
}
