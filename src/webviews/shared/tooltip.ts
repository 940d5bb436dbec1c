/** The one tooltip of a page: a few lines of text near the pointer, never in its way. */
import { el } from './dom';

let box: HTMLElement | null = null;

export interface TooltipContent {
  readonly title: string;
  /** Name and value pairs. */
  readonly rows: readonly (readonly [string, string])[];
}

/** Shows `content` beside the point (client coordinates). */
export function showTooltip(content: TooltipContent, x: number, y: number): void {
  if (box === null) {
    box = el('div', { class: 'tooltip', attributes: { role: 'tooltip' } });
    document.body.append(box);
  }
  const list = el('dl');
  for (const [name, value] of content.rows) {
    list.append(el('dt', { text: name }), el('dd', { text: value }));
  }
  box.replaceChildren(el('strong', { text: content.title }), list);
  box.hidden = false;
  const { offsetWidth, offsetHeight } = box;
  const left = x + 14 + offsetWidth > window.innerWidth ? x - offsetWidth - 10 : x + 14;
  const top = y + 16 + offsetHeight > window.innerHeight ? y - offsetHeight - 10 : y + 16;
  box.style.transform = `translate(${Math.max(4, left)}px, ${Math.max(4, top)}px)`;
}

export function hideTooltip(): void {
  if (box !== null) box.hidden = true;
}
