/** What a person has set in the view: it survives hiding and showing. */
import type { RunChoice } from '../../protocol/messages';
import type { GridScope } from '../shared/grid/folioGrid';
import type { TimeWindow } from '../shared/timeline/timeWindow';

export interface ViewState {
  choice: RunChoice | null;
  /** ps; null: not placed yet. */
  time: number | null;
  window: TimeWindow | null;
  slowdown: number | null;
  lane: number;
  /** null: not chosen, the run decides. */
  scope: GridScope | null;
  timelineTable: boolean;
  folioTable: boolean;
  anatomyTable: boolean;
  chartTable: boolean;
  dmaTable: boolean;
  /** The parameters of the replay are shown. */
  replayOpen: boolean;
  linear: boolean;
  scroll: number;
}

export function initialState(): ViewState {
  return {
    choice: null,
    time: null,
    window: null,
    slowdown: null,
    lane: 0,
    scope: null,
    timelineTable: false,
    folioTable: false,
    anatomyTable: false,
    chartTable: false,
    dmaTable: false,
    replayOpen: false,
    linear: false,
    scroll: 0,
  };
}

/** Whether something kept by an earlier view is of this shape. */
export function isViewState(state: unknown): state is ViewState {
  if (typeof state !== 'object' || state === null) return false;
  const expected = initialState();
  return Object.keys(expected).every((key) => key in state);
}
