/** The colours of the theme in use, as canvases need them: read from the `--vscode-*` variables, read again when the theme changes. */
import type { FolioState } from '../../engine/probe/states';
import type { Phase, Step } from '../../engine/sim/run';
import type { Rgb } from './color';
import { contrast, cssOf, cssWithAlpha, mix, parseColor, parseHue } from './color';
import { nextFrame } from './frames';
import type { StateLook } from './stateLooks';
import { stateLooks } from './stateLooks';

export interface Theme {
  readonly dark: boolean;
  readonly highContrast: boolean;
  readonly background: Rgb;
  readonly foreground: Rgb;
  /** CSS colours of lines and text. */
  readonly text: string;
  readonly backgroundCss: string;
  readonly tooltip: { readonly background: string; readonly foreground: string; readonly border: string };
  readonly muted: string;
  readonly line: string;
  readonly gridLine: string;
  readonly focus: string;
  readonly cursor: string;
  readonly cursorRgb: Rgb;
  readonly accent: string;
  readonly error: string;
  readonly hover: string;
  /** A faint area, for what nothing has happened to yet. */
  readonly field: Rgb;
  readonly phases: Readonly<Record<Phase, Rgb>>;
  /** Fill of observed batches, whose phases nobody recorded. */
  readonly unknown: Rgb;
  /** The CPU polls while the engine works. */
  readonly waiting: Rgb;
  /** The CPU is free: it sleeps for the engine, a folio lock or writeback. */
  readonly idle: Rgb;
  /** Work for nothing: a failed offload is taken back. */
  readonly takenBack: Rgb;
  readonly engine: Rgb;
  /** The same as CSS, for hot paths. */
  readonly css: { readonly phases: Readonly<Record<Phase, string>>; readonly unknown: string };
  readonly states: Readonly<Record<FolioState, StateLook>>;
  readonly fontFamily: string;
  readonly monospace: string;
  /** `11px family`. */
  readonly smallFont: string;
}

/** The base hues that phases and states are derived from. */
export interface Palette {
  readonly background: Rgb;
  readonly foreground: Rgb;
  readonly blue: Rgb;
  readonly green: Rgb;
  readonly purple: Rgb;
  readonly red: Rgb;
  readonly yellow: Rgb;
  readonly orange: Rgb;
  readonly highContrast: boolean;
}

const listeners = new Set<(theme: Theme) => void>();
let current: Theme | null = null;

/** The theme in use. */
export function theme(): Theme {
  if (current === null) {
    current = readTheme();
    // VS Code writes the variables to <html style> and the kind of theme to <body class>.
    const observer = new MutationObserver(() => nextFrame(refresh));
    observer.observe(document.body, { attributes: true, attributeFilter: ['class'] });
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
  }
  return current;
}

/** Calls back when the theme changed. Returns how to stop. */
export function onThemeChange(listener: (theme: Theme) => void): () => void {
  theme();
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function refresh(): void {
  current = readTheme();
  for (const listener of listeners) listener(current);
}

function readTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const variable = (name: string) => style.getPropertyValue(`--vscode-${name}`).trim();
  const black: Rgb = { r: 0, g: 0, b: 0 };
  const first = (names: readonly string[], system: string, under: Rgb): Rgb => {
    for (const name of names) {
      const color = parseColor(variable(name), under);
      if (color !== null) return color;
    }
    return parseColor(system, under) ?? black;
  };
  const background = first(['editor-background'], 'Canvas', black);
  const hue = (names: readonly string[]) => first(names, 'CanvasText', background);
  const foreground = hue(['editor-foreground', 'foreground']);
  // Some themes define chart colours that shine through; blocks and cells need their full hue.
  const pure = (name: string) => parseHue(variable(name)) ?? foreground;
  const classes = document.body.classList;
  const highContrast =
    classes.contains('vscode-high-contrast') || classes.contains('vscode-high-contrast-light');
  const palette: Palette = {
    background,
    foreground,
    blue: pure('charts-blue'),
    green: pure('charts-green'),
    purple: pure('charts-purple'),
    red: pure('charts-red'),
    yellow: pure('charts-yellow'),
    orange: pure('charts-orange'),
    highContrast,
  };
  const muted = hue(['descriptionForeground', 'foreground']);
  const border = highContrast
    ? hue(['contrastBorder', 'foreground'])
    : hue(['panel-border', 'widget-border', 'foreground']);
  const phases: Record<Phase, Rgb> = {
    unmap: palette.purple,
    flush: palette.red,
    copy: palette.blue,
    remap: palette.green,
    other: mix(foreground, background, highContrast ? 0.62 : 0.4),
  };
  const unknown = mix(foreground, background, 0.32);
  const fontFamily = variable('font-family') || 'sans-serif';
  return {
    dark: contrast(background, black) < 4.5,
    highContrast,
    background,
    foreground,
    text: cssOf(foreground),
    backgroundCss: cssOf(background),
    tooltip: {
      background: cssOf(hue(['editorHoverWidget-background', 'editor-background'])),
      foreground: cssOf(hue(['editorHoverWidget-foreground', 'foreground'])),
      border: cssOf(hue(['editorHoverWidget-border', 'widget-border', 'foreground'])),
    },
    muted: cssOf(muted),
    line: cssOf(border),
    gridLine: highContrast ? cssWithAlpha(foreground, 0.35) : cssOf(mix(foreground, background, 0.09)),
    focus: cssOf(hue(['focusBorder', 'foreground'])),
    cursor: cssOf(palette.yellow),
    cursorRgb: palette.yellow,
    accent: cssOf(palette.blue),
    error: cssOf(palette.red),
    hover: cssWithAlpha(foreground, 0.06),
    field: mix(foreground, background, highContrast ? 0.3 : 0.12),
    phases,
    unknown,
    waiting: mix(palette.blue, background, 0.4),
    idle: mix(foreground, background, highContrast ? 0.25 : 0.1),
    takenBack: palette.orange,
    css: {
      phases: {
        unmap: cssOf(phases.unmap),
        flush: cssOf(phases.flush),
        copy: cssOf(phases.copy),
        remap: cssOf(phases.remap),
        other: cssOf(phases.other),
      },
      unknown: cssOf(unknown),
    },
    engine: palette.blue,
    states: stateLooks(palette),
    fontFamily,
    monospace: variable('editor-font-family') || 'monospace',
    smallFont: `11px ${fontFamily}`,
  };
}

/** Black or white, whichever reads better on `fill`. */
export function inkOn(fill: Rgb): string {
  const white: Rgb = { r: 255, g: 255, b: 255 };
  const black: Rgb = { r: 0, g: 0, b: 0 };
  return cssOf(contrast(fill, black) > contrast(fill, white) * 0.8 ? black : white);
}

export const PHASE_LABELS = {
  unmap: 'unmap',
  flush: 'TLB flush',
  copy: 'copy',
  remap: 'remap',
  other: 'other',
} as const satisfies Record<Phase, string>;

/** What a step is called on a block. */
export const STEP_LABELS = {
  entry: 'entry',
  alloc: 'alloc',
  unmap: 'unmap',
  flush: 'flush',
  switch: 'switch',
  copy: 'copy',
  remap: 'remap',
  finish: 'finish',
  undo: 'undo',
  split: 'split',
  dmaMap: 'dma map',
  dmaSubmit: 'submit',
  dmaWait: 'wait for engine',
  dmaUnmap: 'dma unmap',
  recopy: 'second copy',
  retry: 'retry',
  wait: 'waits for the folio',
} as const satisfies Record<Step, string>;
