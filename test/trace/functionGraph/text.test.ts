import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { traceInfo } from '../../../src/analysis/info';
import { createTraceReader } from '../../../src/trace/formats/read';
import { reasonCode } from '../../../src/engine/kernel/modes';
import { EVENT_TYPES } from '../../../src/trace/model';
import { readBytes, readText } from '../recordings';

/** As the function_graph tracer prints a call with the migrate events enabled: events are comments, without pid. */
const WITH_EVENTS = `# tracer: function_graph
#
#     TIME        CPU  DURATION                  FUNCTION CALLS
#      |          |     |   |                     |   |   |   |
   66.567419 |   0)               |  migrate_pages() {
   66.567420 |   0)               |  /* mm_migrate_pages_start: mode=MIGRATE_SYNC reason=syscall_or_cpuset */
   66.567490 |   0)               |    try_to_migrate() {
   66.567500 |   0)               |      /* tlb_flush: pages:1 reason:local mm shootdown (3) */
   66.567501 |   0)               |      /* set_migration_pte: addr=7f0074a00000, pte=f7f9ffffdfc38602 order=0 */
   66.567761 |   0) ! 114.661 us  |    }
   66.567953 |   0) + 30.181 us   |    folio_mc_copy();
 ------------------------------------------
 0)    mig-942     =>   kworker-77
 ------------------------------------------

   66.567960 |   0)   1.000 us    |  folio_mc_copy();
 ------------------------------------------
 0)   kworker-77   =>    mig-942
 ------------------------------------------

   66.568034 |   0)               |    /* remove_migration_pte: addr=7f0074a00000, pte=800000010afc6867 order=0 */
   66.568035 |   0) + 61.124 us   |    remove_migration_ptes();
   66.568100 |   0)               |    /* sched_switch: prev_comm=mig prev_pid=942 */
   66.568640 |   0)               |    /* mm_migrate_pages: nr_succeeded=1 nr_failed=0 nr_thp_succeeded=0 nr_thp_failed=0 nr_thp_split=0 nr_split=0 mode=MIGRATE_SYNC reason=syscall_or_cpuset */
   66.568644 |   0) # 1225.780 us |  }
   66.568719 |   0)               |  /* mig: end move_pages run=0 ret=0 errno=0 */
`;

describe('events within text of the function_graph tracer', () => {
  const parsed = readText(WITH_EVENTS);
  const { value: trace } = parsed;

  it('are read as the events they are', () => {
    const types = [...trace.events.type].map((type) => EVENT_TYPES[type]);
    assert.deepEqual(types, [
      'mm_migrate_pages_start',
      'tlb_flush',
      'set_migration_pte',
      'remove_migration_pte',
      'other',
      'mm_migrate_pages',
      'marker',
    ]);
    assert.equal(trace.eventCounts['sched_switch'], 1);
    assert.equal(trace.strings[trace.events.a[6]!], 'mig: end move_pages run=0 ret=0 errno=0');
    assert.deepEqual(traceInfo(parsed).totals.nr_succeeded, 1);
  });

  it('belong to the task that a switch tells, also those before it', () => {
    assert.deepEqual(new Set(trace.events.pid), new Set([942]));
    const { calls, comms } = trace.workload;
    assert.deepEqual([...calls.pid], [942]);
    assert.equal(comms[calls.comm[0]!], 'mig');
    assert.equal(trace.folioTimes.length, 1);
    assert.equal(trace.folioTimes.outcome[0], 1);
  });

  it('belong to the same call as the functions around them', () => {
    assert.deepEqual(traceInfo(parsed).calls, { total: 1, complete: 1, incomplete: 0 });
    assert.deepEqual([...trace.callPhases.call], [0]);
    assert.equal(trace.callPhases.copyNs[0], 30_181);
    assert.equal(trace.callPhases.remapNs[0], 61_124);
    assert.equal(trace.workload.calls.startNs[0], 66_567_419_000);
  });

  it('whatever the size of the chunks, and with CR LF', () => {
    const crlf = Buffer.from(WITH_EVENTS.replaceAll('\n', '\r\n'));
    for (const chunk of [1, 7, 64]) {
      const { value } = readBytes(crlf, 'trace.txt', chunk);
      assert.deepEqual(
        { ...value, events: [...value.events.timeNs] },
        { ...trace, events: [...trace.events.timeNs] },
      );
    }
  });

  it('sums alone are the same', () => {
    const reader = createTraceReader({ source: '', detail: 'sums' });
    reader.push(Buffer.from(WITH_EVENTS));
    const sums = traceInfo(reader.finish());
    const all = traceInfo(parsed);
    for (const key of ['calls', 'totals', 'byReason', 'phases', 'functions', 'events'] as const)
      assert.deepEqual(sums[key], all[key], key);
    const silent = createTraceReader({ source: '', detail: 'sums' });
    silent.push(
      Buffer.from(
        ' 0)               |  demote_folio_list() {\n 0)   9.000 us    |    migrate_pages();\n 0)   9.100 us    |  }\n',
      ),
    );
    assert.deepEqual(traceInfo(silent.finish()).byReason['demotion']?.calls, 1);
  });
});

describe('what is missing in text of the function_graph tracer', () => {
  const HEAD = '# tracer: function_graph\n';

  it('the time: durations are read, and it says so', () => {
    const { value, problems } = readText(
      `${HEAD} 0)               |  do_mbind() {\n 0)               |    migrate_pages() {\n 0)   3.000 us    |      folio_copy();\n 0) + 10.000 us   |    }\n 0) + 12.000 us   |  }\n`,
    );
    assert.deepEqual([...value.callPhases.totalNs], [10_000]);
    assert.ok(Number.isNaN(value.workload.calls.startNs[0]));
    assert.equal(value.workload.calls.reason[0], reasonCode('mempolicy_mbind'));
    assert.ok(problems.some(({ hint }) => hint.includes('funcgraph-abstime')));
  });

  it('phases that were not traced are null, named as problems, and never 0', () => {
    const parsed = readText(
      `${HEAD}   66.000001 |   0)               |  migrate_pages() {\n   66.000002 |   0)   3.000 us    |    folio_copy();\n   66.000020 |   0) + 10.000 us   |  }\n`,
    );
    const { phases } = traceInfo(parsed);
    assert.deepEqual([phases?.unmap_ns, phases?.flush_ns, phases?.remap_ns], [null, null, null]);
    assert.deepEqual([phases?.copy_ns, phases?.other_ns, phases?.F], [3000, 7000, 0.3]);
    const named = parsed.problems.map(({ message }) => message.split(' ')[0]);
    assert.deepEqual(named, ['Unmap', 'Flush', 'Remap']);
  });

  it('migrate_pages() itself: functions are timed, calls are not', () => {
    const parsed = readText(`${HEAD}   66.000002 |   0)   3.000 us    |  folio_copy();\n`);
    assert.equal(traceInfo(parsed).phases, null);
    assert.deepEqual(traceInfo(parsed).functions, {
      folio_copy: { calls: 1, total_ns: 3000, self_ns: 3000 },
    });
    assert.match(parsed.problems[0]!.message, /migrate_pages\(\) is not among them/);
  });

  it('lost events: the call they fell into is incomplete, the next one is whole', () => {
    const call = (second: number): string =>
      `  ${second}.000001 |   0)               |  migrate_pages() {\n  ${second}.000002 |   0)   3.000 us    |    folio_copy();\n`;
    const end = (second: number): string =>
      `  ${second}.000020 |   0) + 10.000 us   |  } /* migrate_pages */\n`;
    const parsed = readText(`${HEAD}${call(66)}CPU:0 [LOST 12 EVENTS]\n${end(66)}${call(67)}${end(67)}`);
    const info = traceInfo(parsed);
    assert.equal(info.lostEvents, 12);
    // Neither the entry nor the return tells that it is of the other.
    assert.deepEqual(info.calls, { total: 3, complete: 1, incomplete: 2 });
    assert.equal(info.phases?.total_ns, 10_000);
    assert.ok(parsed.problems.some(({ message }) => message.includes('2 of 3 calls')));
  });

  it('damaged lines are named, and what is around them is read', () => {
    const { value, problems } = readText(
      `${HEAD}   66.000001 |   0)   3.000 us    |  folio_copy();\n   66.000002 |   0)   3.000 us    |  folio_co\n   66.000003 |   0)   3.000 us    |  folio_copy();\n`,
    );
    assert.equal(value.timings[0]!.calls, 2);
    assert.equal(problems.filter(({ line }) => line === 3).length, 1);
  });
});

describe('damaged text of the function_graph tracer', () => {
  const source = Buffer.from(WITH_EVENTS, 'latin1');

  it('is never too much: phases stay within their calls, and every line is counted', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(source.length - 1), fc.integer({ min: 0, max: 255 })), { maxLength: 30 }),
        fc.nat(source.length),
        fc.integer({ min: 1, max: 500 }),
        (changes, length, chunk) => {
          const bytes = Buffer.from(source.subarray(0, length));
          for (const [at, byte] of changes) if (at < length) bytes[at] = byte;
          const { value } = readBytes(bytes, 'x', chunk);
          const { callPhases, workload } = value;
          for (let row = 0; row < callPhases.length; row++) {
            assert.ok(callPhases.call[row]! < workload.calls.length);
            assert.ok(callPhases.totalNs[row]! >= 0);
          }
          for (const { calls, totalNs } of value.timings) assert.ok(calls > 0 && totalNs >= 0);
          assert.ok(value.lines <= bytes.toString('latin1').split('\n').length);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('lines twice, or in another order, are calls that are cut, and no others', () => {
    const lines = WITH_EVENTS.trimEnd().split('\n');
    fc.assert(
      fc.property(fc.shuffledSubarray(lines, { minLength: 1 }), (some) => {
        const { value } = readText(`${some.join('\n')}\n`);
        const phases = traceInfo({ value, problems: [], problemCount: 0 }).phases;
        assert.ok(phases === null || phases.calls <= 1);
      }),
      { numRuns: 200 },
    );
    const twice = readText(`${WITH_EVENTS}${WITH_EVENTS}`);
    assert.deepEqual(traceInfo(twice).calls, { total: 2, complete: 2, incomplete: 0 });
  });
});
