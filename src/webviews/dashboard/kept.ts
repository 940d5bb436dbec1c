/** What survives hiding and showing the dashboard. */
import type { TimeWindow } from '../shared/timeline/timeWindow';

export interface Kept {
  readonly time: number;
  readonly slowdown: number;
  readonly window: TimeWindow;
}

export function isKept(value: unknown): value is Kept {
  const { time, slowdown, window } = (value ?? {}) as Partial<Kept>;
  return typeof time === 'number' && typeof slowdown === 'number' && typeof window?.start === 'number';
}
