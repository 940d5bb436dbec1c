/**
 * The strip in which a person sets what a trace is replayed with. What a design does not look at is greyed, with
 * the reason; a change is told after a moment's rest, so that typing a number plays one run and not five.
 */
import type { IommuMode } from '../../../engine/machine/machine';
import type { RunChoice, ViewSnapshot } from '../../../protocol/messages';
import type { ReplayChanges, ReplayField, ReplaySetup, ReplayValues } from '../../../protocol/replaySetup';
import { BATCH_PAGES_SERIES, BATCH_PAGES_STOCK, withoutDefaults } from '../../../protocol/replaySetup';
import { button, el, setText } from '../dom';
import { formatCount } from '../format';
import type { FieldControl, SelectControl } from './fieldControls';
import { flagControl, numberControl, reasonsControl, selectControl } from './fieldControls';
import type { ReplayScope } from './fieldLooks';
import {
  FIELD_GROUPS,
  FIELD_LOOKS,
  hintOf,
  isNumberField,
  isUsed,
  optionsOf,
  setupText,
  whyUnused,
} from './fieldLooks';

export interface ReplayStrip {
  readonly element: HTMLElement;
  /** Opens and closes the strip; says in a few words what holds. */
  readonly opener: HTMLButtonElement;
  show(snapshot: ViewSnapshot): void;
  /** The design whose parameters are in use; `all` in a comparison, and for a recording, whose rivals are replayed. */
  setScope(scope: ReplayScope | 'observed'): void;
  toggle(): void;
  setOpen(open: boolean): void;
}

export interface ReplayStripEvents {
  onChange(changes: ReplayChanges): void;
  onOpen(open: boolean): void;
  onSettings(): void;
}

const REST_MS = 250;
const ALONE = 'kept for this trace; each change is replayed at once';
const BESIDE_RECORDING = 'the recording stays as it is; the designs beside it are replayed';

interface Shown {
  readonly field: ReplayField;
  readonly element: HTMLElement;
  readonly hint: HTMLElement;
  readonly control: FieldControl<never>;
}

export function createReplayStrip(events: ReplayStripEvents): ReplayStrip {
  let setup: ReplaySetup | null = null;
  let machineIommu: IommuMode = 'off';
  let offered: readonly RunChoice[] = [];
  let scope: ReplayScope = 'serial';
  let timer: ReturnType<typeof setTimeout> | null = null;

  const fields = FIELD_GROUPS.flatMap((group) => group.fields.map((field) => createField(field)));
  const groups = FIELD_GROUPS.map(({ title, fields: names }) =>
    el(
      'fieldset',
      { class: 'replay-group' },
      el('legend', { text: title }),
      ...fields.filter(({ field }) => names.includes(field)).map(({ element: node }) => node),
    ),
  );
  const reset = button({
    label: 'Reset',
    class: 'quiet',
    title: 'Take back what was set for this trace: the settings hold',
    onClick: () => change({}, true),
  });
  const settings = button({
    label: 'Defaults…',
    class: 'quiet',
    title: 'Open the settings migtrace.*, which hold for every trace where nothing else is set',
    onClick: () => events.onSettings(),
  });
  const close = button({
    label: 'Close',
    class: 'quiet',
    title: 'Close (Escape)',
    onClick: () => setOpen(false, true),
  });
  const note = el('span', { class: 'muted replay-note', text: ALONE });
  const element = el(
    'section',
    { class: 'replay', attributes: { 'aria-label': 'Replay configuration', id: 'replay' } },
    el(
      'header',
      { class: 'replay-head' },
      el('h2', { text: 'Configure the replay' }),
      note,
      reset,
      settings,
      close,
    ),
    el('div', { class: 'replay-groups' }, ...groups),
  );
  element.hidden = true;
  const summary = el('span', { class: 'replay-summary' });
  const opener = button({
    label: 'Configure',
    icon: 'configure',
    class: 'replay-opener',
    title: 'Machine, kernel rules, batch limit, channels, threads and the rest (C)',
    onClick: () => setOpen(element.hidden === true, true),
  });
  opener.append(summary);
  opener.setAttribute('aria-expanded', 'false');
  opener.setAttribute('aria-controls', 'replay');

  function createField(field: ReplayField): Shown {
    const look = FIELD_LOOKS[field];
    const control = createControl(field);
    const id = `replay-${field}`;
    control.input.id = id;
    const hint = el('span', { class: 'field-hint', attributes: { id: `${id}-hint` } });
    control.input.setAttribute('aria-describedby', hint.id);
    const line = el('span', { class: 'field-line' }, control.element);
    if (look.unit !== '') line.append(el('span', { class: 'field-unit', text: look.unit }));
    if (field === 'batchPages') line.append(...batchPresets());
    const node = el(
      'div',
      { class: 'field' },
      el('label', { text: look.label, attributes: { for: id } }),
      line,
      hint,
    );
    node.title = look.tooltip;
    node.dataset['field'] = field;
    return { field, element: node, hint, control };
  }

  function batchPresets(): readonly HTMLElement[] {
    const presets = [
      ['stock', BATCH_PAGES_STOCK],
      ['series', BATCH_PAGES_SERIES],
    ] as const;
    return presets.map(([name, pages]) => {
      const node = el('button', { class: 'link preset', text: name, attributes: { type: 'button' } });
      node.title = `${formatCount(pages)} pages`;
      node.addEventListener('click', () => change({ batchPages: pages }));
      return node;
    });
  }

  function createControl(field: ReplayField): FieldControl<never> {
    if (isNumberField(field)) return numberControl(field, (value) => change({ [field]: value }));
    if (field === 'coldCache') return flagControl('charged', (value) => change({ coldCache: value }));
    if (field === 'reasons') return reasonsControl((value) => change({ reasons: value }));
    return selectControl((value) => change({ [field]: value }));
  }

  /** Takes a change, draws it at once, and tells it when nothing else follows for a moment. */
  function change(what: ReplayChanges, all = false): void {
    if (setup === null) return;
    const changes = withoutDefaults(all ? what : { ...setup.changes, ...what }, setup.defaults);
    setup = { ...setup, changes };
    draw();
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => {
      timer = null;
      events.onChange(changes);
    }, REST_MS);
  }

  function draw(): void {
    if (setup === null) return;
    const values: ReplayValues = { ...setup.defaults, ...setup.changes };
    for (const { field, element: node, hint, control } of fields) {
      const used = isUsed(field, scope, offered);
      node.hidden = !isUsed(field, 'all', offered);
      if (!isNumberField(field) && field !== 'coldCache' && field !== 'reasons') {
        (control as unknown as SelectControl).setOptions(optionsOf(field, setup, machineIommu));
      }
      control.set(values[field] as never);
      control.enable(used);
      const { text, warns } = used
        ? hintOf(field, values, setup)
        : { text: whyUnused(field, scope), warns: false };
      setText(hint, text);
      node.classList.toggle('unused', !used);
      node.classList.toggle('warns', warns);
      node.classList.toggle('changed', setup.changes[field] !== undefined);
      for (const preset of node.querySelectorAll<HTMLButtonElement>('.preset')) preset.disabled = !used;
    }
    for (const group of groups) group.hidden = group.querySelector('.field:not([hidden])') === null;
    reset.disabled = Object.keys(setup.changes).length === 0;
    setText(summary, setupText(setup, scope, offered));
  }

  function setOpen(open: boolean, focus = false): void {
    if (element.hidden !== open) return;
    element.hidden = !open;
    opener.setAttribute('aria-expanded', String(open));
    events.onOpen(open);
    if (!focus) return;
    if (open) {
      element.scrollIntoView({ block: 'nearest' });
      fields.find(({ field }) => isUsed(field, scope, offered))?.control.input.focus();
    } else {
      opener.focus();
    }
  }

  element.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') setOpen(false, true);
    // Keys belong to the control: neither the view's keys nor VS Code's may act on them.
    const foreign = event.ctrlKey || event.metaKey || event.altKey || /^F\d/.test(event.key);
    if (!foreign) event.stopPropagation();
  });

  return {
    element,
    opener,
    show(snapshot) {
      machineIommu = snapshot.machine.iommu.value;
      offered = snapshot.choices.map(({ choice }) => choice);
      // What was changed meanwhile and is not told yet stays.
      setup =
        timer === null || setup === null ? snapshot.replay : { ...snapshot.replay, changes: setup.changes };
      draw();
    },
    setScope(next) {
      scope = next === 'observed' ? 'all' : next;
      setText(note, next === 'observed' ? BESIDE_RECORDING : ALONE);
      draw();
    },
    toggle: () => setOpen(element.hidden === true, true),
    setOpen: (open) => setOpen(open),
  };
}
