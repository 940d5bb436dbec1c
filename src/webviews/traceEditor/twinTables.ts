/** The tables that say what the timeline and the folio grid show. */
import { folioStates } from '../../engine/probe/folioStates';
import { FOLIO_STATES } from '../../engine/probe/states';
import { PHASES } from '../../engine/sim/run';
import { BATCH_KIND_WORDS, batchKindOf } from '../shared/batchKinds';
import type { Column, TableOptions } from '../shared/dataTable';
import { folioFacts } from '../shared/folioText';
import { folioHistory } from '../shared/folioHistory';
import { formatAddress, formatCount, formatDuration, formatOrder } from '../shared/format';
import { batchPhases } from '../shared/batchPhases';
import type { RunView } from '../shared/runView';
import { PHASE_LABELS } from '../shared/theme';

const duration = (title: string, value: (row: number) => number, tooltip?: string): Column => ({
  title,
  ...(tooltip === undefined ? {} : { tooltip }),
  numeric: true,
  value,
  text: (row) => formatDuration(value(row), 4),
});
const count = (title: string, value: (row: number) => number): Column => ({
  title,
  numeric: true,
  value,
  text: (row) => formatCount(value(row)),
});

/** All batches of a run. */
export function batchTable(view: RunView, onOpen: (batch: number) => void): TableOptions {
  const { batches, calls, lanes } = view.run;
  const of = (column: ArrayLike<number>) => (row: number) => column[row] as number;
  const lane = (row: number) => lanes[calls.lane[batches.call[row] as number] as number] ?? '';
  const failed: Column = {
    ...count('failed', of(batches.failed)),
    mark: (row) => ((batches.failed[row] as number) > 0 ? 'bad' : ''),
  };
  const phases = view.phasesKnown
    ? PHASES.map((phase, p) => duration(PHASE_LABELS[phase], (row) => batchPhases(view, row)[p] as number))
    : [];
  return {
    caption: 'Batches of the run: when, how many folios, how long each phase',
    rows: batches.length,
    onOpen,
    columns: [
      count('batch', (row) => row + 1),
      { title: 'CPU', numeric: false, value: lane, text: lane },
      count('call', (row) => (batches.call[row] as number) + 1),
      kindColumn(view),
      count('folios', of(batches.count)),
      count('pages', of(batches.pages)),
      count('moved', of(batches.moved)),
      failed,
      duration('start', of(batches.start)),
      duration('duration', (row) => (batches.end[row] as number) - (batches.start[row] as number)),
      ...phases,
    ],
  };
}

function kindColumn(view: RunView): Column {
  const text = (row: number) => BATCH_KIND_WORDS[batchKindOf(view, row)];
  return { title: 'kind', numeric: false, value: text, text };
}

/** The folios of a batch at `time`. */
export function folioTable(view: RunView, batch: number, time: number): TableOptions {
  const first = batch < 0 ? 0 : (view.run.batches.first[batch] as number);
  const rows = batch < 0 ? 0 : (view.run.batches.count[batch] as number);
  const states = new Uint8Array(rows);
  if (rows > 0) folioStates(view.index, first, rows, time, states);
  const history = Array.from({ length: rows }, (_, row) => folioHistory(view, first + row));
  const facts = Array.from({ length: rows }, (_, row) => folioFacts(view, first + row));
  const text = (title: string, value: (row: number) => string): Column => ({
    title,
    numeric: false,
    value,
    text: value,
  });
  return {
    caption: `Folios of batch ${formatCount(batch + 1)} at ${formatDuration(time, 6)}`,
    rows,
    columns: [
      count('folio', (row) => first + row),
      {
        title: 'address',
        numeric: false,
        value: (row) => facts[row]?.address ?? -1,
        text: (row) => formatAddress(facts[row]?.address ?? -1),
      },
      {
        title: 'size',
        numeric: true,
        value: (row) => facts[row]?.order ?? 0,
        text: (row) => formatOrder(facts[row]?.order ?? 0),
      },
      text('kind', (row) => facts[row]?.kind ?? ''),
      text('state', (row) => FOLIO_STATES[states[row] as number] ?? ''),
      text('fate', (row) => (view.run.kind === 'simulated' ? (facts[row]?.fate ?? '') : '–')),
      duration('unmapped', (row) => history[row]?.unmapped ?? NaN),
      duration('copied', (row) => history[row]?.copied ?? NaN),
      duration('remapped', (row) => history[row]?.remapped ?? NaN),
      duration(
        'blocked',
        (row) => history[row]?.blocked ?? NaN,
        'From the migration entry to the working mapping',
      ),
    ],
  };
}
