import * as assert from 'node:assert/strict';
import { isBuiltin } from 'node:module';
import { importsOf, moduleExists, resolveImport, roomOf, sourceFiles } from './files';

/** Which rooms a room may import besides itself. What is not listed is not allowed. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  base: [],
  engine: ['base'],
  trace: ['base', 'engine'],
  recorder: ['base', 'engine', 'trace'],
  analysis: ['base', 'engine', 'trace'],
  protocol: ['base', 'engine', 'trace', 'analysis'],
  worker: ['base', 'engine', 'trace', 'analysis', 'protocol', 'recorder'],
  host: ['base', 'engine', 'trace', 'analysis', 'protocol'],
  webviews: ['base', 'engine', 'trace', 'analysis', 'protocol'],
  // The command line reads files with the reader of the analysis thread.
  cli: ['base', 'engine', 'trace', 'analysis', 'recorder', 'worker'],
  extension: ['host'],
};

/** Packages that are bundled, and the rooms that may use each. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  'jsonc-parser/lib/esm/main': ['engine'],
  'chart.js': ['webviews'],
  fzstd: ['worker', 'cli', 'trace'],
  'hyparquet-writer/src/bytewriter.js': ['trace'],
  'hyparquet-writer/src/parquet-writer.js': ['trace'],
};

const NODE_PLACES = [/^src\/worker\//, /^src\/cli\//, /^src\/recorder\//, /^src\/host\/platform\//];
const VSCODE_PLACES = [/^src\/host\//, /^src\/extension\.ts$/];

const files = sourceFiles();

describe('imports', () => {
  it('are found, whatever their shape', () => {
    const text = [
      "import a from './a';",
      "import type { B } from '../b';",
      "import {\n  c,\n  d,\n} from './c';",
      "export { e } from './e';",
      "import './f';",
      "const g = await import('./g');",
      "const h = require('node:h');",
      "// import i from './i';",
      "/* import j from './j'; */",
    ].join('\n');
    assert.deepEqual(importsOf(text), ['./a', '../b', './c', './e', './f', './g', 'node:h']);
  });

  it('of the sources are many', () => {
    assert.ok(files.length > 50);
    assert.ok(files.flatMap(({ imports }) => imports).length > 200);
  });

  it('run only from one room to those it stands on', () => {
    const wrong = files.flatMap(({ path, room, imports }) =>
      imports
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => roomOf(resolveImport(path, specifier)))
        .filter((target) => target !== room && !(ALLOWED[room] ?? []).includes(target))
        .map((target) => `${path} imports from ${target}`),
    );
    assert.deepEqual(wrong, []);
  });

  it('name modules that exist, without an extension, and no folder', () => {
    const wrong = files.flatMap(({ path, imports }) =>
      imports
        .filter((specifier) => specifier.startsWith('.') && !moduleExists(resolveImport(path, specifier)))
        .map((specifier) => `${path} imports ${specifier}`),
    );
    assert.deepEqual(wrong, []);
  });

  it('reach Node only in worker/, cli/, recorder/ and host/platform/', () => {
    const wrong = files
      .filter(
        ({ path, imports }) => imports.some(isBuiltin) && !NODE_PLACES.some((place) => place.test(path)),
      )
      .map(({ path }) => path);
    assert.deepEqual(wrong, []);
  });

  it('reach vscode only in host/ and extension.ts', () => {
    const wrong = files
      .filter(
        ({ path, imports }) => imports.includes('vscode') && !VSCODE_PLACES.some((place) => place.test(path)),
      )
      .map(({ path }) => path);
    assert.deepEqual(wrong, []);
  });

  it('reach packages only where they are meant to be used', () => {
    const wrong = files.flatMap(({ path, room, imports }) =>
      imports
        .filter((specifier) => !specifier.startsWith('.') && specifier !== 'vscode' && !isBuiltin(specifier))
        .filter((specifier) => !(PACKAGES[specifier] ?? []).includes(room))
        .map((specifier) => `${path} imports ${specifier}`),
    );
    assert.deepEqual(wrong, []);
  });

  it('do not run in circles between files', () => {
    const graph = new Map(
      files.map(({ path, text }) => [
        path,
        importsOf(text.replaceAll(/^import type [\s\S]*?;$/gm, ''))
          .filter((specifier) => specifier.startsWith('.'))
          .map((specifier) => `${resolveImport(path, specifier)}.ts`),
      ]),
    );
    const done = new Set<string>();
    const circles: string[] = [];
    const visit = (path: string, trail: readonly string[]) => {
      if (trail.includes(path)) {
        circles.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
        return;
      }
      if (done.has(path)) return;
      for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
      done.add(path);
    };
    for (const path of graph.keys()) visit(path, []);
    assert.deepEqual(circles, []);
  });
});
