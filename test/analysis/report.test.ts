import * as assert from 'node:assert/strict';
import type { OverheadRow, OverheadTable } from '../../src/analysis/overhead';
import type { ReportedRun } from '../../src/analysis/report';
import {
  coverLetterTable,
  overheadCsv,
  overheadMarkdown,
  runsCsv,
  runsMarkdown,
} from '../../src/analysis/report';
import { overheadTable } from '../../src/analysis/reproduce';
import { DEFAULT_MACHINE } from '../../src/engine/machine/presets/registry';
import type { CopyPathName } from '../../src/engine/sim/run';

function row(path: CopyPathName, size: string, published: boolean): OverheadRow {
  const migratePages = { mean: 17799, sd: 4278.25 };
  const folioCopy = { mean: 794, sd: 232.87 };
  const fraction = { mean: 0.0478, sd: 0.0199 };
  return {
    path,
    size,
    totalBytes: 4096,
    phases: { unmap: 1, flush: 2, copy: 3, remap: 4, other: 5 },
    migratePages,
    folioCopy,
    fraction,
    throughputGBps: { mean: 0.46, sd: 0.1 },
    firstFolioNs: 8900,
    blockedP99Ns: 1234,
    published: published ? { migratePages, folioCopy, fraction } : null,
  };
}

const table: OverheadTable = {
  machine: 'rfc',
  rows: [row('serial', '4KB', true), row('serial', '256MB', false), row('dcbm-v1', '4KB', false)],
};

describe('the overhead table as text', () => {
  it('has the lines of the cover letter, to the character', () => {
    assert.deepEqual(coverLetterTable(table).split('\n'), [
      'Simulated by MigTrace on rfc',
      'overheads Fraction, F= (t3-t2)/(t4-t1)',
      'Measurement: Mean ± SD is measured in cpu_cycles/page',
      '',
      'Generic Kernel',
      '4KB::   migrate_pages:17799.00±4278.25  folio_copy:794.00±232.87  F:0.0478±0.0199',
      '256MB:: migrate_pages:17799.00±4278.25  folio_copy:794.00±232.87  F:0.0478±0.0199',
      '',
      'Offload enabled - folios batch-move using DMAengine',
      '4KB::   migrate_pages:17799.00±4278.25  folio_copy:794.00±232.87  F:0.0478±0.0199',
      '',
    ]);
  });

  it('has a Markdown row per design and size, with a dash where nothing was published', () => {
    const lines = overheadMarkdown(table).trimEnd().split('\n');
    assert.equal(lines.length, 4 + table.rows.length);
    assert.match(
      lines[4] ?? '',
      /^\| Generic Kernel \| 4KB \| 17799\.00 ± 4278\.25 \| 17799\.00 ± 4278\.25 \|/,
    );
    assert.match(lines[5] ?? '', /^\| Generic Kernel \| 256MB \| 17799\.00 ± 4278\.25 \| – \|/);
    const columns = lines.slice(2).map((line) => line.split(' | ').length);
    assert.equal(new Set(columns).size, 1);
  });

  it('has a CSV line per design and size, as many fields in each', () => {
    const lines = overheadCsv(overheadTable(DEFAULT_MACHINE, 3)).trimEnd().split('\r\n');
    assert.equal(lines.length, 1 + 12);
    const fields = (lines[0] ?? '').split(',').length;
    for (const line of lines) assert.equal(line.split(',').length, fields, line);
    assert.ok(lines.slice(1).every((line) => Number(line.split(',')[4]) > 1000));
  });
});

describe('runs as text', () => {
  const run: ReportedRun = {
    title: 'Serial | 6.8',
    machine: 'rfc',
    pagesMoved: 512,
    pagesFailed: 3,
    throughputGBps: 2.5,
    cyclesPerPage: { mean: 3400, sd: 20 },
    fraction: 0.2,
    agrees: true,
  };
  const observed: ReportedRun = {
    ...run,
    title: 'observed',
    throughputGBps: null,
    cyclesPerPage: null,
    fraction: null,
    agrees: null,
  };

  it('escape what Markdown would take for itself', () => {
    const [, , , , first, second] = runsMarkdown('a_b*.migtrace', [run, observed]).split('\n');
    assert.match(runsMarkdown('a_b*.migtrace', []), /^Runs of a\\_b\\\*\.migtrace\./);
    assert.equal(first, '| Serial \\| 6.8 | rfc | 512 | 3 | 3400.00 ± 20.00 | 0.2000 | 2.500 | yes |');
    assert.equal(second, '| observed | rfc | 512 | 3 | – | – | – | – |');
  });

  it('quote names for CSV, and let no spreadsheet take one for a formula', () => {
    const lines = runsCsv('=1+1,"x"', [run, observed]).split('\r\n');
    assert.equal(lines[1], `"'=1+1,""x""",Serial | 6.8,rfc,512,3,3400,20,0.2,2.5,true`);
    assert.equal(lines[2], `"'=1+1,""x""",observed,rfc,512,3,,,,,`);
  });
});
