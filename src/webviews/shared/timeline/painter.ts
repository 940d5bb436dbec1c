/** Collects rectangles by colour and draws each colour at once: switching colours is what costs on a canvas. */
import type { Rgb } from '../color';
import { cssOf } from '../color';
import { inkOn } from '../theme';

/** Blocks at least this wide get rounded corners and a gap after them. */
const ROUND_FROM = 7;
/** Lower bands, parts of a stack, keep their corners. */
const ROUND_HEIGHT = 14;
const INITIAL = 256;

class Bucket {
  data = new Float32Array(INITIAL * 4);
  length = 0;

  push(x: number, y: number, width: number, height: number): void {
    if (this.length + 4 > this.data.length) {
      const wider = new Float32Array(this.data.length * 2);
      wider.set(this.data);
      this.data = wider;
    }
    this.data[this.length++] = x;
    this.data[this.length++] = y;
    this.data[this.length++] = width;
    this.data[this.length++] = height;
  }
}

interface Label {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly ink: string;
}

export class Painter {
  private readonly buckets = new Map<string, Bucket>();
  private readonly inks = new Map<Rgb, { fill: string; ink: string }>();
  private readonly widths = new Map<string, number>();
  private labels: Label[] = [];
  private context: CanvasRenderingContext2D | null = null;
  private left = 0;
  private right = 0;

  /** Starts a picture; rectangles are clipped to [left, right). */
  begin(context: CanvasRenderingContext2D, left: number, right: number, font: string): void {
    this.context = context;
    this.left = left;
    this.right = right;
    if (context.font !== font) context.font = font;
    for (const bucket of this.buckets.values()) bucket.length = 0;
    this.labels = [];
  }

  rect(style: string, x: number, y: number, width: number, height: number): void {
    const from = Math.max(this.left, x);
    const to = Math.min(this.right, x + width);
    if (to <= from || height <= 0) return;
    let bucket = this.buckets.get(style);
    if (bucket === undefined) {
      bucket = new Bucket();
      this.buckets.set(style, bucket);
    }
    bucket.push(from, y, to - from, height);
  }

  /** A block of colour with a label where it fits; neighbours stay apart when they are wide enough. */
  block(fill: Rgb, x: number, y: number, width: number, height: number, label: string): void {
    const { fill: style, ink } = this.stylesOf(fill);
    const gap = width >= ROUND_FROM ? 1 : 0;
    this.rect(style, x, y, Math.max(0.75, width - gap), height);
    if (label !== '') this.label(label, ink, x, y + height / 2, width);
  }

  /** Text in the visible part of [x, x + width), if there is room for it. */
  label(text: string, ink: string, x: number, y: number, width: number): void {
    const from = Math.max(this.left, x) + 5;
    const room = Math.min(this.right, x + width) - from - 4;
    if (room < 14 || this.textWidth(text) > room) return;
    this.labels.push({ text, x: from, y, ink });
  }

  textWidth(text: string): number {
    let width = this.widths.get(text);
    if (width === undefined) {
      if (this.widths.size > 2000) this.widths.clear();
      width = this.context?.measureText(text).width ?? 0;
      this.widths.set(text, width);
    }
    return width;
  }

  /** Draws what was collected. */
  end(): void {
    const context = this.context;
    if (context === null) return;
    for (const [style, bucket] of this.buckets) {
      if (bucket.length === 0) continue;
      context.fillStyle = style;
      drawBucket(context, bucket);
    }
    context.textBaseline = 'middle';
    context.textAlign = 'left';
    for (const label of this.labels) {
      context.fillStyle = label.ink;
      context.fillText(label.text, label.x, label.y + 0.5);
    }
  }

  /** Forgets colours and measured texts: the theme changed. */
  reset(): void {
    this.buckets.clear();
    this.inks.clear();
    this.widths.clear();
  }

  private stylesOf(fill: Rgb): { fill: string; ink: string } {
    let styles = this.inks.get(fill);
    if (styles === undefined) {
      styles = { fill: cssOf(fill), ink: inkOn(fill) };
      this.inks.set(fill, styles);
    }
    return styles;
  }
}

function drawBucket(context: CanvasRenderingContext2D, bucket: Bucket): void {
  const { data, length } = bucket;
  let rounded = false;
  for (let i = 0; i < length; i += 4) {
    const width = data[i + 2] as number;
    if (width >= ROUND_FROM && (data[i + 3] as number) >= ROUND_HEIGHT) {
      if (!rounded) context.beginPath();
      rounded = true;
      context.roundRect(data[i] as number, data[i + 1] as number, width, data[i + 3] as number, 2);
    } else {
      context.fillRect(data[i] as number, data[i + 1] as number, width, data[i + 3] as number);
    }
  }
  if (rounded) context.fill();
}
