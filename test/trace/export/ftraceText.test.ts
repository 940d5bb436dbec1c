import * as assert from 'node:assert/strict';
import fc from 'fast-check';
import { CALL_FLAGS, FOLIO_MAPPINGS } from '../../../src/engine/folio/workload';
import { RULES } from '../../../src/engine/kernel/rules/registry';
import { TOTAL_NAMES } from '../../../src/engine/kernel/totals';
import type { Run } from '../../../src/engine/sim/run';
import { recordedFtraceText, simulatedFtraceText } from '../../../src/trace/export/ftraceText/export';
import type { MigrationTrace } from '../../../src/trace/model';
import type { OracleCase } from '../../engine/oracle/arbitraries';
import { oracleCase } from '../../engine/oracle/arbitraries';
import { collectedTraces, fixtureTraces, readBytes, readRecording } from '../recordings';
import { playCase, traceOf, whole, withAddresses } from './support';

/** Larger recordings hold more of the same. */
const MANY_EVENTS = 200_000;
const CASES = Number(process.env['EXPORT_CASES'] ?? 300);

describe('ftrace text of a recording', () => {
  for (const { name, path, truth } of [...fixtureTraces(), ...collectedTraces()]) {
    if (Object.values(truth.events).reduce((sum, count) => sum + count, 0) > MANY_EVENTS) continue;
    // Durations of functions are no events: of a recording of nothing else nothing can be printed.
    if (name.includes('fgraph')) continue;
    it(`reads back as the same trace: ${name}`, () => {
      const trace = readRecording(path).value;
      assert.ok(trace.events.length > 0);
      const again = readBytes(whole(recordedFtraceText(trace)));
      assertSameTrace(again.value, trace);
    });
  }
});

/** All that the text can hold: not file name, hash and lines, and µs only. */
function assertSameTrace(found: MigrationTrace, expected: MigrationTrace): void {
  const toUs = (ns: number) => Math.floor((ns + 500) / 1000) * 1000;
  const rounded = (times: Float64Array) => times.map((ns) => (Number.isNaN(ns) ? ns : toUs(ns)));
  const counts = ({ eventCounts }: MigrationTrace) =>
    // trace-cmd calls a marker `print`, the trace file tracing_mark_write.
    Object.fromEntries(
      Object.entries(eventCounts).map(([name, n]) => [name === 'print' ? 'tracing_mark_write' : name, n]),
    );
  assert.deepEqual(counts(found), counts(expected));
  assert.equal(found.lostEvents, expected.lostEvents);
  const { calls, folioRuns, comms } = expected.workload;
  assert.deepEqual(found.workload.comms.toSorted(), comms.toSorted());
  const nameOf = (trace: MigrationTrace, call: number) =>
    trace.workload.comms[trace.workload.calls.comm[call]!];
  for (let call = 0; call < calls.length; call++) assert.equal(nameOf(found, call), nameOf(expected, call));
  // What probes say is no part of the text: a call that they timed begins and ends with its events there, within.
  const isTimed = expected.callPhases.length > 0;
  const { startNs, endNs } = found.workload.calls;
  if (isTimed) {
    assert.ok(calls.startNs.every((start, call) => start <= startNs[call]!));
    assert.ok(calls.endNs.every((end, call) => end >= endNs[call]!));
  }
  const times = isTimed
    ? { startNs, endNs }
    : { startNs: rounded(calls.startNs), endNs: rounded(calls.endNs) };
  assert.deepEqual({ ...found.workload.calls, comm: calls.comm }, { ...calls, ...times });
  assert.deepEqual(found.workload.folioRuns, folioRuns);
  assert.deepEqual(found.folioTimes.outcome, expected.folioTimes.outcome);
  for (const column of ['type', 'cpu', 'pid', 'b', 'lo', 'hi'] as const) {
    assert.deepEqual(found.events[column], expected.events[column], column);
  }
}

describe('ftrace text of a simulated run', () => {
  it('says in its first line that no kernel recorded it', () => {
    const run = played();
    const text = whole(simulatedFtraceText(run, traceOf(run.workload))).toString();
    assert.match(text.split('\n')[0]!, /^# SIMULATED by MigTrace, not recorded by a kernel: /);
    const [note] = readBytes(Buffer.from(text)).value.provenance.notes;
    assert.equal(`# ${note}`, text.split('\n')[0], 'and the trace that is read from it does too');
  });

  it(`gives the same totals, events and calls when it is read back, in ${CASES} random runs`, () => {
    fc.assert(
      fc.property(oracleCase.map(withAddresses), (play) => {
        // A flush that costs nothing and covers no folio leaves no trace in the run.
        fc.pre(play.machine.costs.ipiFlush.value > 0);
        const run = playCase(play);
        fc.pre(run.end < Number.MAX_SAFE_INTEGER);
        const { value, problems } = readBytes(whole(simulatedFtraceText(run, traceOf(play.workload))));
        assertSameRun(value, run, play);
        const expected = unknownWords(play) ? /^"0xff" is no migration mode or reason/ : /^$/;
        assert.deepEqual(
          problems.filter(({ message }) => !expected.test(message)),
          [],
        );
      }),
      { numRuns: CASES, endOnFailure: Boolean(process.env['EXPORT_NO_SHRINK']) },
    );
  }).timeout(CASES * 1000);
});

function unknownWords({ workload: { calls } }: OracleCase): boolean {
  return calls.mode.includes(255) || calls.reason.includes(255);
}

function assertSameRun(trace: MigrationTrace, run: Run, { workload, config }: OracleCase): void {
  const { calls } = trace.workload;
  const count = (name: string) => trace.eventCounts[name] ?? 0;
  assert.deepEqual(
    {
      set_migration_pte: count('set_migration_pte'),
      remove_migration_pte: count('remove_migration_pte'),
      set_migration_pmd: count('set_migration_pmd'),
      remove_migration_pmd: count('remove_migration_pmd'),
      tlb_flush_operations: count('tlb_flush'),
    },
    run.events,
  );
  assert.equal(calls.length, run.calls.length);
  assert.equal(count('mm_migrate_pages_start'), run.calls.length);
  const totals = TOTAL_NAMES.map((name) => calls[name].reduce((sum, value) => sum + value, 0));
  assert.deepEqual(
    totals,
    TOTAL_NAMES.map((name) => run.totals[name]),
  );
  const read = rowsByPid(trace);
  const { mapping, mappings } = workload.folioRuns;
  const sharesPmds = mapping.some((code, row) => FOLIO_MAPPINGS[code] === 'pmd' && mappings[row]! > 1);
  for (let row = 0; row < run.calls.length; row++) {
    const source = run.calls.source[row]!;
    const pid = workload.calls.pid[source]!;
    const call = read.get(pid)!.shift()!;
    for (const name of TOTAL_NAMES) assert.equal(calls[name][call], run.calls[name][row], name);
    assert.equal(calls.mode[call], run.calls.mode[row]);
    assert.equal(calls.reason[call], run.calls.reason[row]);
    assert.ok(Math.abs(calls.startNs[call]! - run.calls.start[row]! / 1000) <= 500, 'start');
    assert.ok(Math.abs(calls.endNs[call]! - run.calls.end[row]! / 1000) <= 500, 'end');
    // Where a folio under several PMDs is split, removes without sets come twice: the reader takes that for a loss.
    const isWhole = (calls.flags[call]! & CALL_FLAGS.partial) === 0;
    if (!sharesPmds) assert.ok(isWhole, 'every set has its remove');
    assert.equal((calls.flags[call]! & CALL_FLAGS.noSplit) === 0, RULES[config.kernel].countsSplits);
  }
}

/** Calls of each task in their order, as they were read. */
function rowsByPid({ workload: { calls } }: MigrationTrace): Map<number, number[]> {
  const rows = new Map<number, number[]>();
  for (let call = 0; call < calls.length; call++) {
    const pid = calls.pid[call]!;
    rows.set(pid, [...(rows.get(pid) ?? []), call]);
  }
  return rows;
}

function played(): Run & { workload: OracleCase['workload'] } {
  const [play] = fc.sample(oracleCase, { numRuns: 1, seed: 1 }) as [OracleCase];
  return { ...playCase(play), workload: play.workload };
}
