/** One clock for all designs: time, speed, and the stretch of time that is shown. */
import type { PlaybackState } from '../shared/playback';
import { createPlayback, nextSlowdown, slowdownFor } from '../shared/playback';
import type { TimeWindow } from '../shared/timeline/timeWindow';
import { clampWindow, panBy, reveal, zoomAt } from '../shared/timeline/timeWindow';

export interface RaceClock {
  readonly state: PlaybackState;
  readonly window: TimeWindow;
  /** End of the slowest run, ps. */
  readonly end: number;
  /** The slowest run so far ends at `end`. A whole view stays whole. */
  setEnd(end: number): void;
  /** Puts time, speed and window back to what was kept. */
  restore(kept: { time: number; slowdown: number; window: TimeWindow }): void;
  play(): void;
  pause(): void;
  toggle(): void;
  seek(time: number): void;
  changeSpeed(faster: boolean): void;
  setSlowdown(slowdown: number): void;
  zoom(time: number, factor: number): void;
  pan(delta: number): void;
  showAll(): void;
}

/** Seconds the slowest run takes at first. */
const FIRST_SECONDS = 20;
/** While playing, a narrow window follows so that the cursor stays left of this share. */
const FOLLOW = 0.7;

export function createRaceClock(changed: () => void): RaceClock {
  let end = 0;
  let window: TimeWindow = { start: 0, end: 1 };
  let speedChosen = false;
  const playback = createPlayback((state) => {
    if (state.playing) follow(state.time);
    changed();
  });

  function follow(time: number): void {
    const span = window.end - window.start;
    if (span >= end || (time >= window.start && time <= window.start + span * FOLLOW)) return;
    window = clampWindow({ start: time - span * FOLLOW, end: time + span * (1 - FOLLOW) }, end);
  }

  return {
    get state() {
      return playback.state;
    },
    get window() {
      return window;
    },
    get end() {
      return end;
    },
    setEnd(next) {
      const whole = window.end - window.start >= end;
      end = next;
      playback.setEnd(end);
      window = whole ? { start: 0, end } : clampWindow(window, end);
      if (speedChosen) changed();
      else playback.setSlowdown(slowdownFor(end, FIRST_SECONDS));
    },
    restore(kept) {
      speedChosen = true;
      window = clampWindow(kept.window, end);
      playback.setSlowdown(kept.slowdown);
      playback.setTime(kept.time);
    },
    play: () => playback.play(),
    pause: () => playback.pause(),
    toggle: () => playback.toggle(),
    seek(time) {
      playback.setTime(time);
      window = reveal(window, end, playback.state.time, 0.3);
      changed();
    },
    changeSpeed(faster) {
      speedChosen = true;
      playback.setSlowdown(nextSlowdown(playback.state.slowdown, faster));
    },
    setSlowdown(slowdown) {
      speedChosen = true;
      playback.setSlowdown(slowdown);
    },
    zoom(time, factor) {
      window = zoomAt(window, end, time, factor);
      changed();
    },
    pan(delta) {
      window = panBy(window, end, delta);
      changed();
    },
    showAll() {
      window = { start: 0, end };
      changed();
    },
  };
}
