/**
 * Recorded runs rebuilt from their descriptions: test/fixtures/rebuilt holds what was asked for (sizes, counts, what was
 * pinned, what the destination could take), not what was recorded. Played by the kernel's rules, they must give the
 * recording's totals, events and return values, which stand here as constants. Of demote and compact-256m the description
 * does not say which pages reclaim and compaction came across, so only the cut of compact-256m into calls is rebuilt.
 */
import { strict as assert } from 'node:assert';
import { readFileSync, readdirSync } from 'node:fs';
import { replay } from '../../src/analysis/replay';
import { compactionCalls } from '../../src/engine/kernel/callers/compaction';
import type { MovePagesFolio } from '../../src/engine/kernel/callers/movePages';
import { movePagesCalls } from '../../src/engine/kernel/callers/movePages';
import type { MigrateTotals } from '../../src/engine/kernel/totals';
import { describeWorkload } from '../../src/trace/calls/synth';
import { SYNTH_DEFAULTS } from '../../src/trace/calls/synthOptions';
import type { MigrationTrace } from '../../src/trace/model';
import { collectedTraces, fixtureTraces, readText } from '../trace/recordings';

interface Recorded {
  /** Name of the recording; its description is of the same name. */
  readonly name: string;
  readonly calls: number;
  /** nr_succeeded, nr_failed, nr_thp_succeeded, nr_thp_failed, nr_thp_split; nr_split is the last again. */
  readonly totals: readonly [number, number, number, number, number];
  /** set and remove of PTEs, pairs of PMDs. */
  readonly events: readonly [number, number, number];
  /** Flush operations within the calls, where the recording tells them from others. */
  readonly flushes: number | null;
  /** Return values of the calls that did not return 0, from the workload's own account. */
  readonly returned: readonly number[];
}

/** All by 6.12.107. */
const RECORDED: readonly Recorded[] = [
  recorded('pinned-vmsplice', 258, [1024, 256, 0, 0, 0], [1536, 1536, 0], 1536, [128, 128]),
  recorded('pinned-vmsplice-64', 65, [256, 64, 0, 0, 0], [384, 384, 0], 129, [64]),
  recorded('pinned-vmsplice-thp', 2, [2048, 2048, 4, 4, 0], [0, 0, 12], 12, [4]),
  recorded('pinned-uring', 2, [256, 128, 0, 0, 0], [256, 256, 0], 898, [128]),
  recorded('pinned-uring-thp', 2, [2048, 1024, 4, 2, 0], [0, 0, 4], 24, [2]),
  recorded('enomem-192m', 3, [49152, 2, 0, 0, 0], [49152, 49152, 0], 49152, [-12, -12]),
  recorded('enomem-thp', 3, [19408, 60, 34, 62, 62], [2000, 33744, 34], 2096, [62, -12]),
  recorded('mixed-64k', 1, [616, 0, 0, 0, 0], [616, 616, 0], 2, []),
  recorded('mixed-thp', 1, [1123, 0, 1, 0, 0], [611, 611, 1], 612, []),
  recorded('mixed-status-1m', 72, [440, 0, 0, 0, 0], [440, 440, 0], 440, []),
  recorded('mp-4k', 10, [10, 0, 0, 0, 0], [10, 10, 0], 10, []),
  recorded('mp-2m-base', 10, [5120, 0, 0, 0, 0], [5120, 5120, 0], 5120, []),
  recorded('mp-256m-base', 2, [131072, 0, 0, 0, 0], [131072, 131072, 0], 131072, []),
  recorded('mp-2m-thp', 10, [5120, 0, 10, 0, 0], [0, 0, 10], 10, []),
  recorded('mp-256m-thp', 10, [655360, 0, 1280, 0, 0], [0, 0, 1280], 1280, []),
  recorded('mp-1g-thp', 3, [786432, 0, 1536, 0, 0], [0, 0, 1536], 1536, []),
  recorded('mbind-16m', 2, [8192, 0, 0, 0, 0], [8192, 8192, 0], 8 + 4096, []),
  // The flushes reach the other process by IPI and are not told from its own.
  recorded('migratepages-16m', 2, [8201, 0, 0, 0, 0], [8206, 8206, 0], null, []),
  recorded('writers-8m', 3, [6144, 0, 0, 0, 0], [6144, 6144, 0], 12, []),
  // Four mms with different CPU masks: the caller's own is flushed at each set, the others once per batch.
  recorded('forkshared-2m', 2, [1024, 0, 0, 0, 0], [4096, 4096, 0], null, []),
  recorded('thp-subpages-4m', 6, [3072, 0, 6, 0, 0], [0, 0, 6], 6, []),
  recorded('mlock-4m', 3, [3072, 0, 0, 0, 0], [3072, 3072, 0], 3072, []),
  recorded('tmpfs-8m', 2, [4096, 0, 0, 0, 0], [4096, 4096, 0], 4096, []),
  recorded('ext4-8m', 2, [4096, 0, 0, 0, 0], [4096, 4096, 0], 4096, []),
];

/** Two threads swapped their nodes under NUMA balancing: a call for each of 6,152 hint faults. Described by `synth`. */
const AUTONUMA = recorded('autonuma-24m', 6152, [6152, 0, 0, 0, 0], [6152, 6152, 0], 0, []);

function recorded(
  name: string,
  calls: number,
  totals: Recorded['totals'],
  events: Recorded['events'],
  flushes: number | null,
  returned: readonly number[],
): Recorded {
  return { name, calls, totals, events, flushes, returned };
}

function totalsOf({ totals: [succeeded, failed, moved, thpFailed, split] }: Recorded): MigrateTotals {
  return {
    nr_succeeded: succeeded,
    nr_failed: failed,
    nr_thp_succeeded: moved,
    nr_thp_failed: thpFailed,
    nr_thp_split: split,
    nr_split: split,
  };
}

function eventsOf({ events: [set, remove, pmd] }: Recorded) {
  return {
    set_migration_pte: set,
    remove_migration_pte: remove,
    set_migration_pmd: pmd,
    remove_migration_pmd: pmd,
  };
}

function read(name: string): MigrationTrace {
  const { value, problems } = readText(readFileSync(`test/fixtures/rebuilt/${name}.migtrace`, 'utf8'));
  assert.deepEqual(problems, []);
  return value;
}

function checkPlayed(trace: MigrationTrace, expected: Recorded): void {
  const run = replay(trace, { runs: 1 }, null);
  assert.equal(run.config?.kernel, '6.12');
  assert.equal(run.calls.length, expected.calls, 'calls');
  assert.deepEqual(run.totals, totalsOf(expected));
  const { tlb_flush_operations: flushes, ...printed } = run.events;
  assert.deepEqual(printed, eventsOf(expected));
  if (expected.flushes !== null) assert.equal(flushes, expected.flushes, 'flush operations');
  assert.deepEqual(
    [...run.calls.returned].filter((value) => value !== 0),
    expected.returned,
    'return values',
  );
}

describe('engine: rebuilt recordings', () => {
  for (const expected of RECORDED) {
    it(`${expected.name}: what was asked for gives what was recorded`, () => {
      checkPlayed(read(expected.name), expected);
    });
  }

  it('autonuma-24m: what was asked for gives what was recorded', () => {
    const { value, problems } = describeWorkload({
      ...SYNTH_DEFAULTS,
      folios: 6152,
      calls: 6152,
      mode: 'MIGRATE_ASYNC',
      reason: 'numa_misplaced',
      mmCpus: 2,
    });
    assert.deepEqual(problems, []);
    checkPlayed({ ...value, provenance: { ...value.provenance, kernel: '6.12.107' } }, AUTONUMA);
  });

  it('has an expectation for every description', () => {
    const described = readdirSync('test/fixtures/rebuilt').map((file) => file.replace(/\.migtrace$/, ''));
    assert.deepEqual(described.sort(), RECORDED.map((entry) => entry.name).sort());
  });

  it('says of each what the recordings say, where they are at hand', () => {
    const all = [...fixtureTraces(), ...collectedTraces()];
    let compared = 0;
    for (const expected of [...RECORDED, AUTONUMA]) {
      const found = all.find(({ name }) => /^(.*)\/trace\.txt/.exec(name)?.[1] === expected.name);
      if (found === undefined) continue;
      compared++;
      assert.deepEqual(found.truth.sums, totalsOf(expected), expected.name);
      assert.equal(found.truth.events['mm_migrate_pages'], expected.calls, expected.name);
      for (const [event, count] of Object.entries(eventsOf(expected))) {
        assert.equal(found.truth.events[event] ?? 0, count, `${expected.name} ${event}`);
      }
    }
    assert.ok(compared >= 8, `${compared} recordings at hand`);
  });
});

/** The folio counts of the calls of a rebuilt workload, of one pass of `length` calls. */
function foliosPerCall(name: string, from: number, length: number): number[] {
  const { calls, folioRuns } = read(name).workload;
  return Array.from({ length }, (_, i) => {
    const first = calls.firstRun[from + i] as number;
    return folioRuns.count
      .subarray(first, first + (calls.runCount[from + i] as number))
      .reduce((a, b) => a + b, 0);
  });
}

describe('engine: rebuilt system calls', () => {
  const machine = { moveAll: false, nodes: [0, 1, 2], allowed: [0, 1, 2] };
  const sizes = (folios: readonly MovePagesFolio[], at: (entry: number) => number | 'no-page' | 'no-vma') => {
    const entries = folios.map((_, i) => ({ at: at(i), target: 0 }));
    const { calls, status } = movePagesCalls({ ...machine, folios, entries });
    return { calls: calls.map((call) => call.folios.length), status };
  };

  it('mixed-status-1m: holes and a missing mapping cut the entries into the calls that were recorded', () => {
    const folios = Array.from({ length: 256 }, () => ({ node: 1 }));
    const { calls, status } = sizes(folios, (i) => (i % 64 === 63 ? 'no-vma' : i % 8 === 2 ? 'no-page' : i));
    assert.deepEqual(calls, foliosPerCall('mixed-status-1m', 0, 36));
    const count = (value: number) => status.filter((word) => word === value).length;
    assert.deepEqual([count(-14), count(-2), count(0)], [4, 32, 220]);
  });

  it('compact-256m: pageblocks with so many movable pages make the calls that were recorded', () => {
    const full = Array<number>(6).fill(512);
    const blocks = [
      ...full,
      512,
      3,
      1,
      1,
      467,
      488,
      1,
      1,
      354,
      436,
      472,
      511,
      482,
      497,
      ...full.slice(2),
      512,
    ];
    const folios = blocks.flatMap((pages, block) =>
      Array.from({ length: pages }, (_, i) => ({ pfn: block * 512 + i, pages: 1 })),
    );
    const calls = compactionCalls({ by: 'compact_memory', order: -1, folios }, '6.12');
    const pairs = blocks.flatMap((pages) => (pages > 32 ? [32, pages - 32] : [pages]));
    assert.deepEqual(
      calls.map((call) => call.folios.length),
      pairs,
    );
    assert.equal(calls.length, 45);
  });

  it('pinned-vmsplice: pages that are there already make a call of each page that is not', () => {
    const folios = Array.from({ length: 512 }, (_, i) => ({ node: i % 4 === 0 ? 1 : 0 }));
    const { calls } = sizes(folios, (i) => i);
    assert.deepEqual(calls, foliosPerCall('pinned-vmsplice', 1, 128));
  });
});
