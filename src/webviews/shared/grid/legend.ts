/** The states a grid can show, each with its swatch and how many folios are in it. */
import type { FolioState } from '../../../engine/probe/states';
import { RULES } from '../../../engine/kernel/rules/registry';
import { FOLIO_STATES } from '../../../engine/probe/states';
import { el, setText } from '../dom';
import { formatCount } from '../format';
import type { RunView } from '../runView';
import { createSurface } from '../surface';
import { onThemeChange, theme } from '../theme';
import { paintState } from './stateSprite';

export interface Legend {
  readonly element: HTMLElement;
  /** Which states the run can show at all. */
  setRun(view: RunView | null): void;
  /** Folios by state code; null while they are being counted. */
  show(counts: Uint32Array | null): void;
  dispose(): void;
}

const ALWAYS: readonly FolioState[] = ['listed', 'unmapping', 'unmapped'];

/** States that folios of this run go through. */
export function statesOfRun(view: RunView): readonly FolioState[] {
  const { run } = view;
  const states = new Set<FolioState>([...ALWAYS, 'done']);
  const isTold = run.kind === 'simulated';
  if (isTold) for (const state of ['copying', 'remapping'] as const) states.add(state);
  else states.delete('unmapping');
  if (run.config !== null && run.config.path !== 'serial') {
    states.add('queued');
    states.add('copied');
  }
  if (run.config !== null) states.add(RULES[run.config.kernel].copyBeforeSwitch ? 'copied' : 'queued');
  if (run.totals.nr_failed > 0) {
    states.add('restored');
    if (isTold) states.add('failed');
  }
  if (run.untried > 0) states.add('untried');
  if (run.totals.nr_split > 0 || run.totals.nr_thp_split > 0) states.add('split');
  return FOLIO_STATES.filter((state) => states.has(state));
}

export function createLegend(): Legend {
  const element = el('ul', { class: 'legend', attributes: { 'aria-label': 'Folios by state' } });
  const numbers = new Map<number, HTMLElement>();
  let surfaces: { dispose(): void; request(): void }[] = [];

  const clear = () => {
    for (const surface of surfaces) surface.dispose();
    surfaces = [];
    numbers.clear();
    element.replaceChildren();
  };
  const add = (state: FolioState) => {
    const swatch = el('canvas', { class: 'swatch', attributes: { 'aria-hidden': 'true' } });
    surfaces.push(
      createSurface(swatch, (context, width, height) =>
        paintState(context, theme().states[state], 0, 0, width, height),
      ),
    );
    const number = el('span', { class: 'legend-count', text: '0' });
    numbers.set(FOLIO_STATES.indexOf(state), number);
    const item = el('li', {}, swatch, el('span', { text: theme().states[state].label }), number);
    item.dataset['state'] = state;
    item.title = theme().states[state].meaning;
    element.append(item);
  };
  const unwatch = onThemeChange(() => {
    for (const surface of surfaces) surface.request();
  });

  return {
    element,
    setRun(view) {
      clear();
      if (view !== null) for (const state of statesOfRun(view)) add(state);
    },
    show(counts) {
      if (counts === null) {
        for (const number of numbers.values()) number.classList.add('stale');
        return;
      }
      counts.forEach((count, code) => {
        // A state nobody foresaw still gets its line as soon as a folio is in it.
        const state = FOLIO_STATES[code];
        if (count > 0 && !numbers.has(code) && state !== undefined) add(state);
        const number = numbers.get(code);
        if (number === undefined) return;
        number.classList.remove('stale');
        setText(number, formatCount(count));
        number.parentElement?.classList.toggle('none', count === 0);
      });
    },
    dispose() {
      unwatch();
      clear();
    },
  };
}
