/** The race: all designs play the same trace on one clock, so that one sees who finishes first, and why. */
import type { RunChoice, ViewSnapshot } from '../../protocol/messages';
import { el } from '../shared/dom';
import { formatInstant } from '../shared/format';
import { createSurface } from '../shared/surface';
import { onThemeChange, theme } from '../shared/theme';
import type { RunView } from '../shared/runView';
import { rulerStep } from '../shared/timeline/paintFrame';
import { timeOf, viewport, xOf } from '../shared/timeline/viewport';
import type { RaceClock } from './raceClock';
import type { RaceRow } from './raceRow';
import { createRaceRow } from './raceRow';

export interface Race {
  readonly element: HTMLElement;
  readonly rows: readonly RaceRow[];
  /** The design that steps and the sidebar follow. */
  readonly lead: RaceRow | null;
  setChoices(choices: ViewSnapshot['choices'], lead: RunChoice): void;
  setRun(choice: RunChoice, view: RunView): void;
  setLead(choice: RunChoice): void;
  update(): void;
}

export function createRace(clock: RaceClock, onLead: (choice: RunChoice) => void): Race {
  const ruler = el('canvas', { class: 'race-ruler', attributes: { 'aria-hidden': 'true' } });
  const cursor = el('div', { class: 'race-cursor' });
  const body = el('div', { class: 'race-rows' });
  const rulerTrack = el('div', { class: 'race-track' }, ruler);
  const head = el(
    'div',
    { class: 'race-row race-ruler-row' },
    el('span', { class: 'muted', text: 'one clock' }),
    rulerTrack,
  );
  const element = el('div', { class: 'race' }, head, body, cursor);
  let rows: RaceRow[] = [];
  let lead: RaceRow | null = null;

  const surface = createSurface(ruler, (context, width, height) => paintRuler(context, width, height, clock));
  const scrub = (event: PointerEvent) =>
    clock.seek(timeOf(viewport(clock.window, 0, ruler.clientWidth), event.offsetX));
  ruler.addEventListener('pointerdown', (event) => {
    ruler.setPointerCapture(event.pointerId);
    scrub(event);
  });
  ruler.addEventListener('pointermove', (event) => {
    if (ruler.hasPointerCapture(event.pointerId)) scrub(event);
  });
  const placeCursor = () => {
    const width = rulerTrack.clientWidth;
    const x = xOf(viewport(clock.window, 0, width), clock.state.time);
    cursor.hidden = rows.every(({ view }) => view === null) || x < -1 || x > width + 1;
    cursor.style.transform = `translateX(${rulerTrack.offsetLeft + x}px)`;
  };
  new ResizeObserver(placeCursor).observe(rulerTrack);
  onThemeChange(() => surface.request());

  return {
    element,
    get rows() {
      return rows;
    },
    get lead() {
      return lead;
    },
    setChoices(choices, first) {
      const same = rows.map(({ choice }) => choice).join() === choices.map(({ choice }) => choice).join();
      if (same) {
        for (const [i, row] of rows.entries()) row.setRefused(choices[i]?.refused ?? null);
        return;
      }
      rows = choices.map((choice) =>
        createRaceRow(choice, {
          onSeek: (time) => clock.seek(time),
          onZoom: (time, factor) => clock.zoom(time, factor),
          onPan: (delta) => clock.pan(delta),
          onLead: () => onLead(choice.choice),
        }),
      );
      for (const [i, row] of rows.entries()) row.setRefused(choices[i]?.refused ?? null);
      body.replaceChildren(...rows.map((row) => row.element));
      this.setLead(first);
    },
    setRun(choice, view) {
      rows.find((row) => row.choice === choice)?.setRun(view);
      clock.setEnd(rows.reduce((end, row) => Math.max(end, row.view?.run.end ?? 0), 0));
    },
    setLead(choice) {
      lead = rows.find((row) => row.choice === choice) ?? rows[0] ?? null;
      for (const row of rows) row.setLead(row === lead);
    },
    update() {
      const { time, playing } = clock.state;
      const ends = rows.filter(({ refused }) => !refused).map(({ view }) => view?.run.end ?? Infinity);
      for (const row of rows) {
        const end = row.view?.run.end ?? Infinity;
        const place = ends.includes(Infinity) ? 0 : 1 + ends.filter((other) => other < end).length;
        row.show(clock.window, time, playing, place);
      }
      surface.request();
      placeCursor();
    },
  };
}

function paintRuler(
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
  clock: RaceClock,
): void {
  const look = theme();
  const port = viewport(clock.window, 0, width);
  const step = rulerStep(port);
  context.font = look.smallFont;
  context.textBaseline = 'middle';
  context.fillStyle = look.muted;
  context.strokeStyle = look.gridLine;
  context.lineWidth = 1;
  context.beginPath();
  for (let time = Math.ceil(port.start / step) * step; time <= port.end; time += step) {
    const x = Math.round(xOf(port, time)) + 0.5;
    context.moveTo(x, height - 6);
    context.lineTo(x, height);
    const text = formatInstant(time, step);
    if (x + 4 + context.measureText(text).width < width) context.fillText(text, x + 4, height / 2);
  }
  context.stroke();
}
