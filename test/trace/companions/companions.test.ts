import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { dmesgSpans } from '../../../src/trace/companions/dmesg';
import { isNodeFile, readNodeFiles } from '../../../src/trace/companions/nodeFiles';
import { disjointSpans } from '../../../src/trace/companions/pfnSpans';
import { readTar } from '../../../src/trace/companions/tar';
import { counterDeltas, parseVmstat } from '../../../src/trace/companions/vmstat';
import { parseZoneinfo, zoneSpans } from '../../../src/trace/companions/zoneinfo';

const FOLDER = 'test/fixtures/companions/cxl3';
const text = (name: string): string => readFileSync(`${FOLDER}/${name}`, 'utf8');
const zoneinfo = (): string => gunzipSync(readFileSync(`${FOLDER}/zoneinfo.gz`)).toString();
const tarred = (name: string): { name: string; text: string }[] =>
  [...readTar(gunzipSync(readFileSync(`${FOLDER}/${name}`)))].map(({ name: path, bytes }) => ({
    name: path,
    text: Buffer.from(bytes).toString(),
  }));

/** The memory of the three nodes as QEMU laid it out, in page frames. */
const NODES = [
  { node: 0, start: 0x100, end: 0x6_0000 },
  { node: 1, start: 0x6_0000, end: 0x8_0000 },
  { node: 1, start: 0x10_0000, end: 0x14_0000 },
  { node: 2, start: 0x14_0000, end: 0x1a_0000 },
];

describe('what lies beside a recording', () => {
  describe('vmstat', () => {
    it('gives the counters of migration before and after', () => {
      const before = parseVmstat(text('vmstat.before'));
      const after = parseVmstat(text('vmstat.after'));
      assert.deepEqual([...before.problems, ...after.problems], []);
      assert.ok(before.value.size > 100);
      const counters = counterDeltas(before.value, after.value);
      const grown = (name: string): number => {
        const found = counters.find((counter) => counter.name === name);
        assert.ok(found !== undefined, name);
        return found.after - found.before;
      };
      assert.equal(grown('pgmigrate_success'), 5120);
      assert.equal(grown('thp_migration_success'), 10);
      assert.equal(grown('pgmigrate_fail'), 0);
      assert.ok(counters.every(({ name }) => !name.startsWith('nr_zone_')));
    });

    it('names the line that is no counter, and reads the rest', () => {
      const { value, problems } = parseVmstat('pgmigrate_success 1\nfoo bar\r\n\npgmigrate_fail 2\r\n');
      assert.deepEqual(
        [...value],
        [
          ['pgmigrate_success', 1],
          ['pgmigrate_fail', 2],
        ],
      );
      assert.deepEqual(
        problems.map(({ line }) => line),
        [2],
      );
    });
  });

  describe('zoneinfo', () => {
    it('gives the zones with their page frames', () => {
      const { value, problems } = parseZoneinfo(zoneinfo());
      assert.deepEqual(problems, []);
      assert.deepEqual(
        value.filter(({ present }) => present > 0),
        [
          { node: 0, name: 'DMA', startPfn: 1, spanned: 4095, present: 3998, managed: 3840 },
          { node: 0, name: 'DMA32', startPfn: 4096, spanned: 389_120, present: 389_120, managed: 382_798 },
          { node: 1, name: 'DMA32', startPfn: 393_216, spanned: 655_360, present: 131_036, managed: 114_652 },
          {
            node: 1,
            name: 'Normal',
            startPfn: 1_048_576,
            spanned: 262_144,
            present: 262_144,
            managed: 255_825,
          },
          {
            node: 2,
            name: 'Normal',
            startPfn: 1_310_720,
            spanned: 393_216,
            present: 393_216,
            managed: 377_362,
          },
        ],
      );
      assert.equal(value.length, 15);
    });

    it('puts every page frame on the node where the boot messages put it', () => {
      const zones = zoneSpans(parseZoneinfo(zoneinfo()).value);
      const nodeOf = (pfn: number): number | undefined =>
        zones.find(({ start, end }) => pfn >= start && pfn < end)?.node;
      for (const { node, start, end } of NODES) {
        for (const pfn of [start, (start + end) / 2, end - 1]) assert.equal(nodeOf(pfn), node, `${pfn}`);
      }
      assert.equal(nodeOf(0x1a_0000), undefined);
    });

    it('says that a text cut in the middle of a zone misses where it starts', () => {
      const whole = zoneinfo();
      const { value, problems } = parseZoneinfo(whole.slice(0, whole.indexOf('start_pfn:')));
      assert.equal(value.length, 1);
      assert.match(problems[0]!.message, /zone DMA of node 0 does not say where it starts/);
      assert.deepEqual(zoneSpans(value), []);
    });
  });

  describe('boot messages', () => {
    it('give the memory of the nodes', () => {
      assert.deepEqual(
        dmesgSpans(text('dmesg-numa.txt')).filter(({ start }) => start > 0),
        NODES,
      );
    });

    it('give it without SRAT lines too', () => {
      const early = text('dmesg-numa.txt').replaceAll('SRAT:', '');
      const spans = dmesgSpans(early);
      assert.deepEqual(
        spans.find(({ node }) => node === 2),
        NODES[3],
      );
      assert.equal(spans.find(({ start }) => start === 0x6_0000)?.end, 0x7ffdc);
    });
  });

  describe('node files', () => {
    it('of sysfs and zoneinfo together make the machine', () => {
      const files = [...tarred('sysfs-nodes.tar.gz'), { name: 'proc/zoneinfo', text: zoneinfo() }];
      assert.ok(files.every(({ name }) => isNodeFile(name)));
      const { value, problems } = readNodeFiles(files);
      assert.deepEqual(problems, []);
      assert.deepEqual(
        value?.nodes.map(({ id, cpus, memoryBytes }) => ({ id, cpus, memoryBytes })),
        [
          { id: 0, cpus: [0, 1], memoryBytes: 1_546_552 * 1024 },
          { id: 1, cpus: [2, 3], memoryBytes: 1_481_908 * 1024 },
          { id: 2, cpus: [], memoryBytes: 1_509_448 * 1024 },
        ],
      );
      assert.deepEqual(value.distances, [
        [10, 21, 17],
        [21, 10, 28],
        [17, 28, 10],
      ]);
      assert.deepEqual(value.nodes[2]!.pfnSpans, [[0x14_0000, 0x1a_0000]]);
    });

    it('as the samples pack them name the nodes and their memory, but no page frames', () => {
      const files = tarred('nodes.tar.gz').filter(({ name }) => isNodeFile(name));
      const { value } = readNodeFiles(files);
      assert.deepEqual(
        value?.nodes.map(({ id, memoryBytes, pfnSpans }) => ({ id, memoryBytes, pfnSpans })),
        [1_546_552, 1_481_908, 1_509_448].map((kB, id) => ({ id, memoryBytes: kB * 1024, pfnSpans: [] })),
      );
      assert.equal(value.distances, null);
    });

    it('take the boot messages before zoneinfo', () => {
      const files = [
        { name: 'zoneinfo.before', text: zoneinfo() },
        { name: 'dmesg-numa.txt', text: text('dmesg-numa.txt') },
      ];
      assert.deepEqual(readNodeFiles(files).value?.nodes[1]!.pfnSpans, [
        [0x6_0000, 0x8_0000],
        [0x10_0000, 0x14_0000],
      ]);
    });

    it('that hold something else are named', () => {
      const { value, problems } = readNodeFiles([
        { name: 'node0/meminfo', text: 'x' },
        { name: 'node0/cpulist', text: '0-x' },
        { name: 'node1/distance', text: '10 -3' },
        { name: 'dmesg', text: '' },
      ]);
      assert.equal(problems.length, 4);
      assert.deepEqual(
        value?.nodes.map(({ id }) => id),
        [0, 1],
      );
    });
  });

  it('a tar archive that is cut gives the files before the cut', () => {
    const whole = gunzipSync(readFileSync(`${FOLDER}/nodes.tar.gz`));
    const all = [...readTar(whole)];
    assert.ok(all.length > 10);
    assert.deepEqual(
      [...readTar(whole.subarray(0, 4096))].map(({ name }) => name),
      all.slice(0, 1).map(({ name }) => name),
    );
    assert.deepEqual([...readTar(new Uint8Array(2048).fill(7))], []);
  });

  it('where spans overlap, the shorter one is right', () => {
    const spans = disjointSpans([
      { node: 0, start: 0, end: 100 },
      { node: 1, start: 20, end: 30 },
      { node: 2, start: 90, end: 120 },
      { node: 0, start: 120, end: 130 },
      { node: 0, start: 130, end: 140 },
    ]);
    assert.deepEqual(spans, [
      { node: 0, start: 0, end: 20 },
      { node: 1, start: 20, end: 30 },
      { node: 0, start: 30, end: 90 },
      { node: 2, start: 90, end: 120 },
      { node: 0, start: 120, end: 140 },
    ]);
  });
});
