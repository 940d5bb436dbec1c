import * as assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { writeMigtracePacked } from '../../../src/trace/formats/migtrace/writer';
import { collectedTraces, fixtureTraces, readRecording } from '../recordings';
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

  /** With fewer events, texts of markers and the head of the file are most of it. */
  const FEW_EVENTS = 1000;
  /** Larger recordings hold more of the same. */
  const MANY_EVENTS = 200_000;
  for (const { name, path: file, truth } of [...fixtureTraces(), ...collectedTraces()]) {
    const count = Object.values(truth.events).reduce((sum, of) => sum + of, 0);
    if (count < FEW_EVENTS || count > MANY_EVENTS) continue;
    it(`needs at most 6 bytes per event for the events of ${name}, and loses nothing`, () => {
      const trace = readRecording(file).value;
      const packed = writeMigtracePacked(trace);
      assert.deepStrictEqual(readClean(packed), trace);
      const events = bytesPerEvent({ ...emptyTrace(), strings: trace.strings, events: trace.events });
      assert.ok(events <= 6, `${events.toFixed(2)} bytes`);
      // With calls, and with folios, their times and their lists, which are derived from the events.
      assert.ok(packed.length / trace.events.length <= 10);
    });
  }
});
