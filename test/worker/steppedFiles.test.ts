import * as assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync, gunzipSync } from 'node:zlib';
import { Cancelled } from '../../src/protocol/rpc';
import { readTraceFile } from '../../src/worker/readTraceFile';
import { Spool } from '../../src/worker/spool';
import { unpackPiece } from '../../src/worker/unpackPiece';

const DAT = join('test', 'fixtures', 'traces', 'compaction-6.18', 'overrun-v6.dat.gz');
const PERF = join('test', 'fixtures', 'traces', 'mp-4k', 'perf.data.gz');

describe('files that are read here and there', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'migtrace-test-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const calm = { cancelled: () => false, progress: () => undefined };

  for (const packed of [DAT, PERF])
    it(`are the same trace packed and unpacked: ${packed}`, async () => {
      const plain = join(folder, 'plain');
      const bytes = gunzipSync(readFileSync(packed));
      writeFileSync(plain, bytes);
      const [fromPlain, fromPacked] = [await readTraceFile(plain, calm), await readTraceFile(packed, calm)];
      assert.ok(fromPlain.value.events.length > 500);
      assert.deepEqual(fromPacked.value.events, fromPlain.value.events);
      assert.deepEqual(fromPacked.value.workload, fromPlain.value.workload);
      assert.deepEqual(fromPacked.problems, fromPlain.problems);
      const hash = (content: Uint8Array) => createHash('sha256').update(content).digest('hex');
      assert.equal(fromPlain.value.provenance.sha256, hash(bytes));
      assert.equal(fromPacked.value.provenance.sha256, hash(readFileSync(packed)));
    });

  it('give sums alone when only those are wanted', async () => {
    const [all, sums] = [
      await readTraceFile(DAT, calm),
      await readTraceFile(DAT, { ...calm, detail: 'sums' }),
    ];
    assert.deepEqual(sums.value.eventCounts, all.value.eventCounts);
    assert.equal(sums.value.events.length, 0);
    assert.deepEqual(sums.problems, all.problems);
    assert.equal(sums.value.lostEvents, 3770);
  });

  it('that are packed and cut give what could be unpacked', async () => {
    const cut = join(folder, 'cut.gz');
    writeFileSync(cut, readFileSync(DAT).subarray(0, 30_000));
    const { value, problems } = await readTraceFile(cut, calm);
    assert.match(problems[0]!.message, /damaged or cut short/);
    assert.equal(value.provenance.format, 'trace-dat');
  });

  it('tell how far they are, and hear a cancel', async () => {
    const plain = join(folder, 'cancelled');
    writeFileSync(plain, gunzipSync(readFileSync(DAT)));
    const told: number[] = [];
    await readTraceFile(plain, {
      cancelled: () => false,
      progress: (done, total) => told.push(done / total),
    });
    assert.ok(told.length > 0);
    assert.ok(told.every((part) => part >= 0 && part <= 1));
    await assert.rejects(readTraceFile(plain, { ...calm, cancelled: () => true }), Cancelled);
    await assert.rejects(readTraceFile(DAT, { ...calm, cancelled: () => true }), Cancelled);
  });
});

describe('the spool of unpacked files', () => {
  const pieces = [Uint8Array.of(1, 2, 3), Uint8Array.of(4), Uint8Array.of(5, 6, 7, 8)];
  const place = process.env['TMPDIR'];
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'migtrace-test-'));
    process.env['TMPDIR'] = folder;
  });
  after(() => {
    if (place === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = place;
    rmSync(folder, { recursive: true });
  });

  for (const limit of [100, 4, 0])
    it(`keeps ${limit} bytes in memory and the rest in a file that is removed`, () => {
      const spool = new Spool(limit);
      for (const piece of pieces) spool.write(piece);
      assert.equal(readdirSync(folder).length, limit < 8 ? 1 : 0);
      const source = spool.source();
      assert.equal(source.size, 8);
      assert.deepEqual([...source.read(2, 4)], [3, 4, 5, 6]);
      assert.deepEqual([...source.read(6, 10)], [7, 8]);
      assert.deepEqual([...source.read(20, 4)], []);
      spool.close();
      assert.deepEqual(readdirSync(folder), []);
    });
});

describe('a packed piece', () => {
  const content = Buffer.from('so many pages, so many pages, so many pages');

  it('is unpacked to exactly the size it claims, or not at all', () => {
    const packed = deflateSync(content);
    assert.deepEqual(Buffer.from(unpackPiece('zlib', packed, content.length)!), content);
    assert.equal(unpackPiece('zlib', packed, content.length - 1), undefined);
    assert.equal(unpackPiece('zlib', packed, content.length + 1), undefined);
    assert.equal(unpackPiece('zlib', packed.subarray(4), content.length), undefined);
    assert.equal(unpackPiece('constructor', packed, content.length), undefined);
    assert.equal(unpackPiece('zstd', packed, content.length), undefined);
  });
});
