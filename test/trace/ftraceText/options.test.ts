import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { traceInfo } from '../../../src/analysis/info';
import type { MigrationTrace } from '../../../src/trace/model';
import { detectContent } from '../../../src/trace/formats/detect';
import { FIXTURES, readRecording, readText } from '../recordings';

const FOLDER = 'test/fixtures/ftrace-options';
const truth = JSON.parse(readFileSync(`${FOLDER}/truth.json`, 'utf8')) as {
  events: Record<string, number>;
  sums: Record<string, number>;
};
const read = (name: string) => readRecording(`${FOLDER}/${name}.txt.gz`);
const textOf = (path: string): string => gunzipSync(readFileSync(path)).toString('latin1');

describe('the trace file is read whatever trace_options print', () => {
  const plain = read('default').value;
  const COLUMNS = ['type', 'cpu', 'pid', 'a', 'b', 'lo', 'hi', 'timeNs'] as const;
  type Column = (typeof COLUMNS)[number];
  const table: [name: string, missing: Column[], says: RegExp | null][] = [
    ['default', [], null],
    ['record-tgid', [], null],
    ['noirq-info', [], null],
    ['tgid-noirq', [], null],
    ['latency-format', [], null],
    ['latency-verbose', [], null],
    ['nocontext-info', ['cpu', 'pid', 'timeNs', 'a'], /neither task, CPU nor time/],
  ];
  for (const [name, missing, says] of table) {
    it(name, () => {
      const parsed = read(name);
      const info = traceInfo(parsed);
      assert.equal(detectContent(gunzipSync(readFileSync(`${FOLDER}/${name}.txt.gz`))), 'ftrace-text');
      assert.deepEqual(info.events, truth.events);
      assert.deepEqual(info.totals, truth.sums);
      for (const column of COLUMNS)
        if (!missing.includes(column))
          assert.deepEqual(parsed.value.events[column], plain.events[column], column);
      assert.deepEqual(
        parsed.problems.map(({ message }) => says?.test(message)),
        says === null ? [] : [true],
      );
    });
  }

  it('fields: names and numbers as the event stores them', () => {
    const parsed = read('fields');
    const info = traceInfo(parsed);
    const { tracing_mark_write: markers = 0, ...events } = truth.events;
    // The kernel knows no fields of a marker: "UNKNOWN TYPE 5".
    assert.deepEqual(info.events, { ...events, UNKNOWN: markers });
    assert.deepEqual(info.totals, truth.sums);
    const marker = plain.strings.findIndex((text) => text === 'snap: after');
    for (const column of ['cpu', 'pid', 'b', 'lo', 'hi', 'timeNs'] as const)
      assert.deepEqual(parsed.value.events[column], plain.events[column], column);
    for (let row = 0; row < plain.events.length; row++)
      if (plain.events.a[row] !== marker)
        assert.equal(parsed.value.events.a[row], plain.events.a[row], `row ${row}`);
    assert.deepEqual(parsed.problems, []);
  });

  for (const name of ['raw', 'hex'])
    it(`${name}: says once what cannot be read, and how to print it`, () => {
      const { problems, value } = read(name);
      assert.equal(problems.length, 2);
      assert.match(problems[0]!.message, /option raw, hex or bin/);
      assert.match(problems[0]!.hint, /noraw/);
      assert.equal(value.events.length, 0);
    });

  it('the latency format names the kernel', () =>
    assert.equal(read('latency-format').value.provenance.kernel, '6.18.44-fc-v782'));

  it('a tracer is noted', () => {
    assert.deepEqual(readText('# tracer: irqsoff\n#\n').value.provenance.notes, ['Tracer: irqsoff.']);
    assert.deepEqual(read('default').value.provenance.notes, []);
  });
});

describe('every clock of trace_clock', () => {
  // As Linux 6.18 printed the same event with each clock.
  const table: [clock: string, time: string, timeNs: number, says: RegExp | null][] = [
    ['local', '17577.755102', 17577755102000, null],
    ['mono', '17577.821733', 17577821733000, null],
    ['boot', '17577.930850', 17577930850000, null],
    ['mono_raw', '17578.046377', 17578046377000, null],
    ['tai', '1795590973.789689', 1795590973789689000, /104 days/],
    ['uptime', '     1757813', 1757813, /counts events or CPU cycles/],
    ['counter', '       31293', 31293, /counts events or CPU cycles/],
    ['x86-tsc', '42987501113165', 42987501113165, /counts events or CPU cycles/],
  ];
  for (const [clock, time, timeNs, says] of table) {
    it(clock, () => {
      const { value, problems } = readText(
        `             x y-16848   [001] ..... ${time}: mm_migrate_pages_start: mode=MIGRATE_SYNC reason=compaction\n`,
      );
      assert.equal(value.events.timeNs[0], timeNs);
      assert.equal(problems.length, says === null ? 0 : 1);
      if (says !== null) assert.match(problems[0]!.message, says);
    });
  }
});

describe('what stands between the events', () => {
  const text = textOf(`${FIXTURES}/mp-4k/trace.txt.gz`);
  const whole = readText(text);
  const same = (other: string): MigrationTrace => {
    const parsed = readText(other);
    assert.deepEqual(traceInfo(parsed).totals, traceInfo(whole).totals);
    assert.deepEqual(parsed.value.eventCounts, whole.value.eventCounts);
    assert.deepEqual(parsed.problems, whole.problems);
    return parsed.value;
  };
  const between = (lines: string): string => text.replaceAll('\n', `\n${lines}`);

  it('stacks of the kernel', () => {
    same(
      between(
        '            bash-18009   [001] d..1. 17619.666548: <stack trace>\n => trace_event_raw_event_tlb_flush\n => __traceiter_tlb_flush\n',
      ),
    );
  });

  it('stacks of the program', () => {
    same(
      between(
        '             tsc-17997   [000] d..2. 17620.247266: <user stack trace>\n =>  <0000000000684340>\n',
      ),
    );
  });

  it('buffers that begin', () => {
    same(between('##### CPU 1 buffer started ####\n'));
  });
});

describe('trace-cmd report of several files', () => {
  const text = textOf(`${FIXTURES}/mp-4k/report.txt.gz`);

  it('names the file in front of each line, and the task still is the task', () => {
    const whole = readText(text);
    const named = readText(`  v6.dat: cpus=4\n${text.replaceAll(/^(?=.)/gm, 'mp4k.dat: ')}`);
    assert.deepEqual(named.problems, []);
    assert.deepEqual(named.value.workload.comms, whole.value.workload.comms);
    for (const column of ['type', 'cpu', 'pid', 'timeNs', 'a', 'b', 'lo', 'hi'] as const)
      assert.deepEqual(named.value.events[column], whole.value.events[column]);
  });
});
