/** `migtrace replay` and `overhead` as processes: every word of the configuration, and the document. */
import { strict as assert } from 'node:assert';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DmaAccount, FaultPlan, RunConfig } from '../../src/engine/sim/run';
import { COPY_PATHS, FAULT_STAGES } from '../../src/engine/sim/run';
import { migtrace } from '../support/migtrace';

const WORKLOAD = `migtrace 1
call mode=MIGRATE_SYNC reason=syscall_or_cpuset from=1 to=0
  folios 3000
  folios 4 fate=locked
  folios 40 order=4
  folios 4 fate=pinned-get
`;

interface Document {
  readonly config: RunConfig;
  readonly nodes: { from: number | null; to: number | null };
  readonly machine: { name: string };
  readonly totals: Record<string, number>;
  readonly time: { total_ns: number; phases_ns: Record<string, number> };
  readonly cpu: {
    busy_ns: number;
    sleep_ns: number;
    freed_ns: number;
    sleepFor_ns: { copies: number; locks: number };
  };
  readonly dma: Pick<DmaAccount, 'failures' | 'descriptors' | 'bytes' | 'interrupts'> &
    Record<
      | 'foliosMigrated'
      | 'foliosFailures'
      | 'interrupt_ns'
      | 'prematureFolios'
      | 'rewrittenFolios'
      | 'declinedBatches'
      | 'coldTouch_ns'
      | 'fallbackFolios'
      | 'refusedBatches'
      | 'wastedCopies',
      number
    > & { busy_ns: number[]; imbalance: number | null };
}

const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);

describe('cli: replay', () => {
  let folder = '';
  let workload = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'migtrace-test-'));
    workload = join(folder, 'workload.migtrace');
    writeFileSync(workload, WORKLOAD);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const replay = (words: string): Document => {
    const args = ['replay', workload, '--json', '--runs', '1', ...words.split(' ').filter(Boolean)];
    const { code, stdout, stderr } = migtrace(args);
    assert.equal(code, 0, stderr);
    assert.equal(stderr, '');
    return JSON.parse(stdout) as Document;
  };

  it('names all designs in its help, and every one can be played', () => {
    const { stdout } = migtrace(['replay', '--help']);
    for (const path of COPY_PATHS) {
      assert.match(stdout, new RegExp(`[ ,]${path}[,\\n]`), path);
      const { config, totals } = replay(`--path ${path}`);
      assert.equal(config.path, path);
      assert.equal(totals['nr_succeeded'], 3004 + 40 * 16, path);
      assert.equal(totals['nr_failed'], 4, path);
    }
  });

  it('takes every word of the configuration', () => {
    const { config } = replay(
      '--path precopy --kernel 7.2 --batch-pages 256 --channels 3 --divider stealing --completion poll --callback every ' +
        '--iommu strict --reasons compaction,syscall_or_cpuset --min-batch 32 --write-rate 2.5 --cold-cache --threads 7 ' +
        '--placement fill --fault timeout@3,map-error/10,submit-error@1/4 --seed 42',
    );
    const faults: FaultPlan[] = [
      { stage: 'timeout', first: 3, every: 0 },
      { stage: 'map-error', first: 0, every: 10 },
      { stage: 'submit-error', first: 1, every: 4 },
    ];
    assert.deepEqual(config, {
      path: 'precopy',
      kernel: '7.2',
      batchPages: 256,
      channels: 3,
      threads: 7,
      placement: 'fill',
      reasons: ['compaction', 'syscall_or_cpuset'],
      minBatch: 32,
      divider: 'stealing',
      completion: 'poll',
      callback: 'every',
      iommu: 'strict',
      writeRate: 2.5,
      coldCache: true,
      faults,
      runs: 1,
      seed: 42,
    } satisfies RunConfig);
  });

  it('offloads nothing for no reason, and everything for all', () => {
    const none = replay('--path precopy --channels 4 --reasons none --machine series-v3-zen3');
    assert.deepEqual(none.config.reasons, []);
    assert.equal(none.dma.bytes, 0);
    assert.equal(none.dma.imbalance, null);
    const all = replay('--path precopy --channels 4 --reasons all --machine series-v3-zen3');
    assert.equal(all.dma.foliosMigrated, 3044);
    assert.equal(all.dma.bytes, (3004 + 40 * 16) * 4096);
    assert.ok((all.dma.imbalance ?? 0) >= 1);
  });

  it('adds phases, and busy and sleep, up to the total, to the bit', () => {
    for (const path of COPY_PATHS) {
      for (const machine of ['rfc-v1-zen3', 'series-v3-zen3']) {
        const { time, cpu } = replay(`--path ${path} --machine ${machine} --channels 3 --divider stealing`);
        assert.equal(sum(Object.values(time.phases_ns)), time.total_ns, path);
        assert.equal(cpu.busy_ns + cpu.sleep_ns, time.total_ns, path);
        const { copies, locks } = cpu.sleepFor_ns;
        assert.ok(Math.abs(copies + locks - cpu.sleep_ns) <= 1e-6 * cpu.sleep_ns, path);
        assert.ok(locks > 0, `${path} sleeps for locked folios`);
        assert.ok(cpu.freed_ns >= 0 && cpu.freed_ns <= cpu.sleep_ns, path);
      }
    }
  });

  it('takes interrupts off the time given back; a caller that polls gives none for copies', () => {
    const words = '--path dcbm-v3 --machine series-v3-zen3 --channels 4';
    const asleep = replay(words);
    assert.ok(asleep.dma.interrupts > 0 && asleep.cpu.sleepFor_ns.copies > 0);
    const freed = Math.max(0, asleep.cpu.sleep_ns - asleep.dma.interrupt_ns);
    assert.equal(asleep.cpu.freed_ns, freed);
    const polled = replay(`${words} --completion poll`);
    assert.equal(polled.dma.interrupts, 0);
    assert.equal(polled.cpu.sleepFor_ns.copies, 0);
    assert.ok(polled.cpu.busy_ns > asleep.cpu.busy_ns);
    const threads = replay('--path threads --threads 4');
    assert.ok(threads.cpu.sleepFor_ns.copies > 0);
    const worked = sum(threads.dma.busy_ns);
    assert.ok(Math.abs(threads.cpu.freed_ns - Math.max(0, threads.cpu.sleep_ns - worked)) < 1e-3);
  });

  for (const stage of FAULT_STAGES) {
    it(`injects ${stage}: nothing is lost, and the counters tell`, () => {
      const { totals, dma } = replay(
        `--path dcbm-v3 --machine series-v3-zen3 --channels 4 --fault ${stage}@1`,
      );
      assert.equal(totals['nr_succeeded'], 3004 + 40 * 16);
      assert.equal(totals['nr_failed'], 4);
      assert.deepEqual(Object.keys(dma.failures), [...FAULT_STAGES]);
      assert.equal(sum(Object.values(dma.failures)), 1);
      assert.equal(dma.failures[stage], 1);
      assert.equal(dma.refusedBatches, stage === 'no-channel' ? 1 : 0);
      assert.ok(dma.foliosFailures > 0 && dma.fallbackFolios === dma.foliosFailures);
    });
  }

  it('counts what only some designs and devices do', () => {
    const written = replay(
      '--path speculative --machine series-v3-zen3 --channels 4 --write-rate 1e4 --cold-cache',
    );
    assert.ok(written.dma.rewrittenFolios > 0);
    assert.ok(written.dma.coldTouch_ns > 0);
    const early = replay('--path dcbm-v3 --machine series-v3-zen3 --dma sdxi:4 --channels 4');
    assert.ok(early.dma.prematureFolios > 0, 'SDXI completes in any order');
    const waits = replay(
      '--path dcbm-v3 --machine series-v3-zen3 --dma sdxi:4 --channels 4 --callback every',
    );
    assert.equal(waits.dma.prematureFolios, 0);
    assert.ok(replay('--path adaptive').dma.declinedBatches > 0, 'one channel of RFC v1 gains nothing');
  });

  it('puts a device into the machine, with the channels it is given', () => {
    const own = replay('--path dcbm-v3 --dma dsa --channels 16');
    assert.equal(own.machine.name, 'rfc-v1-zen3+dsa');
    assert.equal(own.dma.busy_ns.length, 8);
    const more = replay('--path dcbm-v3 --dma dsa:12 --channels 16');
    assert.equal(more.machine.name, 'rfc-v1-zen3+dsa:12');
    assert.equal(more.dma.busy_ns.filter((ns) => ns > 0).length, 12);
  });

  it('moves the folios between the nodes it is told', () => {
    const pair = (words: string) => replay(`--machine zen5-9655-cxl ${words}`);
    assert.deepEqual(pair('').nodes, { from: null, to: null });
    const toCxl = pair('--from 0 --to 2');
    assert.deepEqual(toCxl.nodes, { from: 0, to: 2 });
    const copy = ({ time }: Document) => time.phases_ns['copy'] ?? 0;
    assert.ok(copy(toCxl) < copy(pair('--from 2 --to 0')), 'CXL is slower to read than to write');
    assert.equal(copy(pair('--from 1 --to 0')), copy(pair('')), 'as the trace says');
  });

  it('says what is odd about the nodes and failures it is told, and plays on', () => {
    const nodes = migtrace(['replay', workload, '--json', '--to', '7']);
    assert.equal(nodes.code, 0);
    assert.match(nodes.stderr, /^--to 7: rfc-v1-zen3 has the nodes 0, 1 only/);
    assert.equal((JSON.parse(nodes.stdout) as Document).nodes.to, 7);
    const faults = migtrace(['replay', workload, '--json', '--fault', 'timeout@0']);
    assert.equal(faults.code, 0);
    assert.match(faults.stderr, /^--fault: none of these attempts/);
  });

  it('shows people the counters that moved, and no others', () => {
    const { stdout } = migtrace(
      `replay ${workload} --path dcbm-v3 --machine series-v3-zen3 --channels 4 --fault map-error@1`.split(
        ' ',
      ),
    );
    assert.match(stdout, /asleep for copies +[\d.]+ /);
    assert.match(stdout, /asleep for locks, writeback +[\d.]+ /);
    assert.match(stdout, /failed: map-error +1\n/);
    assert.match(stdout, /busiest over mean +1\.\d+/);
    assert.match(stdout, /used +4 of 16/);
    assert.doesNotMatch(stdout, /timeout|refused|written|BEFORE/);
    assert.doesNotMatch(migtrace(['replay', workload]).stdout, /copies elsewhere/);
  });

  it('prints the return value of each of very many calls', () => {
    const calls = 200_000;
    const file = join(folder, 'calls.migtrace');
    writeFileSync(file, `migtrace 1\n${'call\n  folios 1\n'.repeat(calls)}`);
    const { code, stdout, stderr } = migtrace(['replay', file, '--json', '--runs', '1']);
    assert.equal(code, 0, stderr);
    assert.equal((JSON.parse(stdout) as { returned: number[] }).returned.length, calls);
  });

  for (const [words, reason] of [
    ['--path magic', /--path magic: not one of serial, batch-cpu, /],
    ['--divider halves', /--divider halves: not one of folios, bytes, stealing\./],
    ['--completion nap', /--completion nap: not one of interrupt, poll\./],
    ['--callback first', /--callback first: not one of last, every\./],
    ['--iommu on', /--iommu on: not one of machine, off, lazy, strict\./],
    ['--min-batch 0', /--min-batch 0: not a whole number from 1 /],
    ['--write-rate often', /--write-rate often: not a number from 0 /],
    ['--dma cpu', /--dma cpu: there is no such device\. Write one of ptdma, sdxi, dsa, ioat/],
    ['--dma toString', /--dma toString: there is no such device/],
    ['--dma dsa:0', /--dma dsa: 0: not a whole number from 1 /],
    ['--dma dsa:2:3', /--dma dsa:2:3: there is no such device\. Write/],
    ['--machine constructor', /--machine constructor: neither a preset \(rfc-v1-zen3, /],
    ['--fault timeout', /--fault timeout: it does not say which attempts\. Write timeout@3/],
    ['--from -1', /--from.*ambiguous/s],
    ['--from=-1', /--from -1: not a whole number from 0 /],
    ['--to cxl', /--to cxl: not a whole number from 0 /],
    ['--reasons boredom', /--reasons boredom: not one of compaction, /],
    ['--reasons all,demotion', /--reasons all,demotion: not one of all, none\./],
    ['--placement near', /--placement near: not one of spread, fill\./],
    ['--threads 33', /--threads 33: not a whole number from 1 to 32\./],
    ['--kernel 6.1 --path async', /The design async cannot be played by the rules of 6\.1.*Choose/],
    [
      '--kernel 6.1 --path adaptive --reasons none',
      /The design adaptive cannot be played by the rules of 6\.1/,
    ],
  ] as const) {
    it(`exits 2 for ${words}, and says what to write`, () => {
      const { code, stdout, stderr } = migtrace(['replay', workload, ...words.split(' ')]);
      assert.equal(code, 2, stderr);
      assert.equal(stdout, '');
      assert.match(stderr, reason);
    });
  }
});

describe('cli: overhead', () => {
  const sample = 'samples/promotion-2m.migtrace';
  const overhead = (words: string) => {
    const { code, stdout, stderr } = migtrace([
      'overhead',
      sample,
      '--json',
      '--runs',
      '2',
      ...words.split(' '),
    ]);
    assert.equal(code, 0, stderr);
    const document = JSON.parse(stdout) as {
      machine: string;
      rows: { path: string; throughputGBps: { mean: number }; totals: Record<string, number> }[];
    };
    return { ...document, stderr };
  };

  it('plays every design on the machine, channels and kernel it is told', () => {
    const document = overhead('--machine series-v3-zen3 --channels 8 --kernel 6.12');
    assert.equal(document.machine, 'series-v3-zen3');
    assert.deepEqual(
      document.rows.map(({ path }) => path),
      [...COPY_PATHS],
    );
    for (const { path, totals } of document.rows) assert.equal(totals['nr_succeeded'], 512, path);
    const one = overhead('--machine series-v3-zen3 --channels 1 --kernel 6.12');
    const speed = ({ rows }: typeof one, wanted: string) =>
      rows.find(({ path }) => path === wanted)?.throughputGBps.mean ?? 0;
    assert.ok(speed(document, 'dcbm-v3') !== speed(one, 'dcbm-v3'));
    assert.equal(speed(document, 'serial'), speed(one, 'serial'));
  });

  it('leaves out what 6.1 has no place for, and says so', () => {
    const { rows, stderr } = overhead('--kernel 6.1');
    assert.deepEqual(
      rows.map(({ path }) => path),
      ['serial'],
    );
    assert.match(stderr, /--kernel 6\.1: .*batch-cpu, .*adaptive/);
  });
});
