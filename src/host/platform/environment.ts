/** What the environment of the extension host asks for. */
import { isAbsolute } from 'node:path';

/** `MIGTRACE_OPEN`: absolute path of a trace to open, and play, at startup; null when not set. */
export function traceToOpenAtStartup(): string | null {
  const path = process.env['MIGTRACE_OPEN'];
  return path !== undefined && isAbsolute(path) ? path : null;
}
