import assert from 'node:assert/strict';
import { traceInfo } from '../../../src/analysis/info';
import { createTraceReader } from '../../../src/trace/formats/read';
import { readText } from '../recordings';

/**
 * The out-of-tree trace point mm_migrate_stage, in the shape that its TP_printk gives; no recording of it was at hand, so these
 * lines are written after the format.
 */
const HEAD = '             mig-942     [000] .....   ';

function at(us: number, text: string): string {
  return `${HEAD}47.${String(us).padStart(6, '0')}: ${text}\n`;
}

function stage(us: number, name: string, ns: number, nodes = '0 dst_nid=1', returned = 0): string {
  const rest = `mode=MIGRATE_SYNC reason=syscall_or_cpuset order=0 src_nid=${nodes} nr_pages=1`;
  return at(us, `mm_migrate_stage: stage=${name} ${rest} duration_ns=${ns} rc=${returned}`);
}

const START = at(100, 'mm_migrate_pages_start: mode=MIGRATE_SYNC reason=syscall_or_cpuset');
const end = (us: number, moved: number, failed = 0): string =>
  at(
    us,
    `mm_migrate_pages: nr_succeeded=${moved} nr_failed=${failed} nr_thp_succeeded=0 nr_thp_failed=0 nr_thp_split=0 nr_split=0 mode=MIGRATE_SYNC reason=syscall_or_cpuset`,
  );

const CALL = [
  START,
  stage(110, 'alloc_dst', 2000),
  stage(120, 'unmap_migration_pte', 7000),
  stage(121, 'unmap_prepare', 10_000),
  stage(130, 'tlb_flush_batch', 3000),
  stage(140, 'copy_move', 30_000),
  stage(150, 'copy_move', 20_000),
  stage(151, 'copy_move', 1000, '0 dst_nid=1', -11),
  stage(160, 'remap_remove_migration_pte', 5000),
  stage(170, 'batch_move_loop', 60_000),
  end(200, 2, 1),
].join('');

describe('mm_migrate_stage lines', () => {
  const parsed = readText(CALL);
  const info = traceInfo(parsed);

  it('are read without problems, as a format of their own', () => {
    assert.deepEqual(parsed.problems, []);
    assert.equal(info.format, 'migrate-stage');
    assert.equal(info.events['mm_migrate_stage'], 9);
  });

  it('give durations by stage', () => {
    assert.deepEqual(info.functions['copy_move'], { calls: 3, total_ns: 51_000 });
    assert.deepEqual(Object.keys(info.functions)[0], 'batch_move_loop');
  });

  it('give the phases of their call; stages that enclose others are none', () => {
    const { unmap_ns, flush_ns, copy_ns, remap_ns, alloc_ns, total_ns, other_ns, F } = info.phases!;
    assert.deepEqual([unmap_ns, flush_ns, copy_ns, remap_ns], [7000, 3000, 51_000, 5000]);
    assert.deepEqual([alloc_ns, total_ns, other_ns, F], [2000, 100_000, 34_000, 0.51]);
  });

  it('give the nodes that pages moved between, failed ones left out', () => {
    assert.deepEqual(info.flows, [{ from: 0, to: 1, pages: 2 }]);
  });

  it('sums alone are the same', () => {
    const reader = createTraceReader({ source: '', detail: 'sums' });
    reader.push(Buffer.from(CALL));
    const sums = traceInfo(reader.finish());
    for (const key of ['phases', 'functions', 'flows', 'calls', 'totals'] as const)
      assert.deepEqual(sums[key], info[key], key);
  });

  it('stages that were not recorded are null', () => {
    const { phases } = traceInfo(readText(`${START}${stage(120, 'copy_move', 30_000)}${end(200, 1)}`));
    assert.deepEqual(
      [phases?.unmap_ns, phases?.flush_ns, phases?.remap_ns, phases?.alloc_ns],
      [null, null, null, null],
    );
    assert.equal(phases?.copy_ns, 30_000);
  });

  it('without the events of calls there are durations, and no phases', () => {
    const alone = readText(stage(120, 'copy_move', 30_000));
    assert.equal(traceInfo(alone).phases, null);
    assert.deepEqual(traceInfo(alone).functions, { copy_move: { calls: 1, total_ns: 30_000 } });
  });

  it('of a call whose beginning was not recorded are no phases', () => {
    assert.equal(traceInfo(readText(`${stage(120, 'copy_move', 30_000)}${end(200, 1)}`)).phases, null);
  });

  it('that take longer than their call are said to', () => {
    const { value, problems } = readText(`${START}${stage(120, 'copy_move', 300_000)}${end(200, 1)}`);
    assert.equal(value.callPhases.length, 0);
    assert.match(problems[0]!.message, /stages of 1 calls take longer/);
  });

  it('are read as perf script prints them, too', () => {
    const perf = CALL.replaceAll(
      /^ +(mig)-(942) +(\[000\]) \S+ +(\S+:) (mm_\S+:)/gm,
      '             $1   $2 $3    $4   migrate:$5',
    );
    const read = traceInfo(readText(perf));
    assert.equal(read.format, 'migrate-stage');
    assert.deepEqual([read.phases, read.functions, read.flows], [info.phases, info.functions, info.flows]);
  });

  const damaged = [
    'stage=copy_move rc=0',
    'duration_ns=5',
    'stage= duration_ns=5',
    'stage=x duration_ns=5x',
    'stage=x duration_ns=-5',
  ];
  for (const fields of damaged) {
    it(`damaged fields are a problem with its line: ${fields}`, () => {
      const { problems } = readText(`${START}${at(120, `mm_migrate_stage: ${fields}`)}`);
      assert.equal(problems[0]?.line, 2);
    });
  }
});
