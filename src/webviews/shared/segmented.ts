/** A row of buttons of which one is chosen: a radio group with arrow keys. Many options stand in groups with captions. */
import { el } from './dom';

export interface SegmentedOption<T extends string> {
  readonly value: T;
  readonly label: string;
  readonly title: string;
  /** Options of one caption follow each other. */
  readonly group?: string;
  /** Stands before the label, fainter. */
  readonly letter?: string;
  /** Cannot be chosen; the title says why. */
  readonly refused?: boolean;
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
    if (option === undefined || option.refused === true) return;
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
    let next = at;
    do next = (next + step + buttons.length) % buttons.length;
    while (options[next]?.refused === true && next !== at);
    buttons[next]?.focus();
    act(next);
  });

  const buttonOf = (option: SegmentedOption<T>, i: number) => {
    const node = el('button', { attributes: { type: 'button', role: 'radio' } });
    if (option.letter !== undefined) {
      node.append(
        el('span', { class: 'segment-letter', text: option.letter, attributes: { 'aria-hidden': 'true' } }),
      );
    }
    node.append(option.label);
    node.title = option.title;
    node.dataset['value'] = option.value;
    if (option.refused === true) node.setAttribute('aria-disabled', 'true');
    node.addEventListener('click', () => act(i));
    return node;
  };

  return {
    element,
    setOptions(next) {
      options = next;
      buttons = next.map(buttonOf);
      element.classList.toggle(
        'grouped',
        next.some(({ group }) => group !== undefined),
      );
      element.replaceChildren(...grouped(next, buttons));
      update();
    },
    choose(value) {
      chosen = value;
      update();
    },
  };
}

function grouped(
  options: readonly { readonly group?: string }[],
  buttons: readonly HTMLButtonElement[],
): readonly HTMLElement[] {
  if (options.every(({ group }) => group === undefined)) return buttons;
  const captions = [...new Set(options.map(({ group }) => group ?? ''))];
  return captions.map((caption) =>
    el(
      'div',
      { class: 'segment-group' },
      el('span', { class: 'segment-caption', text: caption, attributes: { 'aria-hidden': 'true' } }),
      el(
        'div',
        { class: 'segment-buttons' },
        ...buttons.filter((_, i) => (options[i]?.group ?? '') === caption),
      ),
    ),
  );
}
