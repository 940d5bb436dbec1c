/**
 * What a reviewer reads: every rule of docs/RULES.md by each kernel, with the numbers it states beside those that are played;
 * designs × fates; engines that fail at each stage. Run: npm run show:rules. Exits with 1 if anything differs.
 */
import { strict as assert } from 'node:assert';
import { FOLIO_FATES } from '../src/engine/folio/workload';
import type { CopyPathName, KernelRulesName, Run } from '../src/engine/sim/run';
import { COPY_PATHS, FAULT_STAGES, KERNEL_RULES } from '../src/engine/sim/run';
import { ALL_RULES } from '../test/engine/rules/all';
import { assertNothingLost, faultMatrix, OFFLOADING, outcomeOf, playFaults } from '../test/support/faultRuns';
import type { Situation, Statement } from '../test/support/ruleTests';
import { batchesOf, checkSituation, orderOf, workOf } from '../test/support/ruleTests';
import { playOne } from '../test/support/workloads';

const WIDTH = 160;
let differences = 0;

const write = (line: string): void => void process.stdout.write(`${line}\n`);
const cut = (text: string, width: number): string =>
  text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width);

/** Whether `check` passes; a failure is counted, and its first line told. */
function holds(check: () => void): string {
  try {
    check();
    return '';
  } catch (error) {
    differences++;
    return `  DIFFERS: ${(error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''}`;
  }
}

/** `expected / simulated` of every number that a situation states. */
function numbersOf(situation: Situation, run: Run): string[] {
  const { totals, events, returned, untried, batches, order, work } = situation;
  const pairs: [string, unknown, unknown][] = [
    ...of(totals, run.totals),
    ...of(events, run.events),
    ...of(work, workOf(run)),
  ];
  if (returned !== undefined) pairs.push(['returned', returned, run.calls.returned[0]]);
  if (untried !== undefined) pairs.push(['untried', untried, run.untried]);
  if (typeof batches === 'number') pairs.push(['batches', batches, run.batches.length]);
  else if (batches !== undefined) pairs.push(['batches', alike(batches), alike(batchesOf(run))]);
  if (order !== undefined) pairs.push(['order', alike(order), alike(orderOf(run))]);
  const texts = pairs.map(
    ([name, expected, found]) => `${short(name)} ${String(expected)} / ${String(found)}`,
  );
  return situation.check === undefined ? texts : [...texts, 'and its checks'];
}

function of(wanted: object | undefined, found: object): [string, unknown, unknown][] {
  return Object.entries(wanted ?? {}).map(([name, expected]) => [
    name,
    expected,
    (found as Record<string, unknown>)[name],
  ]);
}

const short = (name: string): string =>
  name
    .replace('nr_', '')
    .replace('_migration_pte', ' pte')
    .replace('_migration_pmd', ' pmd')
    .replace('tlb_flush_operations', 'flushes');

/** `retry 1 ×7`: equal words that follow each other, once. */
function alike(words: readonly string[]): string {
  const runs: { word: string; times: number }[] = [];
  for (const word of words) {
    const last = runs.at(-1);
    if (last?.word === word) last.times++;
    else runs.push({ word, times: 1 });
  }
  return runs.map(({ word, times }) => (times === 1 ? word : `${word} ×${times}`)).join(', ');
}

function showRules(): void {
  write('Rules × kernels: expected / simulated\n');
  const table: string[] = [];
  for (const rule of ALL_RULES) {
    write(rule.name);
    const held = new Map<KernelRulesName, { of: number; held: number }>();
    for (const test of rule.tests) {
      write(`  ${cut(test.says, WIDTH - 2).trimEnd()}`);
      // Kernels that say the same share a line.
      const lines = new Map<string, KernelRulesName[]>();
      for (const kernel of test.kernels ?? rule.kernels) {
        const before = differences;
        const line = lineOf(test, kernel);
        const count = held.get(kernel) ?? { of: 0, held: 0 };
        held.set(kernel, { of: count.of + 1, held: count.held + (differences === before ? 1 : 0) });
        lines.set(line, [...(lines.get(line) ?? []), kernel]);
      }
      for (const [line, kernels] of lines) wrapped(kernels.join(' '), line);
    }
    const cells = KERNEL_RULES.map((kernel) => {
      const count = held.get(kernel);
      return (count === undefined ? '–' : `${count.held} of ${count.of}`).padStart(12);
    });
    table.push(`  ${cut(rule.name, 66)}${cells.join('')}`);
  }
  write(
    `\nStatements that hold\n\n  ${''.padEnd(66)}${KERNEL_RULES.map((name) => name.padStart(12)).join('')}`,
  );
  for (const row of table) write(row);
}

function lineOf(test: Situation | Statement, kernel: KernelRulesName): string {
  if ('holds' in test) return holds(() => test.holds(kernel)) || 'holds';
  const run = playOne(test.call, { kernel, ...test.config });
  return numbersOf(test, run).join(' · ') + holds(() => checkSituation(test, kernel));
}

/** A line behind its label, over as many lines as it needs. */
function wrapped(label: string, text: string): void {
  let line = `    ${label.padEnd(18)}`;
  for (const word of text.split(' ')) {
    if (line.length + word.length + 1 > WIDTH) {
      write(line);
      line = ' '.repeat(22);
    }
    line += ` ${word}`;
  }
  write(line);
}

/** 100 pages, 4 of the fate and a THP of it, SYNC by the rules of 6.12: pages moved, failed, untried, and the return value. */
function showFates(): void {
  write('\nDesigns × fates (6.12, MIGRATE_SYNC; 100 pages that move, 4 pages and a THP of the fate)');
  write(
    'moved / failed / untried pages, returned; ≠ where it is not that of serial, as test/engine/fates.test.ts says\n',
  );
  const groups = new Map<string, CopyPathName[]>();
  for (const fate of FOLIO_FATES) {
    groups.clear();
    for (const path of COPY_PATHS) {
      const told = fateOf(fate, path);
      groups.set(told, [...(groups.get(told) ?? []), path]);
    }
    const serial = fateOf(fate, 'serial');
    for (const [told, paths] of groups) {
      const known = told === serial || fate === 'dirty';
      if (!known) differences++;
      const mark = told === serial ? ' ' : known ? '≠' : 'DIFFERS';
      const who = paths.length === COPY_PATHS.length ? 'every design' : paths.join(', ');
      write(`  ${fate.padEnd(28)} ${mark} ${told.padEnd(34)} ${cut(who, WIDTH - 70).trimEnd()}`);
    }
  }
}

function fateOf(fate: (typeof FOLIO_FATES)[number], path: CopyPathName): string {
  const kind = fate === 'dirty' || fate === 'orphaned-buffers' ? 'file' : 'anon';
  const runs = [
    { count: 100 },
    { count: 4, fate, kind },
    { count: 1, order: 9, fate, kind, partsMoved: 300 },
  ] as const;
  const run = playOne({ runs }, { path });
  const { nr_succeeded, nr_failed } = run.totals;
  return `${nr_succeeded} / ${nr_failed} / ${run.untried}, ${run.calls.returned[0]}`;
}

function showFaults(): void {
  write('\nInjected failures: every second attempt fails; sums over ASYNC and SYNC');
  write('one batch, many batches, a queue of 16 descriptors, three lanes at once\n');
  write(
    `  ${'design'.padEnd(13)}${'stage'.padEnd(18)}${[
      'attempts failed',
      'folios',
      'attempted',
      'by engine',
      'by CPU',
      'lost',
    ]
      .map((head) => head.padStart(17))
      .join('')}`,
  );
  const matrix = faultMatrix();
  for (const path of OFFLOADING) {
    for (const stage of FAULT_STAGES) {
      const sums = [0, 0, 0, 0, 0, 0];
      let trouble = '';
      for (const one of matrix) {
        if (one.path !== path || one.stage !== stage) continue;
        const run = playFaults(one);
        const { given, attempted, byEngine, byCpu, lost } = outcomeOf(run);
        const failed = run.dma.failures[stage];
        [failed, given, attempted, byEngine, byCpu, lost].forEach(
          (value, i) => (sums[i] = (sums[i] ?? 0) + value),
        );
        trouble += holds(() => {
          assertNothingLost(one, run, playFaults(one, { path: 'serial' }));
          assert.ok(failed > 0, 'no attempt failed');
        });
      }
      const numbers = sums.map((value) => String(value).padStart(17)).join('');
      write(`  ${path.padEnd(13)}${stage.padEnd(18)}${numbers}${trouble}`);
    }
  }
  write('  dcbm v1 copies by CPU what its engine copied, as posted.');
}

showRules();
showFates();
showFaults();
write(differences === 0 ? '\nNothing differs.' : `\n${differences} differ.`);
process.exitCode = differences === 0 ? 0 : 1;
