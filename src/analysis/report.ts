/** Tables as text: for a mail in the cover letter's own lines, for Markdown, for a spreadsheet. */
import type { MeanSd } from '../base/statistics';
import { csv, escapeMarkdown, markdownTable } from '../base/textTables';
import type { CopyPathName } from '../engine/sim/run';
import type { OverheadRow, OverheadTable } from './overhead';

/** Headings of the cover letter, in its order. */
const HEADINGS: Readonly<Record<CopyPathName, string>> = {
  serial: 'Generic Kernel',
  'batch-cpu': 'Offload disabled - folios batch-move using CPU',
  'dcbm-v1': 'Offload enabled - folios batch-move using DMAengine',
  'dcbm-v2': 'Offload enabled - each folio mapped by itself (v2)',
  threads: 'mtcopy - worker threads (v2, v3)',
  'dcbm-v3': 'Offload enabled - scatter list per channel (v3)',
  'precopy-v4': 'Offload enabled - copy before the mapping moves (v4)',
  precopy: 'Offload enabled - copy before the mapping moves, marked per folio (v6)',
  async: 'Not posted - the next batch begins while this one is copied',
  speculative: 'Not posted - copied while mapped, written folios copied again',
  adaptive: 'Not posted - CPU or engine per batch, by prediction',
};

/** The RFC's lines: `4KB::   migrate_pages:17799.00±4278.25  folio_copy:794.00±232.87  F:0.0478±0.0199`. */
export function coverLetterTable(table: OverheadTable): string {
  const lines = [
    `Simulated by MigTrace on ${table.machine}`,
    'overheads Fraction, F= (t3-t2)/(t4-t1)',
    'Measurement: Mean ± SD is measured in cpu_cycles/page',
  ];
  let heading: CopyPathName | null = null;
  for (const row of table.rows) {
    if (row.path !== heading) lines.push('', HEADINGS[row.path]);
    heading = row.path;
    lines.push(
      [
        `${row.size}:: `.padEnd(8) + `migrate_pages:${plusMinus(row.migratePages, 2)}`,
        `folio_copy:${plusMinus(row.folioCopy, 2)}`,
        `F:${plusMinus(row.fraction, 4)}`,
      ].join('  '),
    );
  }
  return `${lines.join('\n')}\n`;
}

/** A Markdown table with the published values beside the simulated ones. */
export function overheadMarkdown(table: OverheadTable): string {
  const head = [
    'design',
    'size',
    'migrate_pages',
    'published',
    'folio_copy',
    'published',
    'F',
    'published',
    'GB/s',
    'first folio (µs)',
    'blocked p99 (µs)',
  ];
  const rows = table.rows.map((row) => [
    HEADINGS[row.path],
    row.size,
    spaced(row.migratePages, 2),
    published(row, 'migratePages', 2),
    spaced(row.folioCopy, 2),
    published(row, 'folioCopy', 2),
    spaced(row.fraction, 4),
    published(row, 'fraction', 4),
    spaced(row.throughputGBps, 3),
    (row.firstFolioNs / 1000).toFixed(2),
    (row.blockedP99Ns / 1000).toFixed(2),
  ]);
  const title = `Overhead in CPU cycles per page (mean ± SD) on ${escapeMarkdown(table.machine)}; F = (t3-t2)/(t4-t1).`;
  return `${title}\n\n${markdownTable(head, rows)}`;
}

/** One line per design and size, plain numbers, phases included. */
export function overheadCsv(table: OverheadTable): string {
  const phases = ['unmap', 'flush', 'copy', 'remap', 'other'] as const;
  const head = [
    'machine',
    'path',
    'size',
    'total_bytes',
    'migrate_pages_cycles_mean',
    'migrate_pages_cycles_sd',
    'folio_copy_cycles_mean',
    'folio_copy_cycles_sd',
    'F_mean',
    'F_sd',
    'throughput_GBps_mean',
    'throughput_GBps_sd',
    ...phases.map((phase) => `${phase}_cycles`),
    'first_folio_ns',
    'blocked_p99_ns',
    'published_migrate_pages_cycles',
    'published_folio_copy_cycles',
    'published_F',
  ];
  const rows = table.rows.map((row) => [
    table.machine,
    row.path,
    row.size,
    row.totalBytes,
    ...[row.migratePages, row.folioCopy, row.fraction, row.throughputGBps].flatMap(({ mean, sd }) => [
      mean,
      sd,
    ]),
    ...phases.map((phase) => row.phases[phase]),
    row.firstFolioNs,
    row.blockedP99Ns,
    row.published?.migratePages.mean ?? '',
    row.published?.folioCopy.mean ?? '',
    row.published?.fraction.mean ?? '',
  ]);
  return csv([head, ...rows]);
}

/** One line of a comparison of runs of one trace. */
export interface ReportedRun {
  readonly title: string;
  readonly machine: string;
  readonly pagesMoved: number;
  readonly pagesFailed: number;
  readonly throughputGBps: number | null;
  readonly cyclesPerPage: MeanSd | null;
  readonly fraction: number | null;
  readonly agrees: boolean | null;
}

export function runsMarkdown(trace: string, runs: readonly ReportedRun[]): string {
  const head = ['run', 'machine', 'moved', 'failed', 'cycles/page', 'F', 'GB/s', 'equals the recording'];
  const rows = runs.map((run) => [
    escapeMarkdown(run.title),
    escapeMarkdown(run.machine),
    String(run.pagesMoved),
    String(run.pagesFailed),
    run.cyclesPerPage === null ? '–' : spaced(run.cyclesPerPage, 2),
    run.fraction === null ? '–' : run.fraction.toFixed(4),
    run.throughputGBps === null ? '–' : run.throughputGBps.toFixed(3),
    run.agrees === null ? '–' : run.agrees ? 'yes' : 'no',
  ]);
  return `Runs of ${escapeMarkdown(trace)}.\n\n${markdownTable(head, rows)}`;
}

export function runsCsv(trace: string, runs: readonly ReportedRun[]): string {
  const head = [
    'trace',
    'run',
    'machine',
    'pages_moved',
    'pages_failed',
    'cycles_per_page_mean',
    'cycles_per_page_sd',
    'F',
    'throughput_GBps',
    'agrees',
  ];
  const rows = runs.map((run) => [
    trace,
    run.title,
    run.machine,
    run.pagesMoved,
    run.pagesFailed,
    run.cyclesPerPage?.mean ?? '',
    run.cyclesPerPage?.sd ?? '',
    run.fraction ?? '',
    run.throughputGBps ?? '',
    run.agrees ?? '',
  ]);
  return csv([head, ...rows]);
}

function plusMinus({ mean, sd }: MeanSd, digits: number): string {
  return `${mean.toFixed(digits)}±${sd.toFixed(digits)}`;
}

function spaced({ mean, sd }: MeanSd, digits: number): string {
  return `${mean.toFixed(digits)} ± ${sd.toFixed(digits)}`;
}

function published(
  row: OverheadRow,
  metric: 'migratePages' | 'folioCopy' | 'fraction',
  digits: number,
): string {
  return row.published === null ? '–' : spaced(row.published[metric], digits);
}
