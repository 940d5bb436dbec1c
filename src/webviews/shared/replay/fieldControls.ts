/** The controls of the parameters: a number, one of several, on or off, and the reasons. */
import type { MigrateReason } from '../../../engine/kernel/modes';
import { MIGRATE_REASONS } from '../../../engine/kernel/modes';
import type { NumberField, ReplayValues } from '../../../protocol/replaySetup';
import { NUMBER_LIMITS } from '../../../protocol/replaySetup';
import { el, setText } from '../dom';
import { reasonsText } from './fieldLooks';

export interface FieldControl<T> {
  /** What stands in the strip. */
  readonly element: HTMLElement;
  /** What takes the focus, and is named by the label. */
  readonly input: HTMLElement;
  set(value: T): void;
  enable(on: boolean): void;
}

/** Typing is taken when it is a number within the limits; leaving the control puts it right. */
export function numberControl(field: NumberField, onChange: (value: number) => void): FieldControl<number> {
  const { least, most }: { least: number; most: number } = NUMBER_LIMITS[field];
  const input = el('input', {
    attributes: { type: 'number', min: String(least), max: String(most), step: '1', inputmode: 'numeric' },
  });
  input.style.width = `${String(most).length + 3.6}ch`;
  let shown = least;
  const take = (value: number) => {
    if (value === shown) return;
    shown = value;
    onChange(value);
  };
  input.addEventListener('input', () => {
    const value = input.valueAsNumber;
    const valid = Number.isInteger(value) && value >= least && value <= most;
    input.setAttribute('aria-invalid', String(!valid));
    if (valid) take(value);
  });
  input.addEventListener('change', () => {
    const value = input.valueAsNumber;
    if (Number.isFinite(value)) take(Math.min(most, Math.max(least, Math.round(value))));
    input.value = String(shown);
    input.setAttribute('aria-invalid', 'false');
  });
  if (field === 'batchPages') {
    input.addEventListener('keydown', (event) => {
      if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
      event.preventDefault();
      const power = Math.log2(shown);
      const next = event.key === 'ArrowUp' ? Math.floor(power) + 1 : Math.ceil(power) - 1;
      take(Math.min(most, Math.max(least, 2 ** next)));
      input.value = String(shown);
    });
  }
  return {
    element: input,
    input,
    set(value) {
      shown = value;
      if (input.valueAsNumber !== value) input.value = String(value);
    },
    enable: (on) => (input.disabled = !on),
  };
}

export interface SelectControl extends FieldControl<string> {
  setOptions(options: readonly (readonly [string, string])[]): void;
}

export function selectControl(onChange: (value: string) => void): SelectControl {
  const input = el('select');
  let key = '';
  input.addEventListener('change', () => onChange(input.value));
  return {
    element: input,
    input,
    set: (value) => (input.value = value),
    enable: (on) => (input.disabled = !on),
    setOptions(options) {
      const next = options.map((option) => option.join('\t')).join('\n');
      if (next === key) return;
      key = next;
      const { value } = input;
      input.replaceChildren(
        ...options.map(([name, text]) => el('option', { text, attributes: { value: name } })),
      );
      input.value = value;
    },
  };
}

export function flagControl(text: string, onChange: (value: boolean) => void): FieldControl<boolean> {
  const input = el('input', { attributes: { type: 'checkbox' } });
  input.addEventListener('change', () => onChange(input.checked));
  return {
    element: el('span', { class: 'flag' }, input, el('span', { text })),
    input,
    set: (value) => (input.checked = value),
    enable: (on) => (input.disabled = !on),
  };
}

/** A button that says which reasons are wanted, and a list of them below it. */
export function reasonsControl(
  onChange: (value: ReplayValues['reasons']) => void,
): FieldControl<ReplayValues['reasons']> {
  const text = el('span');
  const input = el(
    'button',
    {
      class: 'dropdown',
      attributes: { type: 'button', 'aria-expanded': 'false', 'aria-haspopup': 'true' },
    },
    text,
  );
  const boxes = MIGRATE_REASONS.map((reason) => {
    const box = el('input', { attributes: { type: 'checkbox' } });
    box.addEventListener('change', () => tell());
    return { reason, box };
  });
  const list = el(
    'div',
    { class: 'dropdown-list', attributes: { role: 'group', 'aria-label': 'Reasons that are offloaded' } },
    ...boxes.map(({ reason, box }) => el('label', {}, box, el('span', { text: reason }))),
  );
  const element = el('span', { class: 'dropdown-host' }, input, list);
  list.hidden = true;

  const isOpen = () => input.getAttribute('aria-expanded') === 'true';
  const open = (on: boolean) => {
    list.hidden = !on;
    input.setAttribute('aria-expanded', String(on));
  };
  const tell = () => {
    const chosen = boxes.flatMap(({ reason, box }): MigrateReason[] => (box.checked ? [reason] : []));
    const value = chosen.length === boxes.length ? 'all' : chosen;
    setText(text, reasonsText(value));
    onChange(value);
  };
  input.addEventListener('click', () => open(!isOpen()));
  element.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !isOpen()) return;
    event.stopPropagation();
    open(false);
    input.focus();
  });
  element.addEventListener('focusout', (event) => {
    if (event.relatedTarget instanceof Node && !element.contains(event.relatedTarget)) open(false);
  });
  document.addEventListener('pointerdown', (event) => {
    if (event.target instanceof Node && !element.contains(event.target)) open(false);
  });
  return {
    element,
    input,
    set(value) {
      for (const { reason, box } of boxes) box.checked = value === 'all' || value.includes(reason);
      setText(text, reasonsText(value));
    },
    enable(on) {
      input.disabled = !on;
      if (!on) open(false);
    },
  };
}
