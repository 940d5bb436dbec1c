/** Draws a folio cell: colour and pattern of its state. */
import type { Rgb } from '../color';
import { cssOf } from '../color';
import type { StateLook } from '../stateLooks';

/** Draws `look` into the box. Patterns keep their scale in large boxes and simplify in tiny ones. */
export function paintState(
  context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  look: StateLook,
  x: number,
  y: number,
  width: number,
  height: number,
): void {
  const small = Math.min(width, height);
  context.save();
  context.beginPath();
  context.roundRect(x, y, width, height, small >= 8 ? 2 : 0);
  context.clip();
  context.fillStyle = cssOf(look.fill);
  context.fillRect(x, y, width, height);
  if (small >= 4) paintPattern(context, look, x, y, width, height, small);
  context.restore();
}

type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

function paintPattern(
  context: Context,
  look: StateLook,
  x: number,
  y: number,
  width: number,
  height: number,
  small: number,
): void {
  context.strokeStyle = cssOf(look.ink);
  context.fillStyle = cssOf(look.ink);
  context.lineWidth = small >= 9 ? 1.5 : 1;
  switch (look.pattern) {
    case 'solid':
      return;
    case 'hollow':
      border(context, x, y, width, height, 1);
      return;
    case 'dashed':
      context.setLineDash([3, 2]);
      border(context, x, y, width, height, 1.5);
      return;
    case 'ringed':
      border(context, x, y, width, height, small >= 9 ? 2 : 1);
      return;
    case 'hatch':
      diagonals(context, x, y, width, height, 1);
      return;
    case 'backHatch':
      diagonals(context, x, y, width, height, -1);
      border(context, x, y, width, height, 1);
      return;
    case 'bars':
      for (let at = y + 2.5; at < y + height; at += 4) context.fillRect(x, at, width, 1);
      return;
    case 'dots':
      dots(context, x, y, width, height);
      return;
    case 'cross':
      cross(context, x, y, width, height, small);
      return;
    case 'quarters':
      context.fillRect(x + width / 2 - 0.75, y, 1.5, height);
      context.fillRect(x, y + height / 2 - 0.75, width, 1.5);
  }
}

function border(context: Context, x: number, y: number, width: number, height: number, thick: number): void {
  context.lineWidth = thick * 2;
  context.beginPath();
  context.roundRect(x, y, width, height, Math.min(width, height) >= 8 ? 2 : 0);
  context.stroke();
}

function diagonals(
  context: Context,
  x: number,
  y: number,
  width: number,
  height: number,
  direction: 1 | -1,
): void {
  context.beginPath();
  for (let at = -height; at < width + height; at += 4.5) {
    const from = direction === 1 ? y + height : y;
    const to = direction === 1 ? y : y + height;
    context.moveTo(x + at, from);
    context.lineTo(x + at + height, to);
  }
  context.stroke();
}

function dots(context: Context, x: number, y: number, width: number, height: number): void {
  const step = 5;
  const columns = Math.max(1, Math.floor(width / step));
  const rows = Math.max(1, Math.floor(height / step));
  const dx = width / columns;
  const dy = height / rows;
  for (let row = 0; row < Math.min(rows, 60); row++) {
    for (let column = 0; column < Math.min(columns, 200); column++) {
      context.fillRect(x + (column + 0.5) * dx - 0.9, y + (row + 0.5) * dy - 0.9, 1.8, 1.8);
    }
  }
}

function cross(context: Context, x: number, y: number, width: number, height: number, small: number): void {
  const half = Math.min(small * 0.28, 12);
  const cx = x + width / 2;
  const cy = y + height / 2;
  context.lineWidth = small >= 9 ? 2 : 1;
  context.beginPath();
  context.moveTo(cx - half, cy - half);
  context.lineTo(cx + half, cy + half);
  context.moveTo(cx + half, cy - half);
  context.lineTo(cx - half, cy + half);
  context.stroke();
}

/** Sprites of all states for cells of one size, side by side on one canvas. */
export class SpriteSheet {
  readonly canvas = new OffscreenCanvas(1, 1);
  private key = '';

  /** Redraws if size, ratio or looks changed. Returns whether it did. */
  prepare(
    looks: readonly StateLook[],
    background: Rgb,
    width: number,
    height: number,
    ratio: number,
  ): boolean {
    const key = `${width}x${height}@${ratio}:${looks.map((look) => cssOf(look.fill) + cssOf(look.ink)).join()}`;
    if (key === this.key) return false;
    this.key = key;
    this.canvas.width = Math.ceil(width * ratio) * looks.length;
    this.canvas.height = Math.ceil(height * ratio);
    const context = this.canvas.getContext('2d');
    if (context === null) return true;
    context.fillStyle = cssOf(background);
    context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    looks.forEach((look, i) => {
      context.setTransform(ratio, 0, 0, ratio, i * Math.ceil(width * ratio), 0);
      paintState(context, look, 0, 0, width, height);
    });
    return true;
  }
}
