/** The exact quantiles against a list of every folio's own times. */
import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { latencyOf } from '../../src/analysis/latency';
import type { Run } from '../../src/engine/sim/run';
import { COPY_PATHS, SEGMENT_KINDS } from '../../src/engine/sim/run';
import { playOne } from '../support/workloads';

/** Unmapped to remapped of every folio and try, ns, by brute force. */
function blockedTimes(run: Run): number[] {
  const s = run.segments;
  const unmapped = new Map<number, number>();
  const blocked: number[] = [];
  for (let i = 0; i < s.length; i++) {
    const kind = SEGMENT_KINDS[s.kind[i] as number] ?? '';
    for (let k = 0; k < (s.count[i] as number); k++) {
      const folio = (s.first[i] as number) + k;
      const start = (s.start[i] as number) + k * (s.period[i] as number);
      const [d0, d1, d2] = [s.d0[i] as number, s.d1[i] as number, s.d2[i] as number];
      if (kind === 'unmap') unmapped.set(folio, start + d0 + d1);
      const end =
        kind === 'remap'
          ? start + d0
          : kind === 'undo' || kind === 'moveCopied'
            ? start + d0 + d1
            : kind.startsWith('move')
              ? start + d0 + d1 + d2
              : null;
      if (end !== null) blocked.push((end - (unmapped.get(folio) ?? NaN)) / 1000);
    }
  }
  return blocked.sort((a, b) => a - b);
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
          const all = blockedTimes(run);
          const latency = latencyOf(run);
          assert.ok(latency);
          const rank = (share: number) => all[Math.max(0, Math.ceil(share * all.length) - 1)] ?? 0;
          close(latency.blocked.p50, rank(0.5));
          close(latency.blocked.p99, rank(0.99));
          close(latency.blocked.max, all.at(-1) ?? 0);
          close(latency.blocked.mean, all.reduce((sum, value) => sum + value, 0) / all.length);
        }),
        { numRuns: 40 },
      );
    });
  }

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
