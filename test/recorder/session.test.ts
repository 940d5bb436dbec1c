/** A whole recording, from pages a real kernel wrote to a trace, without a kernel that lets itself be recorded. */
import { strict as assert } from 'node:assert';
import { readdirSync } from 'node:fs';
import { traceInfo } from '../../src/analysis/info';
import { finishRecording } from '../../src/recorder/finishRecording';
import { RecorderProblem } from '../../src/recorder/recorderProblem';
import type { SessionOptions } from '../../src/recorder/recordingSession';
import { RecordingSession } from '../../src/recorder/recordingSession';
import { createMigtraceReader } from '../../src/trace/formats/migtrace/reader';
import { writeMigtracePacked } from '../../src/trace/formats/migtrace/writer';
import { FakeKernel } from './fakeKernel';
import { scratchFolder, sessionOptions, USER } from './support';

/** What the kernel counted while the fixture was recorded. */
const MOVED = 16_940;

describe('a recording', () => {
  let kernel = new FakeKernel();
  let folder = scratchFolder();
  beforeEach(() => {
    kernel = new FakeKernel();
    folder = scratchFolder();
  });
  afterEach(() => folder.remove());

  const options = (changes: Partial<SessionOptions> = {}) =>
    sessionOptions({ temporaryFolder: folder.path, ...changes });
  const recordAll = (session: RecordingSession) => {
    while (kernel.waiting > 0) session.poll();
    session.stop('asked');
    return finishRecording(session, ['a note']);
  };

  it('holds what the kernel wrote, equal to what it counted', () => {
    const session = RecordingSession.start(kernel, options());
    const { parsed, check } = recordAll(session);
    const { value } = parsed;
    const info = traceInfo(parsed);
    assert.deepEqual(parsed.problems, []);
    assert.equal(info.totals.nr_succeeded, MOVED);
    assert.equal(info.calls.incomplete, 0);
    assert.ok(info.calls.complete > 10);
    assert.equal(check.agrees, true, check.reason);
    assert.equal(value.lostEvents, 0);
    assert.equal(value.provenance.kernel, '6.18.44-fc-v782');
    assert.equal(value.provenance.clock, 'mono');
    assert.equal(value.provenance.origin, 'recorded');
    assert.ok(value.provenance.notes.includes('a note'));
    const counter = value.counters.find(({ name }) => name === 'pgmigrate_success');
    assert.equal(counter!.after - counter!.before, MOVED);
    assert.deepEqual(
      value.machine?.nodes.map(({ id, cpus }) => ({ id, cpus })),
      [{ id: 0, cpus: [0, 1] }],
    );
    assert.ok(value.machine.nodes[0]!.pfnSpans.length > 0);
    const { events } = value;
    for (let row = 1; row < events.length; row++) assert.ok(events.timeNs[row]! >= events.timeNs[row - 1]!);
    session.discard();
  });

  it('tells the same live as the trace says in the end, however the pages come', () => {
    for (const pagesPerPoll of [1, 7, 1000]) {
      kernel = new FakeKernel();
      kernel.pagesPerPoll = pagesPerPoll;
      const session = RecordingSession.start(kernel, options());
      session.poll();
      const early = session.figures();
      const { parsed } = recordAll(session);
      const late = session.figures();
      const info = traceInfo(parsed);
      const { calls, ...totals } = late.totals;
      assert.deepEqual(totals, info.totals);
      assert.equal(calls, info.calls.complete);
      assert.deepEqual(late.events, info.events);
      assert.equal(late.eventCount, parsed.value.events.length);
      assert.deepEqual(
        late.reasons.map(({ name, calls: count }) => [name, count]),
        Object.entries(info.byReason).map(([name, { calls: count }]) => [name, count]),
      );
      assert.ok(early.eventCount > 0 && early.eventCount <= late.eventCount);
      assert.ok(late.flows.length === 1 && late.flows[0]!.from === 0 && late.flows[0]!.to === 0);
      // A page that is mapped prints one pair; one that is not prints none.
      assert.ok(late.flows[0]!.pages > 0 && late.flows[0]!.pages <= MOVED);
      session.discard();
    }
  });

  it('survives being written and read', () => {
    const session = RecordingSession.start(kernel, options());
    const { parsed } = recordAll(session);
    session.discard();
    const reader = createMigtraceReader({ source: 'x.migtrace' });
    reader.push(writeMigtracePacked(parsed.value));
    const again = reader.finish();
    assert.deepEqual(again.problems, []);
    assert.deepEqual(traceInfo(again).totals, traceInfo(parsed).totals);
    assert.deepEqual(again.value.counters, parsed.value.counters);
    assert.deepEqual(again.value.machine, parsed.value.machine);
  });

  it('writes to its own instance only, switches on last and off first, and removes everything', () => {
    kernel.instances.add('somebody-else');
    const session = RecordingSession.start(kernel, options());
    assert.equal(kernel.instances.size, 2);
    recordAll(session);
    session.discard();
    session.discard();
    assert.deepEqual([...kernel.instances], ['somebody-else']);
    assert.equal(kernel.opened.size, 0);
    assert.deepEqual(readdirSync(folder.path), []);
    const writes = kernel.log.filter((line) => line.startsWith('write '));
    for (const line of writes) assert.match(line, /^write \/sys\/kernel\/tracing\/instances\/INSTANCE\//);
    const switches = writes.map((line) => /tracing_on (\d)$/.exec(line)?.[1] ?? '-').join('');
    assert.match(switches, /^0-+10$/);
  });

  it('ends at its limits', () => {
    const limits = { seconds: Infinity, bytes: Infinity, events: Infinity };
    kernel.pagesPerPoll = 1000;
    const bySize = RecordingSession.start(kernel, options({ limits: { ...limits, bytes: 100_000 } }));
    assert.equal(bySize.poll(), 'size');
    bySize.discard();
    kernel = new FakeKernel();
    const byEvents = RecordingSession.start(kernel, options({ limits: { ...limits, events: 10 } }));
    assert.equal(byEvents.poll(), 'events');
    byEvents.discard();
    kernel = new FakeKernel();
    const byTime = RecordingSession.start(kernel, options({ limits: { ...limits, seconds: 0 } }));
    assert.equal(byTime.poll(), 'time');
    byTime.discard();
  });

  it('reads CPUs that come later', () => {
    kernel.cpus = [0];
    const session = RecordingSession.start(kernel, options());
    session.poll();
    assert.equal(session.figures().cpus, 1);
    kernel.cpus = [0, 1];
    assert.equal(session.figures().cpus, 2);
    const { check } = recordAll(session);
    assert.equal(check.agrees, true, check.reason);
    session.discard();
  });

  it('says what was lost, live and in the trace, and why the sums may differ', () => {
    const session = RecordingSession.start(kernel, options());
    const stats = `${session.instance.folder}/per_cpu/cpu1/stats`;
    kernel.texts.set(
      stats,
      'entries: 0\noverrun: 70\ncommit overrun: 2\nbytes: 0\ndropped events: 5\nread events: 9\n',
    );
    assert.equal(session.figures().lostEvents, 77);
    const { parsed } = recordAll(session);
    assert.equal(parsed.value.lostEvents, 77);
    assert.match(parsed.problems[0]!.message, /lost 77 events .*overrun 70, commit overrun 2, dropped 5/);
    assert.match(parsed.problems[0]!.hint, /--buffer/);
    session.discard();
  });

  it('keeps only what belongs to calls when it records by reason', () => {
    const session = RecordingSession.start(kernel, options({ reasons: ['compaction', 'demotion'] }));
    const filters = kernel.log.filter((line) => /\/filter /.test(line));
    assert.deepEqual(
      filters.map((line) => line.replace(/.*events\//, '')),
      [
        'migrate/mm_migrate_pages_start/filter reason == 0 || reason == 8',
        'migrate/mm_migrate_pages/filter reason == 0 || reason == 8',
      ],
    );
    const { parsed, check } = recordAll(session);
    const info = traceInfo(parsed);
    assert.equal(info.totals.nr_succeeded, MOVED);
    // Flushes of tasks that migrated nothing are gone.
    assert.ok((info.events['tlb_flush'] ?? 0) < (session.figures().events['tlb_flush'] ?? 0));
    assert.equal(check.agrees, true, check.reason);
    session.discard();
  });

  it('follows the tasks it is given', () => {
    const session = RecordingSession.start(kernel, options({ pids: [12, 34] }));
    const own = '/sys/kernel/tracing/instances/INSTANCE';
    assert.ok(kernel.log.includes(`write ${own}/set_event_pid 12 34`));
    assert.ok(kernel.log.includes(`write ${own}/options/event-fork 1`));
    session.discard();
  });

  it('leaves nothing behind where it cannot be set up', () => {
    for (const [path, code, message] of [
      [/buffer_size_kb/, 'ENOMEM', /no memory .* --buffer/],
      [/tracing_on/, 'EACCES', /You \(user 1000\) may not use/],
      [/trace_clock/, 'EROFS', /read-only/],
      [/enable/, 'EINVAL', /failed: EINVAL/],
    ] as const) {
      kernel = new FakeKernel();
      kernel.faults.push({ path, act: 'write', code });
      assert.throws(
        () => RecordingSession.start(kernel, options({ asker: USER })),
        (error) => error instanceof RecorderProblem && message.test(error.message),
        code,
      );
      assert.equal(kernel.instances.size, 0, code);
      assert.deepEqual(readdirSync(folder.path), [], code);
    }
  });

  it('names the clocks, events, reasons and tracers the kernel has, where another was asked for', () => {
    kernel.texts.set('/sys/kernel/tracing/available_tracers', 'blk function nop\n');
    for (const [changes, message] of [
      [{ clock: 'sundial' }, /no trace clock "sundial". It offers local, global, .*mono/],
      [{ events: ['migrate', 'sched:no_such'] }, /no event "sched:no_such"/],
      [{ events: ['../../etc'] }, /no event/],
      [{ reasons: ['boredom'] }, /no migration reason "boredom". It knows compaction, .*damon/],
      [{ functionGraph: true }, /no function_graph tracer .* it has blk, function, nop/],
    ] as const) {
      assert.throws(() => RecordingSession.start(kernel, options(changes)), message);
      assert.equal(kernel.instances.size, 0);
    }
  });
});
