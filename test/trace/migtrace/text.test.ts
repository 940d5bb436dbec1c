import * as assert from 'node:assert/strict';
import { CALL_FLAGS, FOLIO_FATES } from '../../../src/engine/folio/workload';
import { UNKNOWN_CODE, modeCode, reasonCode } from '../../../src/engine/kernel/modes';
import { EVENT_TYPES } from '../../../src/trace/model';
import type { MigrationTrace } from '../../../src/trace/model';
import { writeMigtraceText } from '../../../src/trace/formats/migtrace/writer';
import { createMigtraceReader } from '../../../src/trace/formats/migtrace/reader';
import { read, readClean } from './support';

const file = (...lines: readonly string[]): string => ['migtrace 1', ...lines, ''].join('\n');

/** The first row of every column of a table. */
function row(table: { readonly length: number }, index = 0): Record<string, number> {
  return Object.fromEntries(
    Object.entries(table).flatMap(([name, column]: [string, unknown]) =>
      ArrayBuffer.isView(column) ? [[name, (column as Float64Array)[index]!]] : [],
    ),
  );
}

describe('.migtrace text', () => {
  it('opens a workload of three lines with every default in place', () => {
    const { workload, provenance, machine } = readClean(file('call', 'folios 512'));
    assert.equal(machine, null);
    assert.equal(provenance.origin, 'described');
    assert.deepEqual(row(workload.calls), {
      startNs: 0,
      endNs: Number.NaN,
      cpu: 0,
      pid: 0,
      comm: 0,
      mode: modeCode('MIGRATE_SYNC'),
      reason: reasonCode('syscall_or_cpuset'),
      flags: CALL_FLAGS.described,
      mmCpus: 1,
      nr_succeeded: 0,
      nr_failed: 0,
      nr_thp_succeeded: 0,
      nr_thp_failed: 0,
      nr_thp_split: 0,
      nr_split: 0,
      firstRun: 0,
      runCount: 1,
    });
    assert.deepEqual(row(workload.folioRuns), {
      count: 512,
      order: 0,
      kind: 0,
      fate: 0,
      mapping: 0,
      mappings: 1,
      address: -1,
      from: -1,
      to: -1,
      partsMoved: 0,
      partsFailed: 0,
    });
  });

  const defaults: readonly (readonly [string, Record<string, number>])[] = [
    ['folios 1 size=2M', { order: 9, mapping: 1, mappings: 1 }],
    ['folios 1 order=9 kind=shmem', { mapping: 1 }],
    ['folios 1 size=2M kind=hugetlb', { mapping: 0, kind: 3 }],
    ['folios 1 size=64K', { order: 4, mapping: 0 }],
    ['folios 1 kind=movable', { mapping: 2, mappings: 0 }],
    ['folios 1 mapping=none', { mapping: 2, mappings: 0 }],
    ['folios 1 size=2M fate=split-first', { partsMoved: 512, partsFailed: 0 }],
    ['folios 1 size=2M fate=no-destination', { partsMoved: 0, partsFailed: 0 }],
    ['folios 1 from=2', { from: 2, to: 0 }],
    ['folios 1 to=none', { from: 1, to: -1 }],
  ];
  for (const [line, expected] of defaults) {
    it(`reads ${line} with the defaults that fit it`, () => {
      const { folioRuns } = readClean(file('call from=1 to=0', line)).workload;
      const got = row(folioRuns);
      for (const [name, value] of Object.entries(expected)) assert.equal(got[name], value, name);
    });
  }

  const values: readonly (readonly [string, (trace: MigrationTrace) => unknown, unknown])[] = [
    ['call start=1500', ({ workload }) => workload.calls.startNs[0], 1500],
    ['call start=1.5us', ({ workload }) => workload.calls.startNs[0], 1500],
    ['call start=2ms', ({ workload }) => workload.calls.startNs[0], 2_000_000],
    ['call start=47.640331s', ({ workload }) => workload.calls.startNs[0], 47_640_331_000],
    ['call start=none', ({ workload }) => workload.calls.startNs[0], Number.NaN],
    ['call mode=unknown', ({ workload }) => workload.calls.mode[0], UNKNOWN_CODE],
    ['call reason=cma', ({ workload }) => workload.calls.reason[0], reasonCode('contig_range')],
    ['call flags=start,end,no_split', ({ workload }) => workload.calls.flags[0], 1 | 2 | 8],
    ['call flags=none', ({ workload }) => workload.calls.flags[0], 0],
    ['call comm="my task"', ({ workload }) => workload.comms, ['', 'my task']],
    ['note "a \\"b\\" # c \\u00e9"', ({ provenance }) => provenance.notes, ['a "b" # c é']],
    [
      'provenance kernel=none clock="none"',
      ({ provenance }) => [provenance.kernel, provenance.clock],
      [null, 'none'],
    ],
    ['machine preset=rfc-v1-zen3', ({ machine }) => machine?.preset, 'rfc-v1-zen3'],
    ['node 1 cpus=0-2,8 memory=64G', ({ machine }) => machine?.nodes[0]?.cpus, [0, 1, 2, 8]],
    ['node 1 memory=64G', ({ machine }) => machine?.nodes[0]?.memoryBytes, 64 * 2 ** 30],
    [
      'node 1 pfns=0x10..0x20,64..80',
      ({ machine }) => machine?.nodes[0]?.pfnSpans,
      [
        [16, 32],
        [64, 80],
      ],
    ],
    ['node 1 distances=10', ({ machine }) => machine?.distances, [[10]]],
    [
      'span start=1us end=2us lines=7 lost=-1',
      ({ span, lines, lostEvents }) => [span, lines, lostEvents],
      [{ startNs: 1000, endNs: 2000 }, 7, -1],
    ],
    ['count mm_migrate_pages 3', ({ eventCounts }) => eventCounts, { mm_migrate_pages: 3 }],
    [
      'timing folio_mc_copy calls=2 total=3us',
      ({ timings }) => timings,
      [{ name: 'folio_mc_copy', calls: 2, totalNs: 3000 }],
    ],
    [
      'counter pgmigrate_success before=2 after=514',
      ({ counters }) => counters,
      [{ name: 'pgmigrate_success', before: 2, after: 514 }],
    ],
    ['event marker text="mig: begin"', ({ strings }) => strings, ['mig: begin']],
    ['event tlb_flush pages=-1 reason=4', ({ events }) => [events.a[0], events.b[0]], [-1, 4]],
    [
      'event set_migration_pte addr=7f00 pte=f7f9ffffdfc38602',
      ({ events }) => [events.a[0], events.hi[0], events.lo[0]],
      [0x7f00, 0xf7f9ffff, 0xdfc38602],
    ],
    ['event set_migration_pmd addr=7f00 pmd=1', ({ events }) => [events.b[0], events.lo[0]], [9, 1]],
    ['event lost count=12', ({ events }) => [EVENT_TYPES[events.type[0]!], events.a[0]], ['lost', 12]],
  ];
  for (const [line, pick, expected] of values) {
    it(`reads ${line}`, () => assert.deepEqual(pick(readClean(file(line))), expected));
  }

  it('ignores comments, blank lines, indentation, CRLF and a byte order mark', () => {
    const text = '\uFEFFmigtrace 1 # hello\r\n\r\n  # more\r\n\tcall pid=1\t# trailing\r\n  folios 2\r\n';
    const { workload } = readClean(text);
    assert.equal(workload.folioRuns.count[0], 2);
    assert.ok(!writeMigtraceText(readClean(text)).includes('#'));
  });

  it('takes the file name as source unless the file names its own', () => {
    const source = (text: string): string => {
      const reader = createMigtraceReader({ source: 'a.migtrace' });
      reader.push(new TextEncoder().encode(text));
      return reader.finish().value.provenance.source;
    };
    assert.equal(source(file()), 'a.migtrace');
    assert.equal(source(file('provenance source=trace.txt')), 'trace.txt');
  });

  it('reads every fate by its name', () => {
    const { folioRuns } = readClean(
      file('call', ...FOLIO_FATES.map((fate) => `folios 1 fate=${fate}`)),
    ).workload;
    assert.deepEqual(
      [...folioRuns.fate],
      FOLIO_FATES.map((_, code) => code),
    );
  });

  const wrong: readonly (readonly [string, RegExp, RegExp])[] = [
    ['call sped=3', /call line has no field sped=/, /start, end, cpu, pid/],
    ['calls', /no calls lines/, /call/],
    ['call cpu=four', /cpu=four/, /integer/],
    ['call cpu=1 cpu=2', /cpu= is given twice/, /one of the two/],
    ['call mode=SYNC', /mode=SYNC/, /MIGRATE_SYNC/],
    ['call start=3min', /start=3min/, /1.5us/],
    ['call "x', /not closed/, /Close it/],
    ['call x"y"', /quote stands inside/, /quotes/],
    ['folios 3', /folios stands before the first call/, /call line/],
    ['totals nr_failed=1', /totals stands before/, /call line/],
    ['event sched_switch', /sched_switch is not a type of event/, /other/],
    ['node 0 cpus=0-4294967295', /cpus=/, /CPU list/],
    ['node 0 cpus=0-99999', /cpus=/, /CPU list/],
    ['node zero', /zero is not a node number/, /integer/],
    ['note', /note line does not give a text/, /text/],
    ['note two words', /words is not expected/, /quotes/],
    ['observed call=0 addr=1', /observed folios of calls that are not in the file: 1/, /left out/],
    ['event mm_migrate_pages call=3', /events of calls that are not in the file: 1/, /list of events/],
    ['node 0 distances=10,20', /square matrix/, /distances=/],
    ['x=1', /no keyword/, /call/],
  ];
  for (const [line, message, hint] of wrong) {
    it(`reports ${line} and opens the rest`, () => {
      const { value, problems } = read(file('count before 1', line, 'count after 1'));
      assert.equal(problems.length, 1, JSON.stringify(problems));
      assert.match(problems[0]!.message, message);
      assert.match(problems[0]!.hint, hint);
      assert.deepEqual(Object.keys(value.eventCounts), ['before', 'after']);
    });
  }

  const badFolios: readonly (readonly [string, RegExp])[] = [
    ['folios 4294967296', /not a number of folios/],
    ['folios 0', /not a number of folios/],
    ['folios', /does not give a number of folios/],
    ['folios 1 order=19', /order=19/],
    ['folios 1 size=3M', /size=3M/],
    ['folios 1 order=9 size=2M', /same thing/],
    ['folios 1 parts_moved=65536', /parts_moved=65536/],
    ['folios 1 fate=lost', /fate=lost/],
    ['folios 1 speed=1', /no field speed=/],
  ];
  for (const [line, message] of badFolios) {
    it(`names line 3 for ${line}`, () => {
      const { value, problems } = read(file('call', line, 'folios 7'));
      assert.equal(problems.length, 1);
      assert.match(problems[0]!.message, message);
      assert.equal(problems[0]!.line, 3);
      assert.equal(value.workload.folioRuns.count.at(-1), 7);
    });
  }

  const starts: readonly (readonly [string, RegExp, RegExp])[] = [
    [
      'migtrace 3\ncall\nfolios 1\n',
      /^written by \.migtrace version 3; this MigTrace reads version 1\.$/,
      /Update MigTrace/,
    ],
    ['migtrace 0\n', /version 0 does not exist/, /first version is 1/],
    ['migtrace\ncall\n', /first line is not migtrace and a version/, /migtrace 1/],
    ['', /empty/, /migtrace 1/],
    ['{"json": true}', /not a \.migtrace file/, /migtrace 1/],
    ['\x1f\x8b\x08', /not a \.migtrace file/, /migtrace 1/],
  ];
  for (const [text, message, hint] of starts) {
    it(`says one thing about a file that starts with ${JSON.stringify(text.slice(0, 12))}`, () => {
      const { problems } = read(text);
      assert.equal(problems.length, 1);
      assert.match(problems[0]!.message, message);
      assert.match(problems[0]!.hint, hint);
    });
  }

  it('invents nothing of a newer version', () => {
    const { value } = read('migtrace 2\ncall\nfolios 5\n');
    assert.equal(value.workload.calls.length, 0);
    assert.equal(value.workload.folioRuns.length, 0);
  });

  it('counts problems beyond those it lists', () => {
    const { problems, problemCount } = read(file(...Array<string>(2500).fill('foo')));
    assert.equal(problems.length, 1000);
    assert.equal(problemCount, 2500);
  });

  it('gives up on an endless line without keeping it, and reads what follows', () => {
    const reader = createMigtraceReader({ source: '' });
    reader.push(new TextEncoder().encode('migtrace 1\nnote '));
    const chunk = new Uint8Array(1 << 20).fill(0x61);
    for (let i = 0; i < 20; i++) reader.push(chunk);
    reader.push(new TextEncoder().encode('\ncount after 1\n'));
    const { value, problems } = reader.finish();
    assert.equal(problems.length, 1);
    assert.match(problems[0]!.message, /longer than/);
    assert.equal(problems[0]!.line, 2);
    assert.deepEqual(value.eventCounts, { after: 1 });
  });

  it('leaves out what is the default, so that a described workload stays short', () => {
    const text = file(
      'call cpu=4 pid=4711 comm=bench from=1 to=0',
      '  folios 65536 addr=7f0000000000',
      '  folios 3 fate=pinned-get',
    );
    assert.equal(writeMigtraceText(readClean(text)), text);
  });
});
