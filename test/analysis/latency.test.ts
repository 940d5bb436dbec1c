/** The exact quantiles against a list of every folio's own times. */
import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { latencyOf } from '../../src/analysis/latency';
import type { Run } from '../../src/engine/sim/run';
import { COPY_PATHS, SEGMENT_KINDS, SEGMENT_SHAPES } from '../../src/engine/sim/run';
import { simulatedRun } from '../engine/probe/runs';
import { syntheticRun } from '../engine/probe/syntheticRun';
import { playOne } from '../support/workloads';
import { stepDuration } from '../../src/engine/sim/segmentShapes';

/** Unmapped to remapped of every folio and try, ns, by brute force. */
function blockedTimes(run: Run): number[] {
  const s = run.segments;
  const unmapped = new Map<number, number>();
  const blocked: number[] = [];
  for (let i = 0; i < s.length; i++) {
    const kind = SEGMENT_KINDS[s.kind[i] ?? 0] ?? 'entry';
    for (let k = 0; k < (s.count[i] ?? 0); k++) {
      const folio = (s.first[i] ?? 0) + k;
      let at = (s.start[i] ?? 0) + k * (s.period[i] ?? 0);
      SEGMENT_SHAPES[kind].forEach((step, d) => {
        at += stepDuration(run, i, d);
        if (step === 'unmap' && kind !== 'unmapFails') unmapped.set(folio, at);
        if (step === 'remap' && kind !== 'writeOutUnmapped')
          blocked.push((at - (unmapped.get(folio) ?? NaN)) / 1000);
      });
    }
  }
  return blocked.sort((a, b) => a - b);
}

function assertExact(run: Run): void {
  const all = blockedTimes(run);
  const latency = latencyOf(run);
  if (all.length === 0) {
    assert.equal(latency, null);
    return;
  }
  assert.ok(latency);
  const rank = (share: number) => all[Math.max(0, Math.ceil(share * all.length) - 1)] ?? 0;
  close(latency.blocked.p50, rank(0.5));
  close(latency.blocked.p99, rank(0.99));
  close(latency.blocked.max, all.at(-1) ?? 0);
  close(latency.blocked.mean, all.reduce((sum, value) => sum + value, 0) / all.length);
}

describe('analysis: latency', () => {
  for (const path of COPY_PATHS) {
    it(`gives the quantiles of every folio's own blocked time under ${path}`, () => {
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 1500 }), fc.nat(40), fc.nat(3), (count, pinned, thps) => {
          const runs = [
            { count },
            { count: pinned + 1, fate: 'pinned-get' as const },
            { count: thps + 1, order: 9 },
          ];
          const run = playOne({ runs }, { path, kernel: '6.8' });
          assertExact(run);
        }),
        { numRuns: 40 },
      );
    });
  }

  it('pairs each unmap with the remap that came next, in every fate and kernel', () => {
    fc.assert(fc.property(simulatedRun, assertExact), { numRuns: 150 });
  });

  it('pairs the unmap of one half of a batch with the remap of the other, with other batches in between', () => {
    fc.assert(fc.property(syntheticRun, assertExact), { numRuns: 300 });
  });

  it('pairs each try of a hugetlb folio with its own undo', () => {
    const run = playOne({ runs: [{ count: 3, kind: 'hugetlb', order: 9, fate: 'pinned-get' }] });
    assert.equal(blockedTimes(run).length, 30);
    assertExact(run);
  });

  it('says that a batched copy makes the first folio wait for the whole batch (K42)', () => {
    const serial = latencyOf(playOne({ runs: [{ count: 512 }] }, { path: 'serial', kernel: '6.8' }));
    const batch = latencyOf(playOne({ runs: [{ count: 512 }] }, { path: 'batch-cpu', kernel: '6.8' }));
    assert.ok(serial && batch);
    // 511 more copies, of at least 240 ns each, come before its remap.
    assert.ok(batch.firstFolio.mean - serial.firstFolio.mean > 511 * 240);
  });

  it('has nothing to say of a run without unmapped folios', () => {
    assert.equal(latencyOf(playOne({ runs: [{ count: 3, fate: 'freed' }] })), null);
  });
});

function close(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) <= 0.01, `${actual} against ${expected}`);
}
