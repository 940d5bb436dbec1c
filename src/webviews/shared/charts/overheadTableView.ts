/** The overhead charts as a table, the published values beside the simulated ones. */
import { PATHS } from '../../../engine/kernel/copyPath/registry';
import type { OverheadRow, OverheadTable } from '../../../analysis/overhead';
import type { MeanSd } from '../../../base/statistics';
import type { Column, TableOptions } from '../dataTable';
import { formatCyclesSd, formatFraction, formatGBps, formatNanoseconds } from '../format';

export function overheadOptions(table: OverheadTable): TableOptions {
  const { rows } = table;
  const of = (row: number) => rows[row] as OverheadRow;
  const title = (row: number) => PATHS[of(row).path].title;
  const pair = (
    name: string,
    tooltip: string,
    simulated: (row: OverheadRow) => MeanSd,
    published: (row: OverheadRow) => MeanSd | null,
    text: (value: MeanSd) => string,
  ): readonly Column[] => [
    {
      title: name,
      tooltip,
      numeric: true,
      value: (row) => simulated(of(row)).mean,
      text: (row) => text(simulated(of(row))),
    },
    {
      title: 'RFC',
      tooltip: `${name} as the RFC published it`,
      numeric: true,
      value: (row) => published(of(row))?.mean ?? NaN,
      text: (row) => {
        const value = published(of(row));
        return value === null ? '–' : text(value);
      },
      mark: () => 'published',
    },
  ];
  const fraction = (value: MeanSd) => `${formatFraction(value.mean)} ± ${formatFraction(value.sd)}`;
  const latency = (name: string, tooltip: string, ns: (row: OverheadRow) => number): Column => ({
    title: name,
    tooltip,
    numeric: true,
    value: (row) => ns(of(row)),
    text: (row) => formatNanoseconds(ns(of(row))),
  });
  return {
    caption: `Overhead by design and size on ${table.machine}, cycles per page as mean ± SD`,
    rows: rows.length,
    columns: [
      { title: 'design', numeric: false, value: title, text: title },
      { title: 'size', numeric: true, value: (row) => of(row).totalBytes, text: (row) => of(row).size },
      ...pair(
        'migrate_pages',
        't4 − t1, cycles per page',
        (row) => row.migratePages,
        (row) => row.published?.migratePages ?? null,
        formatCyclesSd,
      ),
      ...pair(
        'folio_copy',
        't3 − t2, cycles per page',
        (row) => row.folioCopy,
        (row) => row.published?.folioCopy ?? null,
        formatCyclesSd,
      ),
      ...pair(
        'F',
        '(t3 − t2) / (t4 − t1)',
        (row) => row.fraction,
        (row) => row.published?.fraction ?? null,
        fraction,
      ),
      {
        title: 'GB/s',
        numeric: true,
        value: (row) => of(row).throughputGBps.mean,
        text: (row) => formatGBps(of(row).throughputGBps.mean),
      },
      latency('first folio', 'Until the first folio is usable again', (row) => row.firstFolioNs),
      latency('blocked p99', 'Unmapped to remapped, 99th percentile over folios', (row) => row.blockedP99Ns),
    ],
  };
}
