import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { traceInfo } from '../../../src/analysis/info';
import { rowsOf, segmentsOf } from '../../../src/base/segments';
import { EventColumns } from '../../../src/trace/calls/eventColumns';
import { createFolioRows, pushFolioRow } from '../../../src/trace/calls/folioRows';
import { TimeColumns } from '../../../src/trace/calls/timeColumns';
import { createTraceReader } from '../../../src/trace/formats/read';
import {
  EVENT_SCHEMA,
  EVENT_TYPES,
  FOLIO_TIME_SCHEMA,
  type FolioTimes,
  type TraceEvents,
} from '../../../src/trace/model';
import { collectedTraces, fixtureTraces, readRecording, type RecordedTrace } from '../recordings';

const EVENT_NAMES = Object.keys(EVENT_SCHEMA) as (keyof typeof EVENT_SCHEMA)[];
const TIME_NAMES = Object.keys(FOLIO_TIME_SCHEMA) as (keyof typeof FOLIO_TIME_SCHEMA)[];

function checkSums({ path }: RecordedTrace): void {
  const whole = traceInfo(readRecording(path));
  const reader = createTraceReader({ source: path.split('/').at(-1)!, detail: 'sums' });
  reader.push(gunzipSync(readFileSync(path)));
  const parsed = reader.finish();
  assert.deepEqual(traceInfo(parsed), whole);
  assert.equal(parsed.value.events.length, 0);
  assert.equal(parsed.value.workload.calls.length, 0);
}

describe('a summary alone', () => {
  for (const recorded of fixtureTraces()) {
    it(`of ${recorded.name} says what the whole trace says`, () => checkSums(recorded));
  }
  for (const recorded of collectedTraces()) {
    it(`of ${recorded.name} in the collection says what the whole trace says`, () => checkSums(recorded));
  }
});

describe('a summary alone, of lines behind a beginning that is none', () => {
  it('says what the whole trace says', () => {
    const text = gunzipSync(readFileSync('test/fixtures/traces/mp-4k/trace.txt.gz'));
    const junk = Buffer.concat([Buffer.from('some words of somebody\n'.repeat(400)), text]);
    const [all, sums] = (['all', 'sums'] as const).map((detail) => {
      const reader = createTraceReader({ source: 'x', detail });
      reader.push(junk);
      return traceInfo(reader.finish());
    });
    assert.equal(all?.totals.nr_succeeded, 10);
    assert.deepEqual(sums, all);
  });
});

/** The events of a recording over and over, later each time, `rows` of them, in columns that pack early or not at all. */
function repeated(
  events: TraceEvents,
  rows: number,
  isLong: boolean,
  renumber: Int32Array | null,
): TraceEvents {
  const columns = new EventColumns(true, isLong);
  for (let row = 0; row < rows; row++) {
    const from = row % events.length;
    columns.add(
      events.type[from]!,
      events.timeNs[from]! + Math.floor(row / events.length) * 1e9,
      events.cpu[from]!,
      events.pid[from]!,
      events.a[from]!,
      events.b[from]!,
      events.lo[from]!,
      events.hi[from]!,
    );
  }
  return columns.finish(renumber);
}

describe('a recording too large for columns', () => {
  const { events } = readRecording('test/fixtures/traces/mixed-status-1m/trace.txt.gz').value;
  const rows = 400_000;
  const plain = repeated(events, rows, false, null);
  const packed = repeated(events, rows, true, null);

  it('keeps every event as it was', () => {
    assert.equal(packed.length, rows);
    for (const name of EVENT_NAMES) assert.deepEqual(packed[name], plain[name], name);
  });

  it('gives its events segment by segment, and any stretch of them', () => {
    let next = 0;
    let segments = 0;
    for (const { first, rows: segment } of segmentsOf(EVENT_SCHEMA, packed)) {
      assert.equal(first, next);
      for (const name of EVENT_NAMES)
        assert.deepEqual(segment[name], plain[name].subarray(first, first + segment.length), name);
      next += segment.length;
      segments++;
    }
    assert.equal(next, rows);
    assert.ok(segments > 5);
    const stretch = rowsOf(EVENT_SCHEMA, packed, 65_000, 200_000);
    assert.equal(stretch.length, 135_000);
    for (const name of EVENT_NAMES)
      assert.deepEqual(stretch[name], plain[name].subarray(65_000, 200_000), name);
  });

  it('numbers calls anew where some were none, packed or not', () => {
    const isOfCall = (row: number): boolean => EVENT_TYPES[plain.type[row]!]!.startsWith('mm_migrate_pages');
    const calls = plain.a.reduce((most, a, row) => (isOfCall(row) ? Math.max(most, a) : most), 0) + 1;
    const renumber = Int32Array.from({ length: calls }, (_, call) => call + 5);
    for (const isLong of [true, false]) {
      const moved = repeated(events, rows, isLong, renumber);
      const expected = plain.a.map((a, row) => (isOfCall(row) ? a + 5 : a));
      assert.deepEqual(moved.a, expected);
      assert.deepEqual(moved.lo, plain.lo);
    }
  });

  it('keeps every observed folio as it was', () => {
    const fill = (isLong: boolean): FolioTimes => {
      const columns = new TimeColumns(isLong);
      for (let call = 0; call < 300; call++) {
        const folios = createFolioRows();
        for (let i = 0; i < 1000; i++) {
          const row = pushFolioRow(folios, 0x7f00_0000_0000 + (call * 1000 + i) * 4096, i % 10 === 0 ? 9 : 0);
          if (i % 7 > 0) folios.columns.unmappedNs[row] = call * 1e6 + i * 1000;
          folios.columns.fromPfn[row] = i % 5 === 0 ? -1 : 0x10_0000 + i;
          folios.columns.outcome[row] = i % 3;
          folios.columns.tries[row] = i;
        }
        columns.add(folios, call);
      }
      return columns.finish(null);
    };
    const [small, large] = [fill(false), fill(true)];
    assert.equal(large.length, 300_000);
    for (const name of TIME_NAMES) assert.deepEqual(large[name], small[name], name);
    assert.equal(Math.max(...small.tries.subarray(0, 1000)), 255);
  });
});
