/** The sources, as a test of the architecture reads them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, sep } from 'node:path';

export interface SourceFile {
  /** With slashes, from the repository's root: `src/engine/sim/run.ts`. */
  readonly path: string;
  /** `engine`, `host` …; `extension` for src/extension.ts. */
  readonly room: string;
  readonly text: string;
  readonly imports: readonly string[];
}

export function sourceFiles(): readonly SourceFile[] {
  return readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => {
      const path = `src/${name.split(sep).join('/')}`;
      const text = readFileSync(path, 'utf8');
      return { path, room: roomOf(path), text, imports: importsOf(text) };
    });
}

export function roomOf(path: string): string {
  return (path.split('/')[1] ?? '').replace(/\.ts$/, '');
}

/** What a file imports, exports from, or loads with import() and require(). */
export function importsOf(text: string): string[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');
  const statement = /^\s*(?:import|export)\s(?:[^'"`;]*?\sfrom\s*)?['"]([^'"]+)['"]/gm;
  const call = /\b(?:import|require)\(\s*['"]([^'"]+)['"]\s*\)/g;
  return [statement, call].flatMap((pattern) =>
    [...code.matchAll(pattern)].map((match) => match[1] as string),
  );
}

/** The path of a relative import, seen from `from`. */
export function resolveImport(from: string, specifier: string): string {
  return normalize(join(dirname(from), specifier))
    .split(sep)
    .join('/');
}

export function moduleExists(path: string): boolean {
  return existsSync(`${path}.ts`);
}
