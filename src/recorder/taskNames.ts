/** Names of tasks: the kernel's pages hold numbers only. */
import { readOrEmpty, type SysFiles } from './sysFiles';

const SAVED = /^\s*(\d{1,10}) (.{1,64})$/gm;

export class TaskNames {
  readonly names = new Map<number, string>();
  private readonly files: SysFiles;
  private readonly tracefs: string;

  constructor(files: SysFiles, tracefs: string) {
    this.files = files;
    this.tracefs = tracefs;
  }

  /** Asks for the names of tasks while they live. */
  learn(pids: readonly number[]): void {
    for (const pid of pids) {
      if (this.names.has(pid)) continue;
      const name = readOrEmpty(this.files, `/proc/${pid}/comm`).replace(/\n$/, '');
      if (name !== '') this.names.set(pid, name);
    }
  }

  /** Those the kernel kept of tasks that were gone too soon (saved_cmdlines, which all instances share). */
  learnSaved(): void {
    for (const [, pid, name] of readOrEmpty(this.files, `${this.tracefs}/saved_cmdlines`).matchAll(SAVED)) {
      if (!this.names.has(Number(pid)) && name !== '<...>') this.names.set(Number(pid), name!);
    }
  }

  of(pid: number): string {
    return this.names.get(pid) ?? '<...>';
  }
}
