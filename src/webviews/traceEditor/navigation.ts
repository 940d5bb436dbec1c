/** Where the person is in the run: time cursor, visible window, lane; and every way to move. */
import { batchOnLane } from '../../engine/probe/runIndex';
import type { PlaybackState } from '../shared/playback';
import { createPlayback, nextSlowdown, slowdownFor } from '../shared/playback';
import { activeLane, nextBatchTime, nextFolioTime } from '../shared/locate';
import { matchTime, timeScale } from '../shared/matchBatch';
import type { RunView } from '../shared/runView';
import type { TimeWindow } from '../shared/timeline/timeWindow';
import { clampWindow, panBy, reveal, zoomAt } from '../shared/timeline/timeWindow';
import type { ViewState } from './viewState';

export interface Navigation {
  readonly time: number;
  readonly window: TimeWindow;
  readonly lane: number;
  /** Batch under the cursor, -1 before the first. */
  readonly batch: number;
  readonly playback: PlaybackState;
  /**
   * Shows a run: the first one where the kept state says, a further one at the same batch. `sameScale`: the
   * window keeps its length, so that one sees how much longer or shorter things take; else it shows as many batches.
   */
  setRun(view: RunView | null, kept: ViewState, sameScale?: boolean): void;
  play(): void;
  pause(): void;
  toggle(): void;
  stepBatch(back: boolean): void;
  stepFolio(back: boolean): void;
  seek(time: number): void;
  /** Cursor by a share of the window. */
  nudge(share: number): void;
  setLane(lane: number): void;
  changeSpeed(faster: boolean): void;
  setSlowdown(slowdown: number): void;
  setWindow(window: TimeWindow): void;
  zoom(factor: number): void;
  pan(share: number): void;
  zoomAll(): void;
  zoomBatch(): void;
}

/** Seconds a whole run takes at first. */
const FIRST_SECONDS = 30;
const FIRST_BATCHES = 4;
/** While playing, the window follows so that the cursor stays left of this share. */
const FOLLOW = 0.8;

export function createNavigation(changed: () => void): Navigation {
  let view: RunView | null = null;
  let window: TimeWindow = { start: 0, end: 1 };
  let lane = 0;
  let silent = false;

  const playback = createPlayback((state) => {
    if (silent) return;
    if (state.playing) follow(state.time);
    changed();
  });
  const end = () => view?.run.end ?? 0;
  const time = () => playback.state.time;
  const quietly = (act: () => void) => {
    silent = true;
    act();
    silent = false;
  };

  function follow(now: number): void {
    const span = window.end - window.start;
    if (now < window.start) window = reveal(window, end(), now, 0.1);
    else if (now > window.start + span * FOLLOW) {
      window = clampWindow({ start: now - span * FOLLOW, end: now + span * (1 - FOLLOW) }, end());
    }
  }
  function jump(to: number): void {
    quietly(() => playback.setTime(to));
    window = reveal(window, end(), time(), 0.3);
    changed();
  }

  const navigation: Navigation = {
    get time() {
      return time();
    },
    get window() {
      return window;
    },
    get lane() {
      return view === null ? 0 : activeLane(view, time(), lane);
    },
    get batch() {
      return view === null || view.lanes.length === 0 ? -1 : batchOnLane(view.index, navigation.lane, time());
    },
    get playback() {
      return playback.state;
    },
    setRun(next, kept, sameScale = false) {
      const before = view;
      const at = time();
      const oldWindow = window;
      view = next;
      quietly(() => {
        playback.setEnd(end());
        if (next === null) return;
        if (before === null) {
          lane = Math.min(
            kept.time === null ? busiestLane(next) : kept.lane,
            Math.max(0, next.lanes.length - 1),
          );
          playback.setSlowdown(kept.slowdown ?? slowdownFor(next.run.end, FIRST_SECONDS));
          playback.setTime(kept.time ?? firstTime(next, lane));
          window = kept.window === null ? firstWindow(next, lane) : clampWindow(kept.window, next.run.end);
        } else {
          playback.setTime(matchTime(before, lane, at, next));
          // A recording's clock is not the engine's: each plays at a speed of its own.
          if (before.run.kind !== next.run.kind) {
            playback.setSlowdown(slowdownFor(next.run.end, FIRST_SECONDS));
          }
          const whole = oldWindow.start <= 0 && oldWindow.end >= before.run.end;
          window = whole
            ? { start: 0, end: next.run.end }
            : matchWindow(
                oldWindow,
                at,
                time(),
                sameScale ? 1 : timeScale(before, lane, at, next),
                next.run.end,
              );
        }
      });
      changed();
    },
    play: () => playback.play(),
    pause: () => playback.pause(),
    toggle: () => playback.toggle(),
    stepBatch(back) {
      playback.pause();
      if (view !== null) jump(nextBatchTime(view, navigation.lane, time(), back));
    },
    stepFolio(back) {
      playback.pause();
      if (view !== null) jump(nextFolioTime(view, navigation.lane, time(), back));
    },
    seek: jump,
    nudge(share) {
      jump(time() + share * (window.end - window.start));
    },
    setLane(next) {
      if (view === null) return;
      lane = Math.min(Math.max(0, next), view.lanes.length - 1);
      changed();
    },
    changeSpeed(faster) {
      playback.setSlowdown(nextSlowdown(playback.state.slowdown, faster));
    },
    setSlowdown: (slowdown) => playback.setSlowdown(slowdown),
    setWindow(next) {
      window = clampWindow(next, end());
      changed();
    },
    zoom(factor) {
      const inside = time() >= window.start && time() <= window.end;
      const middle = inside ? time() : (window.start + window.end) / 2;
      navigation.setWindow(zoomAt(window, end(), middle, factor));
    },
    pan(share) {
      navigation.setWindow(panBy(window, end(), share * (window.end - window.start)));
    },
    zoomAll() {
      navigation.setWindow({ start: 0, end: end() });
    },
    zoomBatch() {
      const { batch } = navigation;
      if (view === null || batch < 0) return;
      const start = view.run.batches.start[batch] as number;
      const length = (view.run.batches.end[batch] as number) - start;
      navigation.setWindow({ start: start - length * 0.04, end: start + length * 1.04 });
    },
  };
  return navigation;
}

/** A window that shows as much of the new run around its cursor as the old one did around `at`. */
function matchWindow(old: TimeWindow, at: number, cursor: number, scale: number, end: number): TimeWindow {
  const span = old.end - old.start;
  const share = at < old.start || at > old.end ? 0.3 : (at - old.start) / span;
  const start = cursor - share * span * scale;
  return clampWindow({ start, end: start + span * scale }, end);
}

/** The lane with most batches, the first of them. */
function busiestLane(view: RunView): number {
  const most = view.lanes.reduce((max, track) => Math.max(max, track.rows.length), 0);
  return Math.max(
    0,
    view.lanes.findIndex((track) => track.rows.length === most),
  );
}

/** Within the lane's first batch, where something can be seen. */
function firstTime(view: RunView, lane: number): number {
  const track = view.lanes[lane];
  if (track === undefined || track.rows.length === 0) return 0;
  const start = track.starts[0] as number;
  return Math.round(start + ((track.ends[0] as number) - start) * 0.6);
}

function firstWindow(view: RunView, lane: number): TimeWindow {
  const { end } = view.run;
  const track = view.lanes[lane];
  const last = Math.min(track?.rows.length ?? 0, FIRST_BATCHES) - 1;
  if (track === undefined || last < 0) return { start: 0, end };
  const from = track.starts[0] as number;
  const span = (track.ends[last] as number) - from;
  // A recording may begin long before its first batch, a simulated run begins with the entry of its first call.
  const late = from > span * (view.run.kind === 'observed' ? 0.2 : 6);
  const start = late ? from - span * 0.04 : 0;
  return clampWindow({ start, end: from + span * 1.02 }, end);
}
