/** Colours as numbers, so that they can be mixed, laid over a background and written into images. */

export interface Rgb {
  readonly r: number;
  readonly g: number;
  readonly b: number;
}

let probe: CanvasRenderingContext2D | null = null;

/** Any CSS colour, laid over `background`; null where `css` is not a colour. */
export function parseColor(css: string, background: Rgb): Rgb | null {
  if (css === '' || !CSS.supports('color', css)) return null;
  if (probe === null) {
    const canvas = document.createElement('canvas');
    canvas.width = 1;
    canvas.height = 1;
    probe = canvas.getContext('2d', { willReadFrequently: true });
    if (probe === null) return null;
  }
  probe.fillStyle = cssOf(background);
  probe.fillRect(0, 0, 1, 1);
  probe.fillStyle = css;
  probe.fillRect(0, 0, 1, 1);
  const [r = 0, g = 0, b = 0] = probe.getImageData(0, 0, 1, 1).data;
  return { r, g, b };
}

/** The hue of a CSS colour as if it were opaque; null where `css` is not a colour or cannot be seen. */
export function parseHue(css: string): Rgb | null {
  const black: Rgb = { r: 0, g: 0, b: 0 };
  const white: Rgb = { r: 255, g: 255, b: 255 };
  const [dark, light] = [parseColor(css, black), parseColor(css, white)];
  if (dark === null || light === null) return null;
  // Over black a channel is c·a, over white c·a + 255·(1 − a).
  const alpha = 1 - (light.r - dark.r) / 255;
  if (alpha < 0.05) return null;
  const channel = (value: number) => Math.min(255, Math.round(value / alpha));
  return { r: channel(dark.r), g: channel(dark.g), b: channel(dark.b) };
}

/** `share` of `a`, the rest of `b`. */
export function mix(a: Rgb, b: Rgb, share: number): Rgb {
  const blend = (x: number, y: number) => Math.round(x * share + y * (1 - share));
  return { r: blend(a.r, b.r), g: blend(a.g, b.g), b: blend(a.b, b.b) };
}

export function cssOf(color: Rgb): string {
  return `rgb(${color.r},${color.g},${color.b})`;
}

export function cssWithAlpha(color: Rgb, alpha: number): string {
  return `rgba(${color.r},${color.g},${color.b},${alpha})`;
}

/** WCAG relative luminance, 0 to 1. */
export function luminance(color: Rgb): number {
  const linear = (value: number) => {
    const c = value / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(color.r) + 0.7152 * linear(color.g) + 0.0722 * linear(color.b);
}

/** WCAG contrast ratio, 1 to 21. */
export function contrast(a: Rgb, b: Rgb): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** As a little-endian RGBA word of an ImageData. */
export function imageWord(color: Rgb): number {
  return ((255 << 24) | (color.b << 16) | (color.g << 8) | color.r) >>> 0;
}
