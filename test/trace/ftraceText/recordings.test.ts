import assert from 'node:assert/strict';
import { traceInfo } from '../../../src/analysis/info';
import {
  betweenMarkers,
  byReasonAndMode,
  collectedTraces,
  fixtureTraces,
  readRecording,
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
  for (const recorded of collectedTraces()) {
    it(recorded.name, () => checkRecording(recorded));
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
