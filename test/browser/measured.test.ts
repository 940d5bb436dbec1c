import assert from 'node:assert/strict';
import { PHASES } from '../../src/engine/sim/run';
import { formatDuration, formatFraction } from '../../src/webviews/shared/format';
import { PHASE_LABELS } from '../../src/webviews/shared/theme';
import {
  canvasColors,
  headings,
  indexOf,
  openEditor,
  press,
  summaryValue,
  TIMELINE,
  TIMELINE_OVER,
  tableRows,
} from './support/editor';
import type { HostedTrace } from './support/host';
import { hostTrace } from './support/host';

const BATCHES = '.timeline-panel .data-table';
const ANATOMY = '.panel-anatomy .data-table';

describe('a recording whose functions were timed', () => {
  let trace: HostedTrace;
  before(async () => {
    trace = await hostTrace('test/fixtures/traces/tracecmd-fgraph-512k/report.txt.gz', { runs: 1 });
  });

  it('shows F as measured, and says that the tracer is in it', async () => {
    const { page } = await openEditor(trace, {}, { selected: 'observed' });
    const answer = await trace.run('observed');
    assert.equal(await summaryValue(page, 'fraction'), formatFraction(answer!.header.fraction!));
    assert.match((await page.textContent('body')) ?? '', /measured, tracer included/);
  });

  it('draws its batches in the colours of the phases, and tells their times', async () => {
    const view = await openEditor(trace, {}, { selected: 'observed' });
    const { run } = await indexOf(trace, 'observed');
    const colors = Object.values(await canvasColors(view.page, TIMELINE)).filter((pixels) => pixels > 500);
    assert.ok(colors.length >= 4, String(colors.length));
    assert.doesNotMatch((await view.page.textContent('.timeline-foot')) ?? '', /not recorded/);
    const box = (await view.page.locator(TIMELINE_OVER).boundingBox())!;
    let tooltip = '';
    for (let share = 0.2; share < 0.95 && !tooltip.includes('tracer'); share += 0.05) {
      await view.page.mouse.move(box.x + box.width * share, box.y + 45);
      await view.page.waitForTimeout(60);
      tooltip = (await view.page.textContent('.tooltip')) ?? '';
    }
    assert.ok(
      [0, 1].some((call) => tooltip.includes(formatDuration(run.calls.copy[call] as number))),
      tooltip,
    );
  });

  it('lists the phases of its batches, which add up to them', async () => {
    const view = await openEditor(trace, {}, { selected: 'observed' });
    const { run } = await indexOf(trace, 'observed');
    await view.page.click('.timeline-foot .toggle');
    const head = await headings(view.page, BATCHES);
    const rows = await tableRows(view.page, BATCHES);
    assert.equal(rows.length, 2);
    rows.forEach((row, call) => {
      for (const phase of PHASES) {
        const shown = row[head.indexOf(PHASE_LABELS[phase])]!;
        assert.equal(shown, formatDuration(run.calls[phase][call] as number, 4), phase);
      }
    });
  });

  it('is a line across the chart of F', async () => {
    const { page } = await openEditor(trace, {}, { selected: 'observed' });
    await page.waitForSelector('.charts canvas[aria-label*="recorded"]');
    const answer = await trace.run('observed');
    const label = await page.getAttribute('.charts figure:nth-child(2) canvas', 'aria-label');
    assert.ok(label?.includes(`recorded ${formatFraction(answer!.header.fraction!)}`), label ?? '');
  });

  it('stands beside the designs in the anatomy', async () => {
    const view = await openEditor(trace, {}, { selected: 'observed' });
    await view.settled();
    await press(view, 'End');
    await view.page.click('.panel-anatomy .toggle');
    const designs = (await tableRows(view.page, ANATOMY)).map(([name]) => name);
    assert.ok(designs.includes('Observed'), designs.join());
  });
});

describe('a recording that counts no pages', () => {
  it('says so instead of showing none', async () => {
    const trace = await hostTrace('test/fixtures/traces/mp-4k/graph.txt.gz', { runs: 1 });
    const { page } = await openEditor(trace, {}, { selected: 'observed' });
    assert.equal(await summaryValue(page, 'moved'), '–');
    assert.match((await page.textContent('body')) ?? '', /pages: not recorded/);
  });
});
