/** Where a stretch of time lies on a canvas. */
import type { TimeWindow } from './timeWindow';

export interface Viewport {
  readonly start: number;
  readonly end: number;
  /** First pixel and number of pixels the window covers. */
  readonly left: number;
  readonly width: number;
  /** Pixels per picosecond. */
  readonly scale: number;
}

export function viewport(window: TimeWindow, left: number, width: number): Viewport {
  const span = Math.max(1, window.end - window.start);
  return { start: window.start, end: window.end, left, width, scale: width / span };
}

export function xOf(view: Viewport, time: number): number {
  return view.left + (time - view.start) * view.scale;
}

export function timeOf(view: Viewport, x: number): number {
  return view.start + (x - view.left) / view.scale;
}
