import assert from 'node:assert/strict';
import type { TraceSummary } from '../../src/protocol/messages';
import {
  canvasColors,
  canvasHash,
  cursor,
  indexOf,
  kept,
  legend,
  openEditor,
  playhead,
  press,
  SAMPLE_256M,
  SAMPLE_2M,
  TIMELINE,
} from './support/editor';
import type { HostedTrace } from './support/host';
import { hostTrace, openPage } from './support/host';

const HOSTILE = '<img src=x onerror="globalThis.pwned=1"><script>globalThis.pwned=1</script>';

/** The trace, told about differently. */
function told(trace: HostedTrace, change: Partial<TraceSummary>): HostedTrace {
  const summary = { ...trace.summary, ...change };
  return { ...trace, summary, snapshot: (more) => ({ ...trace.snapshot(more), trace: summary }) };
}

describe('trace editor: states', () => {
  let small: HostedTrace;
  let large: HostedTrace;
  before(async () => {
    small = await hostTrace(SAMPLE_2M);
    large = await hostTrace(SAMPLE_256M);
  });

  it('is where it was after it was hidden and shown', async () => {
    const first = await openEditor(large);
    await press(first, '3');
    await first.settled();
    await press(first, 'b', 'b', 'Shift+ArrowRight', 'w', '+');
    await first.page.click('.panel-overhead [data-value=linear]');
    await first.page.click('.timeline-foot .toggle');
    const state = await kept(first);
    const [time, counts] = [await cursor(first), await legend(first.page)];
    const chart = await canvasHash(first.page, '.charts figure:first-child canvas');
    const second = await openEditor(large, { state });
    assert.equal(await cursor(second), time);
    assert.deepEqual(await kept(second), state);
    assert.deepEqual(await legend(second.page), counts);
    assert.equal(await second.page.getAttribute('.segmented [data-value=dcbm-v1]', 'aria-checked'), 'true');
    assert.equal(await second.page.textContent('.speed-text'), await first.page.textContent('.speed-text'));
    assert.ok(await second.page.isVisible('.timeline-panel .data-table'));
    assert.equal(await canvasHash(second.page, '.charts figure:first-child canvas'), chart);
  });

  it('takes no harm from a state it did not write', async () => {
    const view = await openEditor(small, { state: { choice: 7, strange: true } });
    assert.ok((await playhead(view)).endNs > 0);
  });

  it('stands still while the page is hidden', async () => {
    const view = await openEditor(large);
    const hide = (hidden: boolean) =>
      view.page.evaluate((value) => {
        Object.defineProperty(document, 'hidden', { configurable: true, get: () => value });
        document.dispatchEvent(new Event('visibilitychange'));
      }, hidden);
    await press(view, 'Home', 'Space');
    await view.page.waitForTimeout(300);
    await hide(true);
    const stopped = await cursor(view);
    assert.equal(await cursor(view), stopped);
    await hide(false);
    await view.page.waitForTimeout(300);
    assert.ok((await cursor(view)) > stopped);
  });

  it('plays at once when asked to, unless less motion is wanted', async () => {
    const playing = await openEditor(large, {}, { autoplay: true });
    assert.equal((await playhead(playing)).playing, true);
    const calm = await openEditor(large, { reducedMotion: 'reduce' }, { autoplay: true });
    assert.equal((await playhead(calm)).playing, false);
  });

  it('takes the colours of a new theme', async () => {
    const view = await openEditor(large);
    const before = await canvasColors(view.page, TIMELINE);
    const blue = await view.page.evaluate(() => {
      const { style } = document.documentElement;
      style.setProperty('--vscode-charts-blue', '#123456');
      document.body.classList.replace('vscode-dark', 'vscode-light');
      return '18,52,86';
    });
    await view.page.waitForTimeout(200);
    assert.equal(before[blue], undefined);
    for (const canvas of [TIMELINE, '.charts figure:last-child canvas', '.anatomy-canvas']) {
      assert.ok(((await canvasColors(view.page, canvas))[blue] ?? 0) > 100, canvas);
    }
  });

  for (const theme of ['dark', 'light', 'hc', 'hcLight'] as const) {
    it(`draws everything in the ${theme} theme`, async () => {
      const view = await openEditor(large, { theme });
      const canvases = [TIMELINE, '.grid-canvas', '.anatomy-canvas', '.charts figure:first-child canvas'];
      for (const canvas of canvases) {
        assert.ok(Object.keys(await canvasColors(view.page, canvas)).length >= 3, canvas);
      }
    });
  }

  it('shows text of the trace as text', async () => {
    const answer = await small.run('serial');
    assert.ok(answer);
    const hostile: HostedTrace = {
      ...told(small, {
        name: HOSTILE,
        comms: [HOSTILE],
        lostEvents: 3,
        problems: [{ line: 7, offset: null, message: HOSTILE, hint: HOSTILE }],
        problemCount: 1,
        provenance: { ...small.summary.provenance, notes: [HOSTILE] },
      }),
      answer: async (name, params) => {
        const value = await small.answer(name, params);
        if (name !== 'run') return value;
        const { header, run } = value as typeof answer;
        return {
          header: { ...header, title: HOSTILE },
          run: { ...run, lanes: run.lanes.map(() => HOSTILE) },
        };
      },
    };
    const view = await openEditor(hostile);
    await view.page.click('.timeline-foot .toggle');
    await view.page.click('.notice summary');
    await view.page.waitForTimeout(200);
    assert.equal(await view.page.evaluate('globalThis.pwned'), undefined);
    assert.equal(await view.page.locator('img, #app script').count(), 0);
    const text = (await view.page.textContent('#app')) ?? '';
    assert.ok(text.includes(HOSTILE));
    assert.ok((await view.page.textContent('.timeline-panel .data-table'))?.includes(HOSTILE));
  });

  it('tells of problems, lost events and notes, and opens the list of problems', async () => {
    const problems = Array.from({ length: 30 }, (_, i) => ({
      line: i + 1,
      offset: null,
      message: `Problem number ${i + 1}.`,
      hint: 'Mend it.',
    }));
    const view = await openEditor(told(small, { problems, problemCount: 1234, lostEvents: 71_184 }));
    const text = (await view.page.textContent('.notices')) ?? '';
    assert.match(text, /1,234 problems in this file/);
    assert.match(text, /promotion-2m\.migtrace:1: Problem number 1\. Mend it\./);
    assert.match(text, /and 1,214 more/);
    assert.match(text, /lost 71,184 events/);
    await view.page.click('button:has-text("Open Problems")');
    assert.deepEqual(await view.notices('command'), [{ name: 'openProblems' }]);
  });

  it('says what to record where there is nothing to replay', async () => {
    const empty = told(small, {
      calls: 0,
      incompleteCalls: 2,
      eventCounts: { tlb_flush: 12, set_migration_pte: 4 },
    });
    const view = await openEditor(empty);
    const text = (await view.page.textContent('.empty')) ?? '';
    assert.match(text, /Nothing to replay/);
    assert.match(text, /2 migration calls without an end/);
    assert.match(text, /tlb_flush 12/);
    assert.ok(!(await view.page.isVisible('.content')));
  });

  it('shows progress before the snapshot, and a failure with what to do', async () => {
    const opened = await openPage('traceEditor', {});
    await opened.post({ t: 'notice', name: 'progress', payload: { what: 'Reading', done: 3, total: 10 } });
    assert.equal(await opened.page.getAttribute('progress', 'value'), '3');
    const failure = { message: 'The file is no trace.', hint: 'Open another one.' };
    await opened.post({ t: 'notice', name: 'failure', payload: failure });
    const alert = await opened.page.textContent('[role=alert]');
    assert.match(alert ?? '', /The file is no trace\. Open another one\./);
  });

  it('goes on with the other designs when one cannot be simulated', async () => {
    const failing: HostedTrace = {
      ...large,
      answer: (name, params) =>
        name === 'run' && (params as { choice: string }).choice === 'dcbm-v1'
          ? Promise.reject(new Error('the machine has no engine'))
          : large.answer(name, params),
    };
    const view = await openEditor(failing);
    await press(view, '3');
    await view.settled();
    assert.match((await view.page.textContent('[role=alert]')) ?? '', /the machine has no engine/);
    await press(view, '2');
    await view.settled();
    assert.equal(await view.page.textContent('[role=alert]'), '');
    const batch = (await indexOf(large, 'batch-cpu')).run;
    assert.equal((await playhead(view)).endNs, batch.end / 1000);
  });

  it('fits its width at 900 and at 1400 pixels', async () => {
    for (const width of [900, 1400]) {
      const view = await openEditor(large, { viewport: { width, height: 700 } });
      const overflow = await view.page.evaluate(
        () => document.documentElement.scrollWidth - window.innerWidth,
      );
      assert.ok(overflow <= 0, `${overflow} pixels too wide at ${width}`);
    }
  });
});
