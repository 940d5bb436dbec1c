/** Folios: of a recording one row each, as their events tell them; of a simulated run one row per stretch of alike ones. */
import { pagesOfOrder } from '../../../base/units';
import { FOLIO_FATES, FOLIO_KINDS, FOLIO_MAPPINGS } from '../../../engine/folio/workload';
import { FOLIO_RESULTS } from '../../../engine/sim/run';
import { FOLIO_OUTCOMES } from '../../model';
import type { TableSource } from './runTables';
import { factsOf } from './runTables';
import type { ColumnOf, ExportTable } from './table';
import { indexes, numbers, tableOf, texts } from './table';

export function foliosTable(source: TableSource): ExportTable {
  return source.run.kind === 'observed' ? observedFolios(source) : simulatedFolios(source);
}

const orNone = (value: number) => (value < 0 ? NaN : value);

function observedFolios(source: TableSource): ExportTable {
  const times = source.trace.folioTimes;
  const columns: ColumnOf<number>[] = [
    numbers('call', 'int32', null, 'The call it belongs to', (row) => times.call[row] as number),
    numbers(
      'batch_of_call',
      'int32',
      null,
      'Batch within the call, from 0',
      (row) => times.batch[row] as number,
    ),
    numbers('address', 'int64', null, 'First user address', (row) => times.address[row] as number),
    numbers('folio_order', 'int32', null, 'log2 of its base pages', (row) => times.order[row] as number),
    numbers('pages', 'int32', 'pages', 'Its base pages', (row) => pagesOfOrder(times.order[row] as number)),
    numbers('from_pfn', 'int64', null, 'First page frame before; empty where unknown', (row) =>
      orNone(times.fromPfn[row] as number),
    ),
    numbers('to_pfn', 'int64', null, 'First page frame after; empty where unknown', (row) =>
      orNone(times.toPfn[row] as number),
    ),
    numbers('unmapped_ns', 'double', 'ns', 'Its first set event', (row) => times.unmappedNs[row] as number),
    numbers('remapped_ns', 'double', 'ns', 'Its last remove event', (row) => times.remappedNs[row] as number),
    numbers(
      'blocked_ns',
      'double',
      'ns',
      'Time in between',
      (row) => (times.remappedNs[row] as number) - (times.unmappedNs[row] as number),
    ),
    texts(
      'outcome',
      'moved, restored (mapped back to its old frame) or unknown',
      (row) => FOLIO_OUTCOMES[times.outcome[row] as number] ?? '',
    ),
    numbers('tries', 'int32', null, 'Times it was unmapped', (row) => times.tries[row] as number),
  ];
  return tableOf('folios', columns, times.length, () => indexes(times.length), factsOf(source));
}

function simulatedFolios(source: TableSource): ExportTable {
  const { folios, calls } = source.run;
  let call = 0;
  const columns: ColumnOf<number>[] = [
    numbers('call', 'int32', null, 'The call they belong to', (row) => {
      // Rows and calls are both in the order of folios.
      if (row === 0) call = 0;
      while (call + 1 < calls.length && (calls.first[call + 1] as number) <= (folios.first[row] as number))
        call++;
      return call;
    }),
    numbers(
      'first_folio',
      'int32',
      null,
      'Number of the first folio in the run',
      (row) => folios.first[row] as number,
    ),
    numbers('folios', 'int32', 'folios', 'Folios of the row', (row) => folios.count[row] as number),
    numbers('address', 'int64', null, 'User address of the first; empty where unknown', (row) =>
      orNone(folios.address[row] as number),
    ),
    numbers(
      'folio_order',
      'int32',
      null,
      'log2 of the base pages of each',
      (row) => folios.order[row] as number,
    ),
    numbers(
      'pages',
      'int64',
      'pages',
      'Base pages of all',
      (row) => (folios.count[row] as number) * pagesOfOrder(folios.order[row] as number),
    ),
    texts('kind', 'What memory they hold', (row) => FOLIO_KINDS[folios.kind[row] as number] ?? ''),
    texts('mapping', 'How they are mapped', (row) => FOLIO_MAPPINGS[folios.mapping[row] as number] ?? ''),
    texts('fate', 'What stands in their way', (row) => FOLIO_FATES[folios.fate[row] as number] ?? ''),
    texts('result', 'How they ended', (row) => FOLIO_RESULTS[folios.result[row] as number] ?? ''),
    numbers('from_node', 'int32', null, 'NUMA node before; empty where unknown', (row) =>
      orNone(folios.from[row] as number),
    ),
    numbers('to_node', 'int32', null, 'NUMA node after; empty where unknown', (row) =>
      orNone(folios.to[row] as number),
    ),
  ];
  return tableOf('folios', columns, folios.length, () => indexes(folios.length), factsOf(source));
}
