/** One design of the race: its name and figures, what it does, the folios of its current batch. */
import { batchOnLane } from '../../engine/probe/runIndex';
import { countersAt } from '../../engine/probe/countersAt';
import type { ViewSnapshot } from '../../protocol/messages';
import { el, setText } from '../shared/dom';
import {
  formatCount,
  formatCycles,
  formatCyclesSd,
  formatDuration,
  formatFraction,
  formatGBps,
} from '../shared/format';
import { createFolioGrid } from '../shared/grid/folioGrid';
import { activeLane } from '../shared/locate';
import type { RunView } from '../shared/runView';
import type { TimeWindow } from '../shared/timeline/timeWindow';
import type { StripEvents } from './raceStrip';
import { createRaceStrip } from './raceStrip';

type Choice = ViewSnapshot['choices'][number];

export interface RaceRowEvents extends StripEvents {
  /** The person made this the design that steps and the sidebar follow. */
  onLead(): void;
}

export interface RaceRow {
  readonly choice: Choice['choice'];
  readonly title: string;
  readonly element: HTMLElement;
  /** The column whose left and right edges the clock's cursor moves between. */
  readonly track: HTMLElement;
  readonly view: RunView | null;
  readonly refused: boolean;
  setRun(view: RunView): void;
  setFailure(message: string): void;
  /** Another run is on its way, or none: the kernel's rules have no place for the design. */
  setRefused(why: string | null): void;
  setLead(lead: boolean): void;
  /** `place`: 1 for the design that finishes first; 0 while runs are missing. */
  show(window: TimeWindow, time: number, playing: boolean, place: number): void;
}

const PLACES = ['', '1st', '2nd', '3rd'];

export function createRaceRow(choice: Choice, events: RaceRowEvents): RaceRow {
  const name = el('button', { class: 'race-name', text: choice.title, attributes: { type: 'button' } });
  name.title = `${choice.tooltip}. Click to make steps and the sidebar follow this design.`;
  name.addEventListener('click', () => events.onLead());
  const place = el('span', { class: 'race-place' });
  const status = el('p', { class: 'race-status muted', text: 'is being simulated …' });
  const bar = el('div', { class: 'race-bar-fill' });
  const meter = el('meter', {
    attributes: { min: '0', max: '1', 'aria-label': `Pages moved by ${choice.title}` },
  });
  const figures = el('dl', { class: 'race-figures' });
  const strip = createRaceStrip(`What ${choice.title} does, over time`, events);
  const grid = createFolioGrid();
  const track = el('div', { class: 'race-track' }, strip.canvas);
  const element = el(
    'section',
    { class: 'race-row', attributes: { 'aria-label': choice.title } },
    el(
      'header',
      { class: 'race-head' },
      el('div', { class: 'race-title' }, name, place),
      el('div', { class: 'race-bar' }, bar, meter),
      status,
      figures,
    ),
    track,
    el('div', { class: 'race-grid' }, grid.element),
  );
  let view: RunView | null = null;
  let refused = false;

  return {
    choice: choice.choice,
    title: choice.title,
    element,
    track,
    get view() {
      return view;
    },
    get refused() {
      return refused;
    },
    setRun(next) {
      view = next;
      element.classList.remove('stale');
      strip.setRun(next);
      grid.setRun(next);
      figures.replaceChildren(...figuresOf(next));
    },
    setFailure: (message) => setText(status, message),
    setRefused(why) {
      element.classList.toggle('stale', view !== null || why !== null);
      element.classList.toggle('refused', why !== null);
      refused = why !== null;
      if (why === null) return;
      view = null;
      strip.setRun(null);
      grid.setRun(null);
      figures.replaceChildren();
      setText(place, '');
      setText(status, `cannot be played by these rules: ${why}`);
    },
    setLead: (lead) => {
      element.classList.toggle('race-lead', lead);
      name.setAttribute('aria-pressed', String(lead));
    },
    show(window, time, playing, rank) {
      if (view === null) return;
      strip.show(window);
      const at = Math.min(time, view.run.end);
      const lane = activeLane(view, at, 0);
      grid.show(batchOnLane(view.index, lane, at), at, playing);
      const counters = countersAt(view.index, at);
      const share =
        counters.pagesTotal === 0 ? 0 : (counters.pagesMoved + counters.pagesFailed) / counters.pagesTotal;
      bar.style.transform = `scaleX(${share})`;
      meter.value = share;
      const done = time >= view.run.end;
      setText(place, done ? (PLACES[rank] ?? `${rank}th`) : '');
      place.classList.toggle('race-first', rank === 1);
      setText(status, statusOf(view, counters.pagesMoved, counters.pagesFailed, counters.pagesTotal, done));
    },
  };
}

function statusOf(view: RunView, moved: number, failed: number, total: number, done: boolean): string {
  const failures = failed > 0 ? `, ${formatCount(failed)} failed` : '';
  if (done) return `${formatCount(moved)} pages in ${formatDuration(view.run.end)}${failures}`;
  return `${formatCount(moved)} of ${formatCount(total)} pages${failures}`;
}

function figuresOf(view: RunView): HTMLElement[] {
  const { cyclesPerPage, fraction, throughputGBps } = view.header;
  const line = (term: string, text: string, title: string) => {
    const value = el('dd', { text });
    value.title = title;
    return [el('dt', { text: term }), value];
  };
  return [
    ...line(
      'GB/s',
      throughputGBps === null ? '–' : formatGBps(throughputGBps),
      'Throughput, mean of the runs',
    ),
    ...line(
      'cycles/page',
      cyclesPerPage === null ? '–' : formatCycles(cyclesPerPage.mean),
      cyclesPerPage === null ? '' : `${formatCyclesSd(cyclesPerPage)} CPU cycles per base page`,
    ),
    ...line(
      'F',
      fraction === null ? '–' : formatFraction(fraction),
      '(t3 − t2) / (t4 − t1), the share of the copy',
    ),
  ];
}
