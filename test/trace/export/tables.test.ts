import * as assert from 'node:assert/strict';
import { observedRun } from '../../../src/analysis/observedRun';
import { replay } from '../../../src/analysis/replay';
import { TOTAL_NAMES } from '../../../src/engine/kernel/totals';
import type { ExportFormat, ExportTableName } from '../../../src/trace/export/formatNames';
import { EXPORT_TABLES } from '../../../src/trace/export/formatNames';
import type { ExportSubject } from '../../../src/trace/export/formats';
import { exportOf } from '../../../src/trace/export/formats';
import type { MigrationTrace } from '../../../src/trace/model';
import { collectedTraces, fixtureTraces, readRecording } from '../recordings';
import type { Row } from './duckdb';
import { ask } from './duckdb';
import { recording, sample, whole } from './support';

const READERS = { csv: 'read_csv(FILE, header = true)', parquet: 'read_parquet(FILE)' } as const;
const FORMATS = ['csv', 'parquet'] as const;
/** Larger recordings are for the bench. */
const MANY_EVENTS = 50_000;

function observed(trace: MigrationTrace): ExportSubject {
  return { trace, run: observedRun(trace) };
}

function simulated(trace: MigrationTrace): ExportSubject {
  return { trace, run: replay(trace, { path: 'precopy', kernel: '6.12', runs: 0 }, null) };
}

function bytesOf(subject: ExportSubject, format: ExportFormat, table: ExportTableName): Buffer {
  return whole(exportOf(subject, { format, table }));
}

function query(
  subject: ExportSubject,
  format: 'csv' | 'parquet',
  table: ExportTableName,
  what: string,
): Promise<Row[]> {
  const bytes = bytesOf(subject, format, table);
  return ask(`table.${format}`, bytes, what.replace('TABLE', READERS[format]));
}

const IN_PAGES: ReadonlySet<string> = new Set(['nr_succeeded', 'nr_failed']);
const SUMS = TOTAL_NAMES.map((name) => {
  const unit = IN_PAGES.has(name) ? 'pages' : 'folios';
  return `CAST(coalesce(sum(${name}_${unit}), 0) AS BIGINT) AS ${name}`;
}).join(', ');

for (const format of FORMATS) {
  describe(`${format} tables, read by DuckDB`, () => {
    for (const { name, path, truth } of [...fixtureTraces(), ...collectedTraces()]) {
      const events = Object.values(truth.events).reduce((sum, count) => sum + count, 0);
      if (!/trace\.txt(\.gz)?$/.test(name) || events > MANY_EVENTS) continue;
      it(`hold the events and the sums of ${name}`, async () => {
        const subject = observed(readRecording(path).value);
        const { trace, run } = subject;
        assert.ok(run);
        const rows = await query(
          subject,
          format,
          'events',
          'SELECT event, count(*) AS n FROM TABLE GROUP BY event',
        );
        const counted = Object.fromEntries(rows.map(({ event, n }) => [event, n]));
        for (const [event, count] of Object.entries(trace.eventCounts)) {
          // Markers are counted under the name of their own event.
          if (event === 'print' || event === 'tracing_mark_write') continue;
          assert.equal(counted[event], count, event);
        }
        const [sums] = await query(subject, format, 'calls', `SELECT count(*) AS calls, ${SUMS} FROM TABLE`);
        assert.deepEqual(sums, { calls: run.calls.length, ...run.totals });
      });
    }

    it('hold each folio of a recording with its time, and none where it was not seen', async () => {
      const subject = observed(recording('overrun-4m'));
      const { folioTimes } = subject.trace;
      const [row] = await query(
        subject,
        format,
        'folios',
        `SELECT count(*) AS folios, count(unmapped_ns) AS seen, CAST(sum(pages) AS BIGINT) AS pages,
           CAST(max(remapped_ns) AS DOUBLE) AS last, count(*) FILTER (outcome = 'moved') AS moved FROM TABLE`,
      );
      const seen = folioTimes.unmappedNs.filter((ns) => !Number.isNaN(ns)).length;
      assert.ok(seen < folioTimes.length, 'the recording lost events');
      assert.deepEqual(row, {
        folios: folioTimes.length,
        seen,
        pages: folioTimes.order.reduce((sum, order) => sum + 2 ** order, 0),
        last: folioTimes.remappedNs.reduce((last, ns) => (ns > last ? ns : last), 0),
        moved: folioTimes.outcome.filter((code) => code === 1).length,
      });
    });

    it('hold a simulated run: phases add up to the time of each call, folios and batches to its pages', async () => {
      const subject = simulated(sample('mixed-fates'));
      const run = subject.run!;
      const [calls] = await query(
        subject,
        format,
        'calls',
        `SELECT ${SUMS}, max(abs(unmap_ns + flush_ns + copy_ns + remap_ns + other_ns - duration_ns)) < 0.001 AS adds,
           CAST(sum(untried_pages) AS BIGINT) AS untried FROM TABLE`,
      );
      assert.deepEqual(calls, { ...run.totals, adds: true, untried: run.untried });
      const [batches] = await query(
        subject,
        format,
        'batches',
        'SELECT CAST(sum(moved_pages) AS BIGINT) AS moved, count(*) AS n FROM TABLE',
      );
      assert.deepEqual(batches, { moved: run.totals.nr_succeeded, n: run.batches.length });
      const [folios] = await query(
        subject,
        format,
        'folios',
        'SELECT CAST(sum(folios) AS BIGINT) AS n, CAST(max(call) AS BIGINT) AS last FROM TABLE',
      );
      assert.deepEqual(folios, { n: run.folioCount, last: run.calls.length - 1 });
    });

    it('hold the events that a simulated run would print', async () => {
      const subject = simulated(sample('mixed-fates'));
      const rows = await query(
        subject,
        format,
        'events',
        'SELECT event, count(*) AS n FROM TABLE GROUP BY event',
      );
      const counted = Object.fromEntries(rows.map(({ event, n }) => [event, n]));
      const { tlb_flush_operations, ...entries } = subject.run!.events;
      for (const [event, count] of Object.entries({ ...entries, tlb_flush: tlb_flush_operations })) {
        assert.equal(counted[event] ?? 0, count, event);
      }
    });

    it('say the total over everything and by reason', async () => {
      const subject = observed(recording('mixed-status-1m'));
      const rows = await query(subject, format, 'totals', 'SELECT * FROM TABLE');
      assert.equal(rows[0]?.['reason'], 'all');
      assert.equal(rows[0]?.['nr_succeeded_pages'], subject.run!.totals.nr_succeeded);
      assert.equal(
        rows.slice(1).reduce((sum, row) => sum + Number(row['calls']), 0),
        subject.run!.calls.length,
      );
    });
  });
}

describe('parquet, read by DuckDB', () => {
  const subject = () => observed(recording('mp-4k'));

  it('says the unit of every column that has one, in its name and in the metadata', async () => {
    for (const table of EXPORT_TABLES) {
      const bytes = bytesOf(subject(), 'parquet', table);
      const columns = await ask('t.parquet', bytes, 'DESCRIBE SELECT * FROM read_parquet(FILE)');
      const metadata = await ask(
        't.parquet',
        bytes,
        'SELECT decode(key) AS key, decode(value) AS value FROM parquet_kv_metadata(FILE)',
      );
      const known = new Map(metadata.map(({ key, value }) => [String(key), String(value)]));
      assert.equal(known.get('migtrace.run'), 'recorded by a kernel');
      for (const { column_name: name } of columns) {
        assert.ok(known.has(`about.${String(name)}`), `about.${String(name)}`);
        const suffix = /_(ns|pages|folios|bytes)$/.exec(String(name))?.[1];
        if (suffix !== undefined) assert.equal(known.get(`unit.${String(name)}`), suffix);
      }
    }
  });

  it('has numbers as numbers, missing ones as NULL', async () => {
    const columns = await ask(
      't.parquet',
      bytesOf(subject(), 'parquet', 'events'),
      'SELECT column_name AS name, column_type AS type FROM (DESCRIBE SELECT * FROM read_parquet(FILE))',
    );
    const types = Object.fromEntries(columns.map(({ name, type }) => [name, type]));
    assert.equal(types['time_ns'], 'DOUBLE');
    assert.equal(types['address'], 'BIGINT');
    assert.equal(types['pid'], 'INTEGER');
    assert.equal(types['task'], 'VARCHAR');
    const [row] = await ask(
      't.parquet',
      bytesOf(subject(), 'parquet', 'events'),
      `SELECT count(address) AS entries FROM read_parquet(FILE)`,
    );
    assert.equal(row?.['entries'], 20);
  });

  it('writes a row group per 32,768 rows, so that no reader needs the whole', async () => {
    const large = simulated(sample('promotion-256m'));
    const groups = await ask(
      't.parquet',
      bytesOf(large, 'parquet', 'events'),
      'SELECT row_group_id AS id, max(row_group_num_rows) AS n FROM parquet_metadata(FILE) GROUP BY 1 ORDER BY 1',
    );
    assert.ok(groups.length > 1);
    assert.ok(groups.every(({ n }) => Number(n) <= 32_768));
  });
});

describe('tables for people', () => {
  const hostile = '=cmd|"x",\n<img src=x>';
  function hostileTrace(): MigrationTrace {
    const trace = recording('mp-4k');
    return { ...trace, workload: { ...trace.workload, comms: trace.workload.comms.map(() => hostile) } };
  }

  it('keep a task whose name is a formula a text, within its CSV field', async () => {
    const bytes = bytesOf(observed(hostileTrace()), 'csv', 'calls');
    const rows = await ask('t.csv', bytes, `SELECT DISTINCT task FROM ${READERS.csv}`);
    assert.deepEqual(rows, [{ task: `'${hostile}` }]);
  });

  it('keep HTML and pipes in a name out of the Markdown', () => {
    const text = bytesOf(observed(hostileTrace()), 'markdown', 'calls').toString();
    const lines = text.split('\n').filter((line) => line.startsWith('|'));
    const bars = (line: string) => line.replaceAll(/\\./g, '').split('|').length;
    assert.equal(lines.length, 12);
    assert.deepEqual(new Set(lines.map(bars)).size, 1);
    assert.ok(!/(^|[^\\])</.test(lines.join('\n')));
  });
});
