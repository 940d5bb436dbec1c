import assert from 'node:assert/strict';
import type { MigrationTrace } from '../../../src/trace/model';
import { EVENT_TYPES } from '../../../src/trace/model';
import { CALL_FLAGS } from '../../../src/engine/folio/workload';
import { modeName, reasonName } from '../../../src/engine/kernel/modes';
import { readText } from '../recordings';

const HEAD = '             mig-942     [000] ...1.    47.640331: ';

interface Row {
  readonly type: string;
  readonly timeNs: number;
  readonly cpu: number;
  readonly pid: number;
  readonly a: number;
  readonly b: number;
  readonly lo: number;
  readonly hi: number;
}

function rowOf(trace: MigrationTrace, row: number): Row {
  const { events } = trace;
  return {
    type: EVENT_TYPES[events.type[row]!]!,
    timeNs: events.timeNs[row]!,
    cpu: events.cpu[row]!,
    pid: events.pid[row]!,
    a: events.a[row]!,
    b: events.b[row]!,
    lo: events.lo[row]!,
    hi: events.hi[row]!,
  };
}

/** The one event of a text of one line. */
function onlyEvent(line: string): Row {
  const { value, problems } = readText(`cpus=4\n${line}\n`);
  assert.equal(value.events.length, 1, JSON.stringify(problems));
  return rowOf(value, 0);
}

describe('an event line is read', () => {
  const table: [name: string, line: string, expected: Partial<Row>][] = [
    [
      'set_migration_pte of the trace file',
      `${HEAD}set_migration_pte: addr=7f0074a00000, pte=f7f9ffffdfc38602 order=0`,
      {
        type: 'set_migration_pte',
        timeNs: 47_640_331_000,
        cpu: 0,
        pid: 942,
        a: 0x7f0074a00000,
        b: 0,
        lo: 0xdfc38602,
        hi: 0xf7f9ffff,
      },
    ],
    [
      'the padded name and missing flags of trace-cmd report',
      '             mig-942   [000]    47.640334: set_migration_pte:    addr=7f0074a00000, pte=f7f9ffffdfc38602 order=4',
      { type: 'set_migration_pte', timeNs: 47_640_334_000, b: 4 },
    ],
    [
      'four flag characters',
      '             mig-942   [011] d..1    47.640334: remove_migration_pte: addr=1000, pte=1 order=0',
      { type: 'remove_migration_pte', cpu: 11, a: 0x1000, lo: 1, hi: 0 },
    ],
    [
      'the thread group of record-tgid',
      '          <idle>-0       (-------) [003] d..2.   181.670181: tlb_flush: pages:-1 reason:flush on task switch (0)',
      { type: 'tlb_flush', cpu: 3, pid: 0, a: -1, b: 0 },
    ],
    [
      'pmd events',
      `${HEAD}remove_migration_pmd: addr=7f2396400000, pmd=8000000123de23e7`,
      { type: 'remove_migration_pmd', a: 0x7f2396400000, b: 9, lo: 0x23de23e7, hi: 0x80000001 },
    ],
    [
      'entries of 64 bits without loss',
      `${HEAD}set_migration_pte: addr=0, pte=ffffffffffffffff order=0`,
      { a: 0, lo: 0xffffffff, hi: 0xffffffff },
    ],
    [
      'hex with 0x and capitals',
      `${HEAD}set_migration_pte: addr=0x7F0000001000, pte=0xABCDEF order=0`,
      { a: 0x7f0000001000, lo: 0xabcdef },
    ],
    [
      'addresses beyond 2^53, rounded',
      `${HEAD}set_migration_pte: addr=ffffffffffffffff, pte=1 order=0`,
      { a: 2 ** 64 },
    ],
    [
      'tlb_flush as the kernel writes it',
      `${HEAD}tlb_flush: pages:1 reason:local mm shootdown (3)`,
      { type: 'tlb_flush', a: 1, b: 3 },
    ],
    [
      'tlb_flush as kernels since 6.18 write it',
      `${HEAD}tlb_flush: pages:-1 reason:remote IPI send (4)`,
      { a: -1, b: 4 },
    ],
    [
      'tlb_flush as trace-cmd writes it',
      `${HEAD}tlb_flush:            pages=512 reason= (4)`,
      { a: 512, b: 4 },
    ],
    ['tlb_flush with a reason of no name', `${HEAD}tlb_flush: pages:1 reason:0x5 (5)`, { a: 1, b: 5 }],
    ['tlb_flush with raw fields', `${HEAD}tlb_flush:             reason=3 pages=1`, { a: 1, b: 3 }],
    [
      'tlb_flush of everything printed unsigned',
      `${HEAD}tlb_flush: pages:18446744073709551615 reason:local mm shootdown (3)`,
      { a: -1 },
    ],
    [
      'mm_compaction_migratepages',
      `${HEAD}mm_compaction_migratepages: nr_migrated=480 nr_failed=2`,
      { type: 'mm_compaction_migratepages', a: 480, b: 2 },
    ],
    [
      'a name with its system',
      `${HEAD}migrate:set_migration_pte: addr=1000, pte=2 order=0`,
      { type: 'set_migration_pte' },
    ],
    [
      'nanoseconds',
      '     mig-1   [000]    1234567.123456789: tlb_flush: pages=1 reason=x (3)',
      { timeNs: 1_234_567_123_456_789 },
    ],
    ['time zero', '     mig-1   [000]    0.000000: tlb_flush: pages=1 reason=x (3)', { timeNs: 0 }],
    [
      'the largest CPU and pid numbers',
      '     mig-4194304 [4095] .....    1.000000: tlb_flush: pages:1 reason:x (3)',
      { cpu: 4095, pid: 4194304 },
    ],
  ];
  for (const [name, line, expected] of table) {
    it(name, () => {
      const row = onlyEvent(line);
      for (const [key, value] of Object.entries(expected)) assert.equal(row[key as keyof Row], value, key);
    });
  }
});

describe('the task name may hold anything', () => {
  const names = [
    'kworker/u8:2',
    'a b c',
    'x-1 [000]',
    'x-1 [0] 1.2: y',
    '[migration/0]',
    'a-b-c',
    ': :',
    'größe',
    '<...>',
    'tlb_flush: ',
  ];
  for (const name of names) {
    it(`"${name}"`, () => {
      const padded = ' '.repeat(Math.max(0, 16 - Buffer.byteLength(name))) + name;
      const { value } = readText(
        `${padded}-77     [002] .....     1.000000: mm_migrate_pages_start: mode=MIGRATE_SYNC reason=demotion\n`,
      );
      assert.equal(value.workload.calls.length, 1);
      assert.equal(value.workload.calls.pid[0], 77);
      assert.equal(value.workload.calls.cpu[0], 2);
      assert.equal(value.workload.comms[value.workload.calls.comm[0]!], name.trimStart());
    });
  }

  it('and need not be aligned, as in pasted text', () => {
    const row = onlyEvent('my task-12 [003] d..1. 5.5: tlb_flush: pages:1 reason:x (3)');
    assert.equal(row.pid, 12);
    assert.equal(row.cpu, 3);
    assert.equal(row.timeNs, 5_500_000_000);
  });
});

describe('the sums of a call are read as every kernel words them', () => {
  const table: [
    kernel: string,
    fields: string,
    mode: string,
    reason: string,
    totals: number[],
    flags: number,
  ][] = [
    [
      '5.8',
      'nr_succeeded=3 nr_failed=1 mode=MIGRATE_SYNC_LIGHT reason=cma',
      'MIGRATE_SYNC_LIGHT',
      'contig_range',
      [3, 1, 0, 0, 0, 0],
      CALL_FLAGS.noThp | CALL_FLAGS.noSplit,
    ],
    [
      '5.9 to 6.6',
      'nr_succeeded=512 nr_failed=1 nr_thp_succeeded=1 nr_thp_failed=2 nr_thp_split=3 mode=MIGRATE_ASYNC reason=numa_misplaced',
      'MIGRATE_ASYNC',
      'numa_misplaced',
      [512, 1, 1, 2, 3, 0],
      CALL_FLAGS.noSplit,
    ],
    [
      '6.7 and later',
      'nr_succeeded=512 nr_failed=0 nr_thp_succeeded=1 nr_thp_failed=0 nr_thp_split=0 nr_split=4 mode=MIGRATE_SYNC reason=damon',
      'MIGRATE_SYNC',
      'damon',
      [512, 0, 1, 0, 0, 4],
      0,
    ],
    [
      '7.3',
      'nr_succeeded=1 nr_failed=0 nr_thp_succeeded=0 nr_thp_failed=0 nr_thp_split=0 nr_split=0 mode=MIGRATE_SYNC reason=never_migrated',
      'MIGRATE_SYNC',
      'never_migrated',
      [1, 0, 0, 0, 0, 0],
      0,
    ],
    [
      'a mode without a name',
      'nr_succeeded=1 nr_failed=0 mode=0x3 reason=demotion',
      'MIGRATE_SYNC_NO_COPY',
      'demotion',
      [1, 0, 0, 0, 0, 0],
      CALL_FLAGS.noThp | CALL_FLAGS.noSplit,
    ],
    [
      'raw fields',
      'succeeded=1 failed=2 thp_succeeded=3 thp_failed=4 thp_split=5 large_folio_split=6 mode=2 reason=3',
      'MIGRATE_SYNC',
      'syscall_or_cpuset',
      [1, 2, 3, 4, 5, 6],
      0,
    ],
    [
      'a reason of the future',
      'nr_succeeded=1 nr_failed=0 mode=MIGRATE_SYNC reason=teleport',
      'MIGRATE_SYNC',
      'unknown',
      [1, 0, 0, 0, 0, 0],
      CALL_FLAGS.noThp | CALL_FLAGS.noSplit,
    ],
  ];
  for (const [kernel, fields, mode, reason, totals, flags] of table) {
    it(kernel, () => {
      const { calls } = readText(`${HEAD}mm_migrate_pages: ${fields}\n`).value.workload;
      assert.equal(calls.length, 1);
      assert.equal(modeName(calls.mode[0]!), mode);
      assert.equal(reasonName(calls.reason[0]!), reason);
      const read = [
        calls.nr_succeeded,
        calls.nr_failed,
        calls.nr_thp_succeeded,
        calls.nr_thp_failed,
        calls.nr_thp_split,
        calls.nr_split,
      ].map((column) => column[0]);
      assert.deepEqual(read, totals);
      assert.equal(calls.flags[0]! & (CALL_FLAGS.noThp | CALL_FLAGS.noSplit), flags);
    });
  }
});

describe('lines that are no events of migration', () => {
  it('markers keep their text, whatever it looks like', () => {
    const nested = 'mm_migrate_pages: nr_succeeded=9 nr_failed=0 mode=MIGRATE_SYNC reason=demotion';
    const { value } = readText(
      `${HEAD}tracing_mark_write: ${nested}\n${HEAD}print:                tracing_mark_write: snap: before\n`,
    );
    assert.deepEqual(value.eventCounts, { tracing_mark_write: 1, print: 1 });
    assert.deepEqual(
      [0, 1].map((row) => value.strings[value.events.a[row]!]),
      [nested, 'snap: before'],
    );
    assert.equal(value.workload.calls.length, 0);
  });

  it('other events are counted by name', () => {
    const { value } = readText(
      [
        'unmap_in: (try_to_migrate+0x4/0x110) folio=0xfffff35b050aa980 flags=64',
        'sys_move_pages(pid: 0, nr_pages: 800, pages: 7dae9f0, nodes: 0, status: 7db2a00, flags: 0)',
        'sys_move_pages -> 0x0',
        'sched_switch: prev_comm=mig prev_pid=1 ==> next_comm=x next_pid=2 next_prio=120',
        'print_me',
      ]
        .map((text) => `${HEAD}${text}\n`)
        .join(''),
    );
    assert.deepEqual(value.eventCounts, { unmap_in: 1, sys_move_pages: 2, sched_switch: 1, print_me: 1 });
  });

  it('losses are counted where the recorder says them', () => {
    const { value, problems } = readText(
      [
        '# tracer: nop',
        '# entries-in-buffer/entries-written: 2621/12277   #P:4',
        `${HEAD}tlb_flush: pages:1 reason:local mm shootdown (3)`,
        'CPU:1 [LOST 8567 EVENTS]',
        'CPU:3 [1080 EVENTS DROPPED]',
        'CPU:2 [LOST EVENTS]',
        '',
      ].join('\n'),
    );
    assert.equal(value.lostEvents, 12277 - 2621 + 8567 + 1080);
    assert.deepEqual([...value.events.a.subarray(1)], [8567, 1080, -1]);
    assert.deepEqual([...value.events.cpu.subarray(1)], [1, 3, 2]);
    assert.ok(problems.some(({ message }) => message.includes('9656')));
  });

  it('a loss without a number is said to be of unknown size', () => {
    assert.equal(
      readText(`${HEAD}tlb_flush: pages:1 reason:x (3)\nCPU:1 [LOST EVENTS]\n`).value.lostEvents,
      -1,
    );
  });

  it('what trace-cmd says about the file is no problem', () => {
    const { problems } = readText(
      `version = 7\nCPU 1 is empty\ncpus=4\n${HEAD}mm_migrate_pages_start: mode=MIGRATE_SYNC reason=demotion\n`,
    );
    assert.deepEqual(problems, []);
  });

  it('function_graph lines among others are read as such', () => {
    const { value, problems } = readText(
      [
        `${HEAD}mm_migrate_pages_start: mode=MIGRATE_SYNC reason=demotion`,
        `${HEAD}mm_migrate_pages: nr_succeeded=1 nr_failed=0 mode=MIGRATE_SYNC reason=demotion`,
        '  146.761440 |   1)               |  folio_copy_all() {',
        ' 1)   1.200 us    |    folio_mc_copy();',
        '  146.761444 |   1)   4.000 us    |  }',
        '',
      ].join('\n'),
    );
    assert.deepEqual(
      value.timings.map(({ name, totalNs }) => [name, totalNs]),
      [
        ['folio_copy_all', 4000],
        ['folio_mc_copy', 1200],
      ],
    );
    assert.equal(value.eventCounts['funcgraph_entry'], 2);
    assert.equal(value.span.endNs, 146_761_444_000);
    assert.equal(problems.length, 2);
  });
});
