import assert from 'node:assert/strict';
import type { OverheadTable } from '../../src/analysis/overhead';
import { PATHS } from '../../src/engine/kernel/copyPath/registry';
import { COPY_PATHS } from '../../src/engine/sim/run';
import { formatFraction } from '../../src/webviews/shared/format';
import type { Contender } from '../../src/webviews/shared/verdict';
import { verdictOf } from '../../src/webviews/shared/verdict';
import { canvasColors, canvasHash, openEditor, SAMPLE_256M, SAMPLE_2M, tableRows } from './support/editor';
import type { HostedTrace } from './support/host';
import { hostTrace } from './support/host';

const PHASE_CHART = '.charts figure:first-child canvas';
const FRACTION_CHART = '.charts figure:last-child canvas';

describe('overhead charts', () => {
  let trace: HostedTrace;
  before(async () => {
    trace = await hostTrace(SAMPLE_2M);
  });

  it('draws F as high as the table says', async () => {
    const { page } = await openEditor(trace);
    const table = (await trace.answer('overhead', null)) as OverheadTable;
    // The tallest run of the bars' colour in each column of pixels is a bar; whiskers cut it, so pixels are counted.
    const bars = await page.$eval(FRACTION_CHART, (node) => {
      const canvas = node as HTMLCanvasElement;
      const { width, height } = canvas;
      const data = canvas.getContext('2d')?.getImageData(0, 0, width, height).data ?? [];
      const probe = document.createElement('canvas').getContext('2d');
      if (probe === null) throw new Error('no canvas');
      probe.fillStyle = getComputedStyle(document.documentElement).getPropertyValue('--vscode-charts-blue');
      probe.fillRect(0, 0, 1, 1);
      const wanted = Array.from(probe.getImageData(0, 0, 1, 1).data.slice(0, 3));
      const tops: (number | null)[] = [];
      for (let x = 0; x < width; x++) {
        let top: number | null = null;
        for (let y = height - 1; y >= 0; y--) {
          const i = (y * width + x) * 4;
          if (wanted.every((value, c) => Math.abs(value - (data[i + c] as number)) < 4)) top = y;
        }
        tops.push(top);
      }
      // Columns next to each other with the same top are one bar.
      const found: { top: number; wide: number }[] = [];
      let last: number | null = null;
      for (const top of tops) {
        if (top !== null && top === last) (found.at(-1) as { wide: number }).wide++;
        else if (top !== null) found.push({ top, wide: 1 });
        last = top;
      }
      return found.filter((bar) => bar.wide >= 3).map((bar) => bar.top);
    });
    const tops = [...new Set(bars)].toSorted((a, b) => a - b);
    const fractions = table.rows.map((row) => row.fraction.mean);
    const highest = Math.max(...fractions);
    const lowest = Math.min(...fractions);
    const least = tops.at(-1) as number;
    const most = tops[0] as number;
    const perUnit = (least - most) / (highest - lowest);
    const height = await page.$eval(FRACTION_CHART, (node) => node.clientHeight);
    assert.ok(perUnit > height * 0.6 && perUnit < height, `${perUnit} pixels per 1 of ${height}`);
    for (const value of fractions) {
      const expected = least - (value - lowest) * perUnit;
      assert.ok(
        bars.some((top) => Math.abs(top - expected) <= 2),
        `a bar for F = ${formatFraction(value)} at ${expected}; there are ${bars.join()}`,
      );
    }
  });

  it('draws all five phases, and changes with the scale', async () => {
    const { page } = await openEditor(trace);
    const log = await canvasHash(page, PHASE_CHART);
    assert.ok(Object.keys(await canvasColors(page, PHASE_CHART)).length > 6);
    await page.click('.panel-overhead [data-value=linear]');
    assert.notEqual(await canvasHash(page, PHASE_CHART), log);
    await page.click('.panel-overhead [data-value=log]');
    assert.equal(await canvasHash(page, PHASE_CHART), log);
  });

  it('says the numbers to those who cannot see it', async () => {
    const { page } = await openEditor(trace);
    const table = (await trace.answer('overhead', null)) as OverheadTable;
    const label = (await page.getAttribute(FRACTION_CHART, 'aria-label')) ?? '';
    for (const row of table.rows)
      assert.ok(label.includes(`${row.size} ${formatFraction(row.fraction.mean)}`));
  });

  it('says what cannot be made instead of a chart', async () => {
    const failing: HostedTrace = {
      ...trace,
      answer: (name, params) =>
        name === 'overhead' ? Promise.reject(new Error('no such machine')) : trace.answer(name, params),
    };
    const { page } = await openEditor(failing);
    assert.match((await page.textContent('.panel-overhead')) ?? '', /could not be made: no such machine/);
    assert.ok(!(await page.isVisible('.charts')));
  });
});

describe('verdict', () => {
  const serial: Contender = {
    choice: 'serial',
    title: 'Serial',
    isSerial: true,
    kernel: '6.8',
    mean: 3700,
    sd: 100,
    firstFolioNs: 260_000,
    cpu: 3700,
    channels: null,
  };
  const dcbm: Contender = {
    choice: 'dcbm-v1',
    title: 'dcbm v1',
    isSerial: false,
    kernel: '6.8',
    mean: 13_200,
    sd: 160,
    firstFolioNs: 3_200_000,
    cpu: 13_200,
    channels: null,
  };
  const offload: Contender = {
    ...dcbm,
    choice: 'dcbm-v3',
    title: 'dcbm v3',
    mean: 1850,
    cpu: 925,
    sd: 20,
    firstFolioNs: 760_000,
    channels: { asked: 8, had: 8 },
  };

  it('names the best design, what it gains in time and CPU, and what the first folio pays', () => {
    const verdict = verdictOf([serial, dcbm, offload]);
    assert.match(
      verdict?.headline ?? '',
      /^dcbm v3 is best here: 50\s%\sless time and 75\s%\sless CPU time than Serial\.$/u,
    );
    assert.match(verdict?.detail ?? '', /^1,850 cycles\/page against 3,700\./);
    assert.match(
      verdict?.detail ?? '',
      /The price: the first folio is usable 500\sµs later, after 760\sµs\./u,
    );
    assert.deepEqual(
      verdict?.ranking.map(({ title }) => title),
      ['dcbm v3', 'Serial', 'dcbm v1'],
    );
    assert.deepEqual(verdict?.notes, []);
  });

  it('stays short with eleven designs', () => {
    const many = Array.from({ length: 9 }, (_, i) => ({
      ...dcbm,
      title: `Design ${i}`,
      mean: 5000 + i * 500,
    }));
    const verdict = verdictOf([serial, offload, ...many]);
    const words = `${verdict?.headline} ${verdict?.detail}`;
    assert.ok(words.length < 240, words);
    assert.equal(verdict?.ranking.length, 11);
  });

  it('says what more CPU time a faster design takes', () => {
    const threads = { ...offload, title: 'Threads', mean: 2960, cpu: 4440 };
    const verdict = verdictOf([serial, threads]);
    assert.match(verdict?.headline ?? '', /20\s%\sless time than Serial, for 20\s%\smore CPU time/u);
  });

  it('names the design that takes least CPU time where another is faster', () => {
    const threads = { ...offload, title: 'Threads', mean: 1480, cpu: 4440 };
    assert.match(
      verdictOf([serial, threads, offload])?.detail ?? '',
      /Least CPU time: dcbm v3, 75\s%\sless than Serial, in 50\s%\sless time\./u,
    );
    assert.doesNotMatch(verdictOf([serial, offload])?.detail ?? '', /Least CPU/);
  });

  it('calls a difference within the spread no difference', () => {
    const batch = { ...serial, title: 'Folio batch', isSerial: false, mean: 3650, firstFolioNs: 700_000 };
    assert.match(verdictOf([serial, batch, dcbm])?.headline ?? '', /No design is clearly better than Serial/);
    const twin = { ...offload, title: 'Pre-copy v6', mean: 1860 };
    assert.match(verdictOf([serial, offload, twin])?.detail ?? '', /Pre-copy v6 costs the same/);
  });

  it('says so where serial is best', () => {
    const verdict = verdictOf([dcbm, serial]);
    assert.match(verdict?.headline ?? '', /^Serial is best here: 3,700 cycles\/page\.$/);
    assert.match(verdict?.detail ?? '', /dcbm v1 comes next with 13,200, 257\s%\smore/u);
  });

  it('does not compare designs across kernels', () => {
    const verdict = verdictOf([{ ...serial, kernel: '6.1' }, dcbm]);
    assert.match(verdict?.headline ?? '', /do not tell which design is best/);
    assert.match(verdict?.detail ?? '', /Serial those of 6\.1, dcbm v1 those of 6\.8/);
    assert.doesNotMatch(verdict?.headline ?? '', /less time/);
  });

  it('tells of channels that the machine does not have, and of channels that are left alone', () => {
    const notes = (asked: number, had: number) =>
      verdictOf([serial, { ...offload, channels: { asked, had } }])?.notes.map(({ text }) => text);
    assert.deepEqual(notes(8, 1), [
      '8 channels asked for, the machine has 1: the offload designs play with 1.',
    ]);
    assert.match(notes(1, 1)?.[0] ?? '', /one DMA channel/);
    assert.match(notes(1, 16)?.[0] ?? '', /One of the machine’s 16 channels/);
    assert.deepEqual(notes(4, 16), []);
  });

  it('tells which designs the rules have no place for', () => {
    const choice = (refused: string | null) =>
      ({ choice: 'threads', title: 'Threads', tooltip: '', refused }) as const;
    const verdict = verdictOf([serial, dcbm], [choice('no batch'), choice(null)]);
    assert.deepEqual(verdict?.notes, [
      { text: 'Threads cannot be played by these rules: no batch.', warns: true },
    ]);
  });

  it('is silent with nothing to compare', () => {
    assert.equal(verdictOf([serial]), null);
  });

  it('stands on the page once the designs are there, with all of them in a list that leads to each', async () => {
    const view = await openEditor(await hostTrace(SAMPLE_256M));
    assert.match((await view.page.textContent('.verdict')) ?? '', /cycles\/page/);
    assert.ok(!(await view.page.isVisible('.verdict .data-table')));
    await view.page.click('.verdict-list summary');
    const rows = await tableRows(view.page, '.verdict .data-table');
    assert.deepEqual(
      new Set(rows.map(([title]) => title)),
      new Set(COPY_PATHS.map((path) => PATHS[path].title)),
    );
    await view.page.click('.verdict .link:has-text("dcbm v3")');
    await view.settled();
    assert.deepEqual(await view.notices('chose'), [{ choice: 'dcbm-v3' }]);
  });
});
