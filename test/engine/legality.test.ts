/** Legality suite: whatever is played, no folio is lost, phases add up, and states follow the kernel's order. */
import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { FOLIO_FATES, FOLIO_KINDS, FOLIO_MAPPINGS } from '../../src/engine/folio/workload';
import type { MigrateMode, MigrateReason } from '../../src/engine/kernel/modes';
import { countersAt } from '../../src/engine/probe/countersAt';
import { folioStateAt } from '../../src/engine/probe/folioStates';
import { createRunIndex } from '../../src/engine/probe/runIndex';
import type { FolioState } from '../../src/engine/probe/states';
import { SERIES_V3_ZEN3 } from '../../src/engine/machine/presets/seriesV3Zen3';
import type { Run } from '../../src/engine/sim/run';
import { COPY_PATHS, FOLIO_RESULTS, KERNEL_RULES, PHASES, SEGMENT_KINDS } from '../../src/engine/sim/run';
import { simulate } from '../../src/engine/sim/simulate';
import type { CallOfRuns } from '../support/workloads';
import { isPlayable, workloadOf } from '../support/workloads';
import { stepDuration, stepDurations } from '../../src/engine/sim/segmentShapes';

const runOfFolios = fc.record({
  count: fc.integer({ min: 1, max: 700 }),
  order: fc.constantFrom(0, 0, 0, 2, 4, 9),
  kind: fc.constantFrom(...FOLIO_KINDS),
  fate: fc.oneof({ weight: 3, arbitrary: fc.constant('movable' as const) }, fc.constantFrom(...FOLIO_FATES)),
  mapping: fc.constantFrom('pte' as const, 'pte' as const, 'none' as const),
  mappings: fc.integer({ min: 1, max: 3 }),
  partsMoved: fc.integer({ min: 0, max: 600 }),
  partsFailed: fc.integer({ min: 0, max: 40 }),
});
/** THPs as they usually are: each mapped by one PMD. */
const runOfThps = fc.record({
  count: fc.integer({ min: 1, max: 6 }),
  order: fc.constant(9),
  kind: fc.constantFrom('anon' as const, 'anon' as const, 'shmem' as const),
  fate: fc.constantFrom(...FOLIO_FATES),
  mapping: fc.constant('pmd' as const),
  mappings: fc.constant(1),
  partsMoved: fc.integer({ min: 0, max: 600 }),
  partsFailed: fc.integer({ min: 0, max: 40 }),
});
const call: fc.Arbitrary<CallOfRuns> = fc.record({
  mode: fc.constantFrom<MigrateMode>('MIGRATE_ASYNC', 'MIGRATE_SYNC_LIGHT', 'MIGRATE_SYNC'),
  reason: fc.constantFrom<MigrateReason>('syscall_or_cpuset', 'compaction', 'numa_misplaced', 'demotion'),
  mmCpus: fc.integer({ min: 1, max: 4 }),
  pid: fc.integer({ min: 1, max: 3 }),
  runs: fc.array(fc.oneof({ weight: 3, arbitrary: runOfFolios }, runOfThps), { minLength: 1, maxLength: 4 }),
});
/** Every design under every kernel that has a place for it. */
const DESIGNS = COPY_PATHS.flatMap((path) => KERNEL_RULES.map((kernel) => ({ path, kernel }))).filter(
  isPlayable,
);

const playing = fc.record({
  calls: fc.array(call, { minLength: 1, maxLength: 3 }),
  design: fc.constantFrom(...DESIGNS),
  batchPages: fc.constantFrom(1, 16, 64, 512, 4096),
});

/** Checks a property of the run of every described call, design and kernel. */
function always(check: (run: Run, pick: number) => void, numRuns = 300): void {
  fc.assert(
    fc.property(playing, fc.nat(), ({ calls, design, batchPages }, pick) => {
      const config = { ...design, batchPages, channels: 5, threads: 3, runs: 1 };
      check(simulate(workloadOf(...calls), { machine: SERIES_V3_ZEN3, config }), pick);
    }),
    { numRuns },
  );
}

/** Which states may follow which; anything else is a defect. */
const NEXT: Readonly<Record<FolioState, readonly FolioState[]>> = {
  listed: ['shadowing', 'unmapping', 'done', 'failed', 'untried', 'split'],
  // a failed offload leaves the folio mapped and uncopied
  shadowing: ['shadowed', 'unmapping', 'untried'],
  // the unmap of a folio in no page table takes no time
  shadowed: [
    'unmapping',
    'copied',
    'unmapped',
    'queued',
    'copying',
    'remapping',
    'listed',
    'failed',
    'split',
    'untried',
    'done',
  ],
  unmapping: [
    // prepared, then not copied; or copied while it was mapped
    'shadowing',
    'copied',
    'unmapped',
    'queued',
    'copying',
    'remapping',
    'listed',
    'failed',
    'split',
    'untried',
    // its buffers were freed, and nothing else held it
    'done',
  ],
  unmapped: ['copied', 'queued', 'copying', 'remapping'],
  queued: ['copying', 'remapping'],
  copying: ['copied', 'remapping', 'done'],
  // a marker that an attempt consumed: copied once more by the CPU
  copied: ['queued', 'copying', 'remapping', 'done'],
  // given back, and at the same instant taken up again alone
  remapping: ['done', 'restored', 'unmapping'],
  restored: ['unmapping'],
  done: [],
  failed: [],
  untried: [],
  split: [],
};

describe('engine: legality', () => {
  it('loses no page: given = succeeded + failed + untried, in every call and over all folios', () => {
    always((run) => {
      for (let row = 0; row < run.calls.length; row++) {
        const c = run.calls;
        const settled =
          (c.nr_succeeded[row] as number) + (c.nr_failed[row] as number) + (c.untried[row] as number);
        assert.equal(settled, c.pages[row], `call ${row}`);
      }
      const byResult = pagesByResult(run);
      assert.equal(byResult['moved'] ?? 0, run.totals.nr_succeeded);
      assert.equal(byResult['failed'] ?? 0, run.totals.nr_failed);
      assert.equal(byResult['untried'] ?? 0, run.untried);
    }, 300);
  });

  it('prints a remove for every set, and 512 more for each THP split off its PMD', () => {
    const [anon, pmd, split] = [
      FOLIO_KINDS.indexOf('anon'),
      FOLIO_MAPPINGS.indexOf('pmd'),
      FOLIO_RESULTS.indexOf('split'),
    ];
    let seen = 0;
    always((run) => {
      const { events, folios } = run;
      let thps = 0;
      for (let row = 0; row < folios.length; row++) {
        const isSplit =
          folios.result[row] === split && folios.kind[row] === anon && folios.mapping[row] === pmd;
        if (isSplit) thps += folios.count[row] as number;
      }
      seen += thps;
      assert.equal(events.remove_migration_pmd, events.set_migration_pmd);
      assert.equal(events.remove_migration_pte - events.set_migration_pte, 512 * thps);
    }, 300);
    assert.ok(seen > 0, 'THPs were split');
  });

  it('numbers every folio exactly once', () => {
    always((run) => {
      let next = 0;
      for (let row = 0; row < run.folios.length; row++) {
        assert.equal(run.folios.first[row], next);
        next += run.folios.count[row] as number;
      }
      assert.equal(next, run.folioCount);
    }, 300);
  });

  it('adds the phases up to the duration of each call, to the picosecond', () => {
    always((run) => {
      for (let row = 0; row < run.calls.length; row++) {
        const duration = (run.calls.end[row] as number) - (run.calls.start[row] as number);
        const sum = PHASES.reduce((total, phase) => total + (run.calls[phase][row] as number), 0);
        assert.equal(sum, duration);
      }
    }, 300);
  });

  it('never lets two segments of one lane overlap, nor a channel serve two folios at once', () => {
    always((run) => {
      const laneEnd = new Map<number, number>();
      const s = run.segments;
      const order = Array.from({ length: s.length }, (_, i) => i).sort(
        (x, y) => (s.start[x] as number) - (s.start[y] as number) || x - y,
      );
      for (const i of order) {
        // Copies by others run beside the lane.
        if (SEGMENT_KINDS[s.kind[i] as number]?.startsWith('remoteCopy') === true) continue;
        const lane = run.calls.lane[run.batches.call[s.batch[i] as number] as number] as number;
        assert.ok((s.start[i] as number) >= (laneEnd.get(lane) ?? 0), `segment ${i}`);
        const span =
          (s.period[i] as number) > 0
            ? (s.count[i] as number) * (s.period[i] as number)
            : stepDuration(run, i, 0);
        laneEnd.set(lane, (s.start[i] as number) + span);
      }
    }, 200);
  });

  it('plays the same input to the same run, bit for bit', () => {
    fc.assert(
      fc.property(
        fc.array(call, { minLength: 1, maxLength: 3 }),
        fc.constantFrom(...DESIGNS),
        (calls, design) => {
          const config = { ...design, runs: 3, seed: 7 };
          const again = () => simulate(workloadOf(...calls), { machine: SERIES_V3_ZEN3, config });
          assert.deepEqual(again(), again());
        },
      ),
      { numRuns: 50 },
    );
  });

  it('takes every folio only through states that may follow each other', () => {
    always((run, pick) => {
      const index = createRunIndex(run);
      const folio = pick % Math.max(1, run.folioCount);
      if (run.folioCount === 0) return;
      let before: FolioState = 'listed';
      for (const time of instants(run, folio)) {
        const now = folioStateAt(index, folio, time);
        if (now !== before) assert.ok(NEXT[before].includes(now), `${before} → ${now} at ${time}`);
        before = now;
      }
      assert.equal(before, finalState(run, folio));
    }, 300);
  });

  it('counts at the end what the kernel counts, and never backwards before', () => {
    always((run) => {
      const index = createRunIndex(run);
      let moved = 0;
      for (let i = 0; i <= 20; i++) {
        const at = countersAt(index, (run.end * i) / 20);
        assert.ok(at.pagesMoved >= moved, `pages moved fall at step ${i}`);
        moved = at.pagesMoved;
      }
      const end = countersAt(index, run.end);
      assert.equal(end.pagesMoved, run.totals.nr_succeeded);
      assert.equal(end.pagesFailed, run.totals.nr_failed);
      assert.equal(end.blockedFolios, 0);
    }, 200);
  });
});

function pagesByResult(run: Run): Record<string, number> {
  const pages: Record<string, number> = {};
  for (let row = 0; row < run.folios.length; row++) {
    const result = FOLIO_RESULTS[run.folios.result[row] as number] ?? 'unknown';
    pages[result] =
      (pages[result] ?? 0) + (run.folios.count[row] as number) * 2 ** (run.folios.order[row] as number);
  }
  return pages;
}

/** Just after every step boundary of the segments that touch the folio, ascending. */
function instants(run: Run, folio: number): number[] {
  const times: number[] = [];
  const s = run.segments;
  for (let i = 0; i < s.length; i++) {
    const offset = folio - (s.first[i] as number);
    if (offset < 0 || offset >= (s.count[i] as number)) continue;
    let at = (s.start[i] as number) + offset * (s.period[i] as number);
    for (const duration of stepDurations(run, i)) {
      times.push(at);
      at += duration;
    }
    times.push(at);
  }
  times.push(run.end);
  return times.sort((x, y) => x - y);
}

function finalState(run: Run, folio: number): FolioState {
  const row = run.folios.first.findLastIndex((first) => first <= folio);
  const settled: Partial<Record<string, FolioState>> = { moved: 'done', split: 'split', untried: 'untried' };
  return (
    settled[FOLIO_RESULTS[run.folios.result[row] as number] ?? ''] ?? folioStateAtEndOfFailure(run, folio)
  );
}

/** A failed folio that was ever unmapped is restored; one that never was has plainly failed. */
function folioStateAtEndOfFailure(run: Run, folio: number): FolioState {
  const s = run.segments;
  for (let i = s.length - 1; i >= 0; i--) {
    const offset = folio - (s.first[i] as number);
    if (offset < 0 || offset >= (s.count[i] as number)) continue;
    const state = folioStateAt(createRunIndex(run), folio, run.end);
    return state === 'restored' ? 'restored' : 'failed';
  }
  return 'failed';
}
