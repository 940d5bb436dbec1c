import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { createFtraceTextReader } from '../../../src/trace/formats/ftraceText/reader';
import { traceInfo } from '../../../src/analysis/info';
import { CALL_FLAGS } from '../../../src/engine/folio/workload';
import { MAX_PROBLEMS } from '../../../src/base/problem';
import { FIXTURES, readBytes, readText } from '../recordings';

const HEAD = '             mig-942     [000] ...1.    47.640331: ';
const GOOD = `${HEAD}mm_migrate_pages: nr_succeeded=7 nr_failed=0 mode=MIGRATE_SYNC reason=demotion\n`;

describe('damaged input gives a problem with its line, and the rest is read', () => {
  const table: [name: string, line: string, message: RegExp][] = [
    ['words that are no event', 'hello world', /not an ftrace event: "hello world"/],
    ['an event cut in its address', `${HEAD}set_migration_pte: addr=7f00`, /set_migration_pte.*damaged/],
    ['an event cut in its order', `${HEAD}set_migration_pte: addr=7f00, pte=12 order=`, /damaged/],
    ['an event glued to the next', `${HEAD}set_migration_pte: addr=7f0${HEAD}tlb_flush: pages:1`, /damaged/],
    ['an address of 17 digits', `${HEAD}set_migration_pte: addr=12345678901234567, pte=1 order=0`, /damaged/],
    ['an address beyond 2^53', `${HEAD}set_migration_pte: addr=ffff880000001000, pte=1 order=0`, /2\^53/],
    ['a flush without a reason', `${HEAD}tlb_flush: pages:1 reason:local mm shoo`, /tlb_flush.*damaged/],
    [
      'a sum without its reason',
      `${HEAD}mm_migrate_pages: nr_succeeded=1 nr_failed=0 mode=MIGRATE_SYNC`,
      /damaged/,
    ],
    [
      'a sum beyond 2^53',
      `${HEAD}mm_migrate_pages: nr_succeeded=18446744073709551615 nr_failed=0 mode=MIGRATE_SYNC reason=demotion`,
      /2\^53/,
    ],
    [
      'an unknown reason',
      `${HEAD}mm_migrate_pages_start: mode=MIGRATE_SYNC reason=demo`,
      /"demo" is no migration mode or reason/,
    ],
    ['a head without a name', HEAD, /no event name/],
    ['bytes of no text', '\u0000\u0001\u0002\u0003', /"\.\.\.\."/],
    [
      'the latency format of tracefs',
      '    mig-942     0d...1   14us : set_migration_pte',
      /not an ftrace event/,
    ],
  ];
  for (const [name, line, message] of table) {
    it(name, () => {
      const { value, problems } = readText(`${GOOD}${line}\n${GOOD}`);
      const found = problems.filter((problem) => message.test(problem.message));
      assert.equal(found.length, 1, JSON.stringify(problems));
      assert.equal(found[0]?.line, 2);
      assert.ok(found[0].hint.length > 0);
      const sevens = [...value.workload.calls.nr_succeeded].filter((count) => count === 7);
      assert.equal(sevens.length, 2);
    });
  }
});

describe('odd files open', () => {
  it('an empty file', () => {
    const { value, problems } = readText('');
    assert.equal(value.events.length, 0);
    assert.deepEqual(value.span, { startNs: 0, endNs: 0 });
    assert.match(problems[0]!.message, /empty/);
  });

  it('a trace without migration', () => {
    const { problems } = readText(`${HEAD}sched_waking: comm=x pid=1 prio=120 target_cpu=000\n`);
    assert.match(problems[0]!.message, /no page migration events/);
    assert.match(problems[0]!.hint, /trace-cmd record -e migrate/);
  });

  it('CRLF line ends and a last line without an end', () => {
    const { value, problems } = readText(`${GOOD}${GOOD}`.replaceAll('\n', '\r\n').trimEnd());
    assert.deepEqual(problems, []);
    assert.equal(value.lines, 2);
    assert.deepEqual(traceInfo(readText(GOOD + GOOD)).totals.nr_succeeded, 14);
  });

  it('UTF-8 with a byte order mark, UTF-16 of both byte orders', () => {
    const little = Buffer.from(`\ufeff${GOOD}${GOOD}`, 'utf16le');
    const big = Buffer.from(little).swap16();
    const marked = Buffer.from(`\ufeff${GOOD}${GOOD}`, 'utf8');
    for (const bytes of [little, big, marked]) {
      for (const chunk of [1, 7, 1 << 16]) {
        assert.equal(traceInfo(readBytes(bytes, 'x', chunk)).totals.nr_succeeded, 14);
      }
    }
    assert.match(readBytes(little).problems[0]!.message, /UTF-16/);
  });

  it('a clock that runs back is said once, and the span holds all events', () => {
    const at = (seconds: number): string =>
      `     mig-1       [000] .....     ${seconds}.000000: tlb_flush: pages:1 reason:local mm shootdown (3)\n`;
    const { value, problems } = readText(at(5) + at(9) + at(2) + at(1) + GOOD);
    assert.deepEqual(value.span, { startNs: 1e9, endNs: 47_640_331_000 });
    assert.match(problems[0]!.message, /runs back 2 times/);
  });

  it('a clock that counts', () => {
    const { value, problems } = readText(
      `     mig-1       [000] .....     12345: mm_migrate_pages_start: mode=MIGRATE_SYNC reason=demotion\n`,
    );
    assert.equal(value.events.timeNs[0], 12345);
    assert.match(problems[0]!.message, /counts events or CPU cycles/);
  });

  it('every line twice: all are counted, the calls that do not close are incomplete', () => {
    const start = `${HEAD}mm_migrate_pages_start: mode=MIGRATE_SYNC reason=demotion\n`;
    const info = traceInfo(readText(start + start + GOOD + GOOD));
    assert.equal(info.events['mm_migrate_pages'], 2);
    assert.deepEqual(info.calls, { total: 3, complete: 1, incomplete: 2 });
  });

  it('a line of many megabytes is skipped without being kept', () => {
    const reader = createFtraceTextReader({ source: '' });
    const zeros = new Uint8Array(1 << 20).fill(120);
    for (let i = 0; i < 8; i++) reader.push(zeros);
    reader.push(Buffer.from(`\n${GOOD}`));
    const { value, problems } = reader.finish();
    assert.equal(value.workload.calls.length, 1);
    assert.match(problems[0]!.message, /longer than/);
  });

  it('junk fills the problem list and no more', () => {
    const parsed = readText(`${GOOD}${'junk\n'.repeat(MAX_PROBLEMS * 3)}`);
    assert.equal(parsed.problems.length, MAX_PROBLEMS);
    assert.equal(parsed.problemCount, MAX_PROBLEMS * 3);
  });

  it('names without end are counted together in the end', () => {
    const { value } = readText(Array.from({ length: 300_000 }, (_, i) => `${HEAD}name${i}: x\n`).join(''));
    assert.ok(Object.keys(value.eventCounts).length < 270_000);
    assert.equal(
      Object.values(value.eventCounts).reduce((sum, count) => sum + count, 0),
      300_000,
    );
  });
});

describe('properties', () => {
  const text = gunzipSync(readFileSync(`${FIXTURES}/pinned-vmsplice-thp/trace.txt.gz`));
  const whole = readBytes(text, 'x', text.length);
  const latency = gunzipSync(readFileSync(`${FIXTURES}/mp-4k/report-l.txt.gz`));
  const wholeLatency = readBytes(latency, 'x', latency.length);

  it('the same bytes in any chunks are the same trace', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9000 }), { minLength: 1, maxLength: 60 }), (sizes) => {
        for (const [bytes, expected] of [
          [text, whole],
          [latency, wholeLatency],
        ] as const) {
          const reader = createFtraceTextReader({ source: 'x' });
          let at = 0;
          for (let i = 0; at < bytes.length; i++) {
            const size = sizes[i % sizes.length]!;
            reader.push(bytes.subarray(at, at + size));
            at += size;
          }
          assert.deepEqual(reader.finish(), expected);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('a chunk may be reused after push', () => {
    const reader = createFtraceTextReader({ source: 'x' });
    const chunk = new Uint8Array(777);
    for (let at = 0; at < text.length; at += chunk.length) {
      const part = text.subarray(at, at + chunk.length);
      chunk.set(part);
      reader.push(chunk.subarray(0, part.length));
      chunk.fill(48);
    }
    assert.deepEqual(reader.finish(), whole);
  });

  it('a cut file never throws and holds what came before the cut', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: text.length }), (length) => {
        const { value } = readBytes(text.subarray(0, length));
        assert.ok(value.events.length <= whole.value.events.length);
        assert.ok(value.lines <= whole.value.lines);
        for (let call = 0; call < value.workload.calls.length; call++) {
          const flags = value.workload.calls.flags[call]!;
          assert.ok((flags & CALL_FLAGS.end) !== 0 || (flags & CALL_FLAGS.partial) !== 0);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('mutated, doubled and interleaved bytes never throw, and lines are always counted', () => {
    const edit = fc.record({
      at: fc.nat(text.length - 1),
      drop: fc.nat(300),
      insert: fc.uint8Array({ maxLength: 40 }),
      copyFrom: fc.nat(text.length - 1),
      copy: fc.nat(400),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 8 }), (edits) => {
        let bytes: Buffer = text;
        for (const { at, drop, insert, copyFrom, copy } of edits) {
          bytes = Buffer.concat([
            bytes.subarray(0, at),
            insert,
            text.subarray(copyFrom, copyFrom + copy),
            bytes.subarray(at + drop),
          ]);
        }
        const reader = createFtraceTextReader({ source: 'x' });
        reader.push(bytes);
        const parsed = reader.finish();
        const newlines = bytes.filter((byte) => byte === 10).length;
        assert.equal(parsed.value.lines, bytes.at(-1) === 10 || bytes.length === 0 ? newlines : newlines + 1);
        const { calls, folioRuns } = parsed.value.workload;
        const runs = [...calls.runCount].reduce((sum, count) => sum + count, 0);
        assert.equal(runs, folioRuns.length);
        JSON.stringify(traceInfo(parsed));
      }),
      { numRuns: 200 },
    );
  });

  it('bytes of any kind never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), (bytes) => {
        const reader = createFtraceTextReader({ source: 'x' });
        reader.push(bytes);
        reader.finish();
        readBytes(bytes);
      }),
      { numRuns: 200 },
    );
  });
});
