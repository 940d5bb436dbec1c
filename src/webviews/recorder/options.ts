/** What the next recording is made with. */
import { DEFAULT_RECORD_SETTINGS } from '../../protocol/recording';
import type { RecordOffers, RecordSettings } from '../../protocol/recording';
import { button, el, setText } from '../shared/dom';

export interface Options {
  readonly element: HTMLElement;
  show(settings: RecordSettings, offers: RecordOffers | null, label: string): void;
}

const MIB = 2 ** 20;
const TIMES = [null, 5, 10, 30, 60, 300] as const;
const SIZES = [64, 256, 1024, 4096] as const;
const BUFFERS = [1, 4, 8, 32, 128] as const;

export function createOptions(start: (settings: RecordSettings) => void): Options {
  const time = choice('Time limit');
  const size = choice('Size limit');
  const buffer = choice('Buffer per CPU');
  const clock = choice('Clock');
  const graph = el('input', { attributes: { type: 'checkbox' } });
  const graphText = el('span', { text: 'Durations of the steps (function_graph)' });
  const graphLabel = el('label', { class: 'record-check' }, graph, graphText);
  const again = button({
    label: 'Record Again',
    class: 'primary',
    title: 'Begin a new recording with these options',
    onClick: () =>
      start({
        seconds: time.select.value === '' ? null : Number(time.select.value),
        bytes: Number(size.select.value),
        bufferBytes: Number(buffer.select.value),
        clock: clock.select.value,
        functionGraph: graph.checked,
      }),
  });
  const element = el(
    'section',
    { class: 'record-options', attributes: { 'aria-label': 'Options of the next recording' } },
    ...[time, size, buffer, clock].map(({ label }) => label),
    graphLabel,
    again,
  );
  return {
    element,
    show: (settings, offers, label) => {
      time.set(
        TIMES.map((seconds) => [
          seconds === null ? '' : String(seconds),
          seconds === null ? 'until stopped' : `${seconds} s`,
        ]),
        settings.seconds === null ? '' : String(settings.seconds),
      );
      size.set(SIZES.map(sizeEntry), String(settings.bytes));
      buffer.set(BUFFERS.map(sizeEntry), String(settings.bufferBytes));
      const clocks = offers?.clocks ?? [DEFAULT_RECORD_SETTINGS.clock];
      clock.set(
        clocks.map((name) => [name, name]),
        settings.clock,
      );
      graph.checked = settings.functionGraph;
      graph.disabled = offers?.hasFunctionGraph !== true;
      graphLabel.title = graph.disabled
        ? 'This kernel has no function_graph tracer'
        : 'How long unmap, flush, copy and remap take; costs time in the kernel';
      setText(again.firstElementChild ?? again, label);
    },
  };
}

type Entry = readonly [value: string, text: string];

function sizeEntry(mebibytes: number): Entry {
  return [String(mebibytes * MIB), mebibytes >= 1024 ? `${mebibytes / 1024} GiB` : `${mebibytes} MiB`];
}

function choice(title: string) {
  const select = el('select');
  const label = el('label', { class: 'record-option' }, el('span', { class: 'muted', text: title }), select);
  return {
    label,
    select,
    set: (entries: readonly Entry[], chosen: string) => {
      // An open list must not change under the pointer.
      const wanted = JSON.stringify([entries, chosen]);
      if (select.dataset['shown'] === wanted) return;
      select.dataset['shown'] = wanted;
      select.replaceChildren(
        ...entries.map(([value, text]) => el('option', { text, attributes: { value } })),
      );
      select.value = chosen;
    },
  };
}
