/** What the environment of the extension host asks for. */
import { isAbsolute } from 'node:path';

/** `MIGTRACE_OPEN`: absolute path of a trace to open, and play, at startup; null when not set. */
export function traceToOpenAtStartup(): string | null {
  const path = process.env['MIGTRACE_OPEN'];
  return path !== undefined && isAbsolute(path) ? path : null;
}

/** How a terminal starts the Node.js that runs this: desktop VS Code's is inside its Electron. */
export function nodeCommand(): string {
  const inElectron = process.versions['electron'] !== undefined;
  return `${inElectron ? 'env ELECTRON_RUN_AS_NODE=1 ' : ''}${quoted(process.execPath)}`;
}

/** A word as a POSIX shell takes it for itself. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
