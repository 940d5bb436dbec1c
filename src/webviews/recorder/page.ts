/** Puts the page together: head with time and Stop, notices, chart, numbers, tables; or a problem and what to run. */
import type { RecorderPageNotices, RecordSettings } from '../../protocol/recording';
import { el } from '../shared/dom';
import { createPanel, toggleButton } from '../shared/panel';
import { createHead } from './head';
import { createNumbers } from './numbers';
import { createOptions } from './options';
import { createProblemView } from './problemView';
import { createRateChart } from './rateChart';
import { createRateTable } from './rateTable';
import { createSumTables } from './sumTables';

export interface RecorderActs {
  readonly start: (settings: RecordSettings) => void;
  readonly stop: () => void;
  readonly open: () => void;
  readonly copy: (text: string) => void;
}

export interface RecorderPage {
  readonly element: HTMLElement;
  readonly showState: (told: RecorderPageNotices['state']) => void;
  readonly showFigures: (told: RecorderPageNotices['figures']) => void;
  readonly redraw: () => void;
}

export function createRecorderPage(acts: RecorderActs): RecorderPage {
  const head = createHead(acts);
  const problem = createProblemView(acts);
  const numbers = createNumbers();
  const chart = createRateChart();
  const rateTable = createRateTable();
  const sums = createSumTables();
  const options = createOptions((settings) => acts.start(settings));
  let points: RecorderPageNotices['figures']['points'] = [];
  const table = toggleButton('Table', 'Show the numbers of the picture as a table', (on) => {
    chart.element.hidden = on;
    rateTable.element.hidden = !on;
    rateTable.show(points);
  });
  const rates = createPanel('rates', 'What the kernel migrates', table.element);
  rateTable.element.hidden = true;
  rates.body.append(chart.element, rateTable.element);
  const live = el('div', { class: 'live' }, numbers.element, rates.element, sums.element);
  const element = el('main', { class: 'recorder' }, head.element, problem.element, options.element, live);

  return {
    element,
    showState: (told) => {
      head.show(told);
      problem.show(told.state.kind === 'problem' ? told.state.problem : null);
      live.hidden = told.state.kind === 'problem';
      const isBusy = ['starting', 'recording', 'stopping'].includes(told.state.kind);
      options.element.hidden = isBusy;
      options.show(told.settings, told.offers, told.state.kind === 'problem' ? 'Try Again' : 'Record Again');
    },
    showFigures: ({ figures, points: told }) => {
      points = told;
      head.showFigures(figures);
      numbers.show(figures);
      chart.show(points);
      rateTable.show(points);
      sums.show(figures);
      rates.setNote(points.length === 0 ? 'waiting for the first figures' : '');
    },
    redraw: () => chart.redraw(),
  };
}
