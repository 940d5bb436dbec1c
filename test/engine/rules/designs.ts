/** K38 to K42: what the designs change. */
import { strict as assert } from 'node:assert';
import type { KernelRulesName, Run, RunConfig } from '../../../src/engine/sim/run';
import { RULES } from '../../../src/engine/kernel/rules/registry';
import { SEGMENT_KINDS, SEGMENT_SHAPES } from '../../../src/engine/sim/run';
import type { Step } from '../../../src/engine/sim/run';
import type { Rule } from '../../support/ruleTests';
import { ALL, orderOf, PHASED } from '../../support/ruleTests';
import { SERIES_V3_ZEN3 } from '../../../src/engine/machine/presets/seriesV3Zen3';
import { simulate } from '../../../src/engine/sim/simulate';
import { playOne, workloadOf } from '../../support/workloads';
import { stepDurations } from '../../../src/engine/sim/segmentShapes';

/** The segments that hold a step, in order: how many folios, and when the first of them ends it (ps). */
function stepsOf(run: Run, step: Step): { count: number; firstEnds: number }[] {
  const found: { count: number; firstEnds: number }[] = [];
  const { segments } = run;
  for (let i = 0; i < segments.length; i++) {
    const kind = SEGMENT_KINDS[segments.kind[i] as number];
    if (kind === undefined || kind === 'coldCopy') continue;
    const shape: readonly Step[] = SEGMENT_SHAPES[kind];
    const position = shape.indexOf(step);
    if (position < 0 || kind === 'undo') continue;
    const upTo = stepDurations(run, i).slice(0, position + 1);
    const into = upTo.reduce((sum, duration) => sum + duration, 0);
    found.push({ count: segments.count[i] as number, firstEnds: (segments.start[i] as number) + into });
  }
  return found;
}

/** Folios that this CPU copied. */
function copiedByCpu({ segments }: Run): number {
  let count = 0;
  segments.kind.forEach((code, i) => {
    const kind = SEGMENT_KINDS[code] ?? 'entry';
    const shape: readonly Step[] = SEGMENT_SHAPES[kind];
    if (shape.includes('copy') && kind !== 'remoteCopy' && kind !== 'coldCopy')
      count += segments.count[i] ?? 0;
  });
  return count;
}

/** Every attempt to offload ends in an error completion, after the engine's work. */
const FAILING: RunConfig['faults'] = [{ stage: 'error-completion', first: 0, every: 1 }];

function folios(run: Run, step: Step): number {
  return stepsOf(run, step).reduce((sum, { count }) => sum + count, 0);
}

/** How many of `count` folios each channel in use copies, on a machine with 16 of them. */
function foliosByChannel(count: number, channels: number, kernel: KernelRulesName): number[] {
  const config = { path: 'dcbm-v3', channels, kernel, runs: 1 } as const;
  const run = simulate(workloadOf({ runs: [{ count }] }), { machine: SERIES_V3_ZEN3, config });
  const counts = run.channels.map(() => 0);
  run.segments.kind.forEach((kind, segment) => {
    if (SEGMENT_KINDS[kind] !== 'remoteCopy') return;
    const channel = run.segments.channel[segment] as number;
    counts[channel] = (counts[channel] ?? 0) + (run.segments.count[segment] as number);
  });
  return counts.filter((folio) => folio > 0);
}

export const DESIGN_RULES: readonly Rule[] = [
  {
    name: 'K38 dcbm v1',
    kernels: PHASED,
    tests: [
      {
        says: 'a SYNC call offloads in its ASYNC part only: pages waited for alone are copied by the CPU',
        call: { runs: [{ count: 500 }, { count: 3, fate: 'locked' }] },
        config: { path: 'dcbm-v1' },
        totals: { nr_succeeded: 503 },
        check: (run) => {
          assert.equal(run.dma.descriptors, 500);
          assert.equal(folios(run, 'copy'), 3);
        },
      },
      {
        says: 'large folios are never copied by DMA',
        call: {
          runs: [
            { count: 2, order: 9 },
            { count: 3, order: 4 },
          ],
        },
        config: { path: 'dcbm-v1' },
        totals: { nr_succeeded: 1072 },
        check: (run) => {
          assert.equal(run.dma.descriptors, 0);
          assert.equal(run.dma.fallbackFolios, 5);
          assert.equal(folios(run, 'copy'), 5);
        },
      },
      {
        says: 'as posted, the CPU copies again every byte that DMA copied',
        call: { runs: [{ count: 1000 }] },
        config: { path: 'dcbm-v1' },
        check: (run) => {
          assert.equal(run.dma.bytes, 1000 * 4096);
          assert.equal(folios(run, 'recopy') * 4096, run.dma.bytes);
        },
      },
      {
        says: 'a page with an extra reference goes to the ordinary loop after its batch attempt',
        call: { mode: 'MIGRATE_ASYNC', runs: [{ count: 5 }, { count: 1, fate: 'pinned-get' }] },
        config: { path: 'dcbm-v1' },
        totals: { nr_succeeded: 5, nr_failed: 1 },
        events: { set_migration_pte: 6, remove_migration_pte: 6 },
        check: (run) => assert.equal(folios(run, 'retry'), 11),
      },
    ],
  },
  {
    name: 'K39 A batch copy that fails',
    kernels: PHASED,
    tests: [
      ...(['precopy-v4', 'precopy'] as const).map((path) => ({
        says: `${path}: n copies by the CPU, each in its folio's move; n pages succeed, nothing is undone`,
        call: { runs: [{ count: 100 }] },
        config: { path, faults: FAILING },
        totals: { nr_succeeded: 100, nr_failed: 0 },
        events: { set_migration_pte: 100, remove_migration_pte: 100 },
        returned: 0,
        batches: ['batch 100'],
        check: (run: Run) => {
          assert.equal(copiedByCpu(run), 100);
          assert.deepEqual([run.dma.fallbackFolios, run.dma.foliosFailures], [100, 100]);
          assert.deepEqual(
            orderOf(run).filter((what) => /undo|retry/.test(what)),
            [],
          );
        },
      })),
      {
        says: 'v2: each folio is copied again and counted twice',
        call: { runs: [{ count: 100 }] },
        config: { path: 'dcbm-v2', faults: FAILING },
        totals: { nr_succeeded: 200, nr_failed: 0 },
        events: { set_migration_pte: 100, remove_migration_pte: 100 },
        returned: 0,
        check: (run) => assert.equal(copiedByCpu(run), 100),
      },
      {
        says: 'v3: the driver copies all by the CPU before the first remap',
        call: { runs: [{ count: 100 }] },
        config: { path: 'dcbm-v3', faults: FAILING },
        totals: { nr_succeeded: 100, nr_failed: 0 },
        returned: 0,
        check: (run) => {
          assert.equal(copiedByCpu(run), 100);
          assert.deepEqual(orderOf(run).slice(-2), ['copy 100', 'remap 100']);
        },
      },
    ],
  },
  {
    name: 'K40 Eligibility and markers',
    kernels: PHASED,
    tests: [
      {
        says: 'v6: a page with an extra reference is in no batch, so no copy is wasted on it',
        call: { mode: 'MIGRATE_ASYNC', runs: [{ count: 99 }, { count: 1, fate: 'pinned-get' }] },
        config: { path: 'precopy' },
        totals: { nr_succeeded: 99, nr_failed: 1 },
        check: (run) => {
          assert.equal(run.dma.descriptors, 99);
          assert.equal(run.dma.wastedCopies, 0);
        },
      },
      {
        says: 'v4: it is copied with the batch, for nothing',
        call: { mode: 'MIGRATE_ASYNC', runs: [{ count: 99 }, { count: 1, fate: 'pinned-get' }] },
        config: { path: 'precopy-v4' },
        totals: { nr_succeeded: 99, nr_failed: 1 },
        check: (run) => {
          assert.equal(run.dma.descriptors, 100);
          assert.equal(run.dma.wastedCopies, 1);
        },
      },
      {
        says: 'v6: the marker is gone after -EAGAIN at the switch: 99 of 100 skip the copy, 1 copy by the CPU later',
        call: { mode: 'MIGRATE_ASYNC', runs: [{ count: 99 }, { count: 1, fate: 'pinned-briefly' }] },
        config: { path: 'precopy' },
        totals: { nr_succeeded: 100, nr_failed: 0 },
        check: (run) => {
          assert.equal(run.dma.descriptors, 100);
          assert.deepEqual([copiedByCpu(run), run.dma.fallbackFolios, run.dma.wastedCopies], [1, 1, 1]);
        },
      },
      {
        says: 'v4: the batch counts as copied in all passes: no copy by the CPU',
        call: { mode: 'MIGRATE_ASYNC', runs: [{ count: 99 }, { count: 1, fate: 'pinned-briefly' }] },
        config: { path: 'precopy-v4' },
        totals: { nr_succeeded: 100, nr_failed: 0 },
        check: (run) => {
          assert.equal(run.dma.descriptors, 100);
          assert.deepEqual([copiedByCpu(run), run.dma.fallbackFolios, run.dma.wastedCopies], [0, 0, 0]);
        },
      },
    ],
  },
  {
    name: 'K41 Division among channels',
    kernels: PHASED,
    tests: [
      {
        says: '10 folios on 4 channels: 2, 3, 2, 3',
        holds: (kernel) => assert.deepEqual(foliosByChannel(10, 4, kernel), [2, 3, 2, 3]),
      },
      {
        says: '3 folios, 16 channels: 3 channels of 1; 1 folio: 1 channel',
        holds: (kernel) => {
          assert.deepEqual(foliosByChannel(3, 16, kernel), [1, 1, 1]);
          assert.deepEqual(foliosByChannel(1, 16, kernel), [1]);
        },
      },
    ],
  },
  {
    name: 'K42 When the first folio is back',
    kernels: ALL,
    tests: [
      {
        says: 'up to 6.10 a folio has its new mapping before its contents, since 6.11 after them',
        holds: (kernel) => {
          const run = playOne({ runs: [{ count: 1 }] }, { kernel });
          const [copy, mapping] = [stepsOf(run, 'copy')[0], stepsOf(run, 'switch')[0]];
          const copiesFirst = (copy?.firstEnds ?? NaN) < (mapping?.firstEnds ?? NaN);
          assert.equal(copiesFirst, kernel === '6.12' || kernel === '7.2');
          assert.equal(RULES[kernel].copyBeforeSwitch, copiesFirst);
        },
      },
      {
        says: 'the kernel as it is: after its own copy, while the others are still to be copied',
        holds: (kernel) => {
          const run = playOne({ runs: [{ count: 512 }] }, { kernel });
          const copied = stepsOf(run, 'copy')[0]?.firstEnds ?? NaN;
          const back = stepsOf(run, 'remap')[0]?.firstEnds ?? NaN;
          assert.ok(copied < back, `${copied} < ${back}`);
          assert.ok(
            back < copied + (run.calls.copy[0] as number) / 16,
            'the other 511 copies are still to come',
          );
        },
      },
      {
        says: 'a batched copy: after the copy of the whole batch',
        kernels: PHASED,
        holds: (kernel) => {
          for (const path of ['batch-cpu', 'dcbm-v1'] as const) {
            const run = playOne({ runs: [{ count: 512 }] }, { kernel, path });
            const copies = (run.calls.copy[0] as number) + (run.calls.unmap[0] as number);
            const back = stepsOf(run, 'remap')[0]?.firstEnds ?? NaN;
            assert.ok(back > copies, `${path}: ${back} > ${copies}`);
            assert.equal(stepsOf(run, 'remap').length, 1);
          }
        },
      },
    ],
  },
];
