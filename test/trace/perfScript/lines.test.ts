import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { traceInfo } from '../../../src/analysis/info';
import type { MigrationTrace } from '../../../src/trace/model';
import { EVENT_TYPES } from '../../../src/trace/model';
import { detectContent } from '../../../src/trace/formats/detect';
import { readRecording, readText } from '../recordings';

const FOLDER = 'test/fixtures/perf';
const truth = JSON.parse(readFileSync(`${FOLDER}/truth.json`, 'utf8')) as {
  events: Record<string, number>;
  sums: Record<string, number>;
  comms: string[];
};
const read = (name: string) => readRecording(`${FOLDER}/${name}.txt.gz`);

/** What the reader says about a selection, once each. */
const SAYS = {
  time: /no times/,
  pid: /which task/,
  cpu: /do not say their CPU/,
  event: /do not name their events/,
};

describe('every selection of fields of perf script is read', () => {
  const plain = read('default').value;
  const table: [name: string, missing: (keyof typeof SAYS)[]][] = [
    ['default', []],
    ['ns', []],
    ['reltime', []],
    ['header', []],
    ['pid-tid', []],
    ['no-cpu', ['cpu']],
    ['no-comm', []],
    ['no-time', ['time']],
    ['time-event', ['pid', 'cpu']],
    ['comm-time', ['pid', 'cpu']],
    ['event', ['time', 'pid', 'cpu']],
    ['period-ip-sym', []],
    ['misc-flags', []],
    ['srcline', []],
  ];
  for (const [name, missing] of table) {
    it(name, () => {
      const parsed = read(name);
      const { events } = parsed.value;
      assert.deepEqual(traceInfo(parsed).events, truth.events);
      assert.deepEqual(traceInfo(parsed).totals, truth.sums);
      assert.equal(parsed.value.provenance.format, 'perf-script');
      for (const column of ['type', 'b', 'lo', 'hi'] as const)
        assert.deepEqual(events[column], plain.events[column], column);
      if (!missing.includes('pid')) assert.deepEqual(events.pid, plain.events.pid);
      if (!missing.includes('cpu')) assert.deepEqual(events.cpu, plain.events.cpu);
      if (!missing.includes('time')) {
        // Without --ns µs are printed, rounded down.
        const shift = events.timeNs[0]! - plain.events.timeNs[0]!;
        for (let row = 0; row < events.length; row++)
          assert.ok(Math.abs(events.timeNs[row]! - plain.events.timeNs[row]! - shift) <= 1000);
      }
      const found = parsed.problems.map(({ message }) => message);
      assert.equal(found.length, missing.length, found.join('\n'));
      for (const what of missing)
        assert.ok(
          found.some((message) => SAYS[what].test(message)),
          what,
        );
    });
  }

  it('no-event: what can be told by its data, and one problem', () => {
    const parsed = read('no-event');
    const info = traceInfo(parsed);
    const { set_migration_pte: sets = 0, remove_migration_pte: removes = 0, ...rest } = truth.events;
    assert.deepEqual(info.events, { ...rest, '(event without a name)': sets + removes });
    assert.deepEqual(info.totals, truth.sums);
    assert.equal(parsed.problems.length, 1);
    assert.match(parsed.problems[0]!.message, SAYS.event);
  });

  it('all are known by their first bytes', () => {
    for (const [name] of [...table, ['no-event'], ['chains'], ['chains-srcline'], ['lost']])
      assert.equal(detectContent(gunzipSync(readFileSync(`${FOLDER}/${name}.txt.gz`))), 'perf-script', name);
  });
});

describe('perf script: the task name may hold anything', () => {
  const comms = (trace: MigrationTrace): string[] =>
    [...new Set([...trace.workload.calls.comm].map((comm) => trace.workload.comms[comm]!))].sort();

  for (const name of ['default', 'pid-tid', 'comm-time', 'no-time', 'header'])
    it(name, () => assert.deepEqual(comms(read(name).value), [...truth.comms].sort()));

  it('also where it is not aligned, before call chains', () => {
    const { value, problems } = read('chains');
    assert.deepEqual(problems, []);
    assert.deepEqual(
      comms(value),
      ['#hash', '12 [001] 1.5:', '7', 'a b c', 'sh', 'x-1 [000]', '\ttab'].sort(),
    );
    assert.equal(new Set(value.events.pid).size, 1);
  });
});

describe('perf script: call chains', () => {
  it('are passed over, with or without the lines of the source', () => {
    const chains = read('chains');
    const withSource = read('chains-srcline');
    assert.deepEqual(withSource.problems, []);
    assert.deepEqual(withSource.value.events, chains.value.events);
    const lines = gunzipSync(readFileSync(`${FOLDER}/chains.txt.gz`))
      .toString('latin1')
      .split('\n');
    assert.equal(chains.value.events.length, lines.filter((line) => line.includes(' migrate:')).length);
  });
});

describe('perf script: what is lost', () => {
  const lost = JSON.parse(readFileSync(`${FOLDER}/lost.json`, 'utf8')) as {
    lost: number;
    events: Record<string, number>;
  };

  it('is counted where PERF_RECORD_LOST stands', () => {
    const parsed = read('lost');
    const info = traceInfo(parsed);
    assert.equal(info.lostEvents, lost.lost);
    assert.deepEqual(info.events, lost.events);
    const { events } = parsed.value;
    const rows = [...events.type.keys()].filter((row) => EVENT_TYPES[events.type[row]!] === 'lost');
    assert.equal(
      rows.reduce((sum, row) => sum + events.a[row]!, 0),
      lost.lost,
    );
    for (const row of rows) assert.ok(events.timeNs[row]! > 1e9);
  });

  const EVENT =
    '             mig   942 [000]    46.915881: migrate:mm_migrate_pages: nr_succeeded=1 nr_failed=0 mode=MIGRATE_SYNC reason=demotion\n';
  const table: [name: string, text: string, lost: number][] = [
    ['without other fields', 'PERF_RECORD_LOST lost 185\n', 185],
    [
      'with all fields',
      '            perf  8584/8584  [001] 17237.592269852: PERF_RECORD_LOST lost 1375\n',
      1375,
    ],
    [
      'samples, which the kernel counts a second time',
      'perf 1 [001] 5.5: PERF_RECORD_LOST lost 10\nperf 1 [001] 5.5: PERF_RECORD_LOST_SAMPLES lost 12\n',
      12,
    ],
    [
      'said on the terminal',
      'Warning:\nProcessed 4006 events and lost 1 chunks!\n\nCheck IO/CPU overload!\n\n',
      -1,
    ],
    ['other records', '         swapper     0 [000]     0.000000: PERF_RECORD_FORK(1:1):(0:0)\n', 0],
  ];
  for (const [name, text, count] of table) {
    it(name, () => {
      const { value, problems } = readText(`${EVENT}${text}${EVENT}`);
      assert.equal(value.lostEvents, count);
      assert.equal(value.eventCounts['mm_migrate_pages'], 2);
      assert.deepEqual(problems, []);
    });
  }
});

describe('perf script --header', () => {
  it('tells the kernel, the clock and the command', () => {
    const { provenance } = read('header').value;
    assert.equal(provenance.kernel, '6.18.44-fc-v782');
    assert.equal(provenance.clock, 'perf');
    assert.match(provenance.notes[0]!, /^Recorded with: .*perf record .*-e migrate:\*/);
  });

  for (const [id, clock] of [
    ['1', 'mono'],
    ['4', 'mono_raw'],
    ['99', null],
  ] as const) {
    it(`clockid ${id} is ${String(clock)}`, () => {
      const { provenance } = readText(
        `# ========\n# event : name = migrate:mm_migrate_pages, , id = { 1 }, type = 2, use_clockid = 1, clockid = ${id}\n# ========\n#\n`,
      ).value;
      assert.equal(provenance.clock, clock);
      assert.equal(provenance.kernel, null);
    });
  }
});

describe('a line of perf script is read', () => {
  const FIELDS = 'nr_succeeded=512 nr_failed=1 mode=MIGRATE_ASYNC reason=numa_misplaced';
  const table: [name: string, line: string, pid: number, cpu: number, timeNs: number][] = [
    [
      'time of day',
      `               x  8671 [001] 2026-11-25 07:10:42.894259 17246.996644: migrate:mm_migrate_pages: ${FIELDS}`,
      8671,
      1,
      17246996644000,
    ],
    ['no space behind the name', `x  8671 [001] 2.5: migrate:mm_migrate_pages:${FIELDS}`, 8671, 1, 2.5e9],
    ['no colon behind the name', `x  8671 [001] 2.5: migrate:mm_migrate_pages ${FIELDS}`, 8671, 1, 2.5e9],
    ['a name without its system', `x  8671 [001] 2.5: mm_migrate_pages: ${FIELDS}`, 8671, 1, 2.5e9],
    [
      'a task that perf does not know',
      `             :-1    -1/-1    [003]     1.000000001: migrate:mm_migrate_pages: ${FIELDS}`,
      -1,
      3,
      1000000001,
    ],
    [
      'fields pasted without their columns',
      `kworker/u8:2 12 [002] 2.5: migrate:mm_migrate_pages: ${FIELDS}`,
      12,
      2,
      2.5e9,
    ],
    ['carriage returns', `x  8671 [001] 2.5: migrate:mm_migrate_pages: ${FIELDS}\r`, 8671, 1, 2.5e9],
  ];
  for (const [name, line, pid, cpu, timeNs] of table) {
    it(name, () => {
      const { value, problems } = readText(`# ========\n${line}\n`);
      assert.deepEqual(problems, []);
      assert.equal(value.workload.calls.nr_succeeded[0], 512);
      assert.equal(value.events.pid[0], pid);
      assert.equal(value.events.cpu[0], cpu);
      assert.equal(value.events.timeNs[0], timeNs);
    });
  }

  it('a task named like a number is no pid', () => {
    const { value } = readText(
      `               7 16467.083057: migrate:mm_migrate_pages: ${FIELDS}\n`.repeat(2),
    );
    assert.equal(value.workload.comms[value.workload.calls.comm[0]!], '7');
    assert.equal(value.workload.calls.pid[0], 0);
  });

  it('names that are not aligned, without a CPU', () => {
    const { value } = readText(`verylongco   583 16.05: migrate:mm_migrate_pages: ${FIELDS}\n`.repeat(2));
    assert.equal(value.workload.comms[value.workload.calls.comm[0]!], 'verylongco');
    assert.equal(value.workload.calls.pid[0], 583);
  });

  it('events of other kinds are counted under their names', () => {
    const { value } = readText(
      [
        '# ========',
        'x 1 [000] 1.0: syscalls:sys_enter_move_pages: pid: 0x0',
        'x 1 [000] 1.0:     250000 cycles:P:  ffffffff81 foo ([kernel.kallsyms])',
        'x 1 [000] 1.0:     250000 cycles:  ffffffff81 foo ([kernel.kallsyms])',
        '',
      ].join('\n'),
    );
    assert.deepEqual(value.eventCounts, { sys_enter_move_pages: 1, 'cycles:P': 1, cycles: 1 });
  });
});
