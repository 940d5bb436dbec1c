/** What compares the designs: batch anatomy, verdict, overhead charts and their table. */
import type { OverheadTable } from '../../analysis/overhead';
import type { RunChoice, ViewSnapshot } from '../../protocol/messages';
import type { AnatomyRow } from '../shared/anatomy';
import { anatomyTable, createAnatomy } from '../shared/anatomy';
import { overheadOptions } from '../shared/charts/overheadTableView';
import type { OverheadCharts } from '../shared/charts/overheadCharts';
import { chartKeyOf, createOverheadCharts } from '../shared/charts/overheadCharts';
import { batchSpan } from '../shared/batchKinds';
import { createDataTable } from '../shared/dataTable';
import { el, setText } from '../shared/dom';
import { formatCount } from '../shared/format';
import { matchBatch } from '../shared/matchBatch';
import { createPanel, toggleButton } from '../shared/panel';
import type { RunView } from '../shared/runView';
import { createSegmented } from '../shared/segmented';
import type { RunStore } from '../shared/runStore';
import { createVerdictView } from '../shared/verdictView';

export interface DesignPanels {
  readonly anatomy: HTMLElement;
  readonly overhead: HTMLElement;
  readonly table: HTMLElement;
  setChoices(choices: ViewSnapshot['choices']): void;
  setOverhead(table: OverheadTable | null, failure: string): void;
  setLinear(linear: boolean): void;
  setAnatomyTable(on: boolean): void;
  /** All runs that can be had are here. */
  runsComplete(): void;
  show(view: RunView, choice: RunChoice, batch: number, time: number): void;
}

export interface DesignPanelEvents {
  onLinear(linear: boolean): void;
  onAnatomyTable(on: boolean): void;
  /** A design was picked from the ranking. */
  onChoose(choice: RunChoice): void;
}

function titleOf(title: string, view: RunView | null, withKernel: boolean): string {
  const kernel = view?.run.config?.kernel;
  return withKernel && kernel !== undefined ? `${title} ${kernel}` : title;
}

export function createDesignPanels(store: RunStore, events: DesignPanelEvents): DesignPanels {
  const anatomy = createAnatomy();
  const anatomyTwin = createDataTable({ caption: '', columns: [], rows: 0 });
  anatomyTwin.element.hidden = true;
  const anatomyToggle = toggleButton('Show as table', 'Phases of the batch as a table', (on) => {
    anatomyTwin.element.hidden = !on;
    rowsKey = '';
    events.onAnatomyTable(on);
  });
  const anatomyPanel = createPanel('anatomy', 'Batch anatomy', anatomyToggle.element);
  anatomyPanel.body.append(anatomy.element, anatomyTwin.element);

  const scale = createSegmented<'log' | 'linear'>('Scale of the cycles', (value) => {
    charts.setLinear(value === 'linear');
    events.onLinear(value === 'linear');
  });
  scale.setOptions([
    {
      value: 'log',
      label: 'Log',
      title: 'Logarithmic: a bar is as high as its total, its parts are shares of it',
    },
    { value: 'linear', label: 'Linear', title: 'Linear: parts add up' },
  ]);
  scale.choose('log');
  const charts: OverheadCharts = createOverheadCharts();
  const waiting = el('p', { class: 'muted', text: 'The designs are being simulated at the RFC’s sizes …' });
  const chartKey = el('p', { class: 'chart-key muted' });
  const verdict = createVerdictView((choice) => events.onChoose(choice));
  const overheadPanel = createPanel('overhead', 'Overhead', scale.element);
  overheadPanel.body.append(verdict.element, waiting, charts.element, chartKey);

  const table = createDataTable({ caption: '', columns: [], rows: 0 });
  const tablePanel = createPanel('table', 'Overhead table');
  tablePanel.body.append(table.element);

  let choices: ViewSnapshot['choices'] = [];
  let rows: readonly AnatomyRow[] = [];
  let rowsKey = '';
  charts.element.hidden = true;
  chartKey.hidden = true;
  tablePanel.element.hidden = true;

  return {
    anatomy: anatomyPanel.element,
    overhead: overheadPanel.element,
    table: tablePanel.element,
    setChoices(next) {
      choices = next;
      rowsKey = '';
      verdict.wait();
    },
    setOverhead(next, failure) {
      waiting.hidden = next !== null;
      setText(waiting, failure);
      charts.element.hidden = next === null;
      chartKey.hidden = next === null;
      tablePanel.element.hidden = next === null;
      if (next === null) return;
      charts.set(next);
      setText(chartKey, chartKeyOf(next));
      table.set(overheadOptions(next));
      overheadPanel.setNote('RFC sizes of 4K folios');
      tablePanel.setNote(`${next.machine} · cycles per page, mean ± SD · RFC beside`);
    },
    setLinear(linear) {
      scale.choose(linear ? 'linear' : 'log');
      charts.setLinear(linear);
    },
    setAnatomyTable(on) {
      anatomyToggle.set(on);
      anatomyTwin.element.hidden = !on;
      rowsKey = '';
    },
    runsComplete: () => verdict.show(choices, store),
    show(view, choice, batch, time) {
      charts.setRecorded(store.peek('observed')?.header.fraction ?? null);
      const key = `${choice}:${batch}:${choices.map((entry) => store.peek(entry.choice) !== null).join()}`;
      if (key !== rowsKey) {
        rowsKey = key;
        rows = rowsFor(view, choice, batch);
        anatomy.setRows(rows);
        if (!anatomyTwin.element.hidden) anatomyTwin.set(anatomyTable(rows));
        anatomyPanel.setNote(
          batch < 0 ? '' : `batch ${formatCount(batch + 1)} in each design, same time scale`,
        );
      }
      const { start, end } = batch < 0 ? { start: 0, end: 0 } : batchSpan(view, batch);
      anatomy.setProgress(end <= start ? 0 : (time - start) / (end - start));
    },
  };

  /** Whether the designs that are here follow different kernels' rules. */
  function mixedKernels(): boolean {
    const kernels = choices.flatMap((entry) => store.peek(entry.choice)?.run.config?.kernel ?? []);
    return new Set(kernels).size > 1;
  }

  function rowsFor(view: RunView, choice: RunChoice, batch: number): readonly AnatomyRow[] {
    return choices
      .filter((entry) => entry.choice !== 'observed' || isTimed(store.peek('observed')))
      .map((entry) => {
        const other = entry.choice === choice ? view : store.peek(entry.choice);
        return {
          title: titleOf(entry.title, other, mixedKernels()),
          view: other,
          batch: other === null ? -1 : matchBatch(view, batch, other),
          chosen: entry.choice === choice,
        };
      });
  }
}

/** Whether a recording tells what its batches did: its functions were timed. */
function isTimed(view: RunView | null): boolean {
  return view !== null && view.phasesKnown;
}
