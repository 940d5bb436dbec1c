/**
 * The pages of a recording on disk, a file per CPU: each page without its empty rest, 8-byte aligned, so that its own
 * header says where the next one begins.
 */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { RecorderProblem } from './recorderProblem';

interface CpuFile {
  readonly descriptor: number;
  bytes: number;
}

export class PageStore {
  readonly folder: string;
  /** Bytes of all files. */
  bytes = 0;
  private readonly files = new Map<number, CpuFile>();

  /** Makes a folder that only this user may look into. */
  constructor(folder: string) {
    this.folder = folder;
    try {
      fs.mkdirSync(folder, { mode: 0o700 });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new RecorderProblem(
        `No folder for the pages of the recording could be made: ${reason}. Set TMPDIR to a folder you may write to, on a disk.`,
      );
    }
  }

  append(cpu: number, bytes: Uint8Array): void {
    let file = this.files.get(cpu);
    if (file === undefined) {
      file = { descriptor: fs.openSync(join(this.folder, `cpu${cpu}`), 'wx+', 0o600), bytes: 0 };
      this.files.set(cpu, file);
    }
    for (let at = 0; at < bytes.length;) at += fs.writeSync(file.descriptor, bytes, at, bytes.length - at);
    file.bytes += bytes.length;
    this.bytes += bytes.length;
  }

  /** CPUs with pages, in order. */
  cpus(): number[] {
    return [...this.files.keys()].sort((left, right) => left - right);
  }

  bytesOf(cpu: number): number {
    return this.files.get(cpu)?.bytes ?? 0;
  }

  /** Fills `into` from the file of a CPU; returns how many bytes it got. */
  read(cpu: number, offset: number, into: Uint8Array): number {
    const file = this.files.get(cpu);
    return file === undefined ? 0 : fs.readSync(file.descriptor, into, 0, into.length, offset);
  }

  /** Closes and removes everything. */
  remove(): void {
    for (const { descriptor } of this.files.values()) fs.closeSync(descriptor);
    this.files.clear();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}
