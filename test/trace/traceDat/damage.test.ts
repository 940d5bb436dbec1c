import * as assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { MAX_PROBLEMS, type Parsed } from '../../../src/base/problem';
import type { MigrationTrace } from '../../../src/trace/model';
import { FIXTURES } from '../recordings';
import { type WrittenDat, type WrittenFormat, WRITTEN_PAGE, writeDat } from '../../support/traceDatWriter';
import { datBytes, readDat } from './support';

const SWITCH: WrittenFormat = { name: 'sched_switch', id: 300, fields: [['int', 'prev_prio', 8, 4, 1]] };
const event = (timeNs: number) => ({ event: 'sched_switch', timeNs, values: { common_pid: 7 } });
const SMALL: WrittenDat = {
  version: 7,
  formats: [SWITCH],
  buffers: [{ name: '', cpus: [[{ events: [event(10), event(30)] }], [{ events: [event(20)] }]] }],
};
const RECORDED = [
  'compaction-6.18/zstd-v7.dat.gz',
  'compaction-6.18/overrun-v6.dat.gz',
  'mp-2m-thp/trace.dat.gz',
];

function messages({ problems }: Parsed<MigrationTrace>): string {
  return problems.map(({ message }) => message).join('\n');
}

/** What any reading must keep to, whatever the bytes. */
function isSound({ value, problems, problemCount }: Parsed<MigrationTrace>, fileBytes: number): void {
  assert.ok(problems.length <= MAX_PROBLEMS && problemCount >= problems.length);
  // An event takes eight bytes at least, packed or not some more of the pages.
  assert.ok(value.events.length <= fileBytes * 64, `${value.events.length} events`);
  for (const { message, hint } of problems) assert.ok(message !== '' && hint !== '');
}

describe('damaged trace.dat files', () => {
  for (const name of RECORDED) {
    const path = `${FIXTURES}/${name}`;
    it(`are read as far as they go: ${name} cut anywhere`, () => {
      const bytes = datBytes(path);
      const whole = readDat(bytes).value.events.length;
      let last = 0;
      for (let step = 0; step <= 60; step++) {
        const length = Math.floor((bytes.length * step) / 60);
        const parsed = readDat(bytes.subarray(0, length));
        isSound(parsed, bytes.length);
        if (length < bytes.length - WRITTEN_PAGE) assert.ok(parsed.problemCount > 0, `cut at ${length}`);
        last = parsed.value.events.length;
        assert.ok(last <= whole);
      }
      assert.equal(last, whole);
    });

    it(`never stop the reader: ${name} with bytes changed`, () => {
      const bytes = datBytes(path);
      const places = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), {
        minLength: 1,
        maxLength: 40,
      });
      fc.assert(
        fc.property(places, (changes) => {
          const copy = Uint8Array.from(bytes);
          for (const [at, byte] of changes) copy[at] = byte;
          isSound(readDat(copy), bytes.length);
        }),
        { numRuns: 30, seed: 7 },
      );
    });
  }

  it('never stop the reader: a small file, bytes of its front changed one by one', () => {
    for (const dat of [SMALL, { ...SMALL, isPacked: true }, { ...SMALL, version: 6 as const }]) {
      const bytes = writeDat(dat);
      for (let at = 10; at < Math.min(bytes.length, 2500); at += 23) {
        const copy = Buffer.from(bytes);
        copy[at] = at % 2 === 0 ? 0xff : copy[at]! ^ 0x81;
        isSound(readDat(copy), bytes.length);
      }
    }
  });

  it('random bytes behind the magic are problems', () => {
    fc.assert(
      fc.property(fc.constantFrom('6', '7'), fc.uint8Array({ maxLength: 3000 }), (version, rest) => {
        const head = Buffer.from(`\x17\x08\x44tracing${version}\0`, 'latin1');
        const parsed = readDat(Buffer.concat([head, rest]));
        isSound(parsed, 3000);
        assert.ok(parsed.problemCount > 0);
      }),
      { numRuns: 100, seed: 11 },
    );
  });

  it('whose options form a circle are read once', () => {
    const bytes = writeDat(SMALL);
    const options = Number(bytes.readBigUInt64LE(OPTIONS_PLACE));
    // The last option of the section is DONE: it ends with the place of the next section.
    bytes.writeBigUInt64LE(BigInt(options), bytes.length - 8);
    const parsed = readDat(bytes);
    assert.match(messages(parsed), /form a circle/);
    assert.deepEqual([...parsed.value.events.timeNs], [10, 20, 30]);
  });

  it('that claim a million CPUs are read with those there are', () => {
    const bytes = writeDat({ ...SMALL, version: 6 });
    const tag = bytes.indexOf('options  \0');
    bytes.writeUInt32LE(1_000_000, tag - 4);
    const parsed = readDat(bytes);
    assert.match(messages(parsed), /claims 1000000 CPUs/);
    assert.deepEqual([...parsed.value.events.timeNs], [10, 20, 30]);
  });

  it('whose CPUs share a place give its events once', () => {
    const bytes = writeDat({ ...SMALL, version: 6 });
    const table = bytes.indexOf('flyrecord\0') + 10;
    bytes.copy(bytes, table + 16, table, table + 16);
    const parsed = readDat(bytes);
    assert.match(messages(parsed), /The place of the events of CPU 1 is that of others/);
    assert.deepEqual([...parsed.value.events.timeNs], [10, 30]);
  });

  it('that claim more bytes than they have are read to their end', () => {
    const bytes = writeDat({ ...SMALL, version: 6 });
    const table = bytes.indexOf('flyrecord\0') + 10;
    bytes.writeBigUInt64LE(1n << 60n, table + 16 + 8);
    const parsed = readDat(bytes);
    assert.match(messages(parsed), /The file ends within the events of CPU 1/);
    assert.deepEqual([...parsed.value.events.timeNs], [10, 20, 30]);
  });

  it('whose pages have no sensible size are read with the usual one', () => {
    for (const size of [0, 7, 0xffff_fff0]) {
      const bytes = writeDat({ ...SMALL, version: 6 });
      bytes.writeUInt32LE(size, PAGE_SIZE_PLACE);
      const parsed = readDat(bytes);
      assert.match(messages(parsed), new RegExp(`pages have ${size} bytes`));
      assert.deepEqual([...parsed.value.events.timeNs], [10, 20, 30]);
    }
  });

  it('with a commit beyond the page give the events of it', () => {
    const bytes = writeDat({ ...SMALL, version: 6 });
    const table = bytes.indexOf('flyrecord\0') + 10;
    const page = Number(bytes.readBigUInt64LE(table));
    bytes.writeUInt32LE(0x3fff_fff0, page + 8);
    const parsed = readDat(bytes);
    assert.match(messages(parsed), /claims more than its size/);
    assert.equal(parsed.problems[0]!.offset, page);
    assert.deepEqual([...parsed.value.events.timeNs].slice(0, 3), [10, 20, 30]);
  });

  it('with an unknown compression say its name', () => {
    const bytes = writeDat({ ...SMALL, isPacked: true });
    bytes.write('lz99', bytes.indexOf('zlib'));
    const parsed = readDat(bytes);
    assert.match(messages(parsed), /cannot be unpacked \(lz99\)/);
    assert.ok(parsed.problems.every(({ hint }) => hint !== ''));
  });

  it('with a piece that cannot be unpacked give the events of the others', () => {
    const cpus = [[{ events: [event(10)] }, { events: [event(20)] }, { events: [event(30)] }]];
    const bytes = writeDat({ ...SMALL, isPacked: true, buffers: [{ name: '', cpus }] });
    const count = Buffer.from([3, 0, 0, 0]);
    const chunks = bytes.indexOf(
      count,
      Math.ceil(bytes.indexOf('\x03\x00\x01\x00') / WRITTEN_PAGE) * WRITTEN_PAGE,
    );
    const second = chunks + 4 + 8 + bytes.readUInt32LE(chunks + 4);
    bytes.fill(0xee, second + 8, second + 8 + bytes.readUInt32LE(second));
    const parsed = readDat(bytes);
    assert.match(messages(parsed), /A piece of the trace data of CPU 0 cannot be unpacked/);
    assert.equal(parsed.problems[0]!.offset, second);
    assert.deepEqual([...parsed.value.events.timeNs], [10, 30]);
  });

  it('with unreadable descriptions count events under their numbers', () => {
    const bytes = writeDat({
      ...SMALL,
      version: 6,
      formats: [{ ...SWITCH, name: 'first', id: 299 }, SWITCH],
    });
    const name = bytes.indexOf('name: sched_switch');
    bytes.write('nome', name);
    const parsed = readDat(bytes);
    assert.match(messages(parsed), /description of an event cannot be read/);
    assert.equal(parsed.problems[0]!.offset, name);
    assert.deepEqual(parsed.value.eventCounts, { 'event-300': 3 });
  });

  it('of a later version are told so', () => {
    const bytes = writeDat(SMALL);
    bytes.write('8', 10);
    assert.match(messages(readDat(bytes)), /has version 8; MigTrace reads versions 6 and 7/);
  });
});

/** Behind magic, version, byte order and size of a long. */
const PAGE_SIZE_PLACE = 14;
/** Behind the page size and `none`, with no version. */
const OPTIONS_PLACE = PAGE_SIZE_PLACE + 4 + 6;
