/** The page of a live recording, told what a recording told. */
import assert from 'node:assert/strict';
import type { RecorderPageNotices } from '../../src/protocol/recording';
import { DEFAULT_RECORD_SETTINGS } from '../../src/protocol/recording';
import type { LiveFigures } from '../../src/trace/live/liveFigures';
import { canvasColors, tableRows } from './support/editor';
import type { OpenedPage, Theme } from './support/host';
import { openPage } from './support/host';

const FILE = '/a/folder/recording.migtrace';
const OFFERS = { kernel: '6.18.44', clocks: ['local', 'mono'], hasFunctionGraph: false };
const TOTALS = {
  calls: 12,
  nr_succeeded: 4096,
  nr_failed: 34,
  nr_thp_succeeded: 3,
  nr_thp_failed: 1,
  nr_thp_split: 2,
  nr_split: 5,
};
const FIGURES: LiveFigures = {
  totals: TOTALS,
  reasons: [{ name: 'compaction', ...TOTALS }],
  modes: [{ name: 'MIGRATE_SYNC', ...TOTALS }],
  tasks: [{ name: '<img src=x>-99', ...TOTALS }],
  flows: [
    { from: 1, to: 0, pages: 3000 },
    { from: 0, to: 0, pages: 512 },
    { from: -1, to: 1, pages: 7 },
  ],
  events: { tlb_flush: 5000, mm_migrate_pages: 12 },
  eventCount: 5012,
  seconds: 65.25,
  eventsPerSecond: 123_456,
  lostEvents: 0,
  bufferFill: 0.5,
  bufferPeak: 0.75,
  bytes: 64 * 2 ** 20,
  maxBytes: 256 * 2 ** 20,
  cpus: 2,
};
const POINTS = [1, 2, 3].map((seconds) => ({
  seconds,
  eventsPerSecond: 100 * seconds,
  pagesPerSecond: 40 * seconds,
  failedPerSecond: 20,
}));

interface Notice {
  readonly t: string;
  readonly name: string;
  readonly payload: unknown;
}

async function opened(theme: Theme = 'dark') {
  const page: OpenedPage = await openPage('recorder', { theme });
  const notify = <K extends keyof RecorderPageNotices>(name: K, payload: RecorderPageNotices[K]) =>
    page.post({ t: 'notice', name, payload });
  const become = (state: RecorderPageNotices['state']['state']) =>
    notify('state', { state, settings: DEFAULT_RECORD_SETTINGS, offers: OFFERS, file: FILE });
  const acts = async () =>
    ((await page.posted()) as Notice[]).map(({ name, payload }) => ({ name, payload }));
  return { ...page, notify, become, acts };
}

describe('the page of a recording', () => {
  it('shows what the kernel does while it is recorded', async () => {
    const view = await opened();
    assert.deepEqual(await view.acts(), [{ name: 'ready', payload: null }]);
    await view.become({ kind: 'recording' });
    await view.notify('figures', { figures: FIGURES, points: POINTS });
    const { page } = view;
    assert.equal(await page.textContent('h1'), 'Recording');
    assert.equal(await page.textContent('.record-time'), '1:05');
    const facts = (await page.textContent('.record-facts')) ?? '';
    for (const fact of ['Linux 6.18.44', 'clock mono', '8\u00a0MB of buffer per CPU', FILE])
      assert.ok(facts.includes(fact), facts);
    const numbers = await page.$$eval('.record-number', (nodes) =>
      nodes.map((node) => [...node.children].map((child) => child.textContent ?? '')),
    );
    assert.deepEqual(
      numbers.map(([name, value]) => [name, value]),
      [
        ['Calls', '12'],
        ['Pages moved', '4,096'],
        ['Pages failed', '34'],
        ['THPs', '3'],
        ['Events per second', '123,456'],
      ],
    );
    const gauges = await page.$$eval('.record-gauge meter', (nodes) =>
      nodes.map((node) => (node as HTMLMeterElement).value),
    );
    assert.deepEqual(gauges, [0.5, 0.25]);
    assert.deepEqual(await tableRows(page, '.panel-reasons'), [
      ['compaction', '12', '4,096', '34', '3', '7'],
    ]);
    assert.deepEqual(await tableRows(page, '.panel-flows'), [
      ['node 1', 'node 0', '3,000', '11.7\u00a0MB'],
      ['node 0', 'the same node', '512', '2.00\u00a0MB'],
      ['unknown', 'node 1', '7', '28.0\u00a0KB'],
    ]);
    // A task may call itself anything.
    assert.deepEqual((await tableRows(page, '.panel-tasks'))[0]?.[0], '<img src=x>-99');
    assert.equal(await page.$('img'), null);
    assert.equal(await page.isVisible('.record-options'), false);
    await page.click('text=Stop and Open');
    assert.deepEqual((await view.acts()).at(-1), { name: 'stop', payload: null });
  });

  it('draws the rates, and lists them', async () => {
    const view = await opened();
    await view.become({ kind: 'recording' });
    await view.notify('figures', { figures: FIGURES, points: POINTS });
    await view.page.waitForTimeout(100);
    const colors = await canvasColors(view.page, '.record-chart');
    assert.ok(Object.keys(colors).length >= 3, JSON.stringify(colors));
    await view.page.click('.panel-rates .toggle');
    assert.equal(await view.page.isVisible('.record-chart'), false);
    assert.deepEqual(await tableRows(view.page, '.panel-rates'), [
      ['1.00', '40', '20', '100'],
      ['2.00', '80', '20', '200'],
      ['3.00', '120', '20', '300'],
    ]);
  });

  it('warns once events are lost, with what to do', async () => {
    const view = await opened();
    await view.become({ kind: 'recording' });
    await view.notify('figures', { figures: { ...FIGURES, lostEvents: 1234 }, points: POINTS });
    const text = (await view.page.textContent('.notice.warning')) ?? '';
    assert.match(text, /overran 1,234 events/);
    assert.match(text, /bigger buffer/);
    await view.become({ kind: 'starting' });
    await view.notify('figures', { figures: null, points: [] });
    assert.equal(await view.page.$('.notice'), null);
  });

  it('says in the end whether the sums are the kernel’s own, and begins anew as asked', async () => {
    const view = await opened('light');
    const done = {
      file: FILE,
      bytes: 4096,
      figures: FIGURES,
      lostEvents: 0,
      agrees: true,
      reason: '',
      stoppedBy: 'time',
    };
    await view.notify('figures', { figures: FIGURES, points: POINTS });
    await view.become({ kind: 'done', done });
    assert.match(
      (await view.page.textContent('.notice.info')) ?? '',
      /4,096 pages moved, 34 failed: the same as \/proc\/vmstat/,
    );
    await view.become({ kind: 'done', done: { ...done, agrees: false, reason: 'Two events were lost.' } });
    assert.match(
      (await view.page.textContent('.notice.warning')) ?? '',
      /Two events were lost\. The time limit/,
    );
    await view.page.click('text=Open Trace');
    assert.deepEqual((await view.acts()).at(-1), { name: 'open', payload: null });
    await view.page.selectOption('.record-option:has-text("Time limit") select', '30');
    await view.page.selectOption('.record-option:has-text("Clock") select', 'local');
    assert.equal(await view.page.isDisabled('.record-check input'), true);
    await view.page.click('text=Record Again');
    assert.deepEqual((await view.acts()).at(-1), {
      name: 'start',
      payload: { settings: { ...DEFAULT_RECORD_SETTINGS, seconds: 30, clock: 'local' } },
    });
  });

  it('shows why nothing can be recorded, and copies the command that helps', async () => {
    const view = await opened('hc');
    const commands = ['sudo migtrace record -o x', 'sudo mount -o remount,uid=1000 /sys/kernel/tracing'];
    await view.become({ kind: 'problem', problem: { message: 'You may not.', commands } });
    assert.equal(await view.page.isVisible('.live'), false);
    assert.deepEqual(
      await view.page.$$eval('.record-command code', (nodes) => nodes.map(({ textContent }) => textContent)),
      commands,
    );
    assert.match((await view.page.textContent('.record-problem')) ?? '', /You may not\.Run one of these/);
    await view.page.click('.record-command:last-child button');
    assert.deepEqual((await view.acts()).at(-1), { name: 'copy', payload: { text: commands[1] } });
    assert.equal((await view.page.textContent('.record-options .button')) ?? '', 'Try Again');
  });
});
