/** The trace-event export, opened in speedscope: a reader of that format by other people. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { observedRun } from '../../src/analysis/observedRun';
import { replay } from '../../src/analysis/replay';
import type { ExportSubject } from '../../src/trace/export/formats';
import { exportOf } from '../../src/trace/export/formats';
import { createTraceReader } from '../../src/trace/formats/read';
import type { MigrationTrace } from '../../src/trace/model';

const PAGE = pathToFileURL(resolve('node_modules/speedscope/dist/release/index.html')).href;

const { browser } = (globalThis as unknown as { migtraceBrowser: { browser: Browser } }).migtraceBrowser;

/** What speedscope shows of an export, and what it had to complain about. */
async function opened(subject: ExportSubject): Promise<{ text: string; complaints: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'migtrace-speedscope-'));
  const context = await browser.newContext();
  try {
    const file = join(folder, 'run.json');
    writeFileSync(file, Buffer.concat([...exportOf(subject, { format: 'trace-event', table: 'calls' })]));
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (/^ts=|unmatched|rror/.test(message.text())) complaints.push(message.text());
    });
    await page.goto(PAGE);
    await page.setInputFiles('input[type=file]', file);
    await page.waitForFunction("document.title.startsWith('run.json')");
    // The third view lists what was read by name.
    await page.keyboard.press('3');
    await page.waitForFunction("document.body.innerText.includes('Symbol Name')");
    return { text: await page.evaluate('document.body.innerText'), complaints };
  } finally {
    await context.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function read(path: string): MigrationTrace {
  const reader = createTraceReader({ source: path });
  reader.push(readFileSync(path));
  return reader.finish().value;
}

describe('trace-event JSON in speedscope', () => {
  it('opens a simulated run, with its CPU, its channel and its phases, and nothing to complain about', async () => {
    const trace = read('samples/promotion-2m.migtrace');
    const run = replay(trace, { path: 'dcbm-v3', kernel: '6.12', runs: 0 }, null);
    const { text, complaints } = await opened({ trace, run });
    assert.deepEqual(complaints, []);
    assert.match(text, /Migrating CPUs \(pid 1\), CPU 0 · bench-0 .*\(1\/2\)/);
    for (const name of ['sleep', 'enter migrate_pages', 'DMA channel setup'])
      assert.ok(text.includes(name), name);
  });

  it('opens a recording, and nothing to complain about', async () => {
    const trace = read('samples/pinned-vmsplice-6.12.migtrace');
    const { text, complaints } = await opened({ trace, run: observedRun(trace) });
    assert.deepEqual(complaints, []);
    assert.match(text, /migrate_pages|unmap \(set events\)/);
  });
});
