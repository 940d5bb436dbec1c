/** The small chart of the live view: GB/s and pages moved over the whole span of the run. */
import type { Playhead } from '../../protocol/messages';
import { formatGBps } from '../shared/format';
import { createSurface } from '../shared/surface';
import type { Surface } from '../shared/surface';
import { cssOf, cssWithAlpha } from '../shared/color';
import { theme } from '../shared/theme';
import type { LiveHistory, LivePoint } from './history';

export interface LiveChart {
  show(history: LiveHistory, playhead: Playhead): void;
  redraw(): void;
}

export function createLiveChart(canvas: HTMLCanvasElement): LiveChart {
  let shown: { history: LiveHistory; playhead: Playhead } | null = null;
  const surface: Surface = createSurface(canvas, (context, width, height) => {
    if (shown !== null) draw(context, width, height, shown.history.points, shown.playhead);
  });
  return {
    show: (history, playhead) => {
      shown = { history, playhead };
      surface.request();
    },
    redraw: () => surface.request(),
  };
}

const TOP = 14;
const BOTTOM = 2;

function draw(
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
  points: readonly LivePoint[],
  playhead: Playhead,
): void {
  const look = theme();
  const span = Math.max(1, playhead.endNs);
  const peak = points.reduce((max, { throughputGBps }) => Math.max(max, throughputGBps), 0);
  const room = height - TOP - BOTTOM;
  const x = (point: LivePoint) => (point.timeNs / span) * width;
  const rateY = (point: LivePoint) => TOP + room * (1 - point.throughputGBps / Math.max(peak * 1.1, 1e-9));
  const movedY = (point: LivePoint) => TOP + room * (1 - point.pagesMoved / Math.max(1, playhead.pagesTotal));

  context.strokeStyle = look.gridLine;
  context.lineWidth = 1;
  for (const share of [0, 0.5, 1]) line(context, 0, TOP + room * share, width, TOP + room * share);

  const { blue, green } = { blue: look.phases.copy, green: look.phases.remap };
  area(context, points, x, movedY, TOP + room, cssWithAlpha(green, 0.16));
  curve(context, points, x, movedY, cssOf(green));
  curve(context, points, x, rateY, cssOf(blue));

  const now = (playhead.timeNs / span) * width;
  context.strokeStyle = look.cursor;
  line(context, now, TOP, now, TOP + room);

  context.font = look.smallFont;
  context.textBaseline = 'top';
  context.textAlign = 'left';
  context.fillStyle = cssOf(blue);
  context.fillText(`GB/s, peak ${formatGBps(peak)}`, 0, 0);
  context.textAlign = 'right';
  context.fillStyle = cssOf(green);
  context.fillText('pages moved', width, 0);
}

type Coordinate = (point: LivePoint) => number;

function curve(
  context: CanvasRenderingContext2D,
  points: readonly LivePoint[],
  x: Coordinate,
  y: Coordinate,
  color: string,
): void {
  context.beginPath();
  for (const point of points) context.lineTo(x(point), y(point));
  context.strokeStyle = color;
  context.lineWidth = 1.5;
  context.lineJoin = 'round';
  context.stroke();
}

function area(
  context: CanvasRenderingContext2D,
  points: readonly LivePoint[],
  x: Coordinate,
  y: Coordinate,
  floor: number,
  color: string,
): void {
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined) return;
  context.beginPath();
  context.moveTo(x(first), floor);
  for (const point of points) context.lineTo(x(point), y(point));
  context.lineTo(x(last), floor);
  context.fillStyle = color;
  context.fill();
}

function line(context: CanvasRenderingContext2D, x0: number, y0: number, x1: number, y1: number): void {
  context.beginPath();
  context.moveTo(x0, Math.round(y0) + 0.5);
  context.lineTo(x1, Math.round(y1) + 0.5);
  context.lineWidth = 1;
  context.stroke();
}
