/** Paints the folios of one batch, cell by cell; from frame to frame only the cells whose state changed. */
import { FOLIO_STATES } from '../../../engine/probe/states';
import { cssOf, mix } from '../color';
import { formatOrder } from '../format';
import type { Theme } from '../theme';
import { inkOn } from '../theme';
import type { GridLayout } from './gridLayout';
import { SpriteSheet, paintState } from './stateSprite';

export class BatchPicture {
  private readonly sprites = new SpriteSheet();
  private drawn = new Uint8Array(0);
  private layout: GridLayout | null = null;

  /** Forgets what is on the canvas: everything is painted next time. */
  invalidate(): void {
    this.layout = null;
  }

  /** `states`: codes of FOLIO_STATES by folio of the layout. */
  paint(
    context: CanvasRenderingContext2D,
    layout: GridLayout,
    states: Uint8Array,
    orders: Uint8Array,
    colors: Theme,
    ratio: number,
  ): void {
    const looks = FOLIO_STATES.map((state) => colors.states[state]);
    const width = Math.max(1, (layout.boxes[2] ?? 1) - layout.gap);
    const height = Math.max(1, (layout.boxes[3] ?? 1) - layout.gap);
    const sprited = layout.perRow > 0 && width <= 64;
    const fresh = sprited && this.sprites.prepare(looks, colors.background, width, height, ratio);
    const all = fresh || this.layout !== layout || this.drawn.length !== layout.count;
    if (all) this.drawn = new Uint8Array(layout.count).fill(255);
    this.layout = layout;
    const spriteWidth = Math.ceil(width * ratio);
    const spriteHeight = Math.ceil(height * ratio);
    for (let i = 0; i < layout.count; i++) {
      const state = states[i] as number;
      if (this.drawn[i] === state) continue;
      this.drawn[i] = state;
      const x = layout.boxes[i * 4] as number;
      const y = layout.boxes[i * 4 + 1] as number;
      if (sprited) {
        context.drawImage(
          this.sprites.canvas,
          state * spriteWidth,
          0,
          spriteWidth,
          spriteHeight,
          x,
          y,
          spriteWidth / ratio,
          spriteHeight / ratio,
        );
      } else {
        this.paintBox(context, layout, i, state, orders[i] as number, colors);
      }
    }
  }

  private paintBox(
    context: CanvasRenderingContext2D,
    layout: GridLayout,
    folio: number,
    state: number,
    order: number,
    colors: Theme,
  ): void {
    const name = FOLIO_STATES[state];
    if (name === undefined) return;
    const x = layout.boxes[folio * 4] as number;
    const y = layout.boxes[folio * 4 + 1] as number;
    const width = (layout.boxes[folio * 4 + 2] as number) - layout.gap;
    const height = (layout.boxes[folio * 4 + 3] as number) - layout.gap;
    const look = colors.states[name];
    context.clearRect(x, y, width + layout.gap, height + layout.gap);
    // A large field of a loud colour would drown the rest: it is tinted, and framed in the full colour.
    const large = width >= 120 && height >= 60;
    const calm = large ? { ...look, fill: mix(look.fill, colors.background, 0.3) } : look;
    paintState(context, calm, x, y, width, height);
    if (large && look.pattern !== 'hollow' && look.pattern !== 'dashed') {
      context.strokeStyle = cssOf(look.fill);
      context.lineWidth = 3;
      context.strokeRect(x + 1.5, y + 1.5, width - 3, height - 3);
    }
    if (order > 0 && width >= 40 && height >= 14) {
      const text = width >= 90 ? `${formatOrder(order)} · ${look.label}` : formatOrder(order);
      context.font = colors.smallFont;
      context.textBaseline = 'middle';
      context.textAlign = 'left';
      const size = context.measureText(text).width + 8;
      const tall = Math.min(16, height - 6);
      context.fillStyle = cssOf(look.fill);
      context.fillRect(x + 4, y + 3, size, tall);
      context.fillStyle = inkOn(look.fill);
      context.fillText(text, x + 8, y + 3 + tall / 2);
    }
  }
}
