/** function_graph: what is set up in the instance, what is said where it cannot be, and what becomes of its events. */
import { strict as assert } from 'node:assert';
import { finishRecording } from '../../src/recorder/finishRecording';
import { RecordingSession } from '../../src/recorder/recordingSession';
import { FakeKernel } from './fakeKernel';
import { scratchFolder, sessionOptions } from './support';

const TRACEFS = '/sys/kernel/tracing';
const OWN = `${TRACEFS}/instances/INSTANCE`;
const COMMON = `format:
\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;
\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;
\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;

\tfield:unsigned long func;\toffset:8;\tsize:8;\tsigned:0;
`;
/** As Linux 6.18 describes them. */
const ENTRY = `name: funcgraph_entry
ID: 11
${COMMON}\tfield:unsigned int depth;\toffset:16;\tsize:4;\tsigned:0;

print fmt: "--> %ps (%u)", (void *)REC->func, REC->depth
`;
const EXIT = `name: funcgraph_exit
ID: 10
${COMMON}\tfield:unsigned int depth;\toffset:16;\tsize:4;\tsigned:0;
\tfield:unsigned int overrun;\toffset:20;\tsize:4;\tsigned:0;
\tfield:unsigned long long calltime;\toffset:24;\tsize:8;\tsigned:0;
\tfield:unsigned long long rettime;\toffset:32;\tsize:8;\tsigned:0;

print fmt: "<-- %ps (%u)", (void *)REC->func, REC->depth
`;
const KALLSYMS = `ffffffff81000000 T _text
ffffffff81200000 T migrate_pages
ffffffff81300000 T folio_mc_copy
`;
const MIGRATE_PAGES = 0xffffffff81200000n;
const FOLIO_MC_COPY = 0xffffffff81300000n;
const PID = 77;
const BASE = 1_000_000;

/** A page of the ring buffer that holds `records`, each with its time in ns (struct buffer_data_page, ring_buffer.c). */
function pageOf(records: readonly { readonly at: number; readonly bytes: Buffer }[]): Buffer {
  const page = Buffer.alloc(4096);
  page.writeBigUInt64LE(BigInt(BASE), 0);
  let end = 16;
  let last = BASE;
  for (const { at, bytes } of records) {
    page.writeUInt32LE((((at - last) << 5) | (bytes.length / 4)) >>> 0, end);
    bytes.copy(page, end + 4);
    end += 4 + bytes.length;
    last = at;
  }
  page.writeBigUInt64LE(BigInt(end - 16), 8);
  return page;
}

function recordOf(id: number, length: number, fill: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.alloc(length);
  bytes.writeUInt16LE(id, 0);
  bytes.writeInt32LE(PID, 4);
  fill(bytes);
  return bytes;
}

const entry = (at: number, func: bigint, depth: number) => ({
  at,
  bytes: recordOf(11, 20, (bytes) => {
    bytes.writeBigUInt64LE(func, 8);
    bytes.writeUInt32LE(depth, 16);
  }),
});
const exit = (called: number, at: number, func: bigint, depth: number) => ({
  at,
  bytes: recordOf(10, 40, (bytes) => {
    bytes.writeBigUInt64LE(func, 8);
    bytes.writeUInt32LE(depth, 16);
    bytes.writeBigUInt64LE(BigInt(called), 24);
    bytes.writeBigUInt64LE(BigInt(at), 32);
  }),
});

describe('function_graph', () => {
  let kernel = new FakeKernel();
  let folder = scratchFolder();
  beforeEach(() => {
    folder = scratchFolder();
    kernel = new FakeKernel();
    kernel.texts.set(`${TRACEFS}/available_tracers`, 'function_graph function nop\n');
    kernel.texts.set(
      `${TRACEFS}/available_filter_functions`,
      'do_sys_open\nmigrate_pages\nfolio_mc_copy\nfolio_copy [module]\n',
    );
    kernel.texts.set(`${TRACEFS}/events/ftrace/funcgraph_entry/format`, ENTRY);
    kernel.texts.set(`${TRACEFS}/events/ftrace/funcgraph_exit/format`, EXIT);
    kernel.texts.set('/proc/kallsyms', KALLSYMS);
  });
  afterEach(() => folder.remove());

  const start = () =>
    RecordingSession.start(kernel, sessionOptions({ temporaryFolder: folder.path, functionGraph: true }));

  it('is switched on in the instance, for those functions of migration that the kernel has', () => {
    const session = start();
    assert.ok(kernel.log.includes(`write ${OWN}/set_ftrace_filter migrate_pages\nfolio_copy\nfolio_mc_copy`));
    assert.ok(kernel.log.includes(`write ${OWN}/current_tracer function_graph`));
    assert.ok(!kernel.log.some((line) => line.includes('set_graph_function')));
    session.discard();
  });

  it('measures calls and copies', () => {
    kernel.givePages(
      pageOf([
        entry(BASE + 100, MIGRATE_PAGES, 0),
        entry(BASE + 200, FOLIO_MC_COPY, 1),
        exit(BASE + 200, BASE + 700, FOLIO_MC_COPY, 1),
        exit(BASE + 100, BASE + 1100, MIGRATE_PAGES, 0),
      ]),
    );
    const session = start();
    while (kernel.waiting > 0) session.poll();
    session.stop('asked');
    assert.equal(session.tally.eventCount, 4);
    const { parsed } = finishRecording(session, []);
    session.discard();
    assert.deepEqual(
      parsed.value.timings
        .map(({ name, calls, totalNs }) => ({ name, calls, totalNs }))
        .sort((a, b) => a.totalNs - b.totalNs),
      [
        { name: 'folio_mc_copy', calls: 1, totalNs: 500 },
        { name: 'migrate_pages', calls: 1, totalNs: 1000 },
      ],
    );
    assert.equal(parsed.value.eventCounts['funcgraph_entry'], 2);
    assert.equal(parsed.value.eventCounts['funcgraph_exit'], 2);
  });

  it('is refused, with the reason, by kernels that have it not, or not in instances', () => {
    kernel.faults.push({ act: 'write', path: /current_tracer/, code: 'EINVAL' });
    assert.throws(start, /only in the top-level buffer, not in an instance/);
    kernel.texts.set(`${TRACEFS}/available_filter_functions`, 'do_sys_open\n');
    assert.throws(start, /None of the functions of page migration/);
    kernel.texts.set(`${TRACEFS}/available_tracers`, 'blk function nop\n');
    assert.throws(start, /no function_graph tracer .* it has blk, function, nop/);
    assert.equal(kernel.instances.size, 0);
  });
});
