/** Draws a timeline's still picture: ruler, rows with their labels, and what each row holds. */
import { cssOf } from '../color';
import { formatInstant } from '../format';
import type { RunView } from '../runView';
import type { Theme } from '../theme';
import type { Painter } from './painter';
import { paintLane } from './paintLane';
import type { LanePaint } from './paintLane';
import { paintChannel, paintFailures, paintFlushes, paintProgress } from './paintTracks';
import type { Row } from './rows';
import { GUTTER, RULER_HEIGHT } from './rows';
import { tickStep } from './timeWindow';
import type { Viewport } from './viewport';
import { xOf } from './viewport';

export interface FramePaint {
  readonly context: CanvasRenderingContext2D;
  readonly painter: Painter;
  readonly theme: Theme;
  readonly view: RunView;
  readonly rows: readonly Row[];
  readonly port: Viewport;
  readonly width: number;
  readonly height: number;
  readonly lane: number;
}

/** Inner margin of a row, by its height. */
function inset(row: Row): number {
  return row.height >= 28 ? 5 : row.height >= 20 ? 4 : 2;
}

export function paintFrame(frame: FramePaint): void {
  const { context, painter, theme, view, rows, port } = frame;
  paintRuler(frame);
  const laneRows = rows.filter((row) => row.kind === 'lane');
  painter.begin(context, port.left, port.left + port.width, theme.smallFont);
  for (const row of rows) {
    const space = inset(row);
    const paint: LanePaint = {
      view,
      theme,
      painter,
      port,
      y: row.top + space,
      height: row.height - 2 * space,
    };
    if (row.kind === 'lane') paintLane(paint, row.index);
    else if (row.kind === 'channel') paintChannel(paint, row.index);
    else if (row.kind === 'flush') paintFlushes(paint);
  }
  painter.end();
  for (const row of rows) {
    const space = inset(row);
    const paint: LanePaint = {
      view,
      theme,
      painter,
      port,
      y: row.top + space,
      height: row.height - 2 * space,
    };
    if (row.kind === 'progress') {
      paintProgress(context, paint);
      context.save();
      context.beginPath();
      context.rect(port.left, 0, port.width, frame.height);
      context.clip();
      paintFailures(context, paint, row.top + row.height - 4);
      context.restore();
    }
    paintRowLabel(frame, row, laneRows.length > 1 && row.kind === 'lane' && row.index === frame.lane);
  }
}

/** The distance of ruler ticks, ps. */
export function rulerStep(port: Viewport): number {
  return tickStep(port.end - port.start, 104 / Math.max(200, port.width));
}

/** Calls back with each tick of the ruler: its pixel and its text. */
export function eachTick(port: Viewport, tick: (x: number, text: string) => void): void {
  const step = rulerStep(port);
  for (let time = Math.ceil(port.start / step) * step; time <= port.end; time += step) {
    tick(Math.round(xOf(port, time)) + 0.5, formatInstant(time, step));
  }
}

/** Where the text of a tick begins. */
export const TICK_TEXT = 4;

function paintRuler(frame: FramePaint): void {
  const { context, theme, port, height } = frame;
  context.font = theme.smallFont;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  context.fillStyle = theme.muted;
  context.strokeStyle = theme.gridLine;
  context.lineWidth = 1;
  context.beginPath();
  eachTick(port, (x, text) => {
    context.moveTo(x, RULER_HEIGHT - 5);
    context.lineTo(x, height);
    if (x + context.measureText(text).width + TICK_TEXT < port.left + port.width) {
      context.fillText(text, x + TICK_TEXT, RULER_HEIGHT / 2 + 1);
    }
  });
  context.stroke();
}

function paintRowLabel(frame: FramePaint, row: Row, active: boolean): void {
  const { context, theme, width } = frame;
  context.strokeStyle = theme.gridLine;
  context.beginPath();
  context.moveTo(0, row.top + 0.5);
  context.lineTo(width, row.top + 0.5);
  context.stroke();
  if (active) {
    context.fillStyle = cssOf(theme.engine);
    context.fillRect(0, row.top + 3, 2, row.height - 6);
  }
  context.font = theme.smallFont;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  context.fillStyle = row.kind === 'lane' ? theme.text : theme.muted;
  context.fillText(fitted(context, row.label, GUTTER - 22), 14, row.top + row.height / 2 + 0.5);
}

function fitted(context: CanvasRenderingContext2D, text: string, room: number): string {
  if (context.measureText(text).width <= room) return text;
  let short = text;
  while (short.length > 1 && context.measureText(`${short}…`).width > room) short = short.slice(0, -1);
  return `${short}…`;
}
