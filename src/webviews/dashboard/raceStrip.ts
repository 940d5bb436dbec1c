/** What one design does on the common clock: its CPUs, its DMA channels, the curve of pages moved, and where it finished. */
import { cssOf } from '../shared/color';
import { el } from '../shared/dom';
import { formatDuration } from '../shared/format';
import type { RunView } from '../shared/runView';
import { shownChannels } from '../shared/runView';
import { createSurface } from '../shared/surface';
import { onThemeChange, theme } from '../shared/theme';
import { rulerStep } from '../shared/timeline/paintFrame';
import { Painter } from '../shared/timeline/painter';
import { paintLane } from '../shared/timeline/paintLane';
import { paintChannel, paintFailures, paintProgress } from '../shared/timeline/paintTracks';
import type { TimeWindow } from '../shared/timeline/timeWindow';
import type { Viewport } from '../shared/timeline/viewport';
import { timeOf, viewport, xOf } from '../shared/timeline/viewport';

export interface StripEvents {
  onSeek(time: number): void;
  onZoom(time: number, factor: number): void;
  onPan(delta: number): void;
}

export interface RaceStrip {
  readonly canvas: HTMLCanvasElement;
  setRun(view: RunView | null): void;
  show(window: TimeWindow): void;
}

const PROGRESS_HEIGHT = 80;
const GAP = 4;

export function createRaceStrip(label: string, events: StripEvents): RaceStrip {
  const canvas = el('canvas', { class: 'race-strip', attributes: { role: 'img', 'aria-label': label } });
  const painter = new Painter();
  let view: RunView | null = null;
  let shown: TimeWindow = { start: 0, end: 1 };
  const port = (): Viewport => viewport(shown, 0, Math.max(1, surface.width));
  const surface = createSurface(canvas, (context, width, height) => {
    context.clearRect(0, 0, width, height);
    if (view !== null) paintStrip(context, painter, view, viewport(shown, 0, width), height);
  });
  onThemeChange(() => {
    painter.reset();
    surface.request();
  });
  listen(canvas, port, events);
  return {
    canvas,
    setRun(next) {
      view = next;
      canvas.style.height = next === null ? '' : `${heightOf(next)}px`;
      surface.request();
    },
    show(window) {
      if (window.start === shown.start && window.end === shown.end) return;
      shown = window;
      surface.request();
    },
  };
}

function laneHeight({ run }: RunView): number {
  return run.lanes.length > 4 ? 14 : run.lanes.length > 1 ? 22 : 48;
}

function channelHeight(view: RunView): number {
  return shownChannels(view).length > 4 ? 8 : 14;
}

function heightOf(view: RunView): number {
  const { run } = view;
  return (
    run.lanes.length * (laneHeight(view) + GAP) +
    shownChannels(view).length * (channelHeight(view) + GAP) +
    PROGRESS_HEIGHT
  );
}

function paintStrip(
  context: CanvasRenderingContext2D,
  painter: Painter,
  view: RunView,
  port: Viewport,
  height: number,
): void {
  const look = theme();
  const { run } = view;
  context.strokeStyle = look.gridLine;
  context.lineWidth = 1;
  context.beginPath();
  const step = rulerStep(port);
  for (let time = Math.ceil(port.start / step) * step; time <= port.end; time += step) {
    const x = Math.round(xOf(port, time)) + 0.5;
    context.moveTo(x, 0);
    context.lineTo(x, height);
  }
  context.stroke();
  painter.begin(context, 0, port.width, look.smallFont);
  let y = 0;
  const row = (size: number) => {
    const paint = { view, theme: look, painter, port, y, height: size };
    y += size + GAP;
    return paint;
  };
  for (let lane = 0; lane < run.lanes.length; lane++) paintLane(row(laneHeight(view)), lane);
  for (const channel of shownChannels(view)) paintChannel(row(channelHeight(view)), channel);
  painter.end();
  const progress = row(PROGRESS_HEIGHT - GAP);
  paintProgress(context, progress);
  paintFailures(context, progress, progress.y + progress.height - 2);
  paintFinish(context, view, port, height);
}

/** A line where the run ends, and how long it took; behind it nothing happens any more. */
function paintFinish(
  context: CanvasRenderingContext2D,
  { run }: RunView,
  port: Viewport,
  height: number,
): void {
  const look = theme();
  const x = xOf(port, run.end);
  if (x > port.width + 1) return;
  context.fillStyle = cssOf(look.background);
  if (x < port.width - 1) context.fillRect(x + 1, 0, port.width - x, height);
  context.fillStyle = look.text;
  context.fillRect(Math.min(port.width - 1.5, x), 0, 1.5, height);
  context.font = look.smallFont;
  context.textBaseline = 'middle';
  const text = `finished after ${formatDuration(run.end)}`;
  const room = port.width - x;
  if (context.measureText(text).width + 12 > room) return;
  context.fillStyle = look.muted;
  context.textAlign = 'left';
  context.fillText(text, x + 8, height / 2);
}

/** Wheel zooms, dragging pans, a click moves the clock. */
function listen(canvas: HTMLCanvasElement, port: () => Viewport, events: StripEvents): void {
  let grab: { x: number; moved: boolean } | null = null;
  canvas.addEventListener(
    'wheel',
    (event) => {
      // A plain wheel scrolls the page.
      if (!event.ctrlKey && !event.shiftKey && Math.abs(event.deltaX) <= Math.abs(event.deltaY)) return;
      event.preventDefault();
      if (event.ctrlKey) events.onZoom(timeOf(port(), event.offsetX), Math.exp(event.deltaY * 0.0015));
      else events.onPan((event.shiftKey ? event.deltaY : event.deltaX) / port().scale);
    },
    { passive: false },
  );
  canvas.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    grab = { x: event.offsetX, moved: false };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener('pointermove', (event) => {
    if (grab === null) return;
    const delta = grab.x - event.offsetX;
    if (!grab.moved && Math.abs(delta) < 3) return;
    grab = { x: event.offsetX, moved: true };
    events.onPan(delta / port().scale);
  });
  canvas.addEventListener('pointerup', (event) => {
    if (grab !== null && !grab.moved) events.onSeek(timeOf(port(), event.offsetX));
    grab = null;
  });
  canvas.addEventListener('pointercancel', () => (grab = null));
}
