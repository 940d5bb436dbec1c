import * as assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { FOLIO_FATES, FOLIO_KINDS, FOLIO_MAPPINGS } from '../../../src/engine/folio/workload';
import type { CalledReason } from '../../../src/engine/kernel/callers/caller';
import { CALLED_REASONS, CALLERS, USUAL_CALLER } from '../../../src/engine/kernel/callers/registry';
import { MIGRATE_MODES, MIGRATE_REASONS } from '../../../src/engine/kernel/modes';
import { describeWorkload } from '../../../src/trace/calls/synth';
import type { SynthOptions } from '../../../src/trace/calls/synthOptions';
import { parseSynthOptions, synthOptionProblem } from '../../../src/trace/calls/parseSynthOptions';
import { SYNTH_DEFAULTS, SYNTH_KINDS, SYNTH_OPTION_ROWS } from '../../../src/trace/calls/synthOptions';
import { writeMigtraceText } from '../../../src/trace/formats/migtrace/writer';
import { readClean } from './support';

const describeClean = (options: Partial<SynthOptions>): ReturnType<typeof describeWorkload>['value'] => {
  const { value, problems } = describeWorkload({ ...SYNTH_DEFAULTS, ...options });
  assert.deepEqual(problems, []);
  return value;
};

/** Runs as `count fate` or `count fate parts`. */
function runs(options: Partial<SynthOptions>): string[] {
  const { folioRuns } = describeClean(options).workload;
  return Array.from(folioRuns.count, (count, row) => {
    const parts = folioRuns.partsMoved[row] === 0 ? '' : ` ${folioRuns.partsMoved[row]}`;
    return `${count} ${FOLIO_FATES[folioRuns.fate[row]!]}${parts}`;
  });
}

const M2 = 2 ** 21;

describe('synth', () => {
  const shapes: readonly (readonly [string, Partial<SynthOptions>, readonly string[]])[] = [
    ['65,536 base pages by default', {}, ['65536 movable']],
    ['one run per call', { folios: 10, calls: 3 }, ['3 movable', '3 movable', '4 movable']],
    ['room for some base pages only', { folios: 10, destFreePages: 4 }, ['4 movable', '6 no-destination']],
    ['no room at all', { folios: 10, destFreePages: 0 }, ['10 no-destination']],
    ['exactly enough room', { folios: 4, destFreePages: 4 }, ['4 movable']],
    [
      'a huge page split over the last free pages',
      { folioBytes: M2, folios: 4, destFreePages: 700 },
      ['1 movable', '1 no-destination 188', '2 no-destination'],
    ],
    [
      'no split for NUMA balancing',
      { folioBytes: M2, folios: 4, calls: 1, destFreePages: 700, reason: 'numa_misplaced' },
      ['1 movable', '3 no-destination'],
    ],
    ['all pinned', { folios: 3, pinned: 3 }, ['3 pinned-get']],
    ['all pinned for longer', { folios: 3, pinned: 3, pin: 'pin' }, ['3 pinned-pin']],
    [
      'pins on file pages as plain references',
      { folios: 3, pinned: 3, pin: 'pin', kind: 'file' },
      ['3 pinned-get'],
    ],
    [
      'pins on shared pages as plain references',
      { folios: 3, pinned: 3, pin: 'pin', mappings: 2 },
      ['3 pinned-get'],
    ],
    ['freed folios even without room', { folios: 3, freed: 3, destFreePages: 0 }, ['3 freed']],
    ['dirty page cache', { folios: 3, kind: 'file', dirty: 3 }, ['3 dirty']],
    [
      'dirty folios that stay where they are, and give their room back',
      { folios: 4, kind: 'file', dirty: 4, destFreePages: 1 },
      ['4 dirty'],
    ],
    [
      'dirty folios that 6.1 writes out and moves',
      { folios: 4, kind: 'file', dirty: 4, destFreePages: 1, kernel: '6.1' },
      ['1 dirty', '3 no-destination'],
    ],
    [
      'pinned huge pages that cannot be split',
      { folioBytes: M2, folios: 2, pinned: 2, destFreePages: 0 },
      ['2 no-destination-split-fails'],
    ],
  ];
  for (const [name, options, expected] of shapes) {
    it(`describes ${name}`, () => assert.deepEqual(runs(options), expected));
  }

  it('deals calls out to CPUs, a task each', () => {
    const { calls } = describeClean({ folios: 8, calls: 4, cpus: 2 }).workload;
    assert.deepEqual([...calls.cpu], [0, 1, 0, 1]);
    assert.deepEqual([...calls.pid], [1000, 1001, 1000, 1001]);
    assert.deepEqual([...calls.startNs], [0, 0, 0, 0]);
  });

  it('gives addresses that follow each other', () => {
    const { folioRuns } = describeClean({ folioBytes: M2, folios: 3, calls: 3 }).workload;
    assert.deepEqual(
      [...folioRuns.address],
      [0, M2, 2 * M2].map((offset) => 0x7f00_0000_0000 + offset),
    );
  });

  const mappings: readonly (readonly [Partial<SynthOptions>, string, string, number])[] = [
    [{}, 'anon', 'pte', 1],
    [{ folioBytes: M2 }, 'anon', 'pmd', 1],
    [{ folioBytes: M2, kind: 'hugetlb' }, 'hugetlb', 'pte', 1],
    [{ kind: 'shared', mappings: 4 }, 'shmem', 'pte', 4],
    [{ kind: 'file', mappings: 0 }, 'file', 'none', 0],
    [{ kind: 'ksm', mappings: 5 }, 'ksm', 'pte', 5],
  ];
  for (const [options, kind, mapping, count] of mappings) {
    it(`maps ${JSON.stringify(options)} as ${kind} by ${mapping}`, () => {
      const { folioRuns } = describeClean({ folios: 2, ...options }).workload;
      assert.equal(FOLIO_KINDS[folioRuns.kind[0]!], kind);
      assert.equal(FOLIO_MAPPINGS[folioRuns.mapping[0]!], mapping);
      assert.equal(folioRuns.mappings[0], count);
    });
  }

  const impossible: readonly (readonly [Partial<SynthOptions>, RegExp])[] = [
    [{ from: 1, to: 1 }, /both node 1/],
    [{ folios: 0 }, /--folios 0/],
    [{ folios: 2 ** 32 }, /--folios 4294967296/],
    [{ folios: 1.5 }, /--folios 1.5/],
    [{ folioBytes: 5000 }, /not 4096 times/],
    [{ folioBytes: 2048 }, /not 4096 times/],
    [{ folioBytes: 8192 }, /no 8K folios/],
    [{ folioBytes: 2 ** 22 }, /hugetlb only/],
    [{ folioBytes: 65_536, kind: 'hugetlb' }, /2M and 1G/],
    [{ folios: 4, pinned: 3, locked: 2 }, /5 folios are to be/],
    [{ folios: 4, calls: 5 }, /5 calls cannot share 4/],
    [{ folioBytes: M2, kind: 'hugetlb', writeback: 1 }, /never under writeback/],
    [{ dirty: 1 }, /only page cache/],
    [{ mappings: 0 }, /anonymous folios are mapped/],
    [{ kind: 'file', mappings: 0, pinned: 1, pin: 'pin' }, /FOLL_PIN/],
    [{ pinned: -1 }, /--pinned -1/],
    [{ kind: 'ksm', folioBytes: M2 }, /base pages only/],
    [{ kind: 'ksm', mappings: 0 }, /anonymous folios are mapped/],
    [{ kind: 'ksm', pinned: 1, pin: 'pin' }, /a copy of its own/],
    [{ kind: 'ksm', reason: 'numa_misplaced' }, /no hint is ever set/],
    [{ reason: 'demotion', caller: 'mbind' }, /mbind passes the reason mempolicy_mbind, not demotion/],
    [{ reason: 'memory_failure', folioBytes: M2 }, /soft offline makes no call with such folios/],
    [{ reason: 'compaction', folioBytes: 65_536, kernel: '6.8' }, /passes over .* up to 6.8/],
    [{ reason: 'demotion', folioBytes: M2, kind: 'hugetlb' }, /on no LRU list/],
    [{ reason: 'numa_misplaced', folios: 2 ** 21 }, /more than 1048576 calls/],
  ];
  for (const [options, message] of impossible) {
    it(`refuses ${JSON.stringify(options)} and says why`, () => {
      const { value, problems } = describeWorkload({ ...SYNTH_DEFAULTS, ...options });
      assert.ok(problems.length > 0);
      assert.match(problems.map((problem) => problem.message).join('\n'), message);
      assert.equal(value.workload.calls.length, 0);
    });
  }

  const options = fc
    .record(
      {
        order: fc.constantFrom(0, 2, 4, 9),
        folios: fc.integer({ min: 20, max: 5000 }),
        calls: fc.integer({ min: 1, max: 5 }),
        cpus: fc.integer({ min: 1, max: 3 }),
        kind: fc.constantFrom(...SYNTH_KINDS),
        pinned: fc.nat(5),
        locked: fc.nat(5),
        writeback: fc.nat(5),
        freed: fc.nat(5),
        destFreePages: fc.option(fc.nat(20_000)),
        seed: fc.integer(),
      },
      { noNullPrototype: true },
    )
    .map(({ order, kind, ...rest }): SynthOptions => {
      const huge = kind === 'hugetlb';
      const writeback = huge ? 0 : rest.writeback;
      return {
        ...SYNTH_DEFAULTS,
        ...rest,
        kind,
        writeback,
        folioBytes: huge ? M2 : kind === 'ksm' ? 4096 : 4096 * 2 ** order,
      };
    });

  it('describes every folio once, in calls that own their runs', () => {
    fc.assert(
      fc.property(options, (asked) => {
        const { calls, folioRuns } = describeClean(asked).workload;
        assert.equal(
          folioRuns.count.reduce((sum, count) => sum + count, 0),
          asked.folios,
        );
        assert.equal(calls.length, asked.calls);
        let next = 0;
        for (let call = 0; call < calls.length; call++) {
          assert.equal(calls.firstRun[call], next);
          assert.ok(calls.runCount[call]! > 0);
          next += calls.runCount[call]!;
        }
        assert.equal(next, folioRuns.length);
        const of = (fate: string): number =>
          folioRuns.count.reduce(
            (sum, count, row) => sum + (FOLIO_FATES[folioRuns.fate[row]!] === fate ? count : 0),
            0,
          );
        assert.equal(of('freed'), asked.freed);
        if (asked.destFreePages !== null) return;
        for (const fate of ['locked', 'writeback'] as const) assert.equal(of(fate), asked[fate]);
        assert.equal(of('pinned-get'), asked.pinned);
      }),
    );
  });

  it('never hands out more pages than are free', () => {
    fc.assert(
      fc.property(options, fc.nat(20_000), (asked, destFreePages) => {
        const { folioRuns } = describeClean({ ...asked, destFreePages }).workload;
        let used = 0;
        for (let row = 0; row < folioRuns.length; row++) {
          const fate = FOLIO_FATES[folioRuns.fate[row]!]!;
          if (['movable', 'locked', 'writeback'].includes(fate))
            used += folioRuns.count[row]! * 2 ** folioRuns.order[row]!;
          used += folioRuns.count[row]! * folioRuns.partsMoved[row]!;
        }
        assert.ok(used <= destFreePages, `${used} of ${destFreePages}`);
      }),
    );
  });

  /** Folios of each call. */
  function callSizes(asked: Partial<SynthOptions>): number[] {
    const { calls, folioRuns } = describeClean(asked).workload;
    return Array.from(calls.firstRun, (first, call) =>
      folioRuns.count.subarray(first, first + calls.runCount[call]!).reduce((sum, count) => sum + count, 0),
    );
  }

  const many = (times: number, size: number) => Array<number>(times).fill(size);
  const callers: readonly (readonly [string, Partial<SynthOptions>, readonly number[]])[] = [
    ['move_pages, all in one', {}, [4096]],
    [
      'kcompactd, by clusters and rests of pageblocks',
      { reason: 'compaction' },
      many(8, 0).flatMap(() => [32, 480]),
    ],
    ['direct compaction, by clusters', { caller: 'direct_compaction' }, many(128, 32)],
    ['CMA, by clusters', { reason: 'contig_range' }, many(128, 32)],
    ['demotion, by isolations', { reason: 'demotion' }, many(64, 64)],
    ['demotion on the classic LRU', { caller: 'kswapd_classic_lru' }, many(128, 32)],
    ['NUMA balancing, one by one', { reason: 'numa_misplaced' }, many(4096, 1)],
    ['soft offline, one by one', { reason: 'memory_failure' }, many(4096, 1)],
    ['memory offline, by blocks', { reason: 'memory_hotplug', folios: 40_000 }, [32_768, 7232]],
    ['mbind, the whole range', { reason: 'mempolicy_mbind' }, [4096]],
    ['a long-term pin, the whole chunk', { reason: 'longterm_pin' }, [4096]],
    ['DAMON, the whole region', { reason: 'damon' }, [4096]],
    ['demotion of larger folios', { reason: 'demotion', folios: 10, folioBytes: 65_536 }, [4, 4, 2]],
    [
      'CMA with a pinned page, until it gives up',
      { reason: 'contig_range', folios: 32, pinned: 1 },
      [32, 1, 1, 1, 1],
    ],
    ['memory offline with pinned pages, until a signal', { reason: 'memory_hotplug', pinned: 3 }, [4096, 3]],
    [
      'NUMA balancing, until the destination is full',
      { reason: 'numa_misplaced', destFreePages: 5 },
      many(5, 1),
    ],
    ['compaction, until no destination is left', { reason: 'compaction', destFreePages: 40 }, [32, 480]],
    ['kcompactd with calls as asked', { reason: 'compaction', calls: 2 }, [2048, 2048]],
  ];
  for (const [name, asked, expected] of callers) {
    it(`makes the calls of ${name}`, () => assert.deepEqual(callSizes({ folios: 4096, ...asked }), expected));
  }

  it('passes the usual mode of the caller, unless another is asked for', () => {
    const passed = (asked: Partial<SynthOptions>) => {
      const { calls, comms } = describeClean({ folios: 64, ...asked }).workload;
      return [MIGRATE_REASONS[calls.reason[0]!], MIGRATE_MODES[calls.mode[0]!], comms[1]];
    };
    for (const reason of CALLED_REASONS) {
      assert.deepEqual(passed({ reason }).slice(0, 2), [reason, CALLERS[USUAL_CALLER[reason]].mode]);
    }
    assert.deepEqual(passed({ reason: 'demotion' }), ['demotion', 'MIGRATE_ASYNC', 'kswapd1']);
    assert.deepEqual(passed({ caller: 'direct_reclaim' }), ['demotion', 'MIGRATE_ASYNC', 'synth']);
    assert.deepEqual(passed({ caller: 'compact_memory' }), ['compaction', 'MIGRATE_SYNC', 'synth']);
    assert.deepEqual(passed({ mode: 'MIGRATE_ASYNC' }), ['syscall_or_cpuset', 'MIGRATE_ASYNC', 'synth']);
  });

  it('says who calls, what ends it, and what it never reached', () => {
    const notes = (asked: Partial<SynthOptions>) => describeClean(asked).provenance.notes.slice(1);
    assert.deepEqual(notes({ folios: 64, reason: 'contig_range', destFreePages: 40 }), [
      'calls as made by CMA and alloc_contig_range(), rules of 6.12: 32 base pages, what is left of them up to five times',
      'the caller ends with -12',
    ]);
    assert.match(
      notes({ folios: 64, reason: 'numa_misplaced', destFreePages: 40 }).join(),
      /24 of 64 folios are in no call/,
    );
    assert.deepEqual(notes({ calls: 3 }), []);
  });

  it('gives the same trace for the same seed, another for another, and one that reads back', () => {
    const asked = { folios: 1000, pinned: 10, locked: 10 };
    assert.deepStrictEqual(describeClean(asked), describeClean(asked));
    assert.notDeepEqual(runs({ ...asked, seed: 1 }), runs({ ...asked, seed: 2 }));
    fc.assert(
      fc.property(options, (any) => {
        const trace = describeClean(any);
        assert.deepStrictEqual(readClean(writeMigtraceText(trace)), trace);
      }),
    );
  });
});

describe('options of synth', () => {
  it('have the defaults that help states', () => {
    const written = Object.fromEntries(
      SYNTH_OPTION_ROWS.flatMap(([name, { fallback }]) => (fallback === null ? [] : [[name, fallback]])),
    );
    const { value, problems } = parseSynthOptions(written);
    assert.deepEqual(problems, []);
    assert.deepEqual(value, SYNTH_DEFAULTS);
  });

  it('reach every field, by one row each', () => {
    const fields = SYNTH_OPTION_ROWS.flatMap(([, { field }]) => (field === null ? [] : [field]));
    assert.deepEqual(fields.toSorted(), Object.keys(SYNTH_DEFAULTS).toSorted());
  });

  it('are read as text or as numbers', () => {
    const { value, problems } = parseSynthOptions({
      'folio-size': '2 MiB',
      total: '64M',
      reason: 'demotion',
      pinned: 3,
      'mm-cpus': '4',
      'dest-free-pages': '700',
      seed: '-5',
    });
    assert.deepEqual(problems, []);
    const reason: CalledReason = 'demotion';
    const expected = {
      folioBytes: M2,
      folios: 32,
      reason,
      pinned: 3,
      mmCpus: 4,
      destFreePages: 700,
      seed: -5,
    };
    assert.deepEqual(value, { ...SYNTH_DEFAULTS, ...expected });
  });

  const wrong: readonly (readonly [Readonly<Record<string, string>>, RegExp])[] = [
    [{ total: 'much' }, /^--total much is not a size\. Write one such as 4K/],
    [{ total: '0' }, /--total 0 is not a size/],
    [{ 'folio-size': '2M', total: '3M' }, /--total 3M is not a whole number of folios\. Write a multiple/],
    [{ total: '4M', folios: '3' }, /--total and --folios both say how much\. Give one/],
    [{ reason: 'boredom' }, /--reason boredom is not known\. Write one of compaction, .*damon/],
    [{ reason: 'never_migrated' }, /--reason never_migrated is not known/],
    [{ caller: 'me' }, /--caller me is not known\. Write one of move_pages/],
    [{ calls: '0' }, /--calls 0 is out of range\. Write a whole number from 1 to/],
    [{ calls: 'two' }, /--calls two is out of range/],
    [{ folios: '1e3' }, /--folios 1e3 is out of range/],
    [{ speed: '9' }, /no option --speed\. Choose among --folio-size, --total/],
  ];
  for (const [written, message] of wrong) {
    it(`say what is wrong with ${JSON.stringify(written)}, and what to write`, () => {
      const { problems } = parseSynthOptions(written);
      assert.equal(problems.length, 1);
      assert.match(`${problems[0]!.message} ${problems[0]!.hint}`, message);
    });
  }

  it('are checked one by one', () => {
    assert.equal(synthOptionProblem('total', '256M'), null);
    assert.equal(synthOptionProblem('calls', '12'), null);
    assert.match(synthOptionProblem('calls', 'x') ?? '', /--calls x is out of range/);
    assert.match(synthOptionProblem('mode', 'fast') ?? '', /--mode fast is not known/);
  });
});
