/** What a run came to: sums over all calls, and by reason and mode. */
import { modeName, reasonName } from '../../../engine/kernel/modes';
import { TOTAL_NAMES, type MigrateTotals, zeroTotals } from '../../../engine/kernel/totals';
import type { TableSource } from './runTables';
import { factsOf } from './runTables';
import type { ColumnOf, ExportTable } from './table';
import { numbers, tableOf, texts } from './table';

export interface TotalsRow extends MigrateTotals {
  reason: string;
  mode: string;
  calls: number;
  timePs: number;
}

const ALL = 'all';

/** The first row is the sum of the others. */
export function totalsRows({ run }: TableSource): TotalsRow[] {
  const { calls } = run;
  const rows = new Map<string, TotalsRow>();
  const rowOf = (reason: string, mode: string) => {
    const key = `${reason}/${mode}`;
    const row = rows.get(key) ?? { reason, mode, calls: 0, timePs: 0, ...zeroTotals() };
    rows.set(key, row);
    return row;
  };
  rowOf(ALL, ALL);
  for (let call = 0; call < calls.length; call++) {
    const own = rowOf(reasonName(calls.reason[call] as number), modeName(calls.mode[call] as number));
    for (const row of [rowOf(ALL, ALL), own]) {
      row.calls++;
      row.timePs += (calls.end[call] as number) - (calls.start[call] as number);
      for (const name of TOTAL_NAMES) row[name] += calls[name][call] as number;
    }
  }
  return [...rows.values()];
}

export function totalsTable(source: TableSource): ExportTable {
  const rows = totalsRows(source);
  const columns: ColumnOf<TotalsRow>[] = [
    texts('reason', 'enum migrate_reason; the first row is the sum of all', (row) => row.reason),
    texts('mode', 'enum migrate_mode', (row) => row.mode),
    numbers('calls', 'int64', 'calls', 'migrate_pages() calls', (row) => row.calls),
    numbers('in_calls_ns', 'double', 'ns', 'Time in them', (row) => row.timePs / 1000),
    ...TOTAL_NAMES.map((name) => {
      const unit = name === 'nr_succeeded' || name === 'nr_failed' ? 'pages' : 'folios';
      return numbers(`${name}_${unit}`, 'int64', unit, `Sum of ${name}`, (row: TotalsRow) => row[name]);
    }),
  ];
  return tableOf('totals', columns, rows.length, () => rows, factsOf(source));
}
