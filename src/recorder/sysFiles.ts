/**
 * The files the kernel offers, as the recorder uses them; tests put a tree of their own in their place.
 *
 * Contract: everything but `probe` and `readPage` throws the system's error (with its `code`).
 */
import * as fs from 'node:fs';
import { codeOf } from './recorderProblem';

export interface SysFiles {
  /** Whether something is there: EACCES on the way to it counts as forbidden. */
  probe(path: string): 'present' | 'missing' | 'forbidden';
  read(path: string): string;
  write(path: string, text: string): void;
  list(path: string): string[];
  makeFolder(path: string): void;
  /** Removes a folder of tracefs: an instance goes with everything in it. */
  removeFolder(path: string): void;
  /** Opens trace_pipe_raw so that reading never waits. */
  openPages(path: string): number;
  /** Reads at most `length` bytes; 0 where nothing waits. */
  readPage(file: number, bytes: Uint8Array, at: number, length: number): number;
  close(file: number): void;
}

export const systemFiles: SysFiles = {
  probe: (path) => {
    try {
      fs.statSync(path);
      return 'present';
    } catch (error) {
      return ['EACCES', 'EPERM'].includes(codeOf(error)) ? 'forbidden' : 'missing';
    }
  },
  read: (path) => fs.readFileSync(path, 'utf8'),
  write: (path, text) => fs.writeFileSync(path, text),
  list: (path) => fs.readdirSync(path),
  makeFolder: (path) => fs.mkdirSync(path),
  removeFolder: (path) => fs.rmdirSync(path),
  openPages: (path) => fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK),
  readPage: (file, bytes, at, length) => {
    try {
      return fs.readSync(file, bytes, at, length, null);
    } catch (error) {
      if (['EAGAIN', 'EINTR', 'ENODEV'].includes(codeOf(error))) return 0;
      throw error;
    }
  },
  close: (file) => fs.closeSync(file),
};

/** The text of a file, or '' where it cannot be read. */
export function readOrEmpty(files: SysFiles, path: string): string {
  try {
    return files.read(path);
  } catch {
    return '';
  }
}
