import * as assert from 'node:assert/strict';
import { crc32 } from '../../../src/trace/formats/migtrace/crc32';
import { writeMigtracePacked } from '../../../src/trace/formats/migtrace/writer';
import { encodeColumn } from '../../../src/trace/formats/migtrace/columnCodec';
import { writeParts } from '../../../src/trace/formats/migtrace/parts';
import { read, readClean, realisticTrace } from './support';

const HEADER = 12;
const WORKLOAD = [
  'migtrace 1',
  'machine preset=rfc-v1-zen3',
  'call pid=1 from=1 to=0',
  'folios 512',
  'folios 3 fate=locked',
  'observed addr=7f00',
  'event marker text=hello',
  '',
].join('\n');

interface Section {
  readonly kind: string;
  readonly start: number;
  readonly payload: Uint8Array;
}

function sections(file: Uint8Array): Section[] {
  const found: Section[] = [];
  for (let at = HEADER; at < file.length;) {
    const length = new DataView(file.buffer, file.byteOffset).getUint32(at + 4, true);
    found.push({
      kind: String.fromCharCode(...file.subarray(at, at + 4)),
      start: at,
      payload: file.subarray(at + 12, at + 12 + length),
    });
    at += 12 + length;
  }
  return found;
}

function section(kind: string, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(12);
  head.write(kind, 0, 'latin1');
  head.writeUInt32LE(payload.length, 4);
  head.writeUInt32LE(crc32(payload, 0, payload.length, crc32(head, 0, 8)), 8);
  return Buffer.concat([head, payload]);
}

const file = (version: number, ...parts: readonly Uint8Array[]): Buffer =>
  Buffer.concat([
    Buffer.from([0x89, 0x4d, 0x47, 0x54, 0x0d, 0x0a, 0x1a, 0x0a, version, 0, 0, 0]),
    ...parts,
    section('DONE', Buffer.alloc(0)),
  ]);

const messages = (bytes: Uint8Array): string[] => read(bytes).problems.map(({ message }) => message);

describe('.migtrace packed', () => {
  it('starts with its magic and version, and ends with DONE', () => {
    const bytes = writeMigtracePacked(readClean(WORKLOAD));
    assert.deepEqual([...bytes.subarray(0, HEADER)], [0x89, 77, 71, 84, 13, 10, 26, 10, 1, 0, 0, 0]);
    assert.deepEqual(
      sections(bytes).map(({ kind }) => kind),
      ['HEAD', 'CALL', 'RUNS', 'SEEN', 'EVNT', 'DONE'],
    );
  });

  it('checks sections with the CRC-32 of gzip and PNG', () => {
    assert.equal(crc32(Buffer.from('123456789'), 0, 9), 0xcbf43926);
  });

  it('says which version wrote a newer file, and invents nothing', () => {
    const { value, problems } = read(file(3, section('CALL', Buffer.from([1, 0]))));
    assert.deepEqual(
      problems.map(({ message }) => message),
      ['written by .migtrace version 3; this MigTrace reads version 1.'],
    );
    assert.equal(problems[0]!.offset, 8);
    assert.equal(value.workload.calls.length, 0);
  });

  it('skips unknown optional sections in silence and names unknown needed ones', () => {
    assert.deepEqual(messages(file(1, section('view', Buffer.from('anything')))), []);
    assert.deepEqual(messages(file(1, section('KEYS', Buffer.from('anything')))), [
      'section KEYS is needed to understand this file, and this MigTrace does not know it.',
    ]);
  });

  it('skips unknown columns of a known section', () => {
    const bytes = writeParts(2, [
      ['count', encodeColumn(Uint32Array.of(3, 4), 0, 2, false)],
      ['temperature', encodeColumn(Float64Array.of(1.5, 2.5), 0, 2, false)],
    ]);
    const { value, problems } = read(file(1, section('RUNS', bytes)));
    assert.deepEqual([...value.workload.folioRuns.count], [3, 4]);
    assert.ok(problems.every(({ message }) => !message.includes('temperature')));
    assert.ok(problems.some(({ message }) => message.includes('column order is missing')));
  });

  for (const { kind, start, payload } of sections(writeMigtracePacked(readClean(WORKLOAD)))) {
    if (payload.length === 0) continue;
    it(`reports a damaged ${kind} section with its offset and opens the others`, () => {
      const bytes = writeMigtracePacked(readClean(WORKLOAD));
      bytes[start + 12 + (payload.length >> 1)]! ^= 0x40;
      const { value, problems } = read(bytes);
      assert.equal(
        problems[0]!.message,
        `section ${kind} is damaged (its checksum differs); it is left out.`,
      );
      assert.equal(problems[0]!.offset, start);
      assert.equal(value.machine?.preset, kind === 'HEAD' ? undefined : 'rfc-v1-zen3');
      assert.equal(value.events.length, kind === 'EVNT' ? 0 : 1);
      assert.equal(value.workload.calls.length, kind === 'CALL' ? 0 : 1);
      assert.equal(value.workload.calls.runCount[0] ?? 0, kind === 'CALL' || kind === 'RUNS' ? 0 : 2);
    });
  }

  it('loses only the damaged block of a long recording', () => {
    const bytes = writeMigtracePacked(realisticTrace(70_000, true));
    const blocks = sections(bytes).filter(({ kind }) => kind === 'EVNT');
    assert.equal(blocks.length, 4);
    bytes[blocks[1]!.start + 1000]! ^= 1;
    const { value, problems } = read(bytes);
    assert.equal(problems.length, 1);
    assert.equal(value.events.length, 3 * 70_000 - 65_536);
  });

  it('notices at every length that a file is cut short', () => {
    const bytes = writeMigtracePacked(readClean(WORKLOAD));
    for (let length = 0; length < bytes.length; length++) {
      assert.ok(messages(bytes.subarray(0, length)).length > 0, `${length} bytes`);
    }
    assert.deepEqual(messages(bytes), []);
  });

  it('notices bytes behind the end', () => {
    const bytes = writeMigtracePacked(readClean(WORKLOAD));
    assert.deepEqual(messages(Buffer.concat([bytes, Buffer.from('more')])), [
      '4 bytes follow the end of the trace.',
    ]);
  });

  it('notices a transfer that changed line ends', () => {
    const mangled = Buffer.from(writeMigtracePacked(readClean(WORKLOAD)))
      .toString('latin1')
      .replace('\r\n', '\n');
    assert.match(messages(Buffer.from(mangled, 'latin1'))[0]!, /start of the file is damaged/);
  });

  const varint = (value: number): number[] =>
    value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))];
  for (const kind of ['CALL', 'RUNS', 'SEEN', 'EVNT']) {
    it(`does not allocate what a ${kind} section of ten bytes claims`, () => {
      const payload = Buffer.from([...varint(2 ** 31), 0, 0, 0, 0, 0]);
      const before = process.memoryUsage();
      const { problems } = read(file(1, section(kind, payload)));
      const after = process.memoryUsage();
      assert.match(problems[0]!.message, /claims 2147483648 rows in 10 bytes/);
      assert.ok(after.arrayBuffers - before.arrayBuffers < 2 ** 24);
    });
  }

  it('does not follow counts inside an event block', () => {
    const hostile = Uint8Array.from([...varint(2 ** 40), 1]);
    for (const name of ['units', 'shapes', 'order']) {
      const payload = writeParts(3, [[name, { encoding: 1, bytes: hostile }]]);
      assert.match(messages(file(1, section('EVNT', payload)))[0]!, /section EVNT: /);
    }
  });

  it('replaces codes nobody knows and says so', () => {
    const column = (...codes: number[]) => encodeColumn(Uint8Array.from(codes), 0, codes.length, false);
    const payload = writeParts(2, [
      ['count', column(0, 5)],
      ['fate', column(3, 77)],
      ['order', column(19, 9)],
    ]);
    const { value, problems } = read(file(1, section('RUNS', payload)));
    const { folioRuns } = value.workload;
    assert.deepEqual([...folioRuns.fate], [3, 0]);
    assert.deepEqual([...folioRuns.order], [0, 9]);
    assert.deepEqual([...folioRuns.count], [1, 5]);
    for (const part of ['column fate: 1', 'column order: 1', 'without a folio: 1']) {
      assert.ok(
        problems.some(({ message }) => message.includes(part)),
        part,
      );
    }
  });

  it('takes any number of small sections in time proportional to them', () => {
    const row = writeParts(1, [['call', encodeColumn(Uint32Array.of(0), 0, 1, false)]]);
    const call = section('CALL', writeParts(1, [['startNs', encodeColumn(Float64Array.of(0), 0, 1, false)]]));
    const seen = section('SEEN', row);
    const { value } = read(file(1, call, ...Array<Buffer>(50_000).fill(seen)));
    assert.equal(value.folioTimes.length, 50_000);
  });
});
