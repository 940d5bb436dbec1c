/** The chart in words and numbers: a row per point. */
import type { RecordPoint } from '../../protocol/recording';
import { createDataTable } from '../shared/dataTable';
import type { Column } from '../shared/dataTable';
import { formatCount } from '../shared/format';

export interface RateTable {
  readonly element: HTMLElement;
  show(points: readonly RecordPoint[]): void;
}

export function createRateTable(): RateTable {
  let shown: readonly RecordPoint[] = [];
  const column = (title: string, read: (point: RecordPoint) => number, digits = 0): Column => ({
    title,
    numeric: true,
    value: (row) => read(shown[row]!),
    text: (row) => (digits > 0 ? read(shown[row]!).toFixed(digits) : formatCount(read(shown[row]!))),
  });
  const options = () => ({
    caption: 'Rates since the recording began',
    columns: [
      column('s', ({ seconds }) => seconds, 2),
      column('Pages moved/s', ({ pagesPerSecond }) => pagesPerSecond),
      column('Pages failed/s', ({ failedPerSecond }) => failedPerSecond),
      column('Events/s', ({ eventsPerSecond }) => eventsPerSecond),
    ],
    rows: shown.length,
  });
  const table = createDataTable(options());
  return {
    element: table.element,
    show: (points) => {
      shown = points;
      // Nobody looks at it, as a rule.
      if (!table.element.hidden) table.set(options());
    },
  };
}
