import * as assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createFtraceTextReader } from '../../../src/trace/formats/ftraceText/reader';
import { writeMigtracePacked } from '../../../src/trace/formats/migtrace/writer';
import { emptyTrace, readClean, realisticTrace } from './support';

/** Bytes of the packed file per event. */
function bytesPerEvent(trace: ReturnType<typeof realisticTrace>): number {
  return writeMigtracePacked(trace).length / trace.events.length;
}

describe('.migtrace packed size', () => {
  const mixes: readonly (readonly [string, boolean])[] = [
    ['each page is flushed by itself', true],
    ['a batch is flushed at once', false],
  ];
  for (const [name, flushEach] of mixes) {
    it(`needs at most 6 bytes per event where ${name}`, () => {
      assert.ok(bytesPerEvent(realisticTrace(20_000, flushEach)) <= 6);
    });
  }

  it('needs no more than a few hundred bytes for a workload of one call', () => {
    const trace = readClean('migtrace 1\ncall from=1 to=0\nfolios 65536\n');
    assert.ok(writeMigtracePacked(trace).length < 1000);
    assert.ok(writeMigtracePacked(emptyTrace()).length < 50);
  });

  it('keeps a real recording below 6 bytes per event', () => {
    const file = path.join('test', 'fixtures', 'migtrace', 'recorded.packed.migtrace');
    assert.ok(existsSync(file), file);
    const trace = readClean(readFileSync(file));
    assert.ok(trace.events.length > 1000);
    assert.ok(bytesPerEvent({ ...emptyTrace(), strings: trace.strings, events: trace.events }) <= 6);
    assert.ok(bytesPerEvent(trace) <= 8, 'with its calls and folios');
  });

  const places = [path.join('test', 'fixtures', 'traces'), path.join('..', 'shared', 'traces')];
  const recorded = places.flatMap((place) =>
    ['forkshared-2m', 'mlock-4m', 'autonuma-24m', 'compaction-native-6.18', 'demote', 'writers-8m']
      .map((name) => path.join(place, name, 'trace.txt.gz'))
      .filter((file) => existsSync(file)),
  );
  for (const file of recorded) {
    it(`needs at most 6 bytes per event for ${file}`, () => {
      const reader = createFtraceTextReader({ source: 'trace.txt' });
      reader.push(gunzipSync(readFileSync(file)));
      const trace = reader.finish().value;
      assert.deepStrictEqual(readClean(writeMigtracePacked(trace)), trace);
      assert.ok(bytesPerEvent({ ...emptyTrace(), strings: trace.strings, events: trace.events }) <= 6);
    });
  }
});
