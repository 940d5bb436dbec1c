import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { RunChoice } from '../../src/protocol/messages';
import { layoutGrid } from '../../src/webviews/shared/grid/gridLayout';
import {
  canvasHash,
  cursor,
  indexOf,
  legend,
  openEditor,
  playhead,
  present,
  press,
  SAMPLE_256M,
  SAMPLE_FATES,
  SAMPLE_RECORDED,
  stateCounts,
} from './support/editor';
import type { HostedTrace, HostedView, RunAnswer } from './support/host';
import { hostTrace } from './support/host';

/** Cells of the grid grouped by how they look: the sizes of the groups, ascending. */
async function looks(page: Page, folios: number): Promise<number[]> {
  const size = await page.$eval('.grid-canvas', (node) => [node.clientWidth, node.clientHeight] as const);
  const layout = layoutGrid(new Uint8Array(folios), size[0], size[1]);
  const boxes = Array.from(layout.boxes);
  const groups = await page.$eval(
    '.grid-canvas',
    (node, [cells, gap]) => {
      const context = (node as HTMLCanvasElement).getContext('2d');
      const found: Record<string, number> = {};
      for (let i = 0; i < cells.length; i += 4) {
        const [x, y, width, height] = cells.slice(i, i + 4) as [number, number, number, number];
        const data = context?.getImageData(x, y, width - gap, height - gap).data ?? [];
        const key = Array.from(data).join();
        found[key] = (found[key] ?? 0) + 1;
      }
      return Object.values(found);
    },
    [boxes, layout.gap] as const,
  );
  return groups.toSorted((a, b) => a - b);
}

async function expected(trace: HostedTrace, choice: RunChoice, view: HostedView) {
  const index = await indexOf(trace, choice);
  const { batch } = await playhead(view);
  const { first, count } = index.run.batches;
  return stateCounts(index, first[batch] as number, count[batch] as number, await cursor(view));
}

describe('folio grid', () => {
  let large: HostedTrace;
  let fates: HostedTrace;
  let recorded: HostedTrace;
  before(async () => {
    large = await hostTrace(SAMPLE_256M);
    fates = await hostTrace(SAMPLE_FATES);
    recorded = await hostTrace(SAMPLE_RECORDED);
  });

  for (const choice of ['serial', 'batch-cpu', 'dcbm-v1'] as const) {
    it(`shows each folio of a batch in its state, and counts as the engine does (${choice})`, async () => {
      const view = await openEditor(large, {}, { selected: choice });
      await press(view, 'b', 'z');
      const seen = new Set<string>();
      for (let step = 0; step < 8; step++) {
        await press(view, 'Shift+ArrowRight');
        const counts = await expected(large, choice, view);
        assert.deepEqual(present(await legend(view.page)), counts);
        const groups = Object.values(counts).toSorted((a, b) => a - b);
        assert.deepEqual(await looks(view.page, 512), groups);
        for (const state of Object.keys(counts)) seen.add(state);
      }
      assert.ok(seen.size >= 3, `only ${[...seen].join()} seen`);
    });
  }

  it('changes its picture when time goes on, and not when it stands', async () => {
    const view = await openEditor(large);
    const before = await canvasHash(view.page, '.grid-canvas');
    await view.page.waitForTimeout(300);
    assert.equal(await canvasHash(view.page, '.grid-canvas'), before);
    await press(view, 'f');
    await view.page.waitForTimeout(100);
    assert.notEqual(await canvasHash(view.page, '.grid-canvas'), before);
  });

  it('shows all folios of the run, failures included, with the engine’s counts', async () => {
    const view = await openEditor(fates);
    const index = await indexOf(fates, 'serial');
    await press(view, 'o', 'End');
    await view.page.waitForTimeout(200);
    const counts = stateCounts(index, 0, index.run.folioCount, index.run.end);
    assert.deepEqual(present(await legend(view.page)), counts);
    assert.ok(counts['restored'] && counts['failed'] && counts['untried'] && counts['split']);
    const atEnd = await canvasHash(view.page, '.grid-canvas');
    await press(view, 'Home');
    await view.page.waitForTimeout(200);
    assert.deepEqual(present(await legend(view.page)), { listed: index.run.folioCount });
    assert.notEqual(await canvasHash(view.page, '.grid-canvas'), atEnd);
  });

  it('counts a whole run too large for one frame', async () => {
    const view = await openEditor(large);
    const index = await indexOf(large, 'dcbm-v1');
    await press(view, '3');
    await view.settled();
    await press(view, 'o', '0', 'Shift+ArrowRight', 'Shift+ArrowRight', 'Shift+ArrowRight');
    await view.page.waitForTimeout(600);
    const time = await cursor(view);
    assert.deepEqual(present(await legend(view.page)), stateCounts(index, 0, index.run.folioCount, time));
  });

  it('tells a folio’s story under the pointer and under the arrow keys', async () => {
    const view = await openEditor(large);
    const box = await view.page.locator('.grid-canvas').boundingBox();
    assert.ok(box);
    await view.page.mouse.move(box.x + 5, box.y + 5);
    const detail = () => view.page.textContent('.grid-detail');
    assert.match((await detail()) ?? '', /^folio 0 · 0x7f0000000000 · order 0 \(4K\) anon · done/);
    await view.page.mouse.move(box.x + 5, box.y - 60);
    await view.page.focus('.grid-canvas');
    await press(view, 'ArrowRight', 'ArrowRight');
    assert.match((await detail()) ?? '', /^folio 1 · 0x7f0000001000/);
    await press(view, 'ArrowDown');
    assert.match((await detail()) ?? '', /^folio 33 ·/);
    await press(view, 'End');
    assert.match((await detail()) ?? '', /^folio 511 ·/);
    assert.match((await detail()) ?? '', /blocked \d/);
    assert.ok(await view.page.isVisible('.grid-marker'));
  });

  it('goes to a folio’s batch from the overview', async () => {
    const view = await openEditor(large);
    await press(view, 'o');
    const box = await view.page.locator('.grid-canvas').boundingBox();
    assert.ok(box);
    await view.page.mouse.click(box.x + 100, box.y + 100);
    await view.settled();
    assert.match((await view.page.textContent('.panel-folios h2')) ?? '', /^Folios of batch \d+$/);
    assert.ok((await playhead(view)).batch > 10);
  });

  it('fetches the folio times of a long recording, which do not come with its run', async () => {
    const split: HostedTrace = {
      ...recorded,
      answer: async (name, params) => {
        const value = await recorded.answer(name, params);
        if (name !== 'run' || (params as { choice: string }).choice !== 'observed') return value;
        const { header, run } = value as RunAnswer;
        return { header, run: { ...run, observedTimes: null } };
      },
    };
    const view = await openEditor(split, {}, { selected: 'observed' });
    await press(view, 'b', 'b');
    await view.settled();
    assert.deepEqual(present(await legend(view.page)), await expected(recorded, 'observed', view));
  });

  it('shows a recording: states from its events, phases unknown', async () => {
    const view = await openEditor(recorded, {}, { selected: 'observed' });
    await press(view, 'b');
    assert.deepEqual(present(await legend(view.page)), await expected(recorded, 'observed', view));
    assert.match((await view.page.textContent('.phase-legend')) ?? '', /phases were not recorded/);
    assert.equal(await view.page.textContent('[data-name=fraction] .summary-value'), '–');
  });
});
