/** A row of buttons of which one is chosen: a radio group with arrow keys. */
import { el } from './dom';

export interface SegmentedOption<T extends string> {
  readonly value: T;
  readonly label: string;
  readonly title: string;
}

export interface Segmented<T extends string> {
  readonly element: HTMLElement;
  setOptions(options: readonly SegmentedOption<T>[]): void;
  choose(value: T): void;
}

/** `onChoose` is called for the person's choices, not for `choose`. */
export function createSegmented<T extends string>(label: string, onChoose: (value: T) => void): Segmented<T> {
  const element = el('div', { class: 'segmented', attributes: { role: 'radiogroup', 'aria-label': label } });
  let options: readonly SegmentedOption<T>[] = [];
  let buttons: HTMLButtonElement[] = [];
  let chosen: T | null = null;

  const update = () => {
    buttons.forEach((node, i) => {
      const on = options[i]?.value === chosen;
      node.setAttribute('aria-checked', String(on));
      node.tabIndex = on || (chosen === null && i === 0) ? 0 : -1;
    });
  };
  const act = (i: number) => {
    const option = options[i];
    if (option === undefined) return;
    chosen = option.value;
    update();
    onChoose(option.value);
  };
  element.addEventListener('keydown', (event) => {
    const step =
      event.key === 'ArrowRight' || event.key === 'ArrowDown'
        ? 1
        : event.key === 'ArrowLeft' || event.key === 'ArrowUp'
          ? -1
          : 0;
    if (step === 0 || buttons.length === 0) return;
    event.preventDefault();
    event.stopPropagation();
    const at = options.findIndex((option) => option.value === chosen);
    const next = (at + step + buttons.length) % buttons.length;
    buttons[next]?.focus();
    act(next);
  });

  return {
    element,
    setOptions(next) {
      options = next;
      buttons = next.map((option, i) => {
        const node = el('button', { text: option.label, attributes: { type: 'button', role: 'radio' } });
        node.title = option.title;
        node.dataset['value'] = option.value;
        node.addEventListener('click', () => act(i));
        return node;
      });
      element.replaceChildren(...buttons);
      update();
    },
    choose(value) {
      chosen = value;
      update();
    },
  };
}
