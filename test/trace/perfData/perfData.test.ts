import * as assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { MAX_PROBLEMS, type Parsed } from '../../../src/base/problem';
import { memorySource } from '../../../src/trace/byteSource';
import { EVENT_TYPES, type MigrationTrace } from '../../../src/trace/model';
import { createPerfDataReader } from '../../../src/trace/formats/perfData/reader';
import { WRITTEN_ID, type WrittenPerf, type WrittenSample, writePerf } from '../../support/perfDataWriter';
import { FIXTURES } from '../recordings';

function readPerf(bytes: Uint8Array): Parsed<MigrationTrace> {
  const reader = createPerfDataReader(memorySource(bytes), { source: 'perf.data' });
  while (reader.step());
  return reader.finish();
}

function messages({ problems }: Parsed<MigrationTrace>): string {
  return problems.map(({ message }) => message).join('\n');
}

describe('perf.data files of perf record', () => {
  const recorded = [`${FIXTURES}/mp-4k`, '../shared/traces/mp-4k', '../shared/traces/pinned-vmsplice'];
  for (const folder of recorded.filter((path) => existsSync(path)))
    it(`hold what perf script --ns prints, event by event: ${folder}`, () => {
      const { value, problems } = readPerf(gunzipSync(readFileSync(`${folder}/perf.data.gz`)));
      assert.deepEqual(problems, []);
      const lines = scriptEvents(gunzipSync(readFileSync(`${folder}/script-ns.txt.gz`)).toString());
      assert.ok(lines.length > 100);
      const { events, workload } = value;
      assert.equal(events.length, lines.length);
      lines.forEach((line, row) => {
        const name = EVENT_TYPES[events.type[row]!]!;
        assert.deepEqual(
          [name, events.timeNs[row], events.cpu[row], events.pid[row]],
          [line.name, line.timeNs, line.cpu, line.pid],
          `event ${row}`,
        );
        if (name === 'set_migration_pte' || name === 'remove_migration_pte') {
          const pte = events.hi[row]!.toString(16) + events.lo[row]!.toString(16).padStart(8, '0');
          const told = `addr=${events.a[row]!.toString(16)}, pte=${pte} order=${events.b[row]}`;
          assert.equal(told.replace('pte=0', 'pte='), line.text);
        } else if (name === 'tlb_flush') {
          assert.match(line.text, new RegExp(`^pages:${events.a[row]} .*\\(${events.b[row]}\\)$`));
        } else assert.equal(workload.comms[workload.calls.comm[events.a[row]!]!], line.comm);
      });
      assert.equal(value.provenance.kernel, '6.12.107+deb13-cloud-amd64');
      assert.equal(value.provenance.clock, 'mono');
      assert.deepEqual(value.provenance.notes, ['Recorded by perf 6.1.187.']);
    });

  for (const layout of [
    {},
    { isBigEndian: true },
    { isPipe: true },
    { isPipe: true, isBigEndian: true },
    { hasCallchain: true },
  ])
    it(`are read whatever their layout: ${JSON.stringify(layout)}`, () => {
      const parsed = readPerf(writePerf({ ...SMALL, ...layout }));
      assert.equal(
        messages(parsed),
        'perf was too slow: 6 events are missing. Sums and calls are incomplete there.',
      );
      const { value } = parsed;
      const { timeNs, type, cpu, pid, a, b } = value.events;
      const rows = Array.from(timeNs, (time, row) => [
        time,
        EVENT_TYPES[type[row]!],
        cpu[row],
        pid[row],
        a[row],
        b[row],
      ]);
      assert.deepEqual(rows, [
        [100, 'mm_migrate_pages_start', 2, 42, 0, 0],
        [200, 'tlb_flush', 1, 7, -1, 3],
        [250, 'lost', 1, 0, 6, 0],
        [300, 'tlb_flush', 1, 7, 1, 4],
        [400, 'mm_migrate_pages_start', 2, 43, 1, 0],
      ]);
      // Named later than the first event, and by its parent.
      const { comms, calls } = value.workload;
      assert.deepEqual([comms[calls.comm[0]!], comms[calls.comm[1]!]], ['before', 'after exec']);
      assert.equal(value.provenance.kernel, '6.9.1-test');
      assert.equal(value.provenance.clock, 'mono');
      assert.equal(value.lostEvents, 6);
    });

  it('tell the losses that perf sums up at the end once, and none that a filter left out', () => {
    const parsed = readPerf(
      writePerf({
        ...SMALL,
        records: [...SMALL.records, { lostSamples: 9 }, { lostSamples: 100, isFiltered: true }],
      }),
    );
    assert.equal(parsed.value.lostEvents, 9);
  });

  it('that end too early or hold what cannot be are read as far as they go', () => {
    const bytes = writePerf(SMALL);
    const whole = readPerf(bytes).value.events.length;
    for (let length = 8; length < bytes.length; length += 37) {
      const parsed = readPerf(bytes.subarray(0, length));
      assert.ok(parsed.problemCount > 0 && parsed.value.events.length <= whole, `cut at ${length}`);
    }
    const real = gunzipSync(readFileSync(`${FIXTURES}/mp-4k/perf.data.gz`));
    const places = fc.array(fc.tuple(fc.nat(real.length - 1), fc.nat(255)), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(places, (changes) => {
        const copy = Uint8Array.from(real);
        for (const [at, byte] of changes) copy[at] = byte;
        const { value, problems } = readPerf(copy);
        assert.ok(problems.length <= MAX_PROBLEMS && value.events.length <= real.length / 8);
      }),
      { numRuns: 40, seed: 3 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1000 }), (rest) => {
        assert.ok(readPerf(Buffer.concat([Buffer.from('PERFILE2'), rest])).problemCount > 0);
      }),
      { numRuns: 100, seed: 5 },
    );
  });

  it('with records of no size, or compressed ones, say where and what to do', () => {
    const bad = Buffer.alloc(16);
    const cut = readPerf(writePerf({ ...SMALL, records: [...SMALL.records.slice(0, 3), { bytes: bad }] }));
    assert.match(messages(cut), /A record of 0 bytes cannot be/);
    assert.ok(cut.problems[0]!.offset! > 0);
    assert.ok(cut.value.events.length > 0);
    const compressed = Buffer.from('5100000000001000ffffffffffffffff', 'hex');
    const parsed = readPerf(writePerf({ ...SMALL, records: [{ bytes: compressed }, ...SMALL.records] }));
    assert.match(messages(parsed), /recorded with -z/);
    assert.equal(parsed.value.events.length, 5);
  });

  it('without descriptions of tracepoints say so', () => {
    const parsed = readPerf(writePerf({ ...SMALL, formats: [] }));
    assert.ok(parsed.problemCount > 0);
    assert.equal(parsed.value.workload.calls.length, 0);
  });
});

const sample = (
  timeNs: number,
  cpu: number,
  pid: number,
  event: number,
  ...numbers: number[]
): WrittenSample => ({
  timeNs,
  cpu,
  pid,
  id: WRITTEN_ID,
  event,
  numbers,
});

/** Records of two CPUs in the order perf writes them: one buffer, then the other. */
const SMALL: WrittenPerf = {
  formats: [
    {
      name: 'mm_migrate_pages_start',
      id: 701,
      fields: [
        ['enum migrate_mode', 'mode', 8, 4, 0],
        ['int', 'reason', 12, 4, 1],
      ],
    },
    {
      name: 'tlb_flush',
      id: 188,
      fields: [
        ['int', 'reason', 8, 4, 1],
        ['int', 'pages', 12, 4, 0],
      ],
    },
  ],
  records: [
    { comm: 'before', pid: 42, timeNs: 0 },
    { sample: { ...sample(100, 2, 42, 701, 2, 3), callchain: [1, 2, 3] } },
    { fork: 43, parent: 42, timeNs: 310 },
    { comm: 'after exec', pid: 43, timeNs: 320 },
    { sample: sample(400, 2, 43, 701, 0, 0) },
    { sample: sample(200, 1, 7, 188, 3, -1) },
    { lost: 6, timeNs: 250, cpu: 1 },
    { sample: sample(300, 1, 7, 188, 4, 1) },
  ],
};

interface ScriptEvent {
  readonly comm: string;
  readonly pid: number;
  readonly cpu: number;
  readonly timeNs: number;
  readonly name: string;
  readonly text: string;
}

function scriptEvents(script: string): ScriptEvent[] {
  return script.split('\n').flatMap((line) => {
    const match = /^\s*(\S.*?)\s+(\d+) \[(\d+)\]\s+(\d+)\.(\d{9}):\s+\w+:(\w+): (.*)$/.exec(line);
    if (match === null) return [];
    const [, comm = '', pid, cpu, seconds, fraction, name = '', text = ''] = match;
    return [
      {
        comm,
        pid: Number(pid),
        cpu: Number(cpu),
        timeNs: Number(seconds) * 1e9 + Number(fraction),
        name,
        text,
      },
    ];
  });
}
