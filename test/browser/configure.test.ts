import assert from 'node:assert/strict';
import { PRESETS } from '../../src/engine/machine/presets/registry';
import { COPY_PATHS } from '../../src/engine/sim/run';
import type { ReplayChanges } from '../../src/protocol/replaySetup';
import { formatCount } from '../../src/webviews/shared/format';
import {
  canvasHash,
  indexOf,
  kept,
  legend,
  openEditor,
  playhead,
  press,
  SAMPLE_256M,
  SAMPLE_FATES,
  SAMPLE_RECORDED,
  TIMELINE,
} from './support/editor';
import type { HostedTrace, HostedView } from './support/host';
import { hostTrace, openPage, serve } from './support/host';

const SERIES = 'series-v3-zen3';
/** A change is told a moment after it was made. */
const REST_MS = 400;

const field = (name: string) => `.field[data-field=${name}]`;

async function changed(view: HostedView): Promise<void> {
  await view.page.waitForTimeout(REST_MS);
  await view.settled();
}

async function lastChanges(view: HostedView): Promise<ReplayChanges | undefined> {
  const told = (await view.notices('configure')) as { changes: ReplayChanges }[];
  return told.at(-1)?.changes;
}

const hint = (view: HostedView, name: string) => view.page.textContent(`${field(name)} .field-hint`);

describe('configuring the replay', () => {
  let trace: HostedTrace;
  beforeEach(async () => {
    trace = await hostTrace(SAMPLE_256M, { runs: 1 });
  });

  it('is closed at first, opens with its button and with C, and closes with Escape', async () => {
    const view = await openEditor(trace);
    assert.ok(!(await view.page.isVisible('.replay')));
    await view.page.click('.replay-opener');
    assert.ok(await view.page.isVisible('.replay'));
    assert.equal(await view.page.getAttribute('.replay-opener', 'aria-expanded'), 'true');
    await press(view, 'Escape');
    assert.ok(!(await view.page.isVisible('.replay')));
    const focused = await view.page.evaluate(() => document.activeElement?.className ?? '');
    assert.match(focused, /replay-opener/);
    await press(view, 'c');
    assert.ok(await view.page.isVisible('.replay'));
    assert.equal((await kept(view)).replayOpen, true);
  });

  it('is opened by the host’s command', async () => {
    const view = await openEditor(trace);
    await view.notify('control', { action: 'configure' });
    assert.ok(await view.page.isVisible('.replay'));
  });

  it('replays at once, once, with what was typed, and shows the new run', async () => {
    trace.configure({ machine: SERIES });
    const view = await openEditor(trace, {}, { selected: 'dcbm-v3' });
    const before = await canvasHash(view.page, TIMELINE);
    await view.page.click('.replay-opener');
    await view.page.fill(`${field('channels')} input`, '1');
    await view.page.fill(`${field('channels')} input`, '12');
    await changed(view);
    assert.deepEqual(await view.notices('configure'), [{ changes: { machine: SERIES, channels: 12 } }]);
    const run = (await indexOf(trace, 'dcbm-v3')).run;
    assert.equal(run.config?.channels, 12);
    assert.equal((await playhead(view)).endNs, run.end / 1000);
    assert.notEqual(await canvasHash(view.page, TIMELINE), before);
    assert.equal(await view.page.locator('.dma-bars li').count(), 12);
  });

  it('keeps time scale, folios and the folio that was clicked, and the place in the run', async () => {
    trace.configure({ machine: SERIES });
    const view = await openEditor(trace, {}, { selected: 'precopy' });
    await press(view, 'Home', 'b', 'b', 'b', 'b');
    await view.page.click('.grid-canvas', { position: { x: 40, y: 20 } });
    await view.page.mouse.move(5, 5);
    const story = (await view.page.textContent('.grid-detail')) ?? '';
    const state = await kept(view);
    await view.page.click('.replay-opener');
    await view.page.fill(`${field('channels')} input`, '16');
    await changed(view);
    const next = await kept(view);
    assert.ok(state.window && next.window);
    const span = (window: { start: number; end: number }) => window.end - window.start;
    assert.ok(Math.abs(span(next.window) - span(state.window)) < 2);
    assert.equal((await playhead(view)).batch, 3);
    const folio = /^folio [\d,]+/.exec(story)?.[0];
    assert.ok(folio !== undefined, story);
    assert.ok(((await view.page.textContent('.grid-detail')) ?? '').startsWith(folio));
  });

  it('stays at the same folios when the batch limit changes', async () => {
    const view = await openEditor(trace);
    await press(view, 'Home', ...Array.from({ length: 11 }, () => 'b'));
    await press(view, 'c');
    await view.page.fill(`${field('batchPages')} input`, '1024');
    await changed(view);
    // Batch 11 of 512 pages begins in the middle of the sixth of 1,024.
    assert.equal((await playhead(view)).batch, 5);
    const total = Object.values(await legend(view.page)).reduce((sum, count) => sum + count, 0);
    assert.equal(total, 1024);
  });

  it('greys what the design does not look at, and says why', async () => {
    const view = await openEditor(trace);
    await press(view, 'c');
    assert.ok(await view.page.isDisabled(`${field('channels')} input`));
    assert.equal(await hint(view, 'channels'), 'the CPU copies');
    assert.equal(await hint(view, 'threads'), 'for Threads only');
    assert.ok(await view.page.isEnabled(`${field('batchPages')} input`));
    await view.page.click('.segmented [data-value=dcbm-v1]');
    await view.settled();
    assert.equal(await hint(view, 'channels'), 'v1 takes one');
    assert.ok(await view.page.isEnabled(`${field('iommu')} select`));
    await view.page.click('.segmented [data-value=threads]');
    await view.settled();
    assert.ok(await view.page.isEnabled(`${field('placement')} select`));
    await view.page.click('.segmented [data-value=precopy]');
    await view.settled();
    assert.equal(await hint(view, 'channels'), 'nr_dma_chan');
    assert.ok(await view.page.isEnabled(`${field('reasons')} button`));
  });

  it('offers all parameters beside a recording, whose rivals are replayed', async () => {
    const recorded = await hostTrace(SAMPLE_RECORDED, { runs: 1 });
    const view = await openEditor(recorded, {}, { selected: 'observed' });
    await press(view, 'c');
    assert.match((await view.page.textContent('.replay-note')) ?? '', /the recording stays as it is/);
    await view.page.fill(`${field('threads')} input`, '2');
    await changed(view);
    assert.equal(await view.page.getAttribute('.segmented [data-value=observed]', 'aria-checked'), 'true');
    assert.equal((await indexOf(recorded, 'threads')).run.config?.threads, 2);
  });

  it('says that the machine has fewer channels, there and in the verdict', async () => {
    const view = await openEditor(trace, {}, { selected: 'precopy' });
    await press(view, 'c');
    await view.page.fill(`${field('channels')} input`, '8');
    assert.equal(await hint(view, 'channels'), 'the machine has 1');
    await changed(view);
    assert.match((await view.page.textContent('.verdict')) ?? '', /8 channels asked for, the machine has 1/);
    await view.page.selectOption(`${field('machine')} select`, SERIES);
    await changed(view);
    assert.equal(await hint(view, 'channels'), 'nr_dma_chan');
    assert.doesNotMatch((await view.page.textContent('.verdict')) ?? '', /asked for/);
    assert.equal((await indexOf(trace, 'precopy')).run.machine?.name, PRESETS[SERIES]?.name);
  });

  it('greys designs that the rules have no place for, and leaves one for serial', async () => {
    const view = await openEditor(trace, {}, { selected: 'dcbm-v3' });
    await press(view, 'c');
    await view.page.selectOption(`${field('kernel')} select`, '6.1');
    await changed(view);
    assert.equal(await view.page.getAttribute('.segmented [data-value=serial]', 'aria-checked'), 'true');
    const refused = '.segmented [data-value=dcbm-v3]';
    assert.equal(await view.page.getAttribute(refused, 'aria-disabled'), 'true');
    assert.match((await view.page.getAttribute(refused, 'title')) ?? '', /cannot be played/);
    const told = (await view.notices('chose')).length;
    await view.page.click(refused, { force: true });
    await press(view, '5');
    assert.equal((await view.notices('chose')).length, told);
    assert.equal((await indexOf(trace, 'serial')).run.config?.kernel, '6.1');
  });

  it('takes the two batch limits of the field, and doubles and halves with the arrows', async () => {
    const view = await openEditor(trace);
    await press(view, 'c');
    await view.page.click(`${field('batchPages')} .preset:has-text("series")`);
    await changed(view);
    assert.deepEqual(await lastChanges(view), { batchPages: 262_144 });
    await view.page.click(`${field('batchPages')} .preset:has-text("stock")`);
    await changed(view);
    assert.deepEqual(await lastChanges(view), {});
    await view.page.focus(`${field('batchPages')} input`);
    await press(view, 'ArrowDown', 'ArrowDown');
    await changed(view);
    assert.deepEqual(await lastChanges(view), { batchPages: 128 });
  });

  it('does not take numbers out of range, and leaves typing to the control', async () => {
    const view = await openEditor(trace, {}, { selected: 'precopy' });
    const before = await kept(view);
    await press(view, 'c');
    await view.page.focus(`${field('channels')} input`);
    await view.page.fill(`${field('channels')} input`, '99');
    assert.equal(await view.page.getAttribute(`${field('channels')} input`, 'aria-invalid'), 'true');
    await press(view, 'Home', 'End', 'b', 'z');
    await view.page.waitForTimeout(REST_MS);
    assert.deepEqual(await view.notices('configure'), []);
    const after = await kept(view);
    assert.deepEqual([after.time, after.window], [before.time, before.window]);
    await press(view, 'Tab');
    await changed(view);
    assert.equal(await view.page.inputValue(`${field('channels')} input`), '16');
  });

  it('chooses reasons from a list and says their mask', async () => {
    const view = await openEditor(await hostTrace(SAMPLE_FATES, { runs: 1 }), {}, { selected: 'precopy' });
    await press(view, 'c');
    await view.page.click(`${field('reasons')} button`);
    await view.page.click('.dropdown-list label:has-text("compaction")');
    await view.page.click('.dropdown-list label:has-text("demotion")');
    assert.equal(await hint(view, 'reasons'), 'reason_mask 0x6fe');
    await changed(view);
    const reasons = (await lastChanges(view))?.reasons ?? 'all';
    assert.ok(reasons !== 'all' && reasons.length === 9 && !reasons.includes('demotion'));
    await press(view, 'Escape');
    assert.ok(!(await view.page.isVisible('.dropdown-list')));
    assert.ok(await view.page.isVisible('.replay'));
  });

  it('takes everything back, and says what was set', async () => {
    const view = await openEditor(trace, {}, { selected: 'precopy' });
    await press(view, 'c');
    await view.page.selectOption(`${field('iommu')} select`, 'strict');
    await view.page.selectOption(`${field('completion')} select`, 'poll');
    await changed(view);
    const summary = await view.page.textContent('.replay-summary');
    assert.match(summary ?? '', /batch 512 pages · 1 channel · poll · IOMMU strict$/);
    assert.equal(await view.page.locator('.field.changed').count(), 2);
    await view.page.click('.replay button:has-text("Reset")');
    await changed(view);
    assert.deepEqual(await lastChanges(view), {});
    assert.equal(await view.page.locator('.field.changed').count(), 0);
    await view.page.click('.replay button:has-text("Defaults")');
    assert.deepEqual(await view.notices('command'), [{ name: 'openSettings' }]);
  });

  it('names every control for a screen reader, and reaches each with Tab', async () => {
    const view = await openEditor(trace, {}, { selected: 'precopy' });
    await press(view, 'c');
    const controls = await view.page.$$eval('.field:not([hidden])', (nodes) =>
      nodes.map((node) => {
        const input = node.querySelector<HTMLInputElement>('input, select, button.dropdown');
        return {
          name: (node as HTMLElement).dataset['field'] ?? '',
          label: input?.labels?.[0]?.textContent ?? '',
          described:
            document.getElementById(input?.getAttribute('aria-describedby') ?? '')?.textContent ?? '',
          tooltip: (node as HTMLElement).title,
          enabled: input?.disabled === false,
        };
      }),
    );
    assert.ok(controls.length >= 12);
    for (const { name, label, described, tooltip } of controls) {
      assert.ok(label !== '' && described !== '' && tooltip.length > 30, name);
    }
    await view.page.focus('.replay button:has-text("Close")');
    const reached = new Set<string>();
    for (let i = 0; i < 30; i++) {
      await press(view, 'Tab');
      reached.add(
        await view.page.evaluate(
          () => (document.activeElement?.closest('.field') as HTMLElement | null)?.dataset['field'] ?? '',
        ),
      );
    }
    for (const { name, enabled } of controls) assert.equal(reached.has(name), enabled, name);
  });

  it('finds its values again in the next snapshot, also those not told yet', async () => {
    const view = await openEditor(trace, {}, { selected: 'precopy' });
    await press(view, 'c');
    await view.page.selectOption(`${field('completion')} select`, 'poll');
    await view.notify('snapshot', trace.snapshot({ selected: 'precopy' }));
    assert.equal(await view.page.inputValue(`${field('completion')} select`), 'poll');
    await changed(view);
    assert.deepEqual(await lastChanges(view), { completion: 'poll' });
    const second = await openEditor(trace, {}, { selected: 'precopy' });
    assert.equal(await second.page.inputValue(`${field('completion')} select`), 'poll');
  });

  it('goes through the designs with [ and ], in the order of the groups', async () => {
    const view = await openEditor(trace);
    await press(view, ']');
    await press(view, ']');
    await press(view, '[');
    const order = await view.page.$$eval('.segmented.grouped [data-value]', (nodes) =>
      nodes.map((node) => (node as HTMLElement).dataset['value']),
    );
    assert.deepEqual(
      await view.notices('chose'),
      [order[1], order[2], order[1]].map((choice) => ({ choice })),
    );
  });
});

describe('comparison', () => {
  it('offers the parameters of all designs, replays them and keeps its clock', async () => {
    const trace = await hostTrace(SAMPLE_256M, { runs: 1 });
    trace.configure({ machine: SERIES });
    const view = await serve(await openPage('dashboard', {}), trace, { selected: 'dcbm-v3' });
    assert.equal(await view.page.locator('.race-rows .race-row').count(), COPY_PATHS.length);
    await press(view, 'c', 'Escape', 'ArrowRight', 'ArrowRight');
    const before = (await playhead(view)).timeNs;
    assert.ok(before > 0);
    await press(view, 'c');
    assert.ok(await view.page.isEnabled(`${field('threads')} input`));
    await view.page.fill(`${field('channels')} input`, '16');
    await changed(view);
    assert.equal((await playhead(view)).timeNs, before);
    const answer = await trace.run('dcbm-v3');
    const figures = await view.page.textContent('.race-row[aria-label="dcbm v3"] .race-figures');
    assert.ok(figures?.includes(formatCount(answer?.header.cyclesPerPage?.mean ?? NaN)));
    assert.match((await view.page.textContent('.panel-dma h2')) ?? '', /DMA engine of dcbm v3/);
  });

  it('says which designs the rules have no place for, and races the others', async () => {
    const trace = await hostTrace(SAMPLE_256M, { runs: 1 });
    const view = await serve(await openPage('dashboard', {}), trace);
    await press(view, 'c');
    await view.page.selectOption(`${field('kernel')} select`, '6.1');
    await changed(view);
    const status = await view.page.textContent('.race-row[aria-label="dcbm v3"] .race-status');
    assert.match(status ?? '', /cannot be played by these rules/);
    await press(view, 'Escape', 'End');
    await view.settled();
    assert.equal(await view.page.textContent('.race-row[aria-label="Serial"] .race-place'), '1st');
  });
});
