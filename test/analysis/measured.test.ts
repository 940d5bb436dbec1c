/** What was measured of recorded calls, as a run and beside the designs. */
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { traceInfo } from '../../src/analysis/info';
import { observedRun } from '../../src/analysis/observedRun';
import { recordedOverhead } from '../../src/analysis/recordedOverhead';
import { reasonName } from '../../src/engine/kernel/modes';
import { MEASURED, PHASES } from '../../src/engine/sim/run';
import { readBytes, readText } from '../trace/recordings';
import { headerOf, summaryOf } from '../../src/worker/summary';

const FIXTURES = 'test/fixtures/traces';
const report = readBytes(gunzipSync(readFileSync(`${FIXTURES}/tracecmd-fgraph-512k/report.txt.gz`)));
const graph = readBytes(gunzipSync(readFileSync(`${FIXTURES}/mp-4k/graph.txt.gz`)));

describe('analysis: measured phases in the observed run', () => {
  for (const [name, parsed] of [
    ['trace-cmd report', report],
    ['graph text', graph],
  ] as const) {
    it(`${name}: accounts of every call add up to its time, which is the measured one`, () => {
      const run = observedRun(parsed.value)!;
      const { calls } = run;
      const phases = traceInfo(parsed).phases!;
      let total = 0;
      for (let call = 0; call < calls.length; call++) {
        const length = calls.end[call]! - calls.start[call]!;
        assert.equal(
          PHASES.reduce((sum, phase) => sum + calls[phase][call]!, 0),
          length,
        );
        assert.equal(calls.measured[call], 31);
        total += length;
      }
      const sum = (column: Float64Array): number => column.reduce((all, ps) => all + ps, 0) / 1000;
      assert.equal(total / 1000, phases.total_ns);
      assert.equal(sum(calls.copy), phases.copy_ns);
      assert.equal(sum(calls.remap), phases.remap_ns);
      // As the RFC and the engine count: allocation is unmap, every flush is flush.
      assert.equal(sum(calls.unmap), phases.unmap_ns! - phases.unmap_flush_ns! + phases.alloc_ns!);
      assert.equal(sum(calls.flush), phases.flush_ns! + phases.unmap_flush_ns!);
    });
  }

  it('F of the run is that of the recording, and its calls are complete', () => {
    const run = observedRun(report.value)!;
    const fraction = headerOf(1, 1, report.value, run).fraction!;
    assert.ok(Math.abs(fraction - traceInfo(report).phases!.F!) < 1e-12);
    assert.equal(summaryOf(1, graph).incompleteCalls, 0);
  });

  it('a phase that was not traced stays within other, and F unknown', () => {
    const { value } = readText(
      '# tracer: function_graph\n   66.000001 |   0)               |  migrate_pages() {\n   66.000002 |   0)   3.000 us    |    try_to_migrate();\n   66.000020 |   0) + 10.000 us   |  }\n',
    );
    const run = observedRun(value)!;
    assert.equal(run.calls.measured[0], MEASURED.total | MEASURED.unmap);
    assert.equal(run.calls.unmap[0], 3_000_000);
    assert.equal(run.calls.other[0], 7_000_000);
    assert.equal(headerOf(1, 1, value, run).fraction, null);
  });

  it('without times the calls of a task follow each other', () => {
    const call =
      ' 0)               |  migrate_pages() {\n 0)   3.000 us    |    folio_copy();\n 0) + 10.000 us   |  }\n';
    const run = observedRun(readText(`# tracer: function_graph\n${call}${call}`).value)!;
    assert.deepEqual([...run.calls.start], [0, 10_000_000]);
    assert.deepEqual([...run.calls.end], [10_000_000, 20_000_000]);
  });

  it('tasks that are not known are lanes by CPU', () => {
    const call = (cpu: number): string =>
      `  66.00000${cpu} |   ${cpu})               |  demote_folio_list() {\n  66.00000${cpu} |   ${cpu})   3.000 us    |    migrate_pages();\n  66.000020 |   ${cpu}) + 10.000 us   |  }\n`;
    const run = observedRun(readText(`# tracer: function_graph\n${call(0)}${call(2)}`).value)!;
    assert.deepEqual(run.lanes, ['CPU 0', 'CPU 2']);
    assert.deepEqual([...run.calls.reason].map(reasonName), ['demotion', 'demotion']);
  });
});

describe('analysis: the recorded overhead', () => {
  it('is cycles per page over the calls whose pages are known', () => {
    const recorded = recordedOverhead(report.value, 2e9)!;
    const { total_ns, copy_ns } = traceInfo(report).phases!;
    assert.deepEqual([recorded.calls, recorded.pages], [2, 256]);
    // Both calls move 128 pages, so the mean of the calls is that of the pages.
    assert.ok(Math.abs(recorded.migratePages.mean - (total_ns * 2) / 256) < 1e-6);
    assert.ok(Math.abs(recorded.folioCopy!.mean - (copy_ns! * 2) / 256) < 1e-6);
  });

  it('is unknown where nothing counts pages', () => assert.equal(recordedOverhead(graph.value, 2e9), null));
});
