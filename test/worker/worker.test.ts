import * as assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as zlib from 'node:zlib';
import { Worker } from 'node:worker_threads';
import { overheadTable } from '../../src/analysis/reproduce';
import { DEFAULT_MACHINE } from '../../src/engine/machine/presets/registry';
import { simulate } from '../../src/engine/sim/simulate';
import type { TraceSummary, WorkerNotices, WorkerRequests } from '../../src/protocol/messages';
import { Cancelled, Rpc } from '../../src/protocol/rpc';
import { createTraceReader } from '../../src/trace/formats/read';

type Client = Rpc<WorkerRequests, object, object, WorkerNotices>;

const MIB = 1 << 20;
const sample = join('samples', 'promotion-2m.migtrace');
const recorded = join('test', 'fixtures', 'traces', 'mp-2m-thp', 'trace.txt.gz');

/** The thread as the extension starts it: the bundle in dist/. */
class Thread {
  readonly progress: WorkerNotices['progress'][] = [];
  readonly client: Client;
  private readonly worker = new Worker('./dist/worker.js');

  constructor() {
    this.client = new Rpc(
      {
        post: (message, transfer) => this.worker.postMessage(message, [...(transfer ?? [])]),
        listen: (receive) => void this.worker.on('message', receive),
      },
      {},
      { progress: (payload) => this.progress.push(payload) },
    );
  }

  async end(): Promise<void> {
    await this.worker.terminate();
  }
}

describe('the analysis thread, as bundled', () => {
  let thread: Thread;
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'migtrace-worker-'));
  });
  after(() => rmSync(folder, { recursive: true }));
  beforeEach(() => {
    thread = new Thread();
  });
  afterEach(() => thread.end());

  const file = (name: string, content: string | Uint8Array) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };

  it('reads a trace and tells what is in it', async () => {
    const summary = await thread.client.request('openTrace', { path: sample });
    assert.equal(summary.name, 'promotion-2m.migtrace');
    assert.equal(summary.calls, 1);
    assert.equal(summary.folios, 512);
    assert.equal(summary.problemCount, 0);
    assert.match(summary.provenance.sha256, /^[0-9a-f]{64}$/);
  });

  it('reads trace.dat and perf.data, plain and packed', async () => {
    const fixtures = join('test', 'fixtures', 'traces');
    for (const [path, format] of [
      [join(fixtures, 'mp-2m-thp', 'trace.dat.gz'), 'trace-dat'],
      [join(fixtures, 'mp-4k', 'perf.data.gz'), 'perf-data'],
    ] as const) {
      const packed = await thread.client.request('openTrace', { path });
      const plain = await thread.client.request('openTrace', {
        path: file('unpacked', zlib.gunzipSync(readFileSync(path))),
      });
      for (const { calls, problemCount, provenance } of [packed, plain]) {
        assert.equal(calls, 10);
        assert.equal(problemCount, 0);
        assert.equal(provenance.format, format);
        assert.equal(provenance.kernel, '6.12.107+deb13-cloud-amd64');
      }
      assert.deepEqual(plain.span, packed.span);
    }
  });

  it('writes a run to a file, and no file where it is cancelled', async () => {
    const { id } = await thread.client.request('openTrace', {
      path: join('samples', 'promotion-1g.migtrace'),
    });
    const simulated = { config: { path: 'serial' as const, kernel: '6.12' as const }, machine: null };
    const path = join(folder, 'run.txt');
    const wanted = { traceId: id, simulated, format: 'ftrace-text' as const, table: 'calls' as const, path };
    const call = thread.client.call('exportTrace', wanted);
    while (!thread.progress.some(({ what }) => what === 'Writing')) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    call.cancel();
    await assert.rejects(call.result, Cancelled);
    assert.ok(!existsSync(path), 'nothing stays');
    const table = { ...wanted, format: 'csv' as const };
    const { bytes } = await thread.client.request('exportTrace', table);
    assert.equal(readFileSync(path).length, bytes);
    assert.match(readFileSync(path, 'utf8'), /^call,task,pid,/);
  });

  it('writes the recorded run, and says why where there is none', async () => {
    const path = join(folder, 'recorded.csv');
    const wanted = { simulated: null, format: 'csv' as const, table: 'calls' as const, path };
    const { id } = await thread.client.request('openTrace', { path: recorded });
    await thread.client.request('exportTrace', { ...wanted, traceId: id });
    assert.match(readFileSync(path, 'utf8'), /,recorded\r\n/);
    const described = await thread.client.request('openTrace', { path: sample });
    const refused = thread.client.request('exportTrace', { ...wanted, traceId: described.id });
    await assert.rejects(refused, /no kernel has run\. Simulate it/);
  });

  it('reads the same out of a plain file and out of a packed one', async () => {
    const text = readFileSync(sample);
    const plain = await thread.client.request('openTrace', { path: sample });
    const packed = await thread.client.request('openTrace', {
      path: file('packed.migtrace', zlib.gzipSync(text)),
    });
    const same = ({ calls, folios, span, comms, machine }: TraceSummary) => ({
      calls,
      folios,
      span,
      comms,
      machine,
    });
    assert.deepEqual(same(packed), same(plain));
    assert.notEqual(packed.id, plain.id);
  });

  it('keeps what could be unpacked of a packed file that is cut short, and says so', async () => {
    const whole = readFileSync(recorded);
    const path = file('cut.txt.gz', new Uint8Array(whole.subarray(0, Math.floor(whole.length * 0.9))));
    const summary = await thread.client.request('openTrace', { path });
    assert.ok(summary.lines > 0);
    assert.match(summary.problems[0]?.message ?? '', /damaged or cut short/);
  });

  it('unpacks zstd', async () => {
    const summary = await thread.client.request('openTrace', {
      path: 'test/fixtures/migtrace/pinned.migtrace.zst',
    });
    assert.equal(summary.calls, 258);
    assert.equal(summary.problemCount, 0);
  });

  it('keeps going where zstd is cut short, and says so', async () => {
    const whole = readFileSync('test/fixtures/migtrace/pinned.migtrace.zst');
    const path = file('cut.migtrace.zst', new Uint8Array(whole.subarray(0, 9000)));
    const summary = await thread.client.request('openTrace', { path });
    assert.match(summary.problems[0]?.message ?? '', /damaged or cut short/);
  });

  it('gives the runs a direct call gives, and keeps the trace for the next one', async () => {
    const { id, provenance } = await thread.client.request('openTrace', { path: sample });
    const reader = createTraceReader({ source: 'promotion-2m.migtrace' });
    reader.push(new Uint8Array(readFileSync(sample)));
    const { workload } = reader.finish().value;
    for (const seed of [1, 2]) {
      const { run, header } = await thread.client.request('simulate', {
        traceId: id,
        config: { path: 'dcbm-v1', seed },
        machine: DEFAULT_MACHINE,
      });
      const direct = simulate(workload, {
        machine: DEFAULT_MACHINE,
        config: { path: 'dcbm-v1', seed },
        provenance: { input: provenance.source, sha256: provenance.sha256 },
      });
      assert.deepEqual(run, direct);
      assert.equal(header.pagesMoved, direct.totals.nr_succeeded);
      assert.equal(header.throughputGBps, direct.statistics?.throughputGBps.mean);
    }
  });

  it('sends columns that own their whole buffer, so that nothing else travels along', async () => {
    const { id } = await thread.client.request('openTrace', { path: sample });
    const { run } = await thread.client.request('simulate', { traceId: id, config: {}, machine: null });
    for (const table of [run.calls, run.batches, run.segments, run.folios]) {
      for (const column of Object.values(table)) {
        if (ArrayBuffer.isView(column)) assert.equal(column.byteLength, column.buffer.byteLength);
      }
    }
  });

  it('slices the recorded folio times, within what there is', async () => {
    const { id } = await thread.client.request('openTrace', { path: recorded });
    const observed = await thread.client.request('observedRun', { traceId: id });
    const times = observed?.run.observedTimes;
    assert.ok(times && times.length > 0);
    const slice = await thread.client.request('observedTimes', { traceId: id, first: 0, count: 10_000_000 });
    assert.deepEqual(slice, times);
    const none = await thread.client.request('observedTimes', { traceId: id, first: times.length, count: 5 });
    assert.equal(none.length, 0);
    // Asked again: what was sent before was a copy.
    assert.deepEqual((await thread.client.request('observedRun', { traceId: id }))?.run.observedTimes, times);
  });

  it('computes the overhead table a direct call computes', async () => {
    assert.deepEqual(
      await thread.client.request('overhead', { machine: null }),
      overheadTable(DEFAULT_MACHINE),
    );
  });

  it('tells how far it has read, and stops when it is told to', async () => {
    const path = file('long.txt', Buffer.alloc(64 * MIB, `${'x'.repeat(99)}\n`));
    const call = thread.client.call('openTrace', { path });
    while (thread.progress.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    call.cancel();
    await assert.rejects(call.result, Cancelled);
    const { done, total, requestId } = thread.progress.at(-1) as WorkerNotices['progress'];
    assert.equal(requestId, call.id);
    assert.equal(total, 64 * MIB);
    assert.ok(done < total, 'the file was read to its end before the cancel was heard');
    // The thread works on.
    assert.equal((await thread.client.request('openTrace', { path: sample })).folios, 512);
  });

  describe('while it simulates', () => {
    /** Hours of work, were nobody to stop it. */
    const long = { path: 'serial', runs: 100_000 } as const;
    const large = () =>
      file('large.migtrace', 'migtrace 1\ncall mode=MIGRATE_SYNC\n  folios 1000000\n  folios 7 order=9\n');
    const simulating = async (requestId: number) => {
      const has = () => thread.progress.some((told) => told.requestId === requestId && told.done > 0);
      while (!has()) await new Promise((resolve) => setTimeout(resolve, 5));
    };

    it('tells how far it is, in base pages of all plays', async () => {
      const { id } = await thread.client.request('openTrace', { path: large() });
      thread.progress.length = 0;
      const call = thread.client.call('simulate', { traceId: id, config: { runs: 2 }, machine: null });
      const { run } = await call.result;
      const told = thread.progress.filter(({ requestId }) => requestId === call.id);
      assert.ok(told.length >= 3, `${told.length} notices`);
      assert.ok(told.every(({ what }) => what === 'Simulating'));
      const pages = 1_000_000 + 7 * 512;
      assert.equal(run.totals.nr_succeeded, pages);
      assert.deepEqual([told.at(-1)?.done, told.at(-1)?.total], [3 * pages, 3 * pages]);
      for (const [i, { done }] of told.entries()) assert.ok(i === 0 || done >= (told[i - 1]?.done ?? 0));
    });

    it('stops when it is told to, and then answers what was asked meanwhile, in order', async () => {
      const { id } = await thread.client.request('openTrace', { path: large() });
      const call = thread.client.call('simulate', { traceId: id, config: long, machine: null });
      const rejected = assert.rejects(call.result, Cancelled);
      await simulating(call.id);
      const answers: string[] = [];
      const meanwhile = [
        thread.client
          .request('simulate', { traceId: id, config: { runs: 1 }, machine: null })
          .then(() => answers.push('simulate')),
        thread.client.request('closeTrace', { traceId: id }).then(() => answers.push('closeTrace')),
      ];
      call.cancel();
      await rejected;
      await Promise.all(meanwhile);
      assert.deepEqual(answers, ['simulate', 'closeTrace']);
    });

    it('does not play what was asked and taken back while another run was played', async () => {
      const { id } = await thread.client.request('openTrace', { path: large() });
      const first = thread.client.call('simulate', { traceId: id, config: long, machine: null });
      const second = thread.client.call('simulate', { traceId: id, config: long, machine: null });
      const rejected = [first, second].map((call) => assert.rejects(call.result, Cancelled));
      await simulating(first.id);
      second.cancel();
      first.cancel();
      await Promise.all(rejected);
      assert.ok(thread.progress.every(({ requestId, done }) => requestId !== second.id || done === 0));
    });
  });

  it('rejects what it cannot do with a reason a person understands', async () => {
    const open = (path: string) => thread.client.request('openTrace', { path });
    await assert.rejects(open(join(folder, 'nowhere')), /there is no such file/);
    await assert.rejects(open(folder), /it is not a file|it is a folder/);
    await assert.rejects(open(file('empty.txt', '')), /it is empty/);
    await assert.rejects(
      thread.client.request('simulate', { traceId: 99, config: {}, machine: null }),
      /trace 99 is not open/,
    );
  });

  it('forgets a trace that is closed', async () => {
    const { id } = await thread.client.request('openTrace', { path: sample });
    await thread.client.request('closeTrace', { traceId: id });
    await assert.rejects(thread.client.request('observedRun', { traceId: id }), /is not open/);
  });

  it('describes a workload that reads back as it was described', async () => {
    const options = {
      'folio-size': '2M',
      total: '64M',
      from: 0,
      to: 1,
      reason: 'demotion',
      mode: 'MIGRATE_ASYNC',
    };
    const { text } = await thread.client.request('describeWorkload', { options });
    const summary = await thread.client.request('openTrace', { path: file('described.migtrace', text) });
    assert.equal(summary.folios, 32);
    assert.equal(summary.problemCount, 0);
  });

  it('says which answer is wrong when a workload cannot be described', async () => {
    const describe = (options: Record<string, string>) =>
      thread.client.request('describeWorkload', { options });
    await assert.rejects(describe({ total: 'much' }), /total much is not a size/);
    await assert.rejects(describe({ reason: 'boredom' }), /reason boredom is not known.*numa_misplaced/);
    await assert.rejects(describe({ from: '1', to: '1' }), /both node 1/);
    await assert.rejects(describe({ 'folio-size': '2M', total: '3M' }), /not a whole number of folios/);
  });
});
