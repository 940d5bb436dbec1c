/** What the tests of the trace editor read off the page. */
import type { Page } from 'playwright-core';
import { folioStates } from '../../../src/engine/probe/folioStates';
import type { RunIndex } from '../../../src/engine/probe/runIndex';
import { createRunIndex } from '../../../src/engine/probe/runIndex';
import { FOLIO_STATES } from '../../../src/engine/probe/states';
import type { Playhead, RunChoice, ViewSnapshot } from '../../../src/protocol/messages';
import { isViewState, type ViewState } from '../../../src/webviews/traceEditor/viewState';
import type { HostedTrace, HostedView, OpenOptions } from './host';
import { openPage, serve } from './host';

export const SAMPLE_2M = 'samples/promotion-2m.migtrace';
export const SAMPLE_256M = 'samples/promotion-256m.migtrace';
export const SAMPLE_FATES = 'samples/mixed-fates.migtrace';
export const SAMPLE_RECORDED = 'samples/pinned-vmsplice-6.12.migtrace';

export async function openEditor(
  trace: HostedTrace,
  options: OpenOptions = {},
  snapshot: Partial<ViewSnapshot> = {},
): Promise<HostedView> {
  return serve(await openPage('traceEditor', options), trace, snapshot);
}

/** The engine's own view of a run that the page shows. */
export async function indexOf(trace: HostedTrace, choice: RunChoice): Promise<RunIndex> {
  const answer = await trace.run(choice);
  if (answer === null) throw new Error(`no run ${choice}`);
  return createRunIndex(answer.run);
}

/** Where the view says its time cursor is. */
export async function playhead(view: HostedView): Promise<Playhead> {
  // Playheads are held back for a fifth of a second.
  await view.page.waitForTimeout(260);
  const last = (await view.notices('playhead')).at(-1);
  if (last === undefined) throw new Error('the view told no playhead');
  return last as Playhead;
}

/** Picoseconds of the time cursor, exactly. */
export async function cursor(view: HostedView): Promise<number> {
  return Math.round((await playhead(view)).timeNs * 1000);
}

/** State the view would find again after it was hidden. */
export async function kept(view: HostedView): Promise<ViewState> {
  await view.page.waitForTimeout(400);
  const state = await view.savedState();
  if (!isViewState(state)) throw new Error('the view kept no state');
  return state;
}

/** The numbers of the legend by state; states that are not listed are absent. */
export async function legend(page: Page): Promise<Record<string, number>> {
  const entries = await page.$$eval('.legend li', (items) =>
    items.map((item) => {
      const { state } = (item as HTMLElement).dataset;
      return [
        state ?? '',
        Number((item.querySelector('.legend-count')?.textContent ?? '').replaceAll(',', '')),
      ] as const;
    }),
  );
  return Object.fromEntries(entries);
}

/** What the engine says: folios [first, first + count) by state at `time`; states without folios are absent. */
export function stateCounts(
  index: RunIndex,
  first: number,
  count: number,
  time: number,
): Record<string, number> {
  const states = new Uint8Array(count);
  folioStates(index, first, count, time, states);
  const counts: Record<string, number> = {};
  for (const code of states) {
    const name = FOLIO_STATES[code] as string;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** `counts` without zeros. */
export function present(counts: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

/** Text of all cells of a table's rows that are in the document. */
export function tableRows(page: Page, selector: string): Promise<string[][]> {
  return page.$$eval(`${selector} tbody tr:not(.spacer)`, (rows) =>
    rows.map((row) => [...row.children].map((cell) => cell.textContent ?? '')),
  );
}

export function headings(page: Page, selector: string): Promise<string[]> {
  return page.$$eval(`${selector} thead th`, (cells) => cells.map((cell) => cell.textContent ?? ''));
}

/** A fingerprint of a canvas's pixels. */
export function canvasHash(page: Page, selector: string): Promise<number> {
  return page.$eval(selector, (node) => {
    const canvas = node as HTMLCanvasElement;
    const data = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    let hash = 0;
    for (let i = 0; i < data.length; i++) hash = (Math.imul(hash, 31) + (data[i] as number)) | 0;
    return hash;
  });
}

/** How many pixels of a canvas have each opaque colour, `r,g,b` → pixels. */
export function canvasColors(page: Page, selector: string): Promise<Record<string, number>> {
  return page.$eval(selector, (node) => {
    const canvas = node as HTMLCanvasElement;
    const data = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    const colors: Record<string, number> = {};
    for (let i = 0; i < data.length; i += 4) {
      if (data[i + 3] !== 255) continue;
      const key = `${data[i]},${data[i + 1]},${data[i + 2]}`;
      colors[key] = (colors[key] ?? 0) + 1;
    }
    return colors;
  });
}

export const TIMELINE = '.timeline-stage .layer:first-child';
export const TIMELINE_OVER = '.timeline-stage .layer:last-child';
export const MINIMAP_OVER = '.minimap .layer:last-child';

export async function summaryValue(page: Page, name: string): Promise<string> {
  return (await page.textContent(`.summary-cell[data-name=${name}] .summary-value`)) ?? '';
}

export function press(view: HostedView, ...keys: string[]): Promise<void> {
  return keys.reduce((before, key) => before.then(() => view.page.keyboard.press(key)), Promise.resolve());
}
