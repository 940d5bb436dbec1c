/** Sequence suite: each rule of docs/RULES.md by each kernel it speaks of; counts, events, return values, order. */
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { KERNEL_RULES } from '../../src/engine/sim/run';
import { checkSituation } from '../support/ruleTests';
import { ALL_RULES } from './rules/all';

describe('engine: sequence', () => {
  for (const rule of ALL_RULES) {
    describe(rule.name, () => {
      for (const test of rule.tests) {
        for (const kernel of test.kernels ?? rule.kernels) {
          it(`${kernel}: ${test.says}`, () => {
            if ('holds' in test) test.holds(kernel);
            else checkSituation(test, kernel);
          });
        }
      }
    });
  }
});

/** A row of a table of docs/RULES.md: rule, what happens, the four kernels, recordings, source. */
interface Row {
  readonly name: string;
  readonly kernels: readonly string[];
  readonly source: string;
}

function rowsOfTheDocument(): Row[] {
  const lines = readFileSync('docs/RULES.md', 'utf8').split('\n');
  return lines
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter((cells) => cells.length === 10 && !/^(Rule|-+)$/.test(cells[1] ?? ''))
    .map((cells) => {
      const [name = '', , ...rest] = cells.slice(1, -1);
      const kernels = KERNEL_RULES.filter((_, i) => rest[i] !== '–');
      return { name, kernels, source: rest.at(-1) ?? '' };
    });
}

describe('docs/RULES.md', () => {
  const rows = rowsOfTheDocument();
  const built = rows.filter((row) => row.source !== 'not built yet');

  it('has one row for each of K1 to K42, in order', () => {
    assert.deepEqual(
      rows.flatMap((row) => /^K(\d+)/.exec(row.name)?.[1] ?? []),
      Array.from({ length: 42 }, (_, i) => String(i + 1)),
    );
  });

  it('has a test for every rule it names, and a rule for every test', () => {
    assert.deepEqual(
      built.map((row) => row.name),
      ALL_RULES.map((rule) => rule.name),
    );
  });

  it('names the kernels each rule is tested by, all of them', () => {
    for (const row of built) {
      const rule = ALL_RULES.find((known) => known.name === row.name);
      const tested = new Set(rule?.tests.flatMap((test) => test.kernels ?? rule.kernels));
      assert.deepEqual(
        KERNEL_RULES.filter((kernel) => tested.has(kernel)),
        row.kernels,
        row.name,
      );
      assert.deepEqual(rule?.kernels, row.kernels, row.name);
    }
  });

  it('gives every rule the kernel function it comes from', () => {
    for (const row of built) assert.match(row.source, /\w+\(\)/, row.name);
  });
});
