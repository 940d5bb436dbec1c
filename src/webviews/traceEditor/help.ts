/** The list of keys, in a dialog. */
import { button, el } from '../shared/dom';
import { KEY_LINES } from '../shared/keys';

const KEY_NAMES: Readonly<Record<string, string>> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
};

export interface Help {
  readonly element: HTMLDialogElement;
  toggle(): void;
}

export function createHelp(): Help {
  const rows = KEY_LINES.map((line) => {
    const shown = line.keys.filter((key) => key !== '=' && key !== '_' && key !== 'Shift+?');
    const keys = shown.map((key) => {
      const parts = key.split('+').filter((part) => part !== '');
      const names = parts.length === 0 ? ['+'] : parts.map((part) => KEY_NAMES[part] ?? part);
      return el('kbd', { text: names.join(' ') });
    });
    return el('tr', {}, el('td', {}, ...keys), el('td', { text: line.meaning }));
  });
  const element = el(
    'dialog',
    { class: 'help', attributes: { 'aria-labelledby': 'help-title' } },
    el(
      'header',
      {},
      el('h2', { text: 'Keys', attributes: { id: 'help-title' } }),
      button({ label: 'Close', title: 'Close (Escape)', class: 'quiet', onClick: () => element.close() }),
    ),
    el('table', {}, el('tbody', {}, ...rows)),
    el('p', {
      class: 'muted',
      text: 'Timeline: wheel zooms at the pointer, Shift and wheel or a drag pans, a click sets the time cursor, a double click shows the batch. Folio grid: arrow keys move from folio to folio; a click or Enter keeps a folio’s story, Escape lets go.',
    }),
  );
  return {
    element,
    toggle() {
      if (element.open) element.close();
      else element.showModal();
    },
  };
}
