import assert from 'node:assert/strict';
import type { Batches, Run } from '../../src/engine/sim/run';
import { BATCH_KINDS, SEGMENT_KINDS } from '../../src/engine/sim/run';
import { batchSpan, halvesOf } from '../../src/webviews/shared/batchKinds';
import { formatDuration } from '../../src/webviews/shared/format';
import { createRunView } from '../../src/webviews/shared/runView';
import {
  indexOf,
  openEditor,
  playhead,
  press,
  SAMPLE_256M,
  tableRows,
  TIMELINE_OVER,
} from './support/editor';
import type { HostedTrace, RunAnswer } from './support/host';
import { hostTrace } from './support/host';

const SLEEP = SEGMENT_KINDS.indexOf('sleep');

/** The run with each batch cut in two where its CPU would sleep: what the asynchronous design writes. */
function cutInHalves(run: Run): Run {
  const rows: Record<keyof Omit<Batches, 'length'>, number[]> = {
    call: [],
    kind: [],
    start: [],
    end: [],
    firstSegment: [],
    segmentCount: [],
    first: [],
    count: [],
    pages: [],
    moved: [],
    failed: [],
  };
  const segmentBatch = run.segments.batch.slice();
  const { batches } = run;
  for (let batch = 0; batch < batches.length; batch++) {
    const from = batches.firstSegment[batch] as number;
    const to = from + (batches.segmentCount[batch] as number);
    const sleep = run.segments.kind.findIndex((kind, i) => i >= from && i < to && kind === SLEEP);
    const cuts = sleep < 0 ? [[from, to] as const] : [[from, sleep] as const, [sleep, to] as const];
    cuts.forEach(([first, last], half) => {
      const row = rows.call.length;
      const settles = half === cuts.length - 1;
      const at = run.segments.start[sleep] ?? 0;
      rows.call.push(batches.call[batch] as number);
      rows.kind.push(half === 0 ? (batches.kind[batch] as number) : BATCH_KINDS.indexOf('finish'));
      rows.start.push(half === 0 ? (batches.start[batch] as number) : at);
      rows.end.push(settles ? (batches.end[batch] as number) : at);
      rows.firstSegment.push(first);
      rows.segmentCount.push(last - first);
      rows.first.push(batches.first[batch] as number);
      rows.count.push(batches.count[batch] as number);
      rows.pages.push(batches.pages[batch] as number);
      rows.moved.push(settles ? (batches.moved[batch] as number) : 0);
      rows.failed.push(settles ? (batches.failed[batch] as number) : 0);
      segmentBatch.fill(row, first, last);
    });
  }
  const typed = Object.fromEntries(
    Object.entries(rows).map(([name, values]) => {
      const column = batches[name as keyof typeof rows];
      return [
        name,
        (column.constructor as unknown as { from(values: number[]): typeof column }).from(values),
      ];
    }),
  );
  const cut = { ...typed, length: rows.call.length } as unknown as Batches;
  const batchCount = run.calls.batchCount.map((_, call) => rows.call.filter((of) => of === call).length);
  const firstBatch = run.calls.firstBatch.map((_, call) => rows.call.indexOf(call));
  return {
    ...run,
    batches: cut,
    calls: { ...run.calls, batchCount, firstBatch },
    segments: { ...run.segments, batch: segmentBatch },
  };
}

describe('batches in two halves', () => {
  let trace: HostedTrace;
  let run: Run;
  before(async () => {
    trace = await hostTrace(SAMPLE_256M, { runs: 1 });
    run = cutInHalves((await indexOf(trace, 'precopy')).run);
  });
  const cut = (): HostedTrace => ({
    ...trace,
    answer: async (name, params) => {
      const value = await trace.answer(name, params);
      if (name !== 'run' || (params as { choice: string }).choice !== 'precopy') return value;
      return { header: (value as RunAnswer).header, run };
    },
  });

  it('are found from either half, and span both', async () => {
    const { header } = (await trace.run('precopy')) as RunAnswer;
    const view = createRunView(header, run);
    assert.deepEqual(halvesOf(view, 2), { begin: 2, finish: 3 });
    assert.deepEqual(halvesOf(view, 3), { begin: 2, finish: 3 });
    assert.deepEqual(batchSpan(view, 3), { start: run.batches.start[2], end: run.batches.end[3] });
    const plain = createRunView(header, (await indexOf(trace, 'precopy')).run);
    assert.deepEqual(halvesOf(plain, 2), { begin: 2, finish: -1 });
  });

  it('are called so in table, tooltip and title', async () => {
    const view = await openEditor(cut(), {}, { selected: 'precopy' });
    await press(view, 'Home', 'b', 'b');
    assert.equal((await playhead(view)).batch, 1);
    assert.equal(await view.page.textContent('.panel-folios h2'), 'Folios of batch 2, second half');
    await view.page.click('.timeline-foot .toggle');
    const rows = await tableRows(view.page, '.timeline-panel .data-table');
    assert.deepEqual(
      rows.slice(0, 4).map((row) => row[3]),
      ['batch', 'second half: wait, move', 'batch', 'second half: wait, move'],
    );
    await press(view, 'z');
    await view.settled();
    const box = await view.page.locator(TIMELINE_OVER).boundingBox();
    assert.ok(box);
    await view.page.mouse.move(box.x + 128 + (box.width - 140) * 0.5, box.y + 45);
    assert.match((await view.page.textContent('.tooltip')) ?? '', /second half: wait, move/);
  });

  it('are one row of the anatomy, as long as both and what lies between', async () => {
    const view = await openEditor(cut(), {}, { selected: 'precopy' });
    const length = (run.batches.end[1] as number) - (run.batches.start[0] as number);
    for (const keys of [['Home', 'b'], ['b']]) {
      await press(view, ...keys);
      await view.settled();
      const label = (await view.page.getAttribute('.anatomy-canvas', 'aria-label')) ?? '';
      assert.ok(label.includes(`Pre-copy v6 ${formatDuration(length)}`), label);
    }
  });
});
