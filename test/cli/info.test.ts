/** `migtrace info` with what lies beside a trace: counters and nodes. */
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TraceInfo } from '../../src/analysis/info';
import { traceInfo } from '../../src/analysis/info';
import { type CompanionPaths, readTraceFile } from '../../src/worker/readTraceFile';
import { migtrace } from '../support/migtrace';
import { collectedTraces } from '../trace/recordings';

const COMPANIONS = 'test/fixtures/companions/cxl3';
const TRACES = 'test/fixtures/traces';
const TOPOLOGIES = '../shared/topologies';

async function infoOf(path: string, companions: CompanionPaths, detail: 'all' | 'sums'): Promise<TraceInfo> {
  return traceInfo(
    await readTraceFile(path, { companions, detail, cancelled: () => false, progress: () => undefined }),
  );
}

describe('migtrace info with what lies beside the trace', () => {
  const folder = mkdtempSync(join(tmpdir(), 'migtrace-info-'));
  const trace = join(folder, 'trace.txt.gz');
  before(() => {
    copyFileSync(`${TRACES}/mp-2m-thp/trace.txt.gz`, trace);
    for (const name of ['vmstat.before', 'vmstat.after', 'nodes.tar.gz', 'zoneinfo.gz'])
      copyFileSync(`${COMPANIONS}/${name}`, join(folder, name));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('finds vmstat, zoneinfo and node files, and says so', async () => {
    const { stdout, stderr, code } = migtrace(['info', trace, '--json']);
    assert.equal(code, 0);
    for (const name of ['vmstat.before', 'vmstat.after', 'nodes.tar.gz', 'zoneinfo.gz'])
      assert.ok(stderr.includes(name), name);
    const info = JSON.parse(stdout) as TraceInfo;
    assert.deepEqual(info.flows, [{ from: 1, to: 0, pages: 5120 }]);
    assert.equal(info.vmstat?.agrees, true);
    assert.equal(info.vmstat.deltas['thp_migration_success'], 10);
    assert.deepEqual(
      info.nodes.map(({ id, memory_bytes: bytes }) => [id, bytes]),
      [
        [0, 1_546_552 * 1024],
        [1, 1_481_908 * 1024],
        [2, 1_509_448 * 1024],
      ],
    );
    assert.ok(info.nodes.every(({ pages }) => pages > 0));
  });

  it('shows the recorded sums beside the counters, and flows from node to node, to people', async () => {
    const { stdout } = migtrace(['info', trace]);
    assert.match(stdout, /pgmigrate_success +5120 +5120 +yes/);
    assert.match(stdout, /agrees with the counters/);
    assert.match(stdout, /^1 +0 +5120$/m);
  });

  it('keeps them in a .migtrace that is made of the trace', async () => {
    const packed = join(folder, 'kept.migtrace');
    assert.equal(migtrace(['convert', trace, '-o', packed]).code, 0);
    const moved = join(mkdtempSync(join(folder, 'else-')), 'kept.migtrace');
    copyFileSync(packed, moved);
    const { flows, vmstat, nodes } = await infoOf(moved, {}, 'all');
    assert.deepEqual(flows, [{ from: 1, to: 0, pages: 5120 }]);
    assert.equal(vmstat?.agrees, true);
    assert.equal(nodes.length, 3);
  });

  it('places the folios of a .migtrace that was made without them', async () => {
    const bare = join(mkdtempSync(join(folder, 'bare-')), 'trace.txt.gz');
    copyFileSync(trace, bare);
    const packed = `${bare}.migtrace`;
    assert.equal(migtrace(['convert', bare, '-o', packed]).code, 0);
    assert.deepEqual((await infoOf(packed, {}, 'all')).flows, [{ from: null, to: null, pages: 5120 }]);
    const topology = `${COMPANIONS}/dmesg-numa.txt`;
    assert.deepEqual((await infoOf(packed, { topology }, 'all')).flows, [{ from: 1, to: 0, pages: 5120 }]);
  });

  it('takes them from where the options say', async () => {
    const { stdout } = migtrace([
      'info',
      `${TRACES}/mp-2m-thp/trace.txt.gz`,
      '--json',
      '--zoneinfo',
      `${COMPANIONS}/zoneinfo.gz`,
      '--vmstat-before',
      `${COMPANIONS}/vmstat.before`,
      '--vmstat-after',
      `${COMPANIONS}/vmstat.after`,
    ]);
    const info = JSON.parse(stdout) as TraceInfo;
    assert.deepEqual(info.flows, [{ from: 1, to: 0, pages: 5120 }]);
    assert.equal(info.vmstat?.agrees, true);
  });

  it('says which companion cannot be read', async () => {
    const { stderr, code } = migtrace(['info', trace, '--zoneinfo', join(folder, 'none')]);
    assert.equal(code, 1);
    assert.match(stderr, /none/);
  });

  it('says why counters and recording differ where events were lost', async () => {
    const { stdout } = migtrace([
      'info',
      `${TRACES}/overrun-4m/trace.txt.gz`,
      '--vmstat-before',
      `${COMPANIONS}/vmstat.before`,
      '--vmstat-after',
      `${COMPANIONS}/vmstat.after`,
    ]);
    assert.match(stdout, /pgmigrate_success +1024 +5120 +NO/);
    assert.match(stdout, /differ\. The recording lost 9656 events/);
  });
});

interface Op {
  readonly op: string;
  readonly before?: Readonly<Record<string, number>>;
  readonly after?: Readonly<Record<string, number>>;
}

/** By how many pages each node grew, as the workload itself looked it up with move_pages(). */
function grownNodes(workload: string): Record<string, number> {
  const grown: Record<string, number> = {};
  // Other programs wrote no JSON.
  for (const line of workload.split('\n').filter((text) => text.startsWith('{'))) {
    const { op, before, after } = JSON.parse(line) as Op;
    if (!/^(move_pages|mbind)/.test(op) || before === undefined || after === undefined) continue;
    for (const [sign, where] of [[-1, before] as const, [1, after] as const])
      for (const [node, pages] of Object.entries(where))
        if (Number(node) >= 0) grown[node] = (grown[node] ?? 0) + sign * pages;
  }
  return Object.fromEntries(Object.entries(grown).filter(([, pages]) => pages !== 0));
}

function grownBy({ flows }: TraceInfo): Record<string, number> {
  const grown: Record<string, number> = {};
  for (const { from, to, pages } of flows) {
    for (const [sign, node] of [[-1, from] as const, [1, to] as const])
      grown[String(node)] = (grown[String(node)] ?? 0) + sign * pages;
  }
  return Object.fromEntries(Object.entries(grown).filter(([, pages]) => pages !== 0));
}

/** Recordings that lost events, or whose recorder ran under NUMA balancing. */
const DIFFERS = /^(overrun-4m|pipe-lost)\/trace\.txt$|^(dropped-8m|autonuma-24m)\//;

describe('the whole collection agrees with the counters and the workload that were written down with it', () => {
  for (const { name, path } of collectedTraces()) {
    const folder = path.slice(0, path.lastIndexOf('/'));
    if (!existsSync(`${folder}/vmstat.before`)) continue;
    it(name, async () => {
      const meta = JSON.parse(readFileSync(`${folder}/meta.json`, 'utf8')) as {
        topology: { name: string };
      };
      const topology = `${TOPOLOGIES}/${meta.topology.name}-6.12/sysfs.tar.gz`;
      const info = await infoOf(path, { topology }, 'sums');
      assert.deepEqual(await infoOf(path, { topology }, 'all'), info);
      assert.equal(info.vmstat?.agrees, !DIFFERS.test(name), JSON.stringify(info.vmstat?.checks));
      assert.equal(info.vmstat.why.length > 0, DIFFERS.test(name));
      if (DIFFERS.test(name) || info.folios.total === 0) return;
      const expected = grownNodes(readFileSync(`${folder}/workload.jsonl`, 'utf8'));
      if (Object.keys(expected).length > 0) assert.deepEqual(grownBy(info), expected);
    });
  }
});
