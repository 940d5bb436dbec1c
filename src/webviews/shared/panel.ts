/** A titled part of a page, with room for controls and a switch between picture and table. */
import { el, setText } from './dom';

export interface Panel {
  readonly element: HTMLElement;
  readonly body: HTMLElement;
  setTitle(title: string): void;
  setNote(note: string): void;
}

export function createPanel(name: string, title: string, ...controls: readonly Node[]): Panel {
  const heading = el('h2', { text: title });
  const note = el('span', { class: 'panel-note' });
  const body = el('div', { class: 'panel-body' });
  const tools = el('div', { class: 'panel-tools' }, ...controls);
  const element = el(
    'section',
    { class: `panel panel-${name}` },
    el('header', { class: 'panel-head' }, heading, note, tools),
    body,
  );
  const id = `panel-${name}`;
  heading.id = id;
  element.setAttribute('aria-labelledby', id);
  return {
    element,
    body,
    setTitle: (text) => setText(heading, text),
    setNote: (text) => setText(note, text),
  };
}

/** A quiet button that stays pressed. */
export function toggleButton(
  label: string,
  title: string,
  onToggle: (on: boolean) => void,
): { readonly element: HTMLButtonElement; set(on: boolean): void } {
  const element = el('button', { class: 'toggle', text: label, attributes: { type: 'button' } });
  element.title = title;
  const set = (on: boolean) => element.setAttribute('aria-pressed', String(on));
  set(false);
  element.addEventListener('click', () => {
    const on = element.getAttribute('aria-pressed') !== 'true';
    set(on);
    onToggle(on);
  });
  return { element, set };
}
