import assert from 'node:assert/strict';
import type { OverheadTable } from '../../src/analysis/overhead';
import { PATHS } from '../../src/engine/kernel/copyPath/registry';
import { BATCH_KINDS, COPY_PATHS, PHASES } from '../../src/engine/sim/run';
import {
  formatCount,
  formatCyclesSd,
  formatDuration,
  formatNanoseconds,
} from '../../src/webviews/shared/format';
import {
  headings,
  indexOf,
  legend,
  openEditor,
  playhead,
  present,
  press,
  SAMPLE_256M,
  SAMPLE_FATES,
  tableRows,
} from './support/editor';
import type { HostedTrace } from './support/host';
import { hostTrace } from './support/host';

const BATCHES = '.timeline-panel .data-table';
const FOLIOS = '.panel-folios .data-table';
const ANATOMY = '.panel-anatomy .data-table';
const OVERHEAD = '.panel-table .data-table';

describe('twin tables', () => {
  let large: HostedTrace;
  let fates: HostedTrace;
  before(async () => {
    large = await hostTrace(SAMPLE_256M);
    fates = await hostTrace(SAMPLE_FATES);
  });

  it('lists every batch of the timeline with the engine’s numbers', async () => {
    const view = await openEditor(fates);
    const { run } = await indexOf(fates, 'serial');
    await view.page.click('.timeline-foot .toggle');
    const head = await headings(view.page, BATCHES);
    const rows = await tableRows(view.page, BATCHES);
    assert.equal(rows.length, run.batches.length);
    rows.forEach((row, batch) => {
      const cell = (name: string) => row[head.indexOf(name)];
      assert.equal(cell('batch'), formatCount(batch + 1));
      assert.equal(cell('folios'), formatCount(run.batches.count[batch] as number));
      assert.equal(cell('failed'), formatCount(run.batches.failed[batch] as number));
      assert.equal(cell('start'), formatDuration(run.batches.start[batch] as number, 4));
    });
  });

  it('keeps only the rows in sight of a long table, and sorts all of them', async () => {
    const view = await openEditor(large);
    const { run } = await indexOf(large, 'serial');
    await view.page.click('.timeline-foot .toggle');
    assert.ok((await tableRows(view.page, BATCHES)).length < run.batches.length);
    assert.equal(await view.page.getAttribute(BATCHES, 'aria-rowcount'), String(run.batches.length + 1));
    await view.page.click(`${BATCHES} th:has-text("batch") button`);
    assert.equal((await tableRows(view.page, BATCHES))[0]?.[0], String(run.batches.length));
    assert.equal(await view.page.getAttribute(`${BATCHES} th:has-text("batch")`, 'aria-sort'), 'descending');
    await view.page.click(`${BATCHES} th:has-text("batch") button`);
    assert.equal((await tableRows(view.page, BATCHES))[0]?.[0], '1');
  });

  it('goes to a batch from its row', async () => {
    const view = await openEditor(fates);
    await view.page.click('.timeline-foot .toggle');
    await view.page.click(`${BATCHES} tbody tr:nth-of-type(6) .link`);
    assert.equal((await playhead(view)).batch, 4);
    const current = await view.page.textContent(`${BATCHES} tr[aria-current=true] th`);
    assert.equal(current, '5');
  });

  it('lists the folios of the batch in the states that the legend counts', async () => {
    const view = await openEditor(fates);
    await press(view, 'b', 'z', 'Shift+ArrowRight', 'Shift+ArrowRight', 'Shift+ArrowRight');
    await view.page.click('.panel-folios .toggle');
    const counts: Record<string, number> = {};
    const scroll = view.page.locator('.panel-folios .table-scroll');
    const seen = new Set<string>();
    const head = await headings(view.page, FOLIOS);
    for (let top = 0; seen.size < 512 && top < 13000; top += 240) {
      await scroll.evaluate((node, at) => (node.scrollTop = at), top);
      await view.page.waitForTimeout(40);
      for (const row of await tableRows(view.page, FOLIOS)) {
        if (seen.has(row[0] ?? '')) continue;
        seen.add(row[0] ?? '');
        const state = row[head.indexOf('state')] ?? '';
        counts[state] = (counts[state] ?? 0) + 1;
      }
    }
    assert.equal(seen.size, 512);
    assert.deepEqual(counts, present(await legend(view.page)));
  });

  it('gives the durations of the anatomy: phases add up to the batch', async () => {
    const view = await openEditor(large);
    await view.page.click('.panel-anatomy .toggle');
    const rows = await tableRows(view.page, ANATOMY);
    assert.deepEqual(
      rows.map((row) => row[0]),
      COPY_PATHS.map((path) => PATHS[path].title),
    );
    for (const [i, choice] of COPY_PATHS.entries()) {
      const { batches, segments, calls } = (await indexOf(large, choice)).run;
      // An asynchronous batch is over when its second half is.
      const lastHalf = Math.max(
        0,
        batches.kind.findIndex((kind) => BATCH_KINDS[kind] === 'finish'),
      );
      assert.equal(
        rows[i]?.at(-1),
        formatDuration((batches.end[lastHalf] as number) - (batches.start[0] as number)),
      );
      assert.ok(segments.length > 0);
      const sums = PHASES.reduce((sum, phase) => sum + (calls[phase][0] as number), 0);
      assert.equal(sums, (calls.end[0] as number) - (calls.start[0] as number));
    }
  });

  it('has the charts’ numbers in the overhead table, the published ones beside', async () => {
    const view = await openEditor(large);
    const table = (await large.answer('overhead', null)) as OverheadTable;
    const rows = await tableRows(view.page, OVERHEAD);
    assert.equal(rows.length, table.rows.length);
    table.rows.forEach((row, i) => {
      assert.equal(rows[i]?.[1], row.size);
      assert.equal(rows[i]?.[2], formatCyclesSd(row.migratePages));
      assert.equal(rows[i]?.[3], row.published === null ? '–' : formatCyclesSd(row.published.migratePages));
      assert.equal(rows[i]?.[9], formatNanoseconds(row.firstFolioNs));
    });
    await view.page.click(`${OVERHEAD} th:has-text("migrate_pages") button`);
    const dearest = table.rows.toSorted((a, b) => b.migratePages.mean - a.migratePages.mean)[0];
    assert.equal(
      (await tableRows(view.page, OVERHEAD))[0]?.[2],
      formatCyclesSd(dearest?.migratePages ?? { mean: 0, sd: 0 }),
    );
  });
});
