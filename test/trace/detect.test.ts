import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { type ContentKind, detectContent } from '../../src/trace/formats/detect';
import { FIXTURES, fixtureTraces, readBytes, readText } from './recordings';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

describe('the first bytes tell the format', () => {
  const table: [name: string, content: Uint8Array, kind: ContentKind][] = [
    ['.migtrace text', bytes('migtrace 1\nworkload …\n'), 'migtrace'],
    ['packed .migtrace', bytes('\u0089MGT\r\n\u001a\n\u0001'), 'migtrace'],
    ['perf.data', bytes('PERFILE2\u0068\u0000'), 'perf-data'],
    ['gzip', bytes('\u001f\u008b\u0008'), 'gzip'],
    ['zstd', bytes('\u0028\u00b5\u002f\u00fd'), 'zstd'],
    ['nothing', bytes(''), 'empty'],
    ['blank lines', bytes('\n\n  \n'), 'empty'],
    ['words', bytes('Dear Sir,\nplease find attached\n'), 'text'],
    ['zeros', new Uint8Array(500), 'binary'],
    [
      'perf script',
      bytes(
        '             mig   942 [000]    46.915881:             migrate:set_migration_pte: addr=1, pte=2 order=0\n',
      ),
      'perf-script',
    ],
    [
      'perf script without CPU, with pid/tid',
      bytes('mig   942/942       46.915881: migrate:mm_migrate_pages: nr_succeeded=1\n'),
      'perf-script',
    ],
    [
      'trace_pipe',
      bytes('  init-1   [000] d..1.   9.068231: tlb_flush: pages:-1 reason:flush on task switch (0)\n'),
      'ftrace-text',
    ],
    ['a loss first', bytes('CPU:1 [LOST 8567 EVENTS]\n'), 'ftrace-text'],
    [
      'function_graph',
      bytes(' 0)   1.200 us    |  folio_mc_copy();\n 0)               |  }\n'),
      'function-graph',
    ],
    [
      'function_graph with time, task and flags',
      bytes(
        '  66.547 |   0)\n  66.567597 |   0)   mig-942    | d..1. | + 35.436 us   |  folio_copy(); /* = 0x0 */\n',
      ),
      'function-graph',
    ],
    [
      'function_graph that begins with a task switch',
      bytes(' ------------------------------------------\n 0)    snap-911    =>    mig-925   \n'),
      'function-graph',
    ],
    [
      'the header of function_graph',
      bytes('# tracer: function_graph\n#\n#     TIME        CPU  DURATION\n'),
      'function-graph',
    ],
  ];
  for (const [name, content, kind] of table) {
    it(`${name}: ${kind}`, () => assert.equal(detectContent(content), kind));
  }

  for (const { name, path } of fixtureTraces()) {
    it(`${name}: ftrace-text`, () =>
      assert.equal(detectContent(gunzipSync(readFileSync(path))), 'ftrace-text'));
  }
});

describe('content that is not read says what it is and what to do', () => {
  const table: [name: string, content: Uint8Array, message: RegExp][] = [
    ['gzip within gzip', bytes('\u001f\u008b\u0008'), /gzip/],
    ['words', bytes('Dear Sir,\nplease find attached\n'), /no line of it looks like a trace/],
    ['binary data', new Uint8Array(9000), /binary/],
  ];
  for (const [name, content, message] of table) {
    it(name, () => {
      for (const chunk of [1, 100, 1 << 16]) {
        const { value, problems } = readBytes(content, 'x', chunk);
        assert.equal(problems.length, 1);
        assert.match(problems[0]!.message, message);
        assert.ok(problems[0]!.hint.length > 10);
        assert.equal(value.events.length, 0);
      }
    });
  }

  it('a .migtrace file is read by its own reader', () => {
    const everything = readFileSync('test/fixtures/migtrace/everything.migtrace');
    assert.deepEqual(readBytes(everything, 'x', 5).problems, readBytes(everything).problems);
    assert.ok(readBytes(everything, 'x', 5).value.workload.calls.length > 0);
  });

  it('trace lines behind a page of other text are read all the same', () => {
    const trace = gunzipSync(readFileSync(`${FIXTURES}/mp-2m-thp/trace.txt.gz`)).toString('latin1');
    const { value } = readText(`${'[   12.0] console noise\n'.repeat(400)}${trace}`);
    assert.equal(value.eventCounts['mm_migrate_pages'], 10);
  });
});
