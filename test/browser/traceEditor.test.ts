import { COPY_PATHS } from '../../src/engine/sim/run';
import assert from 'node:assert/strict';
import { countersAt } from '../../src/engine/probe/countersAt';
import type { Playhead } from '../../src/protocol/messages';
import { formatCount, formatFraction, formatGBps } from '../../src/webviews/shared/format';
import {
  canvasHash,
  cursor,
  indexOf,
  kept,
  MINIMAP_OVER,
  openEditor,
  playhead,
  press,
  SAMPLE_2M,
  SAMPLE_256M,
  summaryValue,
  TIMELINE,
  TIMELINE_OVER,
} from './support/editor';
import type { HostedTrace } from './support/host';
import { hostTrace } from './support/host';

describe('trace editor', () => {
  let small: HostedTrace;
  let large: HostedTrace;
  before(async () => {
    small = await hostTrace(SAMPLE_2M);
    large = await hostTrace(SAMPLE_256M);
  });

  it('shows the numbers of the run the host sends', async () => {
    const { page } = await openEditor(large);
    const answer = await large.run('serial');
    assert.ok(answer);
    assert.equal(await summaryValue(page, 'moved'), formatCount(answer.header.pagesMoved));
    assert.equal(await summaryValue(page, 'throughput'), formatGBps(answer.header.throughputGBps ?? NaN));
    assert.equal(await summaryValue(page, 'fraction'), formatFraction(answer.header.fraction ?? NaN));
    assert.equal(await page.getAttribute('.segmented [data-value=serial]', 'aria-checked'), 'true');
  });

  it('says ready once and asks for each run once', async () => {
    const view = await openEditor(large);
    const posted = (await view.posted()) as { t: string; name: string; params: { choice?: string } | null }[];
    assert.equal(posted.filter((message) => message.name === 'ready').length, 1);
    const asked = posted.filter((message) => message.name === 'run').map((message) => message.params?.choice);
    assert.equal(asked.length, COPY_PATHS.length);
    assert.deepEqual(new Set(asked), new Set(COPY_PATHS));
  });

  it('plays, tells where it is at most five times a second, and pauses', async () => {
    const view = await openEditor(large);
    const index = await indexOf(large, 'serial');
    await press(view, 'Home', 'Space');
    const before = (await view.notices('playhead')).length;
    await view.page.waitForTimeout(1500);
    await press(view, 'Space');
    const heads = (await view.notices('playhead')).slice(before) as Playhead[];
    assert.ok(heads.length >= 3 && heads.length <= 9, `${heads.length} playheads in 1.5 s`);
    const times = heads.map((head) => head.timeNs);
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    );
    assert.ok((times.at(-1) ?? 0) > (times[0] ?? 0));
    for (const head of heads) {
      const counters = countersAt(index, head.timeNs * 1000);
      assert.equal(head.pagesMoved, counters.pagesMoved);
      assert.equal(head.blocked, counters.blockedFolios);
      assert.equal(head.pagesTotal, counters.pagesTotal);
    }
    const stopped = await playhead(view);
    assert.equal(stopped.playing, false);
    assert.equal((await playhead(view)).timeNs, stopped.timeNs);
  });

  it('stops at the end of the run and starts over from there', async () => {
    const view = await openEditor(small);
    const index = await indexOf(small, 'serial');
    await press(view, 'End');
    assert.equal(await cursor(view), index.run.end);
    await press(view, 'Space');
    await view.page.waitForTimeout(300);
    await press(view, 'Space');
    assert.ok((await cursor(view)) < index.run.end);
  });

  it('steps from batch to batch', async () => {
    const view = await openEditor(large);
    const { batches } = (await indexOf(large, 'serial')).run;
    await press(view, 'Home');
    await view.page.click('.transport button:has-text("batch")');
    assert.equal(await cursor(view), batches.start[0]);
    await press(view, 'b', 'b');
    assert.equal(await cursor(view), batches.start[2]);
    await press(view, 'Shift+B');
    assert.equal(await cursor(view), batches.start[1]);
  });

  it('steps from folio to folio: each step ends one folio’s turn', async () => {
    const view = await openEditor(large);
    const { run } = await indexOf(large, 'serial');
    await press(view, 'Home', 'b', 'f', 'f', 'f');
    const first = (run.batches.firstSegment[0] as number) + 0;
    const segment = Array.from({ length: run.segments.length }, (_, i) => i).find(
      (i) => i >= first && (run.segments.count[i] as number) > 1,
    );
    assert.ok(segment !== undefined);
    const start = run.segments.start[segment] as number;
    const period = run.segments.period[segment] as number;
    const at = await cursor(view);
    assert.equal((at - start) % period, 0);
    await press(view, 'f');
    assert.equal((await cursor(view)) - at, period);
    await press(view, 'Shift+F');
    assert.equal(await cursor(view), at);
  });

  it('sets the time cursor where the timeline is clicked', async () => {
    const view = await openEditor(large);
    const { window } = await kept(view);
    assert.ok(window);
    const box = await view.page.locator(TIMELINE_OVER).boundingBox();
    assert.ok(box);
    const [gutter, right] = [128, 12];
    const share = 0.25;
    const x = box.x + gutter + (box.width - gutter - right) * share;
    await view.page.mouse.click(x, box.y + 60);
    const expected = window.start + (window.end - window.start) * share;
    const pixel = (window.end - window.start) / (box.width - gutter - right);
    assert.ok(Math.abs((await cursor(view)) - expected) <= pixel, 'within a pixel');
  });

  it('scrubs along the ruler and pans by dragging', async () => {
    const view = await openEditor(large);
    const box = await view.page.locator(TIMELINE_OVER).boundingBox();
    assert.ok(box);
    const drag = async (y: number) => {
      await view.page.mouse.move(box.x + 700, box.y + y);
      await view.page.mouse.down();
      await view.page.mouse.move(box.x + 500, box.y + y, { steps: 4 });
      await view.page.mouse.up();
    };
    const start = await kept(view);
    await drag(8);
    const scrubbed = await kept(view);
    assert.notEqual(scrubbed.time, start.time);
    assert.deepEqual(scrubbed.window, start.window);
    await drag(60);
    const panned = await kept(view);
    assert.equal(panned.time, scrubbed.time);
    assert.ok((panned.window?.start ?? 0) > (scrubbed.window?.start ?? 0));
  });

  it('zooms at the pointer with the wheel, and moves the window in the minimap', async () => {
    const view = await openEditor(large);
    const before = await kept(view);
    const box = await view.page.locator(TIMELINE_OVER).boundingBox();
    assert.ok(box && before.window);
    const x = 128 + (box.width - 140) / 2;
    const middle = (before.window.start + before.window.end) / 2;
    await view.page.mouse.move(box.x + x, box.y + 60);
    await view.page.mouse.wheel(0, -400);
    const zoomed = await kept(view);
    assert.ok(zoomed.window);
    const span = zoomed.window.end - zoomed.window.start;
    assert.ok(span < (before.window.end - before.window.start) * 0.7);
    assert.ok(Math.abs((zoomed.window.start + zoomed.window.end) / 2 - middle) < span * 0.01);
    const map = await view.page.locator(MINIMAP_OVER).boundingBox();
    assert.ok(map);
    await view.page.mouse.click(map.x + map.width / 2, map.y + 20);
    const moved = await kept(view);
    assert.ok((moved.window?.start ?? 0) > zoomed.window.end);
    assert.equal(moved.time, before.time);
  });

  it('moves and zooms with the keyboard alone', async () => {
    const view = await openEditor(large);
    const end = (await indexOf(large, 'serial')).run.end;
    const windowAfter = async (...keys: string[]) => {
      await press(view, ...keys);
      const { window } = await kept(view);
      assert.ok(window);
      return window;
    };
    const whole = await windowAfter('0');
    assert.deepEqual(whole, { start: 0, end });
    const closer = await windowAfter('w', 'w');
    assert.ok(Math.abs((closer.end - closer.start) / end - 0.49) < 0.001);
    const right = await windowAfter('d');
    assert.ok(right.start > closer.start);
    assert.ok(Math.abs((await windowAfter('a')).start - closer.start) < 1);
    const farther = await windowAfter('s');
    assert.ok(farther.end - farther.start > closer.end - closer.start);
    const at = await cursor(view);
    await press(view, 'ArrowRight');
    assert.ok(Math.abs((await cursor(view)) - at - (farther.end - farther.start) / 100) < 2);
    await press(view, 'Home');
    assert.equal(await cursor(view), 0);
    const batch = await windowAfter('b', 'z');
    assert.ok(batch.end - batch.start < end / 100);
  });

  it('changes the speed by keys and slider, in steps of 1, 2 and 5', async () => {
    const view = await openEditor(large);
    const speed = async () => {
      await view.settled();
      return view.page.textContent('.speed-text');
    };
    assert.equal(await speed(), '1 : 500');
    await press(view, '+');
    assert.equal(await speed(), '1 : 200');
    await press(view, '-', '-');
    assert.equal(await speed(), '1 : 1,000');
    await view.page.locator('.speed').fill('100');
    assert.equal(await speed(), '1 : 1');
  });

  it('switches designs at the same batch and tells the host', async () => {
    const view = await openEditor(large);
    await press(view, 'Home', 'b', 'b', 'b', 'b');
    const before = await canvasHash(view.page, TIMELINE);
    await view.page.click('.segmented [data-value=dcbm-v1]');
    await view.settled();
    assert.deepEqual(await view.notices('chose'), [{ choice: 'dcbm-v1' }]);
    const dcbm = (await indexOf(large, 'dcbm-v1')).run;
    assert.equal(await cursor(view), dcbm.batches.start[3]);
    assert.notEqual(await canvasHash(view.page, TIMELINE), before);
    const answer = await large.run('dcbm-v1');
    assert.equal(
      await summaryValue(view.page, 'throughput'),
      formatGBps(answer?.header.throughputGBps ?? NaN),
    );
    assert.match((await view.page.textContent('[data-name=throughput] .summary-detail')) ?? '', /^serial /);
    await press(view, '1');
    await view.settled();
    assert.equal(await view.page.getAttribute('.segmented [data-value=serial]', 'aria-checked'), 'true');
  });

  it('moves through the designs with arrow keys, as radio buttons do', async () => {
    const view = await openEditor(large);
    await view.page.focus('.segmented [data-value=serial]');
    await press(view, 'ArrowRight');
    await view.settled();
    assert.deepEqual(await view.notices('chose'), [{ choice: 'batch-cpu' }]);
    const focused = await view.page.evaluate(() => (document.activeElement as HTMLElement).dataset['value']);
    assert.equal(focused, 'batch-cpu');
  });

  it('obeys the host’s controls and choices', async () => {
    const view = await openEditor(large);
    const run = (await indexOf(large, 'serial')).run;
    await view.notify('control', { action: 'restart' });
    assert.equal(await cursor(view), 0);
    await view.notify('control', { action: 'stepBatch' });
    await view.notify('control', { action: 'stepBatch' });
    assert.equal(await cursor(view), run.batches.start[1]);
    await view.notify('control', { action: 'stepBatchBack' });
    assert.equal(await cursor(view), run.batches.start[0]);
    await view.notify('control', { action: 'end' });
    assert.equal(await cursor(view), run.end);
    await view.notify('choose', { choice: 'batch-cpu' });
    assert.equal(await view.page.getAttribute('.segmented [data-value=batch-cpu]', 'aria-checked'), 'true');
    assert.deepEqual(await view.notices('chose'), []);
  });

  it('runs the host’s commands from its buttons', async () => {
    const view = await openEditor(large);
    await view.page.click('button:has-text("Compare")');
    await view.page.click('button:has-text("Export table")');
    assert.deepEqual(await view.notices('command'), [{ name: 'compareDesigns' }, { name: 'exportTable' }]);
  });

  it('lists its keys', async () => {
    const view = await openEditor(large);
    await press(view, '?');
    assert.ok(await view.page.isVisible('dialog.help'));
    await press(view, 'Escape');
    assert.ok(!(await view.page.isVisible('dialog.help')));
  });

  it('shows the entry of a call, which is most of what a single page costs', async () => {
    const view = await openEditor(await hostTrace('samples/promotion-4k.migtrace'));
    const box = await view.page.locator(TIMELINE_OVER).boundingBox();
    assert.ok(box);
    await view.page.mouse.move(box.x + 200, box.y + 45);
    assert.match((await view.page.textContent('.tooltip')) ?? '', /entry · 6\.\d+/);
  });

  it('tells what is under the pointer', async () => {
    const view = await openEditor(large);
    const box = await view.page.locator(TIMELINE_OVER).boundingBox();
    assert.ok(box);
    await view.page.mouse.move(box.x + 160, box.y + 45);
    const text = (await view.page.textContent('.tooltip')) ?? '';
    assert.match(text, /batch 1 of 128/);
    assert.match(text, /unmap of 512 folios/);
  });
});
