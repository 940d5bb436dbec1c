import assert from 'node:assert/strict';
import { PMD_ORDER, pagesOfOrder } from '../../../src/base/units';
import { CALL_FLAGS, FOLIO_FATES, FOLIO_KINDS, FOLIO_MAPPINGS } from '../../../src/engine/folio/workload';
import type { MigrationTrace } from '../../../src/trace/model';
import { FOLIO_OUTCOMES } from '../../../src/trace/model';
import { collectedTraces, fixtureTraces, readRecording, readText } from '../recordings';

/** Base pages of the folios with an outcome; folios of several tries count once. */
function pagesWith(trace: MigrationTrace, outcome: (typeof FOLIO_OUTCOMES)[number]): number {
  const { folioTimes } = trace;
  let pages = 0;
  for (let row = 0; row < folioTimes.length; row++) {
    if (FOLIO_OUTCOMES[folioTimes.outcome[row]!] === outcome) pages += pagesOfOrder(folioTimes.order[row]!);
  }
  return pages;
}

function sum(column: Float64Array): number {
  return column.reduce((total, value) => total + value, 0);
}

/** The runs of a call in words: `512 × 4K movable pte`. */
function runsOf(trace: MigrationTrace, call: number): string[] {
  const { calls, folioRuns } = trace.workload;
  const first = calls.firstRun[call]!;
  return Array.from({ length: calls.runCount[call]! }, (_, index) => {
    const run = first + index;
    const parts = folioRuns.partsMoved[run]! + folioRuns.partsFailed[run]!;
    return [
      `${folioRuns.count[run]}×${folioRuns.order[run]}`,
      FOLIO_KINDS[folioRuns.kind[run]!],
      FOLIO_FATES[folioRuns.fate[run]!],
      FOLIO_MAPPINGS[folioRuns.mapping[run]!] +
        (folioRuns.mappings[run]! > 1 ? `×${folioRuns.mappings[run]}` : ''),
      ...(parts > 0 ? [`${folioRuns.partsMoved[run]}+${folioRuns.partsFailed[run]}`] : []),
    ].join(' ');
  });
}

describe('sets and removes close in every recording without loss', () => {
  for (const { name, path } of [...fixtureTraces(), ...collectedTraces()]) {
    it(name, () => {
      const trace = readRecording(path).value;
      if (trace.lostEvents !== 0) return;
      const count = (event: string): number => trace.eventCounts[event] ?? 0;
      const splits = sum(trace.workload.calls.nr_thp_split);
      assert.equal(
        count('remove_migration_pte') - count('set_migration_pte'),
        splits * pagesOfOrder(PMD_ORDER),
      );
      assert.equal(count('set_migration_pmd'), count('remove_migration_pmd'));
      assert.equal(pagesWith(trace, 'unknown'), 0);
      assert.ok(pagesWith(trace, 'moved') <= sum(trace.workload.calls.nr_succeeded));
      assert.ok([...trace.workload.calls.flags].every((flags) => (flags & CALL_FLAGS.partial) === 0));
    });
  }
});

describe('a folio mapped back is told from one that moved', () => {
  for (const { name, path, truth } of [...fixtureTraces(), ...collectedTraces()]) {
    if (!name.startsWith('pinned-vmsplice')) continue;
    it(name, () => {
      const trace = readRecording(path).value;
      assert.equal(pagesWith(trace, 'restored'), truth.sums.nr_failed);
      assert.equal(pagesWith(trace, 'moved'), truth.sums.nr_succeeded);
      const { outcome, tries } = trace.folioTimes;
      // SYNC: once in the batch, once alone.
      outcome.forEach((code, row) => assert.equal(tries[row], code === 2 ? 2 : 1));
    });
  }
});

describe('recorded calls become few rows', () => {
  const table: [file: string, call: number, runs: string[]][] = [
    ['mixed-64k/trace', 0, ['500×0 anon movable pte', '1×4 anon movable pte', '100×0 anon movable pte']],
    ['mixed-thp/trace', 0, ['511×0 anon movable pte', '1×9 anon movable pmd', '100×0 anon movable pte']],
    ['forkshared-2m/trace', 0, ['512×0 anon movable pte×4']],
    ['pinned-vmsplice-thp/trace', 0, ['4×9 anon pinned-get pmd']],
    ['pinned-uring/trace', 0, ['128×0 anon movable pte', '128×0 anon pinned-pin pte']],
    ['pinned-uring-thp/trace', 0, ['2×9 anon movable pmd', '2×9 anon pinned-pin pmd']],
    ['mp-256m-brief/trace', 0, ['65536×0 anon movable pte']],
    [
      'enomem-thp/trace',
      0,
      [
        '34×9 anon movable pmd',
        '3×9 anon no-destination pmd 512+0',
        '1×9 anon no-destination pmd 405+0',
        '58×9 anon no-destination pmd',
      ],
    ],
    ['enomem-thp/trace', 1, ['1×0 anon no-destination pte']],
  ];
  for (const [file, call, runs] of table) {
    it(`${file}, call ${call}`, () => {
      assert.deepEqual(runsOf(readRecording(`test/fixtures/traces/${file}.txt.gz`).value, call), runs);
    });
  }
});

/** A line of task `mig`; times count the lines. */
class Script {
  private lines = 0;
  private text = '';

  add(event: string, { pid = 100, cpu = 0 } = {}): this {
    this.lines++;
    const time = `1.${String(this.lines).padStart(6, '0')}`;
    this.text += `             mig-${pid}     [00${cpu}] .....     ${time}: ${event}\n`;
    return this;
  }

  raw(line: string): this {
    this.text += `${line}\n`;
    return this;
  }

  start(options = {}): this {
    return this.add('mm_migrate_pages_start: mode=MIGRATE_SYNC reason=syscall_or_cpuset', options);
  }

  end(succeeded: number, failed = 0, options = {}, thps = '0 0 0 0'): this {
    const [moved, failedThps, split, splits] = thps.split(' ');
    return this.add(
      `mm_migrate_pages: nr_succeeded=${succeeded} nr_failed=${failed} nr_thp_succeeded=${moved} nr_thp_failed=${failedThps} nr_thp_split=${split} nr_split=${splits} mode=MIGRATE_SYNC reason=syscall_or_cpuset`,
      options,
    );
  }

  /** The migration entry of a PFN (inverted, bits 9..58, type 30), and its present PTE. */
  set(address: number, pfn: number, order = 0, options = {}): this {
    const entry = (0xf7ffffff_ffffff00n ^ (BigInt(pfn) << 9n)) & ~0x1ffn;
    return this.add(
      `set_migration_pte: addr=${address.toString(16)}, pte=${(entry | 2n).toString(16)} order=${order}`,
      options,
    );
  }

  remove(address: number, pfn: number, order = 0, options = {}): this {
    const entry = 0x8000000000000867n | (BigInt(pfn) << 12n);
    return this.add(
      `remove_migration_pte: addr=${address.toString(16)}, pte=${entry.toString(16)} order=${order}`,
      options,
    );
  }

  read(): MigrationTrace {
    return readText(this.text).value;
  }
}

const A = 0x7f0000000000;
const PAGE = 4096;

describe('calls are told apart', () => {
  it('by task, though their events mix', () => {
    const other = { pid: 200, cpu: 1 };
    const trace = new Script()
      .start()
      .start(other)
      .set(A, 1)
      .set(A, 2, 0, other)
      .remove(A, 11)
      .end(1)
      .remove(A, 12, 0, other)
      .end(1, 0, other)
      .read();
    assert.deepEqual([...trace.workload.calls.pid], [100, 200]);
    assert.deepEqual([...trace.folioTimes.call], [0, 1]);
    assert.deepEqual([...trace.folioTimes.toPfn], [11, 12]);
  });

  it('start and end events point at their call', () => {
    const trace = new Script().start().end(0).start().end(0).read();
    assert.deepEqual([...trace.events.a], [0, 0, 1, 1]);
  });

  it('without start events (before 5.14) every end closes one', () => {
    const trace = new Script().set(A, 1).remove(A, 11).end(1).set(A, 11).remove(A, 1).end(1).read();
    assert.deepEqual([...trace.folioTimes.call], [0, 1]);
    assert.deepEqual([...trace.workload.calls.flags], [CALL_FLAGS.end, CALL_FLAGS.end]);
  });

  it('one that the trace begins in, ends in, or lost events in is partial', () => {
    const trace = new Script()
      .remove(A, 11)
      .end(1)
      .start()
      .set(A, 11)
      .raw('CPU:0 [LOST 5 EVENTS]')
      .remove(A, 1)
      .end(1)
      .start()
      .set(A, 1)
      .read();
    assert.deepEqual(
      [...trace.workload.calls.flags].map((flags) => (flags & CALL_FLAGS.partial) !== 0),
      [true, true, true],
    );
  });

  it('a loss on another CPU, or outside of calls, leaves them whole', () => {
    const trace = new Script()
      .start()
      .set(A, 1)
      .raw('CPU:3 [LOST 5 EVENTS]')
      .remove(A, 11)
      .end(1)
      .raw('CPU:0 [LOST 5 EVENTS]')
      .start()
      .end(0)
      .read();
    assert.ok([...trace.workload.calls.flags].every((flags) => (flags & CALL_FLAGS.partial) === 0));
  });

  it('page tables split outside of calls make none', () => {
    const trace = new Script().set(A, 1).remove(A, 1).start().end(0).set(A, 1).remove(A, 1).read();
    assert.equal(trace.workload.calls.length, 1);
    assert.equal(trace.folioTimes.length, 0);
  });

  it('events of folios alone, as a filter leaves them, are one call per task', () => {
    const trace = new Script().set(A, 1).remove(A, 11).read();
    assert.equal(trace.workload.calls.length, 1);
    assert.equal(trace.workload.calls.flags[0], CALL_FLAGS.partial);
    assert.equal(trace.folioTimes.length, 1);
  });
});

describe('folios are told apart', () => {
  it('16 entries of order 4 are one folio', () => {
    const script = new Script().start();
    for (let page = 0; page < 16; page++) script.set(A + page * PAGE, 32 + page, 4);
    for (let page = 0; page < 16; page++) script.remove(A + page * PAGE, 64 + page, page === 0 ? 4 : 0);
    const trace = script.end(16).read();
    assert.deepEqual(runsOf(trace, 0), ['1×4 anon movable pte']);
    assert.deepEqual([...trace.folioTimes.toPfn], [64]);
  });

  it('hugetlb prints one pair of order 9 and no THP', () => {
    const trace = new Script().start().set(A, 512, 9).remove(A, 1024, 9).end(512).read();
    assert.deepEqual(runsOf(trace, 0), ['1×9 hugetlb movable pte']);
  });

  it('a PTE-mapped THP prints 512 entries and counts as one', () => {
    const script = new Script().start();
    for (let page = 0; page < 512; page++) script.set(A + page * PAGE, 512 + page, 9);
    for (let page = 0; page < 512; page++) script.remove(A + page * PAGE, 1024 + page, page === 0 ? 9 : 0);
    const trace = script.end(512, 0, {}, '1 0 0 0').read();
    assert.deepEqual(runsOf(trace, 0), ['1×9 anon movable pte']);
  });

  it('different folios at one address in several processes', () => {
    const trace = new Script().start().set(A, 1).set(A, 2).remove(A, 2).remove(A, 11).end(1, 1).read();
    assert.deepEqual([...trace.folioTimes.fromPfn], [1, 2]);
    assert.deepEqual([...trace.folioTimes.outcome], [1, 2]);
  });

  it('one folio at several addresses, removed in another order', () => {
    const trace = new Script()
      .start()
      .set(A, 7)
      .set(A + 5 * PAGE, 7)
      .set(A + PAGE, 8)
      .remove(A + PAGE, 18)
      .remove(A + 5 * PAGE, 17)
      .remove(A, 17)
      .end(2)
      .read();
    assert.deepEqual(runsOf(trace, 0), ['1×0 anon movable pte×2', '1×0 anon movable pte']);
    assert.deepEqual([...trace.folioTimes.toPfn], [17, 18]);
  });

  it('ten tries of 6.1 are one folio', () => {
    const script = new Script().start();
    for (let pass = 0; pass < 10; pass++) script.set(A, 1).remove(A, 1);
    const trace = script.end(0, 1).read();
    assert.deepEqual([...trace.folioTimes.tries], [10]);
    assert.deepEqual(runsOf(trace, 0), ['1×0 anon pinned-get pte']);
  });

  it('a folio that fails first and moves then has moved', () => {
    const trace = new Script().start().set(A, 1).remove(A, 1).set(A, 1).remove(A, 9).end(1).read();
    assert.deepEqual([...trace.folioTimes.outcome], [1]);
    assert.deepEqual(runsOf(trace, 0), ['1×0 anon movable pte']);
  });

  it('entries that are not of x86-64 leave the outcome open', () => {
    const trace = new Script()
      .start()
      .add('set_migration_pte: addr=7f0000000000, pte=0012345600000080 order=0')
      .add('remove_migration_pte: addr=7f0000000000, pte=00e8000045678f43 order=0')
      .end(1)
      .read();
    assert.deepEqual([...trace.folioTimes.fromPfn], [-1]);
    assert.deepEqual([...trace.folioTimes.outcome], [0]);
    assert.deepEqual(runsOf(trace, 0), ['1×0 anon movable pte']);
  });

  it('batches are runs of sets with their removes', () => {
    const trace = new Script()
      .start()
      .set(A, 1)
      .set(A + PAGE, 2)
      .remove(A, 11)
      .remove(A + PAGE, 12)
      .set(A + 2 * PAGE, 3)
      .remove(A + 2 * PAGE, 13)
      .end(3)
      .read();
    assert.deepEqual([...trace.folioTimes.batch], [0, 0, 1]);
    assert.deepEqual(runsOf(trace, 0), ['3×0 anon movable pte']);
  });

  it('many entries at one address, never answered in order, take no time to speak of', () => {
    const script = new Script().start();
    for (let i = 0; i < 20_000; i++) script.set(A, i * 2 + 1);
    for (let i = 20_000; i-- > 0;) script.remove(A, i * 2 + 1_000_001);
    assert.equal(script.end(20_000).read().folioTimes.length, 20_000);
  });
});

describe('what printed no events is made up from the sums', () => {
  const start = (): Script => new Script().start().set(A, 1).remove(A, 11);
  const table: [name: string, trace: MigrationTrace, runs: string[]][] = [
    ['successes: unmapped pages', start().end(4).read(), ['1×0 anon movable pte', '3×0 file movable none']],
    [
      'unmapped THPs',
      start().end(1025, 0, {}, '2 0 0 0').read(),
      ['1×0 anon movable pte', '2×9 file movable none'],
    ],
    [
      'one failure: no destination',
      start().end(1, 1).read(),
      ['1×0 anon movable pte', '1×0 anon no-destination pte'],
    ],
    [
      'more failures: unmovable',
      start().end(1, 3).read(),
      ['1×0 anon movable pte', '3×0 anon unmovable pte'],
    ],
    [
      'split folios of the page cache',
      start().end(33, 0, {}, '0 0 0 2').read(),
      ['1×0 anon movable pte', '2×4 file no-destination none 16+0'],
    ],
    [
      'a split THP of the page cache that ran dry',
      start().end(101, 1, {}, '0 1 1 1').read(),
      ['1×0 anon movable pte', '1×9 file no-destination none 100+0'],
    ],
    [
      'a THP that failed whole',
      start().end(1, 512, {}, '0 1 0 0').read(),
      ['1×0 anon movable pte', '1×9 anon unmovable pmd'],
    ],
  ];
  for (const [name, trace, runs] of table) it(name, () => assert.deepEqual(runsOf(trace, 0), runs));
});
