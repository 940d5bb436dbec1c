// @ts-check
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The extension's folder: the repository, or `$MIGTRACE_EXTENSION`, another extension to try these tools on.
 */
export const extensionFolder =
  process.env['MIGTRACE_EXTENSION'] ??
  fileURLToPath(new URL('../../..', import.meta.url)).replace(/[\\/]$/, '');

/** Id of the custom editor for *.migtrace files. */
export const editorViewType = 'migtrace.traceEditor';

/** @returns {{ name: string, publisher: string, version: string, id: string }} */
export function manifest() {
  const { name, publisher, version } = JSON.parse(
    readFileSync(join(extensionFolder, 'package.json'), 'utf8'),
  );
  return { name, publisher, version, id: `${publisher}.${name}` };
}
