/** What a recording shows, as a run: counts, batches and times come from the events, and nothing is invented. */
import { strict as assert } from 'node:assert';
import { observe, observedRun } from '../../src/analysis/observedRun';
import { overheadTable } from '../../src/analysis/reproduce';
import { folioStateAt, folioStates } from '../../src/engine/probe/folioStates';
import { countersAt } from '../../src/engine/probe/countersAt';
import { createRunIndex } from '../../src/engine/probe/runIndex';
import { FOLIO_STATES } from '../../src/engine/probe/states';
import { RFC_V1_ZEN3 } from '../../src/engine/machine/presets/rfcV1Zen3';
import type { Run } from '../../src/engine/sim/run';
import { FOLIO_RESULTS, PHASES } from '../../src/engine/sim/run';
import { readTraceFile } from '../../src/worker/readTraceFile';

async function observed(file: string): Promise<Run> {
  const { value } = await readTraceFile(file, { cancelled: () => false, progress: () => undefined });
  const run = observedRun(value);
  assert.ok(run !== null);
  return run;
}

describe('analysis: observed run', () => {
  it('without times has everything else, and gives the times that are asked for', async () => {
    for (const file of ['mixed-status-1m', 'pipe-lost', 'mlock-4m']) {
      const { value } = await readTraceFile(`test/fixtures/traces/${file}/trace.txt.gz`, {
        cancelled: () => false,
        progress: () => undefined,
      });
      const whole = observedRun(value);
      const bare = observe(value, 0);
      assert.ok(whole?.observedTimes && bare !== null);
      assert.deepEqual(bare.run, { ...whole, observedTimes: null });
      const { folioCount, observedTimes } = whole;
      for (const [first, count] of [
        [0, folioCount],
        [folioCount >> 1, 100],
        [folioCount - 10, 100],
      ] as const) {
        const times = bare.times(first, count);
        assert.equal(times.length, Math.min(count, folioCount - first));
        assert.deepEqual(times.unmapped, observedTimes.unmapped.slice(first, first + count), file);
        assert.deepEqual(times.remapped, observedTimes.remapped.slice(first, first + count), file);
      }
    }
  });

  it('has the recorded totals, one batch per run of sets, and a folio per page with events', async () => {
    const run = await observed('samples/migrate-pages-16m-6.12.migtrace');
    assert.equal(run.kind, 'observed');
    assert.equal(run.statistics, null);
    assert.equal(run.config, null);
    assert.equal(run.totals.nr_succeeded, 8201);
    assert.equal(run.folioCount, 8201);
    // Batches end where the kernel cuts: at the folio that makes 512 base pages.
    for (let batch = 0; batch < run.batches.length; batch++) {
      assert.ok((run.batches.pages[batch] as number) <= 512, `batch ${batch}`);
      assert.ok((run.batches.end[batch] as number) >= (run.batches.start[batch] as number));
    }
    assert.ok(run.batches.length >= Math.ceil(8201 / 512));
  });

  it('shows pages that were given back as restored at the end, and the others as done', async () => {
    const run = await observed('samples/pinned-vmsplice-6.12.migtrace');
    const states = new Uint8Array(run.folioCount);
    folioStates(createRunIndex(run), 0, run.folioCount, run.end, states);
    const counts = new Map<string, number>();
    for (const code of states) {
      const state = FOLIO_STATES[code] ?? '';
      counts.set(state, (counts.get(state) ?? 0) + 1);
    }
    assert.equal(counts.get('done'), 1024);
    assert.equal(counts.get('restored'), 256);
    assert.equal(counts.size, 2);
    const end = countersAt(createRunIndex(run), run.end);
    assert.equal(end.pagesMoved, 1024);
    assert.equal(end.pagesFailed, 256);
  });

  it('lets a folio be unmapped between its first set and its last remove event', async () => {
    const run = await observed('samples/pinned-vmsplice-6.12.migtrace');
    const index = createRunIndex(run);
    const times = run.observedTimes;
    assert.ok(times !== null);
    for (const folio of [0, 1, 500, run.folioCount - 1]) {
      const from = times.unmapped[folio] as number;
      const to = times.remapped[folio] as number;
      assert.ok(from < to, `folio ${folio}`);
      assert.equal(folioStateAt(index, folio, from - 1), 'listed');
      assert.equal(folioStateAt(index, folio, (from + to) / 2), 'unmapped');
      assert.ok(['done', 'restored'].includes(folioStateAt(index, folio, to)));
    }
  });

  it('knows no phases: the whole of a call is charged to none of the four', async () => {
    const run = await observed('samples/compaction-6.18.migtrace');
    assert.equal(run.segments.length, 0);
    for (const phase of PHASES.filter((name) => name !== 'other')) {
      assert.ok(
        run.calls[phase].every((ps) => ps === 0),
        phase,
      );
    }
    assert.equal(run.totals.nr_succeeded, 122_308);
    assert.equal(run.totals.nr_failed, 35);
    assert.equal(run.calls.length, 574);
    // Two pages in three of a compaction are in no page table: their moves count, though no event shows them.
    assert.equal(countersAt(createRunIndex(run), run.end).pagesMoved, 122_308);
  });

  it('counts a split THP through its parts, once', async () => {
    const run = await observed('test/fixtures/traces/enomem-thp/trace.txt.gz');
    const end = countersAt(createRunIndex(run), run.end);
    const seen = run.batches.moved.reduce((sum, pages) => sum + pages, 0);
    assert.equal(end.pagesMoved, seen);
    assert.equal(seen, 19_408);
    assert.equal(end.pagesFailed, 60);
    const split = FOLIO_RESULTS.indexOf('split');
    let splits = 0;
    run.folios.result.forEach((result, row) => {
      if (result === split) splits += run.folios.count[row] as number;
    });
    assert.equal(splits, 62);
  });

  it('does not exist for a workload that no kernel ran', async () => {
    const { value } = await readTraceFile('samples/promotion-2m.migtrace', {
      cancelled: () => false,
      progress: () => undefined,
    });
    assert.equal(observedRun(value), null);
  });
});

describe('analysis: overhead table', () => {
  const table = overheadTable(RFC_V1_ZEN3, 2);

  it('has a row per design and size, whose phases add up to migrate_pages at mean costs', () => {
    assert.equal(table.rows.length, 12);
    for (const row of table.rows) {
      const sum = PHASES.reduce((total, phase) => total + row.phases[phase], 0);
      // Two varied runs lie near the mean costs, which the phases are taken at.
      assert.ok(Math.abs(sum / row.migratePages.mean - 1) < 0.5, `${row.path} ${row.size}: ${sum}`);
      assert.ok(row.published !== null);
    }
  });

  it('lets the first folio wait longer in a batch than in a serial move, and longest on the slow engine', () => {
    const at = (path: string) =>
      table.rows.find((row) => row.path === path && row.size === '2MB')?.firstFolioNs ?? 0;
    assert.ok(at('serial') < at('batch-cpu'));
    assert.ok(at('batch-cpu') < at('dcbm-v1'));
  });
});
