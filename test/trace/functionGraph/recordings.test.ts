import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { traceInfo } from '../../../src/analysis/info';
import { writeMigtracePacked, writeMigtraceText } from '../../../src/trace/formats/migtrace/writer';
import { FIXTURES, readRecording } from '../recordings';
import { readClean } from '../migtrace/support';

/** What was counted of a recording when it was made, independently of MigTrace. Shares are of the time of migrate_pages(). */
interface GraphTruth {
  readonly lines: number;
  readonly calls: Readonly<Record<string, number>>;
  readonly total_us: Readonly<Record<string, number>>;
  readonly share: Readonly<Record<string, number>> | undefined;
  /** Of the ring buffers: entries and returns of functions, and markers. */
  readonly entries: number;
}

interface RecordedGraph {
  readonly name: string;
  readonly path: string;
  readonly truth: GraphTruth;
}

function fixtureGraphs(): RecordedGraph[] {
  const truths = JSON.parse(readFileSync(`${FIXTURES}/graphTruth.json`, 'utf8')) as Record<
    string,
    GraphTruth
  >;
  return Object.entries(truths).map(([name, truth]) => ({ name, path: `${FIXTURES}/${name}`, truth }));
}

const COLLECTION = '../shared/traces';

function collectedGraphs(): RecordedGraph[] {
  if (!existsSync(COLLECTION)) return [];
  return readdirSync(COLLECTION).flatMap((folder) => {
    const path = `${COLLECTION}/${folder}/graph.txt.gz`;
    if (!existsSync(path)) return [];
    const { truth } = JSON.parse(readFileSync(`${COLLECTION}/${folder}/meta.json`, 'utf8')) as {
      truth: {
        'graph.txt': Pick<GraphTruth, 'lines' | 'calls' | 'total_us'>;
        phases_of_graph_run?: { share: Record<string, number> };
        graph_ring_buffer: Record<string, { entries: number }>;
      };
    };
    const entries = Object.values(truth.graph_ring_buffer).reduce((sum, cpu) => sum + cpu.entries, 0);
    return [
      {
        name: folder,
        path,
        truth: { ...truth['graph.txt'], share: truth.phases_of_graph_run?.share, entries },
      },
    ];
  });
}

function checkGraph({ path, truth }: RecordedGraph): void {
  const parsed = readRecording(path);
  const info = traceInfo(parsed);
  assert.deepEqual(info.problems, []);
  assert.equal(info.format, 'function-graph');
  assert.equal(info.lines, truth.lines);
  assert.equal(
    Object.values(info.events).reduce((sum, count) => sum + count, 0),
    truth.entries,
  );
  const counted = Object.entries(info.functions).map(([name, { calls }]) => [name, calls]);
  assert.deepEqual(Object.fromEntries(counted), truth.calls);
  for (const [name, totalUs] of Object.entries(truth.total_us)) {
    // The truth is rounded to 0.1 µs.
    assert.ok(Math.abs(info.functions[name]!.total_ns / 1000 - totalUs) < 0.051, name);
  }
  const calls = truth.calls['migrate_pages']!;
  assert.deepEqual(info.calls, { total: calls, complete: calls, incomplete: 0 });
  const phases = info.phases!;
  assert.equal(phases.calls, calls);
  assert.equal(phases.copies, truth.calls['folio_mc_copy']);
  assert.equal(phases.total_ns, info.functions['migrate_pages']!.total_ns);
  assert.equal(
    phases.unmap_ns! + phases.flush_ns! + phases.copy_ns! + phases.remap_ns! + phases.other_ns,
    phases.total_ns,
  );
  assert.equal(phases.F, phases.copy_ns! / phases.total_ns);
  if (truth.share === undefined) return;
  const shares: readonly [string, number | null][] = [
    ['alloc', phases.alloc_ns],
    ['unmap (try_to_migrate, with the flushes inside it)', phases.unmap_ns],
    ['of which flush_tlb_mm_range', phases.unmap_flush_ns],
    ['batched flush (try_to_unmap_flush)', phases.flush_ns],
    ['copy', phases.copy_ns],
    ['remap (remove_migration_pte)', phases.remap_ns],
  ];
  for (const [name, ns] of shares) {
    // Rounded to 4 decimals; no allocation function of mbind was traced.
    assert.ok(Math.abs((ns ?? 0) / phases.total_ns - truth.share[name]!) < 0.000_051, name);
  }
}

describe('recorded function_graph text gives the functions, calls and phases that were counted', () => {
  for (const recorded of fixtureGraphs()) it(recorded.name, () => checkGraph(recorded));
});

describe('the whole collection of function_graph text gives the functions, calls and phases that were counted', () => {
  for (const recorded of collectedGraphs()) it(recorded.name, () => checkGraph(recorded));
});

describe('function_graph by trace-cmd report', () => {
  const parsed = readRecording(`${FIXTURES}/tracecmd-fgraph-512k/report.txt.gz`);
  const trace = parsed.value;
  const info = traceInfo(parsed);

  it('has phases beside the totals of the same calls', () => {
    assert.deepEqual(parsed.problems, []);
    assert.equal(info.format, 'function-graph');
    assert.deepEqual(info.calls, { total: 2, complete: 2, incomplete: 0 });
    assert.equal(info.totals.nr_succeeded, 256);
    assert.deepEqual([...trace.callPhases.call], [0, 1]);
    assert.deepEqual([...trace.callPhases.copies], [128, 128]);
    assert.equal(info.phases!.total_ns, info.functions['migrate_pages']!.total_ns);
  });

  it('times the call from entry to return, as the kernel measured it', () => {
    // zcat report.txt.gz | grep migrate_pages(: entry 64.283852, and the `# 12719.162 us` of the second call.
    assert.equal(trace.workload.calls.startNs[0], 64_283_852_000);
    assert.equal(trace.callPhases.totalNs[1], 12_719_162);
    assert.equal(trace.workload.calls.endNs[1]! - trace.workload.calls.startNs[1]!, 12_719_162);
  });

  it('survives .migtrace in both encodings', () => {
    for (const encoded of [writeMigtracePacked(trace), writeMigtraceText(trace)]) {
      const back = readClean(encoded);
      assert.deepEqual(back.callPhases, trace.callPhases);
      assert.deepEqual(back.timings, trace.timings);
      assert.deepEqual(traceInfo({ value: back, problems: [], problemCount: 0 }).phases, info.phases);
    }
  });
});
