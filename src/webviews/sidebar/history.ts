/** The bounded past of a run's playhead: points in order of simulated time, thinned out when there are many. */
import type { Playhead } from '../../protocol/messages';

export interface LivePoint {
  /** ns from the start of the run. */
  readonly timeNs: number;
  readonly throughputGBps: number;
  readonly pagesMoved: number;
}

export interface LiveHistory {
  readonly runId: number;
  readonly points: readonly LivePoint[];
}

const MAX_POINTS = 600;

/** The history with the playhead added. Another run starts anew; going back in time forgets what lay ahead. */
export function withPlayhead(history: LiveHistory | null, playhead: Playhead): LiveHistory {
  const { runId, timeNs, throughputGBps, pagesMoved } = playhead;
  const past = history?.runId === runId ? history.points : [];
  const kept = (past.at(-1)?.timeNs ?? -1) < timeNs ? past : past.filter((point) => point.timeNs < timeNs);
  const points = [...kept, { timeNs, throughputGBps, pagesMoved }];
  return { runId, points: points.length > MAX_POINTS ? points.filter((_, i) => i % 2 === 0) : points };
}

/** Whether a value kept by the webview is a history. */
export function isHistory(value: unknown): value is LiveHistory {
  const { runId, points } = (value ?? {}) as Partial<LiveHistory>;
  return typeof runId === 'number' && Array.isArray(points);
}
