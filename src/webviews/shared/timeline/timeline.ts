/**
 * The timeline of a run: minimap, ruler, a row per migrating CPU and DMA channel, flushes, progress, one
 * time cursor through all. The still picture is drawn when the window moves; the cursor lies on a layer
 * of its own, so that playing costs next to nothing.
 */
import { cssWithAlpha } from '../color';
import { el } from '../dom';
import { formatInstant } from '../format';
import type { RunView } from '../runView';
import { createSurface } from '../surface';
import { inkOn, onThemeChange, theme } from '../theme';
import { hideTooltip, showTooltip } from '../tooltip';
import { describePlace } from './describe';
import { createMinimap } from './minimap';
import { eachTick, paintFrame, rulerStep, TICK_TEXT } from './paintFrame';
import { Painter } from './painter';
import type { Row } from './rows';
import { GUTTER, RULER_HEIGHT, rowAt, rowsHeight, timelineRows } from './rows';
import type { TimeWindow } from './timeWindow';
import { clampWindow, panBy, zoomAt } from './timeWindow';
import type { Viewport } from './viewport';
import { timeOf, viewport, xOf } from './viewport';

export interface TimelineEvents {
  /** The person set the time cursor, on `lane` where they pointed at one, else -1. */
  onCursor(time: number, lane: number): void;
  onWindow(window: TimeWindow): void;
  /** Double click on a batch: show it whole. */
  onBatch(time: number, lane: number): void;
}

export interface Timeline {
  readonly element: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  setRun(view: RunView | null): void;
  /** Shows a window, the cursor at `time` (ps) and which lane is looked at. */
  show(window: TimeWindow, time: number, lane: number): void;
  /** Duration of one pixel, ps. */
  readonly pixel: number;
  dispose(): void;
}

const RIGHT = 12;

export function createTimeline(events: TimelineEvents): Timeline {
  const base = el('canvas', { class: 'layer', attributes: { 'aria-hidden': 'true' } });
  const over = el('canvas', {
    class: 'layer',
    attributes: {
      tabindex: '0',
      role: 'application',
      'aria-roledescription': 'timeline',
      'aria-label': 'Timeline. Arrow keys move the time cursor, W and S zoom, A and D pan.',
    },
  });
  const stage = el('div', { class: 'timeline-stage' }, base, over);
  const minimap = createMinimap((window) => events.onWindow(window));
  const element = el('div', { class: 'timeline' }, minimap.element, stage);
  const painter = new Painter();
  let view: RunView | null = null;
  let rows: readonly Row[] = [];
  let shown: TimeWindow = { start: 0, end: 1 };
  let now = 0;
  let lane = 0;
  let pointer: { x: number; y: number } | null = null;

  const port = (): Viewport => viewport(shown, GUTTER, Math.max(1, below.width - GUTTER - RIGHT));
  const below = createSurface(base, (context, width, height) => {
    if (view === null) return;
    paintFrame({ context, painter, theme: theme(), view, rows, port: port(), width, height, lane });
  });
  const above = createSurface(over, (context, width, height) => {
    if (view !== null) paintCursor(context, width, height);
  });

  function paintCursor(context: CanvasRenderingContext2D, width: number, height: number): void {
    const colors = theme();
    const p = port();
    if (pointer !== null && pointer.x >= GUTTER) {
      context.fillStyle = cssWithAlpha(colors.foreground, 0.25);
      context.fillRect(Math.round(pointer.x), RULER_HEIGHT, 1, height - RULER_HEIGHT);
    }
    const x = xOf(p, now);
    if (x < GUTTER - 1 || x > width - RIGHT + 1) return;
    context.fillStyle = colors.cursor;
    context.fillRect(Math.round(x) - 0.75, RULER_HEIGHT - 6, 1.5, height);
    const text = formatInstant(now, Math.max(1000, rulerStep(p) / 100));
    context.font = colors.smallFont;
    const size = context.measureText(text).width + 10;
    const left = Math.min(Math.max(GUTTER, x - size / 2), width - size - 2);
    // A tick's text that the flag would cut goes away as a whole.
    context.fillStyle = colors.backgroundCss;
    eachTick(p, (tick, label) => {
      const from = tick + TICK_TEXT;
      const wide = context.measureText(label).width;
      if (from < left + size + 4 && from + wide > left - 4) context.fillRect(from, 3, wide + 1, 16);
    });
    context.fillStyle = colors.cursor;
    context.beginPath();
    context.roundRect(left, 3, size, 17, 3);
    context.fill();
    context.fillStyle = inkOn(colors.cursorRgb);
    context.textBaseline = 'middle';
    context.fillText(text, left + 5, 12);
  }

  const apply = (window: TimeWindow) => {
    if (view !== null) events.onWindow(clampWindow(window, view.run.end));
  };
  const timeAt = (x: number) => Math.min(Math.max(0, timeOf(port(), x)), view?.run.end ?? 0);

  over.addEventListener(
    'wheel',
    (event) => {
      if (view === null) return;
      event.preventDefault();
      const sideways = event.shiftKey ? event.deltaY : event.deltaX;
      if (Math.abs(sideways) > Math.abs(event.shiftKey ? 0 : event.deltaY)) {
        apply(panBy(shown, view.run.end, sideways / port().scale));
      } else {
        apply(zoomAt(shown, view.run.end, timeOf(port(), event.offsetX), Math.exp(event.deltaY * 0.0015)));
      }
    },
    { passive: false },
  );

  let grab: { x: number; window: TimeWindow; scrub: boolean; moved: boolean } | null = null;
  over.addEventListener('pointerdown', (event) => {
    if (view === null || event.button !== 0) return;
    const scrub = event.offsetY < RULER_HEIGHT;
    grab = { x: event.offsetX, window: shown, scrub, moved: false };
    over.setPointerCapture(event.pointerId);
    if (scrub) events.onCursor(timeAt(event.offsetX), -1);
  });
  over.addEventListener('pointermove', (event) => {
    pointer = { x: event.offsetX, y: event.offsetY };
    above.request();
    if (grab === null) {
      hover(event);
      return;
    }
    hideTooltip();
    if (Math.abs(event.offsetX - grab.x) > 3) grab.moved = true;
    if (grab.scrub) events.onCursor(timeAt(event.offsetX), -1);
    else if (grab.moved && view !== null) {
      apply(panBy(grab.window, view.run.end, (grab.x - event.offsetX) / port().scale));
    }
  });
  over.addEventListener('pointerup', (event) => {
    const done = grab;
    grab = null;
    if (done === null || done.scrub || done.moved) return;
    const row = rowAt(rows, event.offsetY);
    const on = row?.kind === 'lane' ? row.index : -1;
    events.onCursor(event.offsetX < GUTTER ? now : timeAt(event.offsetX), on);
  });
  over.addEventListener('pointercancel', () => (grab = null));
  over.addEventListener('pointerleave', () => {
    pointer = null;
    hideTooltip();
    above.request();
  });
  over.addEventListener('dblclick', (event) => {
    const row = rowAt(rows, event.offsetY);
    if (event.offsetX >= GUTTER)
      events.onBatch(timeAt(event.offsetX), row?.kind === 'lane' ? row.index : lane);
  });

  function hover(event: PointerEvent): void {
    const row = rowAt(rows, event.offsetY);
    const content =
      view === null || row === null || event.offsetX < GUTTER
        ? null
        : describePlace(view, row, timeAt(event.offsetX), Math.max(1000, 1 / port().scale));
    if (content === null) hideTooltip();
    else showTooltip(content, event.clientX, event.clientY);
  }

  const unwatch = onThemeChange(() => {
    painter.reset();
    below.request();
    above.request();
  });

  return {
    element,
    canvas: over,
    setRun(next) {
      view = next;
      rows = next === null ? [] : timelineRows(next);
      stage.style.height = `${rowsHeight(rows) + 1}px`;
      minimap.setRun(next);
      below.request();
      above.request();
    },
    show(window, time, nextLane) {
      const moved = window.start !== shown.start || window.end !== shown.end || nextLane !== lane;
      shown = window;
      now = time;
      lane = nextLane;
      if (moved) below.request();
      above.request();
      minimap.show(window, time);
    },
    get pixel() {
      return 1 / port().scale;
    },
    dispose() {
      unwatch();
      minimap.dispose();
      below.dispose();
      above.dispose();
    },
  };
}
