import assert from 'node:assert/strict';
import type { OverheadTable } from '../../src/analysis/overhead';
import { formatFraction } from '../../src/webviews/shared/format';
import { verdictOf } from '../../src/webviews/shared/verdict';
import { canvasColors, canvasHash, openEditor, SAMPLE_256M, SAMPLE_2M } from './support/editor';
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
  const serial = {
    title: 'Serial',
    isSerial: true,
    kernel: '6.8',
    mean: 3700,
    sd: 100,
    firstFolioNs: 260_000,
  };
  const dcbm = {
    title: 'dcbm v1',
    isSerial: false,
    kernel: '6.8',
    mean: 13_200,
    sd: 160,
    firstFolioNs: 3_200_000,
  };

  it('names the cheaper design and by how much', () => {
    const verdict = verdictOf([dcbm, serial]);
    assert.match(
      verdict?.headline ?? '',
      /^Serial wins at this workload: 3,700 cycles\/page, 72 % less than dcbm v1/,
    );
    assert.match(verdict?.detail ?? '', /260\s*µs with Serial, 2\.94\s*ms later with dcbm v1/);
    assert.doesNotMatch(verdict?.detail ?? '', /price/);
  });

  it('calls a difference within the spread no difference', () => {
    const batch = { ...serial, title: 'Folio batch', isSerial: false, mean: 3650, firstFolioNs: 700_000 };
    const verdict = verdictOf([serial, batch, dcbm]);
    assert.match(verdict?.headline ?? '', /cost the same at this workload/);
    assert.match(verdict?.detail ?? '', /dcbm v1 costs 13,200 cycles\/page, 3\.6 times as much/);
    assert.doesNotMatch(verdict?.detail ?? '', /price/);
  });

  it('names the price when the first folio pays for the gain', () => {
    const fast = { ...dcbm, title: 'fast', mean: 2000 };
    const verdict = verdictOf([serial, fast]);
    assert.match(
      verdict?.headline ?? '',
      /^fast wins at this workload: 2,000 cycles\/page, 46 % less than Serial/,
    );
    assert.match(verdict?.detail ?? '', /price/);
  });

  it('does not compare designs across kernels', () => {
    const verdict = verdictOf([{ ...serial, kernel: '6.12' }, dcbm]);
    assert.match(verdict?.headline ?? '', /do not tell which design wins/);
    assert.match(verdict?.detail ?? '', /Serial those of 6\.12, dcbm v1 those of 6\.8/);
    assert.doesNotMatch(verdict?.headline ?? '', /wins at/);
  });

  it('is silent with nothing to compare', () => {
    assert.equal(verdictOf([serial]), null);
  });

  it('stands on the page once the designs are there', async () => {
    const { page } = await openEditor(await hostTrace(SAMPLE_256M));
    assert.match((await page.textContent('.verdict')) ?? '', /cycles\/page/);
  });
});
