import * as assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { sourceFiles } from './files';

const files = sourceFiles();

/** The code without comments and texts, so that words in them do not count. */
function codeOf(text: string): string {
  return text
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/\/\/.*$/gm, '')
    .replaceAll(/'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g, "''");
}

function offenders(pattern: RegExp, outside: RegExp): string[] {
  return files
    .filter(({ path, text }) => !outside.test(path) && pattern.test(codeOf(text)))
    .map(({ path }) => path);
}

describe('what a room must not know', () => {
  it('the DOM stays in webviews/', () => {
    assert.deepEqual(
      offenders(
        /\b(document\.(create|get|query|body|add)|window\.(add|local|dev|match)|HTMLElement)/,
        /^src\/webviews\//,
      ),
      [],
    );
  });

  it('the engine, traces and analysis know no clock of their own, no chance but the seeded one, no process', () => {
    const pattern =
      /\b(Date\.now|new Date|performance\.now|Math\.random|process\.|setTimeout|setInterval|fetch)\b/;
    const pure = files.filter(({ room }) => ['base', 'engine', 'trace', 'analysis'].includes(room));
    assert.deepEqual(
      pure.filter(({ text }) => pattern.test(codeOf(text))).map(({ path }) => path),
      [],
    );
  });

  it('nothing opens a connection', () => {
    const pattern =
      /\b(fetch\(|XMLHttpRequest|WebSocket|EventSource|sendBeacon|createTelemetryLogger|openExternal)/;
    assert.deepEqual(offenders(pattern, /^$/), []);
    const modules = /^(node:)?(https?|http2|net|tls|dgram|dns)$/;
    assert.deepEqual(
      files.filter(({ imports }) => imports.some((name) => modules.test(name))).map(({ path }) => path),
      [],
    );
  });

  it('nothing out of a file is run or becomes markup', () => {
    const pattern =
      /\b(eval\(|new Function\(|innerHTML|outerHTML|insertAdjacentHTML|document\.write|execSync|exec\()/;
    const wrong = offenders(pattern, /^$/).filter((path) => {
      // `pattern.exec(text)` of a regular expression is no execution.
      const code = codeOf(files.find((file) => file.path === path)?.text ?? '').replaceAll(
        /\.exec\(/g,
        '.match(',
      );
      return pattern.test(code);
    });
    assert.deepEqual(wrong, []);
  });

  it('webviews are not kept alive while they are hidden', () => {
    assert.deepEqual(offenders(/retainContextWhenHidden/, /^$/), []);
  });

  it('webviews use the colours of the theme only', () => {
    const sheets = readdirSync('media').filter((name) => name.endsWith('.css'));
    assert.ok(sheets.length > 0);
    for (const sheet of sheets) {
      const css = readFileSync(`media/${sheet}`, 'utf8').replaceAll(/\/\*[\s\S]*?\*\//g, '');
      assert.doesNotMatch(css, /#[0-9a-f]{3,8}\b|\brgba?\(|\bhsla?\(/i, sheet);
      assert.doesNotMatch(css, /@import|url\(/, sheet);
    }
  });

  it('no default exports, enums or files that only pass on', () => {
    assert.deepEqual(offenders(/^export default\b/m, /^$/), []);
    assert.deepEqual(offenders(/^\s*(export )?(const )?enum\b/m, /^$/), []);
    assert.deepEqual(
      files.filter(({ path }) => path.endsWith('/index.ts')).map(({ path }) => path),
      [],
    );
  });

  it('no file is longer than 400 lines', () => {
    assert.deepEqual(
      files.filter(({ text }) => text.split('\n').length > 401).map(({ path }) => path),
      [],
    );
  });

  it('no file names a machine it was written on', () => {
    const places =
      /(?<![\w./:-])\/(home|root|work|Users|tmp)\/[a-z]|\b(\d{1,3}\.){3}\d{1,3}\b(?<!127\.0\.0\.1)/;
    const named = [
      ...files.map(({ path, text }) => ({ path, text })),
      { path: 'package.json', text: readFileSync('package.json', 'utf8') },
    ];
    assert.deepEqual(
      named.filter(({ text }) => places.test(text)).map(({ path }) => path),
      [],
    );
  });
});
