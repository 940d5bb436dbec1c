/** Arithmetic of the visible stretch of time. All times are picoseconds from the start of the run. */

export interface TimeWindow {
  readonly start: number;
  readonly end: number;
}

/** Narrowest window: a few nanoseconds are less than any step the engine knows. */
export const MIN_SPAN = 5_000;

/** The window moved and narrowed until it lies in [0, end). */
export function clampWindow(window: TimeWindow, end: number): TimeWindow {
  const span = Math.min(Math.max(window.end - window.start, MIN_SPAN), Math.max(end, MIN_SPAN));
  const start = Math.min(Math.max(0, window.start), Math.max(0, end - span));
  return { start, end: start + span };
}

/** Zooms by `factor` (below 1 = closer) so that `time` stays where it is on the screen. */
export function zoomAt(window: TimeWindow, end: number, time: number, factor: number): TimeWindow {
  const span = Math.min(Math.max((window.end - window.start) * factor, MIN_SPAN), Math.max(end, MIN_SPAN));
  const share = (time - window.start) / (window.end - window.start);
  const start = time - share * span;
  return clampWindow({ start, end: start + span }, end);
}

export function panBy(window: TimeWindow, end: number, delta: number): TimeWindow {
  return clampWindow({ start: window.start + delta, end: window.end + delta }, end);
}

/** The window, moved so that `time` is inside, at `share` of its width if it was outside. */
export function reveal(window: TimeWindow, end: number, time: number, share = 0.5): TimeWindow {
  if (time >= window.start && time <= window.end) return window;
  const span = window.end - window.start;
  return clampWindow({ start: time - span * share, end: time + span * (1 - share) }, end);
}

/** The distance of ticks at least `minShare` of the span apart, 1, 2 or 5 times a power of ten. */
export function tickStep(span: number, minShare: number): number {
  const least = span * minShare;
  const power = 10 ** Math.floor(Math.log10(least));
  for (const factor of [1, 2, 5]) if (power * factor >= least) return power * factor;
  return power * 10;
}
