/** A canvas that follows the size of its box and the pixel ratio, and draws at most once a frame. */
import { nextFrame } from './frames';

export interface Surface {
  readonly canvas: HTMLCanvasElement;
  /** CSS pixels. */
  readonly width: number;
  readonly height: number;
  /** Device pixels per CSS pixel. */
  readonly ratio: number;
  /** Draws in the next frame. */
  request(): void;
  dispose(): void;
}

/** `draw` gets a context scaled to CSS pixels. `fresh`: the canvas is empty and of a new size. */
export type Draw = (context: CanvasRenderingContext2D, width: number, height: number, fresh: boolean) => void;

/** With `keep` the old picture stays and `draw` changes parts of it; else it begins with an empty canvas. */
export function createSurface(
  canvas: HTMLCanvasElement,
  draw: Draw,
  options: { readonly keep: boolean } = { keep: false },
): Surface {
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('This browser gives no 2D canvas.');
  const state = { width: 0, height: 0, ratio: 1 };
  let fresh = true;

  const paint = () => {
    if (state.width === 0 || state.height === 0) return;
    context.setTransform(state.ratio, 0, 0, state.ratio, 0, 0);
    if (!options.keep) context.clearRect(0, 0, state.width, state.height);
    draw(context, state.width, state.height, fresh);
    fresh = false;
  };
  const measure = () => {
    const width = canvas.clientWidth;
    const height = canvas.clientHeight;
    const ratio = window.devicePixelRatio;
    if (width === state.width && height === state.height && ratio === state.ratio) return;
    state.width = width;
    state.height = height;
    state.ratio = ratio;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    // A resized canvas is empty: draw now, or it would flash.
    fresh = true;
    paint();
  };
  const observer = new ResizeObserver(measure);
  observer.observe(canvas);

  return {
    canvas,
    get width() {
      return state.width;
    },
    get height() {
      return state.height;
    },
    get ratio() {
      return state.ratio;
    },
    request: () => nextFrame(paint),
    dispose: () => observer.disconnect(),
  };
}
