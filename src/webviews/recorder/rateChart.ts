/** Pages moved and failed per second as areas, events per second as a line, since the recording began. */
import type { RecordPoint } from '../../protocol/recording';
import { cssOf, cssWithAlpha } from '../shared/color';
import { el } from '../shared/dom';
import { formatCount } from '../shared/format';
import { createSurface } from '../shared/surface';
import { theme } from '../shared/theme';

export interface RateChart {
  readonly element: HTMLElement;
  show(points: readonly RecordPoint[]): void;
  redraw(): void;
}

const TOP = 20;
const BOTTOM = 18;
/** The picture shows at least so many seconds. */
const LEAST_SECONDS = 10;

export function createRateChart(): RateChart {
  let shown: readonly RecordPoint[] = [];
  const canvas = el('canvas', { class: 'record-chart', attributes: { role: 'img' } });
  const surface = createSurface(canvas, (context, width, height) => draw(context, width, height, shown));
  return {
    element: canvas,
    show: (points) => {
      shown = points;
      const last = points.at(-1);
      canvas.setAttribute(
        'aria-label',
        last === undefined
          ? 'No figures yet'
          : `${formatCount(last.pagesPerSecond)} pages a second moved, ${formatCount(last.eventsPerSecond)} events a second`,
      );
      surface.request();
    },
    redraw: () => surface.request(),
  };
}

function draw(
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
  points: readonly RecordPoint[],
): void {
  const look = theme();
  const [moved, failed, events] = [look.phases.remap, look.phases.flush, look.phases.copy];
  const span = Math.max(LEAST_SECONDS, points.at(-1)?.seconds ?? 0);
  const room = height - TOP - BOTTOM;
  const floor = TOP + room;
  const peakPages = points.reduce(
    (peak, point) => Math.max(peak, point.pagesPerSecond + point.failedPerSecond),
    0,
  );
  const peakEvents = points.reduce((peak, point) => Math.max(peak, point.eventsPerSecond), 0);
  const x = (seconds: number) => (seconds / span) * width;
  const pagesY = (pages: number) => floor - room * (pages / Math.max(1, peakPages * 1.1));
  const eventsY = (count: number) => floor - room * (count / Math.max(1, peakEvents * 1.1));

  context.lineWidth = 1;
  context.font = look.smallFont;
  context.strokeStyle = look.gridLine;
  for (const share of [0, 0.5, 1]) {
    const y = Math.round(TOP + room * share) + 0.5;
    context.beginPath();
    context.moveTo(0, y);
    context.lineTo(width, y);
    context.stroke();
  }
  bars(
    context,
    points,
    x,
    (point) => pagesY(point.pagesPerSecond),
    () => floor,
    cssOf(moved),
  );
  bars(
    context,
    points,
    x,
    (point) => pagesY(point.pagesPerSecond + point.failedPerSecond),
    (point) => pagesY(point.pagesPerSecond),
    cssOf(failed),
  );
  context.beginPath();
  for (const point of points) context.lineTo(x(point.seconds), eventsY(point.eventsPerSecond));
  context.strokeStyle = cssOf(events);
  context.lineWidth = 1.5;
  context.lineJoin = 'round';
  context.stroke();
  if (points.length > 0) {
    context.beginPath();
    context.lineTo(x(points[0]!.seconds), floor);
    for (const point of points) context.lineTo(x(point.seconds), eventsY(point.eventsPerSecond));
    context.lineTo(x(points.at(-1)!.seconds), floor);
    context.fillStyle = cssWithAlpha(events, look.highContrast ? 0.12 : 0.1);
    context.fill();
  }
  legend(context, width, [
    { color: cssOf(moved), text: `pages moved/s, peak ${formatCount(peakPages)}` },
    { color: cssOf(failed), text: 'failed/s' },
    { color: cssOf(events), text: `events/s, peak ${formatCount(peakEvents)}` },
  ]);
  context.fillStyle = look.muted;
  context.textBaseline = 'bottom';
  context.textAlign = 'left';
  context.fillText('0 s', 0, height);
  context.textAlign = 'right';
  context.fillText(`${span.toFixed(0)} s`, width, height);
}

/** A step per point, as wide as the time it stands for. */
function bars(
  context: CanvasRenderingContext2D,
  points: readonly RecordPoint[],
  x: (seconds: number) => number,
  top: (point: RecordPoint) => number,
  bottom: (point: RecordPoint) => number,
  color: string,
): void {
  context.fillStyle = color;
  let from = 0;
  for (const point of points) {
    const [left, right, y] = [x(from), x(point.seconds), top(point)];
    from = point.seconds;
    const height = bottom(point) - y;
    if (height > 0) context.fillRect(left, y, Math.max(1, right - left), height);
  }
}

function legend(
  context: CanvasRenderingContext2D,
  width: number,
  entries: readonly { readonly color: string; readonly text: string }[],
): void {
  const look = theme();
  context.textBaseline = 'top';
  context.textAlign = 'left';
  let at = 0;
  for (const { color, text } of entries) {
    const wide = context.measureText(text).width;
    if (at + 14 + wide > width) return;
    context.fillStyle = color;
    context.fillRect(at, 2, 9, 9);
    context.fillStyle = look.text;
    context.fillText(text, at + 14, 1);
    at += 14 + wide + 18;
  }
}
