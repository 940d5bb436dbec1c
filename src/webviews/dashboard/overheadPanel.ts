/** The cover letter's question below the race: cycles per page and F at the RFC's sizes, as charts and as a table. */
import type { OverheadTable } from '../../analysis/overhead';
import { chartKeyOf, createOverheadCharts } from '../shared/charts/overheadCharts';
import { overheadOptions } from '../shared/charts/overheadTableView';
import { createDataTable } from '../shared/dataTable';
import { button, el, setText } from '../shared/dom';
import { createPanel } from '../shared/panel';
import { createSegmented } from '../shared/segmented';

export interface OverheadPanel {
  readonly element: HTMLElement;
  set(table: OverheadTable): void;
  setFailure(message: string): void;
}

export function createOverheadPanel(onExport: () => void): OverheadPanel {
  const charts = createOverheadCharts();
  const table = createDataTable({ caption: '', columns: [], rows: 0 });
  const waiting = el('p', { class: 'muted', text: 'The designs are being simulated at the RFC’s sizes …' });
  const key = el('p', { class: 'chart-key muted' });
  const scale = createSegmented<'log' | 'linear'>('Scale of the cycles', (value) =>
    charts.setLinear(value === 'linear'),
  );
  scale.setOptions([
    { value: 'log', label: 'Log', title: 'Logarithmic: a bar is as high as its total' },
    { value: 'linear', label: 'Linear', title: 'Linear: parts add up' },
  ]);
  scale.choose('log');
  const exporter = button({
    label: 'Export…',
    icon: 'export',
    class: 'quiet',
    title: 'Export the table as text of the cover letter, Markdown or CSV',
    onClick: onExport,
  });
  const panel = createPanel('overhead', 'Overhead', scale.element, exporter);
  const shown = el('div', {}, charts.element, key, table.element);
  shown.hidden = true;
  panel.body.append(waiting, shown);
  return {
    element: panel.element,
    set(next) {
      waiting.hidden = true;
      shown.hidden = false;
      charts.set(next);
      setText(key, chartKeyOf(next));
      table.set(overheadOptions(next));
      panel.setNote(`${next.machine} · CPU cycles per page, mean ± SD, the RFC’s values beside`);
    },
    setFailure: (message) => setText(waiting, message),
  };
}
