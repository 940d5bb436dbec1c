import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { traceInfo } from '../../../src/analysis/info';
import {
  betweenMarkers,
  byReasonAndMode,
  collectedReports,
  collectedTraces,
  fixtureTraces,
  readBytes,
  readRecording,
  readText,
  type RecordedTrace,
} from '../recordings';

/** Events that the recordings' truth leaves out. */
const UNCOUNTED = /^(funcgraph_|copy_)/;

function checkRecording(recorded: RecordedTrace): void {
  const parsed = readRecording(recorded.path);
  const info = traceInfo(parsed);
  const { truth } = recorded;
  assert.deepEqual(info.totals, truth.sums);
  const counted = Object.entries(info.events).filter(([name]) => !UNCOUNTED.test(name));
  assert.deepEqual(Object.fromEntries(counted), truth.events);
  if (truth.lines !== undefined) assert.equal(info.lines, truth.lines);
  if (truth.lost !== undefined) assert.equal(info.lostEvents, truth.lost);
  if (truth.modeReason !== undefined) assert.deepEqual(byReasonAndMode(parsed.value), truth.modeReason);
  if (truth.between !== undefined) {
    const between = betweenMarkers(parsed.value);
    assert.deepEqual(between.sums, truth.between.sums);
    for (const [name, count] of Object.entries(between.events))
      assert.equal(count, truth.between.events[name], name);
  }
  const unreadable = info.problems.filter(({ message }) => message.startsWith('The line'));
  assert.deepEqual(unreadable, []);
}

describe('recorded ftrace text gives the sums and events that the kernel counted', () => {
  for (const recorded of fixtureTraces()) {
    it(recorded.name, () => checkRecording(recorded));
  }
});

describe('the whole collection of recorded ftrace text gives the sums and events that the kernel counted', () => {
  for (const recorded of [...collectedTraces(), ...collectedReports()]) {
    it(recorded.name, () => checkRecording(recorded));
  }
});

describe('lines that are taken in one go and lines that are looked at closely give the same', () => {
  // Lines that end in CR LF are never taken in one go.
  for (const { name, path } of [...fixtureTraces(), ...collectedTraces()]) {
    it(name, () => {
      const text = gunzipSync(readFileSync(path)).toString('latin1');
      const closely = readBytes(Buffer.from(text.replaceAll('\n', '\r\n'), 'latin1'), path);
      const atOnce = readBytes(Buffer.from(text, 'latin1'), path);
      assert.deepEqual(closely.problems, atOnce.problems);
      for (const table of ['events', 'folioTimes'] as const)
        for (const [column, values] of Object.entries(atOnce.value[table]))
          assert.deepEqual(closely.value[table][column as 'length'], values, column);
      assert.deepEqual(closely.value.workload, atOnce.value.workload);
      assert.deepEqual(closely.value.eventCounts, atOnce.value.eventCounts);
      assert.equal(closely.value.lines, atOnce.value.lines);
    });
  }

  const event =
    '             mig-942     [000] ...1.    47.640331: set_migration_pte: addr=7f0074a00000, pte=f7f9ffffdfc38602 order=0';
  for (const [name, line] of [
    ['an empty line before', `\n${event}`],
    ['a short line before', `x-1 [000]\n${event}`],
    ['a line cut within its head', `      mig-942   \n${event}`],
    ['a long address', event.replace('7f0074a00000', 'ffff7f0074a00000')],
    ['a short pte', event.replace('f7f9ffffdfc38602', '1')],
    ['an order of two digits', event.replace('order=0', 'order=10')],
    ['words behind the order', `${event} x`],
    ['no order', event.replace(' order=0', '')],
    ['nanoseconds', event.replace('47.640331', '47.640331123')],
    ['a counter for a clock', event.replace('47.640331', '47640331')],
    ['four digits of CPU', event.replace('[000]', '[1000]')],
    ['a name in capitals', event.replace('set_', 'SET_')],
    [
      'a flush whose words hold a parenthesis',
      event.replace(/set_.*$/, 'tlb_flush: pages:1 reason:x (y) (3)'),
    ],
    ['a flush of everything', event.replace(/set_.*$/, 'tlb_flush: pages:-1 reason:remote shootdown (1)')],
    ['a flush without a reason', event.replace(/set_.*$/, 'tlb_flush: pages:1')],
    ['a flush with bare numbers', event.replace(/set_.*$/, 'tlb_flush: pages=1 reason=3')],
  ] as const) {
    it(`also with ${name}`, () => {
      // Far from the end, where no line is taken at once.
      const text = `${event}\n${line}\n${event.replace('a00', 'b00')}\n${'# comment\n'.repeat(50)}`;
      const closely = readText(text.replaceAll('\n', '\r\n'));
      const atOnce = readText(text);
      assert.deepEqual(closely, atOnce);
      assert.ok(atOnce.value.events.length >= 2);
    });
  }
});

describe('all renderings of trace-cmd report hold the same events', () => {
  const FIXTURE = 'test/fixtures/traces/mp-4k/report';
  const plain = readRecording(`${FIXTURE}.txt.gz`).value;
  const renderings = [
    ['-R (raw fields)', `${FIXTURE}-R.txt.gz`],
    ['-l (latency columns)', `${FIXTURE}-l.txt.gz`],
    ['-t (nanoseconds)', `${FIXTURE}-t.txt.gz`],
    ['--ts-diff', `${FIXTURE}-tsdiff.txt.gz`],
  ] as const;
  for (const [name, path] of renderings) {
    it(name, () => {
      const parsed = readRecording(path);
      assert.deepEqual(parsed.problems, []);
      const { events, workload } = parsed.value;
      for (const column of ['type', 'cpu', 'pid', 'a', 'b', 'lo', 'hi'] as const)
        assert.deepEqual(events[column], plain.events[column], column);
      assert.deepEqual(workload.folioRuns, plain.workload.folioRuns);
      for (let row = 0; row < events.length; row++) {
        // The plain report rounds to µs.
        assert.ok(Math.abs(events.timeNs[row]! - plain.events.timeNs[row]!) <= 1000);
      }
    });
  }
});
