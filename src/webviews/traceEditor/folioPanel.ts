/** The folio grid with its title, its scope switch and its twin table. */
import { batchKindOf } from '../shared/batchKinds';
import { createDataTable } from '../shared/dataTable';
import { batchSize } from '../shared/folioText';
import { formatCount, formatOrder, plural } from '../shared/format';
import type { FolioGrid, GridScope } from '../shared/grid/folioGrid';
import { createFolioGrid } from '../shared/grid/folioGrid';
import { ordersOf } from '../shared/grid/gridLayout';
import type { Panel } from '../shared/panel';
import { createPanel, toggleButton } from '../shared/panel';
import type { RunView } from '../shared/runView';
import { createSegmented } from '../shared/segmented';
import { folioTable } from './twinTables';

export interface FolioPanel {
  readonly element: HTMLElement;
  readonly grid: FolioGrid;
  setRun(view: RunView | null): void;
  setScope(scope: GridScope): void;
  setTable(on: boolean): void;
  show(lane: number, batch: number, time: number, playing: boolean): void;
}

export interface FolioPanelEvents {
  onScope(scope: GridScope): void;
  onTable(on: boolean): void;
  onFolio(folio: number): void;
}

const TABLE_EVERY_MS = 250;

export function createFolioPanel(events: FolioPanelEvents): FolioPanel {
  const grid = createFolioGrid({ onFolio: (folio) => events.onFolio(folio) });
  const table = createDataTable({ caption: '', columns: [], rows: 0 });
  const scope = createSegmented<GridScope>('Folios shown', (value) => events.onScope(value));
  scope.setOptions([
    { value: 'batch', label: 'Batch', title: 'Folios of the batch under the time cursor (O)' },
    { value: 'run', label: 'Whole run', title: 'All folios of the run (O)' },
  ]);
  const toggle = toggleButton('Show as table', 'Folios of the batch as a table', (on) => {
    setTable(on);
    events.onTable(on);
  });
  const panel: Panel = createPanel('folios', 'Folios', scope.element, toggle.element);
  panel.body.append(grid.element, table.element);
  let view: RunView | null = null;
  let shownScope: GridScope = 'batch';
  let tabled = false;
  let key = '';
  let filledAt = -Infinity;
  let sizes = '';
  let sizesOf = -2;

  function setTable(on: boolean): void {
    tabled = on;
    table.element.hidden = !on;
    key = '';
  }
  setTable(false);

  /** `512 × 4K`, or how many sizes there are. */
  function sizeText(current: RunView, batch: number): string {
    if (batch === sizesOf) return sizes;
    sizesOf = batch;
    const { first, count } = current.run.batches;
    const orders = ordersOf(current, first[batch] as number, count[batch] as number);
    if (orders.length === 0) return (sizes = `${batchSize(current, batch)}, folios not recorded`);
    const kinds = new Set(orders);
    const [only] = kinds;
    sizes =
      kinds.size === 1 && only !== undefined
        ? `${formatCount(orders.length)} × ${formatOrder(only)}`
        : `${plural(orders.length, 'folio')} of ${kinds.size} sizes`;
    return sizes;
  }

  function fillTable(batch: number, time: number, playing: boolean): void {
    const next = `${batch}@${time}`;
    if (!tabled || view === null || next === key) return;
    if (playing && performance.now() - filledAt < TABLE_EVERY_MS) return;
    key = next;
    filledAt = performance.now();
    table.set(folioTable(view, batch, time));
  }

  return {
    element: panel.element,
    grid,
    setRun(next) {
      view = next;
      sizesOf = -2;
      key = '';
      grid.setRun(next);
    },
    setScope(next) {
      shownScope = next;
      scope.choose(next);
      grid.setScope(next);
    },
    setTable(on) {
      toggle.set(on);
      setTable(on);
    },
    show(lane, batch, time, playing) {
      if (view === null) return;
      grid.show(batch, time, playing);
      const cpu = view.run.lanes.length > 1 ? ` · ${view.run.lanes[lane] ?? ''}` : '';
      if (shownScope === 'run') {
        panel.setTitle('All folios of the run');
        panel.setNote(plural(view.run.folioCount, 'folio'));
      } else if (batch < 0) {
        panel.setTitle('Folios');
        panel.setNote('no batch has begun');
      } else {
        const half = batchKindOf(view, batch) === 'finish' ? ', second half' : '';
        panel.setTitle(`Folios of batch ${formatCount(batch + 1)}${half}`);
        panel.setNote(`of ${formatCount(view.run.batches.length)} · ${sizeText(view, batch)}${cpu}`);
      }
      fillTable(batch, time, playing);
    },
  };
}
