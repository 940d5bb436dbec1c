/** The whole run in one strip: pages moved per stretch of time, failures, and the handle of the visible window. */
import { cssOf, cssWithAlpha } from '../color';
import { el } from '../dom';
import { formatDuration } from '../format';
import type { RunView } from '../runView';
import type { Surface } from '../surface';
import { createSurface } from '../surface';
import { onThemeChange, theme } from '../theme';
import { movedAbout, paintFailures } from './paintTracks';
import { Painter } from './painter';
import { GUTTER } from './rows';
import type { TimeWindow } from './timeWindow';
import { panBy, zoomAt } from './timeWindow';
import type { Viewport } from './viewport';
import { timeOf, viewport, xOf } from './viewport';

export interface Minimap {
  readonly element: HTMLElement;
  setRun(view: RunView | null): void;
  show(window: TimeWindow, time: number): void;
  dispose(): void;
}

const RIGHT = 12;

export function createMinimap(onWindow: (window: TimeWindow) => void): Minimap {
  const base = el('canvas', { class: 'layer', attributes: { 'aria-hidden': 'true' } });
  const over = el('canvas', { class: 'layer', attributes: { 'aria-hidden': 'true' } });
  const element = el('div', { class: 'minimap' }, base, over);
  const painter = new Painter();
  let view: RunView | null = null;
  let shown: TimeWindow = { start: 0, end: 1 };
  let now = 0;

  const port = (width: number): Viewport =>
    viewport({ start: 0, end: Math.max(1, view?.run.end ?? 1) }, GUTTER, Math.max(1, width - GUTTER - RIGHT));

  const below = createSurface(base, (context, width, height) => {
    if (view === null) return;
    const colors = theme();
    const p = port(width);
    const style = cssWithAlpha(colors.engine, colors.highContrast ? 0.9 : 0.55);
    const step = 2;
    const columns: number[] = [];
    for (let x = 0; x < p.width; x += step) {
      const from = x / p.scale;
      columns.push(movedAbout({ view }, from + step / p.scale) - movedAbout({ view }, from));
    }
    const most = Math.max(...columns) || 1;
    painter.begin(context, GUTTER, GUTTER + p.width, colors.smallFont);
    columns.forEach((pages, i) => {
      const tall = (pages / most) * (height - 12);
      if (tall > 0) painter.rect(style, GUTTER + i * step, height - 5 - tall, step, tall);
    });
    painter.end();
    paintFailures(context, { view, theme: colors, painter, port: p, y: 0, height }, height - 5);
    context.font = colors.smallFont;
    context.fillStyle = colors.muted;
    context.textBaseline = 'middle';
    context.fillText(`0 … ${formatDuration(view.run.end)}`, 14, height / 2);
  });
  const above: Surface = createSurface(over, (context, width, height) => {
    if (view === null) return;
    const colors = theme();
    const p = port(width);
    const from = xOf(p, shown.start);
    const to = Math.max(from + 3, xOf(p, shown.end));
    context.fillStyle = cssWithAlpha(colors.background, 0.6);
    context.fillRect(GUTTER, 1, from - GUTTER, height - 2);
    context.fillRect(to, 1, GUTTER + p.width - to, height - 2);
    context.strokeStyle = colors.highContrast ? colors.focus : cssOf(colors.foreground);
    context.lineWidth = 1;
    context.strokeRect(Math.round(from) + 0.5, 1.5, Math.max(2, Math.round(to - from) - 1), height - 3);
    context.fillStyle = colors.cursor;
    context.fillRect(xOf(p, now) - 0.75, 1, 1.5, height - 2);
  });

  let grab: { time: number; window: TimeWindow } | null = null;
  over.addEventListener('pointerdown', (event) => {
    if (view === null || event.button !== 0) return;
    const p = port(below.width);
    const time = timeOf(p, event.offsetX);
    if (time < shown.start || time > shown.end) {
      onWindow(panBy(shown, view.run.end, time - (shown.start + shown.end) / 2));
    }
    grab = { time, window: shown };
    over.setPointerCapture(event.pointerId);
  });
  over.addEventListener('pointermove', (event) => {
    if (grab === null || view === null) return;
    onWindow(panBy(grab.window, view.run.end, timeOf(port(below.width), event.offsetX) - grab.time));
  });
  over.addEventListener('pointerup', () => (grab = null));
  over.addEventListener('pointercancel', () => (grab = null));
  over.addEventListener(
    'wheel',
    (event) => {
      if (view === null) return;
      event.preventDefault();
      const middle = (shown.start + shown.end) / 2;
      onWindow(zoomAt(shown, view.run.end, middle, Math.exp(event.deltaY * 0.0015)));
    },
    { passive: false },
  );
  const unwatch = onThemeChange(() => {
    painter.reset();
    below.request();
    above.request();
  });

  return {
    element,
    setRun(next) {
      view = next;
      below.request();
      above.request();
    },
    show(window, time) {
      shown = window;
      now = time;
      above.request();
    },
    dispose() {
      unwatch();
      below.dispose();
      above.dispose();
    },
  };
}
