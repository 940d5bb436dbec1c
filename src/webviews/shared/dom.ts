/** Small helpers to build DOM trees. Text goes in as text, never as markup. */

export interface ElementOptions {
  readonly class?: string;
  readonly text?: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** Creates an element; strings among `children` become text nodes. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  options: ElementOptions = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  if (options.class !== undefined) node.className = options.class;
  if (options.text !== undefined) node.textContent = options.text;
  for (const [name, value] of Object.entries(options.attributes ?? {})) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

const SVG = 'http://www.w3.org/2000/svg';

/** Outlines of the icons the views use, in a 16 × 16 box. */
export const ICONS = {
  play: 'M4 2.5v11l9-5.5z',
  pause: 'M4 3h3v10H4zM9 3h3v10H9z',
  restart: 'M3 3h2v10H3zM13 3v10L6 8z',
  stepBatch: 'M3 3l5.5 5L3 13zM9.5 3h3v10h-3z',
  stepFolio: 'M5 3.5L9.5 8 5 12.5zM11 6.5h1.5v3H11z',
  compare: 'M2 4h7V2l4 3-4 3V6H2zM14 10v2H7v2l-4-3 4-3v2z',
  export: 'M7 2h2v6h3l-4 4-4-4h3zM2 13h12v1.5H2z',
  configure:
    'M1 3.3h6.2a2 2 0 013.6 0H15v1.4h-4.2a2 2 0 01-3.6 0H1zM1 11.3h2.2a2 2 0 013.6 0H15v1.4H6.8a2 2 0 01-3.6 0H1z',
  warning: 'M8 1.5l7 12.5H1zM7.25 6v4h1.5V6zM7.25 11v1.5h1.5V11z',
  info: 'M8 1a7 7 0 110 14A7 7 0 018 1zm0 1.3a5.7 5.7 0 100 11.4A5.7 5.7 0 008 2.3zM7.3 7h1.4v4.5H7.3zM7.3 4.3h1.4v1.5H7.3z',
  check: 'M6.3 12.5L2 8.2l1.2-1.2 3.1 3.1 6.5-6.6L14 4.7z',
} as const;
export type IconName = keyof typeof ICONS;

/** A decorative icon in the colour of the text around it. */
export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', ICONS[name]);
  path.setAttribute('fill-rule', 'evenodd');
  svg.append(path);
  return svg;
}

export interface ButtonOptions {
  readonly label: string;
  readonly icon?: IconName;
  readonly title: string;
  readonly class?: string;
  onClick(): void;
}

/** A push button; without visible label text the title names it. */
export function button(options: ButtonOptions): HTMLButtonElement {
  const node = el('button', {
    class: `button ${options.class ?? ''}`.trim(),
    attributes: { type: 'button' },
  });
  node.title = options.title;
  if (options.icon !== undefined) node.append(icon(options.icon));
  if (options.label === '') node.setAttribute('aria-label', options.title);
  else node.append(el('span', { text: options.label }));
  node.addEventListener('click', () => options.onClick());
  return node;
}

/** Sets text only when it differs, so that a running view does not touch the layout for nothing. */
export function setText(node: Node, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}
