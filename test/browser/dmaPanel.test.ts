import assert from 'node:assert/strict';
import type { DmaAccount, Run } from '../../src/engine/sim/run';
import { SEGMENT_KINDS } from '../../src/engine/sim/run';
import { countersOf, engineLoadOf } from '../../src/webviews/shared/dma/counters';
import { formatCount, formatDuration } from '../../src/webviews/shared/format';
import {
  indexOf,
  openEditor,
  SAMPLE_2M,
  SAMPLE_256M,
  SAMPLE_FATES,
  tableRows,
  TIMELINE_OVER,
} from './support/editor';
import type { HostedTrace, RunAnswer } from './support/host';
import { hostTrace } from './support/host';
import { stepDuration } from '../../src/engine/sim/segmentShapes';

const SERIES = 'series-v3-zen3';

/** The trace, whose run of pre-copy v6 was changed. */
function tampered(trace: HostedTrace, change: (run: Run) => Partial<Run>): HostedTrace {
  return {
    ...trace,
    answer: async (name, params) => {
      const value = await trace.answer(name, params);
      if (name !== 'run' || (params as { choice: string }).choice !== 'precopy') return value;
      const { header, run } = value as RunAnswer;
      return { header, run: { ...run, ...change(run) } };
    },
  };
}

const withAccount = (trace: HostedTrace, change: Partial<DmaAccount>) =>
  tampered(trace, ({ dma }) => ({ dma: { ...dma, ...change } }));

describe('DMA panel', () => {
  let trace: HostedTrace;
  before(async () => {
    trace = await hostTrace(SAMPLE_FATES, { runs: 1 });
    trace.configure({ machine: SERIES, channels: 8 });
  });

  it('is hidden for a design without engine, and shows how busy each channel was', async () => {
    const view = await openEditor(trace);
    assert.ok(!(await view.page.isVisible('.panel-dma')));
    await view.page.click('.segmented [data-value=dcbm-v3]');
    await view.settled();
    const { run } = await indexOf(trace, 'dcbm-v3');
    const lines = await view.page.$$eval('.dma-bars li', (items) =>
      items.map((item) => ({
        name: item.querySelector('.dma-name')?.textContent ?? '',
        text: item.querySelector('.dma-text')?.textContent ?? '',
        width: Number.parseFloat((item.querySelector('.dma-fill') as HTMLElement).style.width),
      })),
    );
    const busy = run.dma.busy.filter((value) => value > 0);
    assert.equal(lines.length, busy.length);
    const most = Math.max(...busy);
    lines.forEach(({ text, width }, i) => {
      assert.ok(text.startsWith(formatDuration(busy[i] ?? NaN)));
      assert.ok(Math.abs(width - ((busy[i] ?? NaN) / most) * 100) < 0.01);
    });
    const mean = busy.reduce((sum, value) => sum + value, 0) / busy.length;
    const note = (await view.page.textContent('.panel-dma .panel-note')) ?? '';
    assert.ok(note.includes(`busiest at ${(most / mean).toFixed(2)} × the mean`), note);
  });

  it('lists channels and counters in its twin table, and keeps the choice', async () => {
    const view = await openEditor(trace, {}, { selected: 'precopy' });
    await view.page.click('.panel-dma .toggle');
    const { run } = await indexOf(trace, 'precopy');
    const rows = await tableRows(view.page, '.panel-dma .data-table');
    assert.equal(rows.length, run.channels.length + countersOf(run).length);
    assert.deepEqual(
      rows.slice(0, run.channels.length).map(([name]) => name),
      run.channels,
    );
    const wasted = rows.find(([name]) => name === 'wasted copies');
    assert.equal(wasted?.[1], formatCount(run.dma.wastedCopies));
    await view.page.waitForTimeout(400);
    const state = await view.savedState();
    const again = await openEditor(trace, { state }, { selected: 'precopy' });
    assert.ok(await again.page.isVisible('.panel-dma .data-table'));
  });

  it('shows counters that are not 0 with what they mean, and 0 only where it says something', async () => {
    const failures = { ...(await indexOf(trace, 'precopy')).run.dma.failures, timeout: 2 };
    const changed = withAccount(trace, {
      failures,
      interrupts: 37,
      prematureFolios: 5,
      rewrittenFolios: 0,
      declinedBatches: 0,
      foliosFailures: 11,
    });
    const view = await openEditor(changed, {}, { selected: 'precopy' });
    const shown = await view.page.$$eval('.dma-counters .counter', (nodes) =>
      nodes.map((node) => ({
        name: node.querySelector('dt')?.textContent ?? '',
        value: node.querySelector('dd')?.textContent ?? '',
        tooltip: (node as HTMLElement).title,
        bad: node.classList.contains('bad'),
      })),
    );
    const of = (name: string) => shown.find((counter) => counter.name === name);
    assert.equal(of('interrupts')?.value, '37');
    assert.equal(of('premature folios')?.bad, true);
    assert.equal(of('folios failures')?.value, '11');
    assert.equal(of('failed: timeout')?.value, '2');
    assert.equal(of('refused batches')?.value, '0');
    assert.equal(of('rewritten folios'), undefined);
    assert.equal(of('declined batches'), undefined);
    assert.equal(of('cold touch'), undefined);
    for (const { name, tooltip } of shown) assert.ok(tooltip.length > 20, name);
  });

  it('calls the tracks of the thread design threads', async () => {
    const view = await openEditor(trace, {}, { selected: 'threads' });
    assert.equal(await view.page.textContent('.panel-dma h2'), 'Worker threads');
    assert.match((await view.page.textContent('.panel-dma .panel-note')) ?? '', /^4 threads/);
  });

  it('measures the imbalance over the channels that worked', () => {
    const load = engineLoadOf({
      channels: ['a', 'b', 'c'],
      end: 100,
      dma: { busy: [30, 10, 0] },
    } as unknown as Run);
    assert.equal(load.imbalance, 1.5);
    assert.equal(load.idle, 1);
    assert.equal(load.channels[0]?.share, 0.3);
  });
});

describe('timeline of the offload designs', () => {
  let trace: HostedTrace;
  before(async () => {
    trace = await hostTrace(SAMPLE_256M, { runs: 1 });
    trace.configure({ machine: SERIES, channels: 16 });
  });

  it('gives rows to channels that work, and none to the others', async () => {
    const few = await hostTrace(SAMPLE_2M, { runs: 1 });
    few.configure({ machine: SERIES, channels: 6 });
    const height = async (of: HostedTrace) => {
      const view = await openEditor(of, {}, { selected: 'precopy' });
      return (await view.page.locator(TIMELINE_OVER).boundingBox())?.height ?? 0;
    };
    assert.equal((await height(trace)) - (await height(few)), 16 * 14 - 6 * 22);
  });

  it('names what a CPU does that polls, or takes an offload back', async () => {
    const kinds = ['poll', 'abort'] as const;
    const texts = ['polls', 'offload taken back'];
    for (const [i, kind] of kinds.entries()) {
      const changed = tampered(trace, (run) => ({
        segments: {
          ...run.segments,
          kind: run.segments.kind.map((code) =>
            SEGMENT_KINDS[code] === 'sleep' ? SEGMENT_KINDS.indexOf(kind) : code,
          ),
        },
      }));
      const view = await openEditor(changed, {}, { selected: 'precopy' });
      const { run } = await indexOf(trace, 'precopy');
      const sleep = run.segments.kind.findIndex((code) => SEGMENT_KINDS[code] === 'sleep');
      const start = run.segments.start[sleep] as number;
      const length = stepDuration(run, sleep, 0);
      const box = await view.page.locator(TIMELINE_OVER).boundingBox();
      assert.ok(box);
      await view.page.waitForTimeout(400);
      const { window } = (await view.savedState()) as { window: { start: number; end: number } };
      const scale = (box.width - 140) / (window.end - window.start);
      await view.page.mouse.move(box.x + 128 + (start + length * 0.6 - window.start) * scale, box.y + 45);
      const tooltip = (await view.page.textContent('.tooltip')) ?? '';
      const expected = kind === 'poll' ? 'wait for engine' : 'dma unmap';
      assert.ok(tooltip.includes(expected), `${kind}: ${tooltip}`);
      const legend = (await view.page.textContent('.phase-legend')) ?? '';
      const wanted = { poll: 'waits for the engine', abort: 'offload taken back' }[kind];
      assert.ok(legend.includes(wanted), `${texts[i]}: ${legend}`);
    }
  });
});
