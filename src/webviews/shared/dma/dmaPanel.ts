/** The engine of a run: how busy each channel was, how uneven the division was, and what was counted. */
import { createDataTable } from '../dataTable';
import type { TableOptions } from '../dataTable';
import { el } from '../dom';
import { formatCount, formatDuration, formatShare, plural } from '../format';
import { createPanel, toggleButton } from '../panel';
import type { RunView } from '../runView';
import { hideTooltip, showTooltip } from '../tooltip';
import type { Counter, EngineLoad } from './counters';
import { countersOf, engineLoadOf } from './counters';

export interface DmaPanel {
  readonly element: HTMLElement;
  /** Hides itself for a run that used neither channels nor threads. `owner`: whose engine, where several designs are on the page. */
  setRun(view: RunView | null, owner?: string): void;
  setTable(on: boolean): void;
}

/** From this ratio of the busiest channel to the mean on, the division is called uneven. */
const UNEVEN = 1.05;
/** More channels stand in two columns. */
const ONE_COLUMN = 8;

export function createDmaPanel(onTable: (on: boolean) => void): DmaPanel {
  const bars = el('ul', { class: 'dma-bars' });
  const counters = el('dl', { class: 'dma-counters' });
  const twin = createDataTable({ caption: '', columns: [], rows: 0 });
  const toggle = toggleButton('Show as table', 'Channels and counters as a table', (on) => {
    show(on);
    onTable(on);
  });
  const panel = createPanel('dma', 'DMA engine', toggle.element);
  const picture = el('div', {}, bars, counters);
  panel.body.append(picture, twin.element);
  panel.element.hidden = true;
  let view: RunView | null = null;

  const show = (on: boolean) => {
    picture.hidden = on;
    twin.element.hidden = !on;
  };
  show(false);

  return {
    element: panel.element,
    setRun(next, owner = '') {
      if (next === view) return;
      view = next;
      const load = next === null ? null : engineLoadOf(next.run);
      const counted = next === null ? [] : countersOf(next.run);
      const used = load !== null && (load.most > 0 || counted.length > 0);
      panel.element.hidden = !used;
      if (next === null || load === null || !used) return;
      const threads = next.run.config?.path === 'threads';
      const title = threads ? 'Worker threads' : 'DMA engine';
      panel.setTitle(owner === '' ? title : `${title} of ${owner}`);
      panel.setNote(noteOf(load, threads));
      const lines = barsOf(load);
      bars.classList.toggle('many', lines.length > ONE_COLUMN);
      bars.replaceChildren(...lines);
      counters.replaceChildren(...counted.flatMap(counterNodes));
      counters.hidden = counted.length === 0;
      twin.set(tableOf(load, counted));
    },
    setTable(on) {
      toggle.set(on);
      show(on);
    },
  };
}

function noteOf(load: EngineLoad, threads: boolean): string {
  const { channels, idle, imbalance } = load;
  const one = threads ? 'thread' : 'channel';
  if (channels.length === 0) return 'no channel: the CPU copies';
  if (Number.isNaN(imbalance)) return `${plural(channels.length, one)}, none was used`;
  const parts = [plural(channels.length, one)];
  if (idle > 0) parts.push(`${formatCount(idle)} idle`);
  if (channels.length - idle > 1) {
    parts.push(imbalance < UNEVEN ? 'evenly used' : `busiest at ${imbalance.toFixed(2)} × the mean`);
  }
  return parts.join(' · ');
}

function barsOf(load: EngineLoad): readonly HTMLElement[] {
  const { mean, most } = load;
  // Where many channels stand idle, the note counts them and the table lists them.
  const channels = load.channels.filter(({ busy }) => busy > 0 || load.channels.length <= ONE_COLUMN);
  return channels.map(({ name, busy, share }) => {
    const fill = el('span', { class: 'dma-fill' });
    fill.style.width = `${most > 0 ? (busy / most) * 100 : 0}%`;
    const bar = el('span', { class: 'dma-bar' }, fill);
    if (most > 0 && channels.length > 1) {
      const mark = el('span', { class: 'dma-mean' });
      mark.style.left = `${(mean / most) * 100}%`;
      bar.append(mark);
    }
    const text = busy === 0 ? 'idle' : `${formatDuration(busy)} · ${formatShare(share)}`;
    const item = el(
      'li',
      { class: busy === 0 ? 'idle' : '' },
      el('span', { class: 'dma-name', text: name }),
      bar,
      el('span', { class: 'dma-text', text }),
    );
    const rows: (readonly [string, string])[] = [
      ['busy', formatDuration(busy)],
      ['of the run', formatShare(share)],
      ['of the mean', mean > 0 ? `${(busy / mean).toFixed(2)} ×` : '–'],
    ];
    item.addEventListener('pointermove', (event) =>
      showTooltip({ title: name, rows }, event.clientX, event.clientY),
    );
    item.addEventListener('pointerleave', hideTooltip);
    return item;
  });
}

function counterNodes({ bad, name, text, tooltip }: Counter): readonly HTMLElement[] {
  const pair = el(
    'div',
    { class: bad ? 'counter bad' : 'counter' },
    el('dt', { text: name }),
    el('dd', { text }),
  );
  pair.title = tooltip;
  return [pair];
}

/** Channels, then counters: name, value, share of the run. */
function tableOf(load: EngineLoad, counters: readonly Counter[]): TableOptions {
  const channels = load.channels.map(({ name, busy, share }) => ({
    name,
    value: busy,
    text: formatDuration(busy),
    share: formatShare(share),
    against: load.mean > 0 ? (busy / load.mean).toFixed(2) : '–',
    meaning: 'time busy',
  }));
  const counted = counters.map(({ name, text, tooltip, value }) => ({
    name,
    value,
    text,
    share: '',
    against: '',
    meaning: tooltip,
  }));
  const lines = [...channels, ...counted];
  const text = (title: string, of: (row: number) => string, numeric = false, tooltip?: string) => ({
    title,
    ...(tooltip !== undefined && { tooltip }),
    numeric,
    value: of,
    text: of,
  });
  return {
    caption: 'Channels and counters of the run',
    rows: lines.length,
    columns: [
      text('what', (row) => lines[row]?.name ?? ''),
      {
        title: 'value',
        numeric: true,
        value: (row: number) => lines[row]?.value ?? 0,
        text: (row: number) => lines[row]?.text ?? '',
      },
      text('of the run', (row) => lines[row]?.share ?? '', true),
      text(
        '× mean',
        (row) => lines[row]?.against ?? '',
        true,
        'Time busy over the mean of the channels that worked',
      ),
      text('meaning', (row) => lines[row]?.meaning ?? ''),
    ],
  };
}
