import assert from 'node:assert/strict';
import { traceInfo } from '../../src/analysis/info';
import { describeWorkload } from '../../src/trace/calls/synth';
import { SYNTH_DEFAULTS } from '../../src/trace/calls/synthOptions';
import { readRecording, readText } from '../trace/recordings';

const FIXTURES = 'test/fixtures/traces';

describe('the info document', () => {
  it('has every field of the contract, and null or {} where plain events cannot tell', () => {
    const info = traceInfo(readRecording(`${FIXTURES}/pinned-vmsplice-thp/trace.txt.gz`));
    const totals = {
      nr_succeeded: 2048,
      nr_failed: 2048,
      nr_thp_succeeded: 4,
      nr_thp_failed: 4,
      nr_thp_split: 0,
      nr_split: 0,
    };
    assert.deepEqual(info, {
      schema: 1,
      format: 'ftrace-text',
      kernel: null,
      clock: null,
      span: { start_ns: info.span.start_ns, end_ns: info.span.end_ns },
      lines: 463,
      events: {
        mm_migrate_pages_start: 2,
        mm_migrate_pages: 2,
        set_migration_pmd: 12,
        remove_migration_pmd: 12,
        tlb_flush: 417,
        tracing_mark_write: 6,
      },
      lostEvents: 0,
      problems: [],
      problemCount: 0,
      calls: { total: 2, complete: 2, incomplete: 0 },
      totals,
      byReason: { syscall_or_cpuset: { calls: 2, ...totals } },
      byMode: { MIGRATE_SYNC: { calls: 2, nr_succeeded: 2048, nr_failed: 2048 } },
      folios: { total: 8, byOrder: { '9': 8 }, moved: 4, restored: 4, unknown: 0 },
      flows: [{ from: null, to: null, pages: 2048 }],
      functions: {},
      nodes: [],
      vmstat: null,
      phases: null,
    });
    assert.ok(info.span.end_ns > info.span.start_ns);
  });

  it('counts a call that was cut as incomplete and its missing folios as moved pages all the same', () => {
    const info = traceInfo(readRecording(`${FIXTURES}/overrun-4m/trace.txt.gz`));
    assert.deepEqual(info.calls, { total: 1, complete: 0, incomplete: 1 });
    assert.equal(info.lostEvents, 9656);
    assert.deepEqual(info.folios, {
      total: 861,
      byOrder: { '0': 861 },
      moved: 512,
      restored: 0,
      unknown: 349,
    });
    assert.deepEqual(info.flows, [{ from: null, to: null, pages: 1024 }]);
  });

  it('gives problems with their line and hint', () => {
    const { problems, problemCount } = traceInfo(readText('cpus=4\nhello\n'));
    assert.equal(problemCount, problems.length);
    assert.deepEqual(Object.keys(problems[0]!).sort(), ['hint', 'line', 'message', 'offset']);
    assert.equal(problems[0]!.line, 2);
  });

  it('counts described calls as complete, with no recorded sums, and their pages between nodes', () => {
    const info = traceInfo(describeWorkload({ ...SYNTH_DEFAULTS, from: 1, to: 0 }));
    assert.equal(info.format, 'migtrace');
    assert.equal(info.calls.incomplete, 0);
    assert.ok(info.calls.total > 0);
    assert.equal(info.totals.nr_succeeded, 0);
    assert.deepEqual(
      info.flows.map(({ from, to }) => [from, to]),
      [[1, 0]],
    );
  });

  it('tells reasons and modes apart', () => {
    const call = (mode: string, reason: string): string =>
      `       mig-1     [000] .....     1.000000: mm_migrate_pages: nr_succeeded=2 nr_failed=1 nr_thp_succeeded=0 nr_thp_failed=0 nr_thp_split=0 nr_split=0 mode=${mode} reason=${reason}\n`;
    const info = traceInfo(
      readText(
        call('MIGRATE_ASYNC', 'demotion') + call('MIGRATE_ASYNC', 'compaction') + call('MIGRATE_SYNC', 'x'),
      ),
    );
    assert.deepEqual(
      Object.entries(info.byReason).map(([reason, { calls }]) => [reason, calls]),
      [
        ['demotion', 1],
        ['compaction', 1],
        ['unknown', 1],
      ],
    );
    assert.deepEqual(info.byMode['MIGRATE_ASYNC'], { calls: 2, nr_succeeded: 4, nr_failed: 2 });
  });
});
