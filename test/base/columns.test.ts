import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { emptyTable, GrowableTable, tableBuffers } from '../../src/base/columns';
import { formatProblem, MAX_PROBLEMS, ProblemList } from '../../src/base/problem';
import { meanSd } from '../../src/base/statistics';

const SCHEMA = { small: 'u8', wide: 'f64' } as const;

describe('base: columns', () => {
  it('keeps every row through growth, and copies out exactly those', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(255), fc.double({ noNaN: true })), { maxLength: 500 }), (rows) => {
        const table = new GrowableTable(SCHEMA, 1);
        for (const [small, wide] of rows) {
          const row = table.push();
          table.columns.small[row] = small;
          table.columns.wide[row] = wide;
        }
        const done = table.finish();
        assert.equal(done.length, rows.length);
        assert.deepEqual(
          Array.from(done.small),
          rows.map(([small]) => small),
        );
        assert.deepEqual(
          Array.from(done.wide),
          rows.map(([, wide]) => wide),
        );
        assert.equal(done.wide.buffer.byteLength, rows.length * 8);
      }),
    );
  });

  it('hands out one buffer per column', () => {
    assert.equal(tableBuffers(emptyTable(SCHEMA)).length, 2);
  });
});

describe('base: problems', () => {
  it('keeps the first problems and counts the rest', () => {
    const list = new ProblemList();
    for (let i = 0; i < MAX_PROBLEMS + 5; i++) list.add(`problem ${i}`, 'Mend it.', i + 1);
    const parsed = list.parsed(null);
    assert.equal(parsed.problems.length, MAX_PROBLEMS);
    assert.equal(parsed.problemCount, MAX_PROBLEMS + 5);
  });

  it('says file, line, what and what to do', () => {
    const at = { line: 3, offset: null, message: 'Bad count.', hint: 'Write a number.' };
    assert.equal(formatProblem('a.txt', at), 'a.txt:3: Bad count. Write a number.');
    assert.equal(
      formatProblem('a.bin', { ...at, line: null, offset: 9 }),
      'a.bin:@9: Bad count. Write a number.',
    );
  });
});

describe('base: statistics', () => {
  it('takes the sample standard deviation', () => {
    assert.deepEqual(meanSd([]), { mean: 0, sd: 0 });
    assert.deepEqual(meanSd([4]), { mean: 4, sd: 0 });
    assert.deepEqual(meanSd([1, 2, 3, 4]), { mean: 2.5, sd: Math.sqrt(5 / 3) });
  });
});
