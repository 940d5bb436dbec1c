import * as assert from 'node:assert/strict';
import { CALL_FLAGS } from '../../../src/engine/folio/workload';
import { modeName, reasonName } from '../../../src/engine/kernel/modes';
import { EVENT_TYPES, type MigrationTrace } from '../../../src/trace/model';
import {
  type WrittenBuffer,
  type WrittenDat,
  type WrittenFormat,
  writeDat,
} from '../../support/traceDatWriter';
import { readDat } from './support';

const SYMBOLS =
  '"mode=%s reason=%s", __print_symbolic(REC->mode, {0, "MIGRATE_ASYNC"}, {1, "MIGRATE_SYNC_LIGHT"}, {2, "MIGRATE_SYNC"}), __print_symbolic(REC->reason, {0, "compaction"}, {1, "memory_failure"}, {4, "numa_misplaced"})';

/** The formats of a kernel whose `long` has `long` bytes. */
function formats(long: number, counts: readonly string[] = FULL): WrittenFormat[] {
  const summary = counts.map((name, i) => ['unsigned long', name, 8 + i * long, long, 0] as const);
  const mode = 8 + counts.length * long;
  const entry = [
    ['unsigned long', 'addr', 8, long, 0],
    ['unsigned long', 'pte', 8 + long, long, 0],
    ['int', 'order', 8 + 2 * long, 4, 1],
  ] as const;
  return [
    {
      name: 'mm_migrate_pages',
      id: 700,
      fields: [...summary, ['enum migrate_mode', 'mode', mode, 4, 0], ['int', 'reason', mode + 4, 4, 1]],
      print: SYMBOLS,
    },
    {
      name: 'mm_migrate_pages_start',
      id: 701,
      fields: [
        ['enum migrate_mode', 'mode', 8, 4, 0],
        ['int', 'reason', 12, 4, 1],
      ],
      print: SYMBOLS,
    },
    { name: 'set_migration_pte', id: 702, fields: entry },
    { name: 'remove_migration_pte', id: 703, fields: entry },
    {
      name: 'tlb_flush',
      id: 188,
      fields: [
        ['int', 'reason', 8, 4, 1],
        ['unsigned long', 'pages', 16, long, 0],
      ],
    },
    {
      name: 'print',
      id: 5,
      fields: [
        ['unsigned long', 'ip', 8, long, 0],
        ['char', 'buf[]', 8 + long, 0, 0],
      ],
    },
    { name: 'sched_switch', id: 300, fields: [['int', 'prev_prio', 8, 4, 1]] },
  ];
}

const FULL = ['succeeded', 'failed', 'thp_succeeded', 'thp_failed', 'thp_split', 'large_folio_split'];
const OLD = ['succeeded', 'failed'];
const ADDRESS = 0x7f01_2345_6000;

function buffer(start = 1_000_000_000, hasThp = true): WrittenBuffer {
  const pid = { common_pid: 42 };
  return {
    name: '',
    cpus: [
      [
        {
          events: [
            { event: 'print', timeNs: start, values: { ...pid, buf: 'hello there\n' } },
            { event: 'mm_migrate_pages_start', timeNs: start + 10, values: { ...pid, mode: 2, reason: 4 } },
            {
              event: 'set_migration_pte',
              timeNs: start + 300_000_000,
              values: { ...pid, addr: ADDRESS, pte: 0xf7f9_ff00, order: 3 },
            },
            { event: 'tlb_flush', timeNs: start + 300_000_001, values: { ...pid, reason: 3, pages: -1 } },
          ],
        },
        {
          events: [
            {
              event: 'remove_migration_pte',
              timeNs: start + 300_000_100,
              values: { ...pid, addr: ADDRESS, pte: 0x8000_0067, order: 3 },
            },
            {
              event: 'mm_migrate_pages',
              timeNs: start + 300_000_200,
              values: {
                ...pid,
                succeeded: 8,
                failed: 1,
                ...(hasThp && { thp_succeeded: 2, thp_failed: 3, thp_split: 4, large_folio_split: 5 }),
                mode: 2,
                reason: 4,
              },
            },
          ],
        },
      ],
      [{ events: [{ event: 'sched_switch', timeNs: start + 20, values: { common_pid: 7, prev_prio: -5 } }] }],
    ],
  };
}

function rows(trace: MigrationTrace): (string | number)[][] {
  const { timeNs, type, cpu, pid, a, b, lo, hi } = trace.events;
  return Array.from({ length: trace.events.length }, (_, row) => {
    const name = EVENT_TYPES[type[row]!]!;
    const text = name === 'marker' || name === 'other' ? trace.strings[a[row]!]! : a[row]!;
    return [timeNs[row]!, name, cpu[row]!, pid[row]!, text, b[row]!, lo[row]!, hi[row]!];
  });
}

function expected(start: number, address: number): (string | number)[][] {
  return [
    [start, 'marker', 0, 42, 'hello there', 0, 0, 0],
    [start + 10, 'mm_migrate_pages_start', 0, 42, 0, 0, 0, 0],
    [start + 20, 'other', 1, 7, 'sched_switch', 0, 0, 0],
    [start + 300_000_000, 'set_migration_pte', 0, 42, address, 3, 0xf7f9_ff00, 0],
    [start + 300_000_001, 'tlb_flush', 0, 42, -1, 3, 0, 0],
    [start + 300_000_100, 'remove_migration_pte', 0, 42, address, 3, 0x8000_0067, 0],
    [start + 300_000_200, 'mm_migrate_pages', 0, 42, 0, 0, 0, 0],
  ];
}

describe('trace.dat of any machine', () => {
  const layouts: (Pick<WrittenDat, 'version' | 'isBigEndian' | 'longBytes' | 'isPacked'> & {
    name: string;
  })[] = [
    { name: 'version 6', version: 6 },
    { name: 'version 6, big-endian', version: 6, isBigEndian: true },
    { name: 'version 6, 32 bits', version: 6, longBytes: 4 },
    { name: 'version 6, 32 bits, big-endian', version: 6, longBytes: 4, isBigEndian: true },
    { name: 'version 7', version: 7 },
    { name: 'version 7, packed with zlib', version: 7, isPacked: true },
    { name: 'version 7, packed, big-endian', version: 7, isPacked: true, isBigEndian: true },
  ];
  for (const { name, ...layout } of layouts)
    it(`is read by the names of its fields: ${name}`, () => {
      const long = layout.longBytes ?? 8;
      const bytes = writeDat({
        ...layout,
        formats: formats(long),
        buffers: [buffer()],
        cmdlines: '42 mig rate\n7 other\n',
      });
      const { value, problems } = readDat(bytes);
      assert.deepEqual(problems, []);
      assert.deepEqual(rows(value), expected(1_000_000_000, long === 8 ? ADDRESS : ADDRESS % 2 ** 32));
      const { calls, comms } = value.workload;
      assert.equal(calls.length, 1);
      assert.equal(comms[calls.comm[0]!], 'mig rate');
      assert.equal(modeName(calls.mode[0]!), 'MIGRATE_SYNC');
      // By its word: this kernel numbers the reasons its own way.
      assert.equal(reasonName(calls.reason[0]!), 'numa_misplaced');
      assert.deepEqual(
        [
          calls.nr_succeeded[0],
          calls.nr_failed[0],
          calls.nr_thp_succeeded[0],
          calls.nr_thp_failed[0],
          calls.nr_thp_split[0],
          calls.nr_split[0],
        ],
        [8, 1, 2, 3, 4, 5],
      );
    });

  it('of a kernel without THP counts has none', () => {
    const { value, problems } = readDat(
      writeDat({ version: 6, formats: formats(8, OLD), buffers: [buffer(5e9, false)] }),
    );
    assert.deepEqual(problems, []);
    const { calls } = value.workload;
    assert.equal(calls.nr_succeeded[0], 8);
    assert.equal(calls.nr_thp_succeeded[0], 0);
    const lacks = CALL_FLAGS.noThp | CALL_FLAGS.noSplit;
    assert.equal(calls.flags[0]! & lacks, lacks);
    assert.equal(value.workload.comms[calls.comm[0]!], '<...>');
  });

  it('of a kernel that lacks a field counts the event and says so', () => {
    const lacking = formats(8).map((format) =>
      format.name === 'tlb_flush' ? { ...format, fields: format.fields.slice(0, 1) } : format,
    );
    const { value, problems } = readDat(writeDat({ version: 6, formats: lacking, buffers: [buffer()] }));
    assert.equal(value.eventCounts['tlb_flush'], 1);
    assert.deepEqual(
      problems.map(({ message }) => message),
      ['The event tlb_flush of this kernel has no field "pages"; its events are only counted.'],
    );
    assert.ok(problems[0]!.offset! > 0);
  });

  it('keeps absolute times, and takes the time of discarded events into account', () => {
    const pages = (page: object): WrittenBuffer => ({
      name: '',
      cpus: [[{ events: [1e9, 1e9 + 700, 1e9 + 2_000_000_000].map(switchAt), ...page }]],
    });
    for (const page of [{ isAbsolute: true }, { discardedNs: 500 }, {}]) {
      const { value } = readDat(writeDat({ version: 6, formats: formats(8), buffers: [pages(page)] }));
      assert.deepEqual([...value.events.timeNs], [1e9, 1e9 + 700, 1e9 + 2_000_000_000], JSON.stringify(page));
    }
  });

  it('keeps the distances of times beyond 2^53 as well as it can', () => {
    const start = 2 ** 60;
    const events = [start, start + 1024, start + 4096].map(switchAt);
    const { value } = readDat(
      writeDat({
        version: 6,
        formats: formats(8),
        buffers: [{ name: '', cpus: [[{ events, isAbsolute: false }]] }],
      }),
    );
    assert.deepEqual([...value.events.timeNs], [start, start + 1024, start + 4096]);
  });

  it('tells losses where they are, with their number if the page has it', () => {
    const cpus = [
      [{ events: [switchAt(10)] }, { events: [switchAt(30)], lost: 7 }, { events: [switchAt(50)], lost: -1 }],
      [{ events: [switchAt(20)] }, { events: [switchAt(40)] }],
    ];
    for (const isBigEndian of [false, true]) {
      const { value, problems } = readDat(
        writeDat({ version: 7, isBigEndian, formats: formats(8), buffers: [{ name: '', cpus }] }),
      );
      const told = rows(value).map(([time, name, cpu, , count]) => [
        time,
        name,
        cpu,
        name === 'lost' ? count : 0,
      ]);
      assert.deepEqual(told, [
        [10, 'other', 0, 0],
        [20, 'other', 1, 0],
        [30, 'lost', 0, 7],
        [30, 'other', 0, 0],
        [40, 'other', 1, 0],
        [50, 'lost', 0, -1],
        [50, 'other', 0, 0],
      ]);
      assert.equal(value.lostEvents, 7);
      assert.match(problems[0]!.message, /7 events are missing \(CPU 0: 7 or more\)/);
    }
  });

  it('counts what the statistics know to be lost and no page tells', () => {
    const stats = Buffer.from('CPU: 0\nentries: 0\noverrun: 12\ncommit overrun: 0\ndropped events: 3\n\0');
    const { value } = readDat(
      writeDat({
        version: 7,
        formats: formats(8),
        buffers: [{ name: '', cpus: [[{ events: [switchAt(30)], lost: 7 }]] }],
        options: [[2, stats]],
      }),
    );
    assert.equal(value.lostEvents, 15);
  });

  for (const version of [6, 7] as const)
    it(`merges the buffers of instances by time (version ${version})`, () => {
      const one = (name: string, time: number): WrittenBuffer => ({
        name,
        cpus: [[{ events: [switchAt(time)] }], []],
      });
      const { value, problems } = readDat(
        writeDat({
          version,
          formats: formats(8),
          buffers: [one('', 30), one('second', 10), one('third', 20)],
        }),
      );
      assert.deepEqual([...value.events.timeNs], [10, 20, 30]);
      assert.deepEqual(value.provenance.notes, ['Tracing instances: second, third.']);
      assert.equal(problems.length, 1, 'no migration events');
    });

  it('says so where two instances hold the same calls', () => {
    const { value, problems } = readDat(
      writeDat({ version: 7, formats: formats(8), buffers: [buffer(), { ...buffer(), name: 'again' }] }),
    );
    assert.equal(value.eventCounts['mm_migrate_pages'], 2);
    assert.equal(problems.length, 1);
    assert.match(problems[0]!.message, /Several tracing instances .*\(the top buffer, again\)/);
  });

  it('knows kernel, clock, offset and the recorder from the options', () => {
    const text = (word: string) => Buffer.from(`${word}\0`);
    const { value, problems } = readDat(
      writeDat({
        version: 7,
        formats: formats(8),
        buffers: [buffer()],
        options: [
          [5, text('Linux some host 6.11.3-test x86_64')],
          [4, text('local global counter [mono] boot')],
          [7, text('-500')],
          [9, text('3.3.1 (git)')],
          [999, text('from the future')],
        ],
      }),
    );
    assert.deepEqual(problems, []);
    const { kernel, clock, notes, format } = value.provenance;
    assert.deepEqual(
      { kernel, clock, notes, format },
      { kernel: '6.11.3-test', clock: 'mono', notes: ['Recorded by trace-cmd 3.3.1.'], format: 'trace-dat' },
    );
    assert.equal(value.events.timeNs[0], 1_000_000_000 - 500);
  });

  it('gives lines of trace_printk() their text, from formats that lie elsewhere in the file', () => {
    const bprint: WrittenFormat = {
      name: 'bprint',
      id: 6,
      fields: [
        ['unsigned long', 'ip', 8, 8, 0],
        ['const char *', 'fmt', 16, 8, 0],
        ['u32', 'buf[]', 24, 0, 0],
      ],
    };
    const bputs: WrittenFormat = { name: 'bputs', id: 15, fields: [['const char *', 'str', 16, 8, 0]] };
    const args = Buffer.alloc(28);
    args.writeInt32LE(-5, 0);
    args.writeBigUInt64LE(0xffff_8880_1234_5678n, 4);
    args.write('two words\0', 12);
    args.writeUInt32LE(7, 24);
    const printk =
      '0xffffffff82000010 : "moved %d of %lx for %s: %03u%%\\n"\n0xffffffff82000020 : "no arguments"\n';
    const events = [
      { event: 'bprint', timeNs: 10, values: { common_pid: 1, fmt: 0x8200_0010 - 2 ** 32, buf: args } },
      { event: 'bputs', timeNs: 20, values: { common_pid: 1, str: 0x8200_0020 - 2 ** 32 } },
      { event: 'bputs', timeNs: 30, values: { common_pid: 1, str: 0x8200_0030 - 2 ** 32 } },
    ];
    for (const version of [6, 7] as const) {
      const { value } = readDat(
        writeDat({
          version,
          formats: [bprint, bputs],
          buffers: [{ name: '', cpus: [[{ events }]] }],
          printk,
        }),
      );
      assert.deepEqual(
        rows(value).map(([, name, , , text]) => [name, text]),
        [
          ['marker', 'moved -5 of ffff888012345678 for two words: 007%'],
          ['marker', 'no arguments'],
          ['marker', '(format at 0xffffffff82000030)'],
        ],
      );
      assert.deepEqual(value.eventCounts, { bprint: 1, bputs: 2 });
    }
  });

  it('turns CPU cycles into ns where the file says how', () => {
    const data = Buffer.alloc(16);
    // ns = cycles · 3 / 2^2
    data.writeUInt32LE(3, 0);
    data.writeUInt32LE(2, 4);
    const dat = { version: 7, formats: formats(8), buffers: [buffer(1000)] } as const;
    const tsc = [4, Buffer.from('local [x86-tsc]\0')] as const;
    const converted = readDat(writeDat({ ...dat, options: [tsc, [14, data]] }));
    assert.deepEqual(converted.problems, []);
    assert.equal(converted.value.events.timeNs[0], 750);
    const raw = readDat(writeDat({ ...dat, options: [tsc] }));
    assert.equal(raw.value.events.timeNs[0], 1000);
    assert.match(raw.problems[0]!.message, /counts events or CPU cycles/);
  });
});

function switchAt(timeNs: number): WrittenBuffer['cpus'][number][number]['events'][number] {
  return { event: 'sched_switch', timeNs, values: { common_pid: 7, prev_prio: 1 } };
}
