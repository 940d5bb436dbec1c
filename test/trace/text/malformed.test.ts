import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { traceInfo } from '../../../src/analysis/info';
import { MAX_PROBLEMS, type Parsed } from '../../../src/base/problem';
import type { MigrationTrace } from '../../../src/trace/model';
import { createTraceReader } from '../../../src/trace/formats/read';
import { MALFORMED, readMalformed } from '../../support/malformed';
import { FIXTURES, readBytes } from '../recordings';

describe('damaged, foreign and odd inputs open as far as they can be read, and say what is wrong', () => {
  for (const input of MALFORMED) {
    it(input.name, async () => {
      const { wrong, problems } = await readMalformed(input);
      assert.equal(wrong, null, JSON.stringify(problems.slice(0, 3)));
    });
  }
});

const unpacked = (path: string): Buffer => gunzipSync(readFileSync(path));
const RECORDINGS: [name: string, bytes: Buffer, word: string][] = [
  ['trace', unpacked(`${FIXTURES}/mp-4k/trace.txt.gz`), 'mm_migrate_pages: '],
  ['report', unpacked(`${FIXTURES}/mp-4k/report.txt.gz`), 'mm_migrate_pages:  '],
  ['report -R', unpacked(`${FIXTURES}/mp-4k/report-R.txt.gz`), 'mm_migrate_pages:  '],
  ['report -l', unpacked(`${FIXTURES}/mp-4k/report-l.txt.gz`), 'mm_migrate_pages:  '],
  ['perf script', unpacked('test/fixtures/perf/default.txt.gz'), 'mm_migrate_pages: '],
  ['perf script with call chains', unpacked('test/fixtures/perf/chains.txt.gz'), 'mm_migrate_pages: '],
];

/** What any reading must keep to, whatever the bytes. */
function isSound(parsed: Parsed<MigrationTrace>): void {
  const { value, problems, problemCount } = parsed;
  assert.ok(problems.length <= MAX_PROBLEMS && problemCount >= problems.length);
  for (const { message, hint } of problems) assert.ok(message !== '' && hint !== '');
  const { calls, folioRuns } = value.workload;
  assert.equal(
    [...calls.runCount].reduce((sum, count) => sum + count, 0),
    folioRuns.length,
  );
  JSON.stringify(traceInfo(parsed));
}

const ends = (parsed: Parsed<MigrationTrace>): number => traceInfo(parsed).events['mm_migrate_pages'] ?? 0;

describe('whatever happens to the bytes of a recording', () => {
  for (const [name, bytes, word] of RECORDINGS) {
    const lines = bytes.toString('latin1').trimEnd().split('\n');
    const isEnd = (line: string): boolean => line.includes(word);
    const whole = readBytes(bytes);

    it(`${name}: bits that flip hurt the lines they are in, and no others`, () => {
      const flips = fc.array(fc.record({ at: fc.nat(bytes.length - 1), bit: fc.nat(7) }), { maxLength: 30 });
      fc.assert(
        fc.property(flips, (all) => {
          const damaged = Buffer.from(bytes);
          for (const { at, bit } of all) damaged[at] = damaged[at]! ^ (1 << bit);
          const parsed = readBytes(damaged);
          isSound(parsed);
          // Each flip hurts its line; a line end that is gone also the next.
          const hurt = new Set(all.map(({ at }) => at));
          assert.ok(ends(parsed) >= ends(whole) - 2 * hurt.size);
          assert.ok(ends(parsed) <= ends(whole) + hurt.size);
        }),
        { numRuns: 25 },
      );
    });

    it(`${name}: cut anywhere, all whole lines before the cut are read`, () => {
      fc.assert(
        fc.property(fc.nat(bytes.length), (length) => {
          const parsed = readBytes(bytes.subarray(0, length));
          isSound(parsed);
          const before = bytes.subarray(0, length).toString('latin1').split('\n').slice(0, -1);
          // The beginning tells the format; a few lines must be there.
          if (before.length > 30) assert.ok(ends(parsed) >= before.filter(isEnd).length);
        }),
        { numRuns: 25 },
      );
    });

    it(`${name}: lines in any order, lost or doubled, each is read as often as it is there`, () => {
      // Call chains belong to the line before them.
      const blocks = name.endsWith('chains')
        ? lines
            .join('\n')
            .split('\n\n')
            .map((block) => `${block}\n`)
        : lines;
      const order = fc.array(fc.nat(blocks.length - 1), { minLength: 40, maxLength: 200 });
      fc.assert(
        fc.property(order, (rows) => {
          const text = `${rows.map((row) => blocks[row]).join('\n')}\n`;
          const parsed = readBytes(Buffer.from(text, 'latin1'));
          isSound(parsed);
          assert.equal(ends(parsed), rows.filter((row) => isEnd(blocks[row]!)).length);
        }),
        { numRuns: 25 },
      );
    });

    it(`${name}: junk between its lines takes none of them`, () => {
      const junk = fc.array(fc.tuple(fc.nat(lines.length), fc.uint8Array({ maxLength: 60 })), {
        minLength: 1,
        maxLength: 12,
      });
      fc.assert(
        fc.property(junk, (pieces) => {
          const all = [...lines];
          for (const [row, piece] of pieces.toSorted(([a], [b]) => b - a))
            all.splice(row, 0, Buffer.from(piece).toString('latin1'));
          const parsed = readBytes(Buffer.from(`${all.join('\n')}\n`, 'latin1'));
          isSound(parsed);
          assert.ok(ends(parsed) >= ends(whole));
        }),
        { numRuns: 25 },
      );
    });

    it(`${name}: the same bytes in any chunks are the same trace`, () => {
      fc.assert(
        fc.property(fc.array(fc.integer({ min: 1, max: 9000 }), { minLength: 1, maxLength: 40 }), (sizes) => {
          const reader = createTraceReader({ source: 'trace.txt' });
          let at = 0;
          for (let i = 0; at < bytes.length; i++) {
            const size = sizes[i % sizes.length]!;
            reader.push(bytes.subarray(at, at + size));
            at += size;
          }
          assert.deepEqual(reader.finish(), whole);
        }),
        { numRuns: 15 },
      );
    });
  }
});
