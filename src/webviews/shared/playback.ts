/** Plays simulated time against real time. Stands still while the page is hidden. */
import { nextFrame, reducedMotion } from './frames';

/** Real seconds per simulated second. */
export const SLOWEST = 1e8;
export const FASTEST = 1;
/** With reduced motion the picture changes this often only. */
const CALM_MS = 250;

export interface PlaybackState {
  readonly playing: boolean;
  /** ps from the start of the run. */
  readonly time: number;
  /** N of `1 : N`. */
  readonly slowdown: number;
}

export interface Playback {
  readonly state: PlaybackState;
  /** Length of the run, ps; the time is kept within. */
  setEnd(end: number): void;
  setTime(time: number): void;
  setSlowdown(slowdown: number): void;
  play(): void;
  pause(): void;
  toggle(): void;
  dispose(): void;
}

/** A slowdown at which `end` ps take about `seconds`, 1, 2 or 5 times a power of ten. */
export function slowdownFor(end: number, seconds: number): number {
  const wanted = seconds / Math.max(1e-12, end / 1e12);
  const power = 10 ** Math.floor(Math.log10(wanted));
  const factor = [1, 2, 5, 10].find((value) => value * power >= wanted * 0.999) ?? 10;
  return Math.min(SLOWEST, Math.max(FASTEST, factor * power));
}

/** `changed` is called after every change, at most once per frame while playing. */
export function createPlayback(changed: (state: PlaybackState) => void): Playback {
  let playing = false;
  let time = 0;
  let slowdown = 1000;
  let end = 0;
  let last = 0;

  const state = (): PlaybackState => ({ playing, time, slowdown });
  const tick = () => {
    if (!playing || document.hidden) return;
    const now = performance.now();
    const passed = now - last;
    if (passed >= (reducedMotion() ? CALM_MS : 0)) {
      last = now;
      // A tab that was throttled goes on where it was instead of jumping.
      time += (Math.min(passed, 500) * 1e9) / slowdown;
      if (time >= end) {
        time = end;
        playing = false;
      }
      changed(state());
    }
    if (playing) nextFrame(tick);
  };
  const visibility = () => {
    last = performance.now();
    if (!document.hidden && playing) nextFrame(tick);
  };
  document.addEventListener('visibilitychange', visibility);

  const playback: Playback = {
    get state() {
      return state();
    },
    setEnd(next) {
      end = next;
      time = Math.min(time, end);
    },
    setTime(next) {
      time = Math.min(Math.max(0, next), end);
      last = performance.now();
      changed(state());
    },
    setSlowdown(next) {
      slowdown = Math.min(SLOWEST, Math.max(FASTEST, next));
      changed(state());
    },
    play() {
      if (playing || end <= 0) return;
      if (time >= end) time = 0;
      playing = true;
      last = performance.now();
      changed(state());
      nextFrame(tick);
    },
    pause() {
      if (!playing) return;
      playing = false;
      changed(state());
    },
    toggle() {
      if (playing) playback.pause();
      else playback.play();
    },
    dispose() {
      playing = false;
      document.removeEventListener('visibilitychange', visibility);
    },
  };
  return playback;
}

/** The next slowdown of the series 1, 2, 5, 10 … */
export function nextSlowdown(slowdown: number, faster: boolean): number {
  const series: number[] = [];
  for (let power = FASTEST; power <= SLOWEST; power *= 10) series.push(power, power * 2, power * 5);
  const slower = series.find((value) => value > slowdown * 1.01) ?? SLOWEST;
  const quicker = series.findLast((value) => value < slowdown * 0.99) ?? FASTEST;
  return faster ? quicker : Math.min(slower, SLOWEST);
}
