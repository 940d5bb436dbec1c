/** The sums so far, large; and how full buffer and disk are. */
import type { LiveFigures } from '../../trace/live/liveFigures';
import { el, setText } from '../shared/dom';
import { formatBytes, formatCount, formatPages, formatShare, plural } from '../shared/format';

export interface Numbers {
  readonly element: HTMLElement;
  show(figures: LiveFigures | null): void;
}

export function createNumbers(): Numbers {
  const calls = number('Calls', 'migrate_pages() calls that have ended (mm_migrate_pages)');
  const moved = number('Pages moved', 'Sum of nr_succeeded, in base pages');
  const failed = number('Pages failed', 'Sum of nr_failed, in base pages');
  const thps = number('THPs', 'Huge pages moved, failed and split');
  const events = number('Events per second', 'All events that are recorded');
  const buffer = gauge(
    'Buffer',
    'The fullest buffer of a CPU; at 100 % the kernel overwrites events that nobody has read',
  );
  const disk = gauge(
    'Disk',
    "The kernel's pages on disk until the trace is written; the recording ends at 100 %",
  );
  const element = el(
    'div',
    { class: 'record-numbers' },
    el('dl', {}, calls.element, moved.element, failed.element, thps.element, events.element),
    el('div', { class: 'record-gauges' }, buffer.element, disk.element),
  );
  return {
    element,
    show: (figures) => {
      const { totals } = figures ?? {};
      calls.set(
        formatCount(totals?.calls ?? 0),
        figures === null ? '' : `in ${figures.seconds.toFixed(1)} s`,
      );
      moved.set(formatCount(totals?.nr_succeeded ?? 0), formatPages(totals?.nr_succeeded ?? 0));
      failed.set(
        formatCount(totals?.nr_failed ?? 0),
        share(totals?.nr_failed ?? 0, totals?.nr_succeeded ?? 0),
      );
      failed.element.classList.toggle('bad', (totals?.nr_failed ?? 0) > 0);
      thps.set(
        formatCount(totals?.nr_thp_succeeded ?? 0),
        `${formatCount(totals?.nr_thp_failed ?? 0)} failed, ${formatCount(totals?.nr_thp_split ?? 0)} split`,
      );
      events.set(
        formatCount(figures?.eventsPerSecond ?? 0),
        `${formatCount(figures?.eventCount ?? 0)} in all`,
      );
      const cpus = figures?.cpus ?? 0;
      buffer.set(
        figures?.bufferFill ?? 0,
        `fullest of ${plural(cpus, 'CPU')}, peak ${Math.round((figures?.bufferPeak ?? 0) * 100)} %`,
      );
      disk.set(
        figures === null ? 0 : figures.bytes / figures.maxBytes,
        figures === null ? '' : `${formatBytes(figures.bytes)} of ${formatBytes(figures.maxBytes)}`,
      );
    },
  };
}

function share(failed: number, moved: number): string {
  return failed === 0 ? 'none' : `${formatShare(failed / (failed + moved))} of those tried`;
}

function number(
  label: string,
  tooltip: string,
): { element: HTMLElement; set(value: string, detail: string): void } {
  const value = el('dd');
  const detail = el('dd', { class: 'muted' });
  const element = el('div', { class: 'record-number' }, el('dt', { text: label }), value, detail);
  element.title = tooltip;
  return {
    element,
    set: (text, more) => {
      setText(value, text);
      setText(detail, more);
    },
  };
}

function gauge(
  label: string,
  tooltip: string,
): { element: HTMLElement; set(share: number, text: string): void } {
  const fill = el('span', { class: 'record-gauge-fill' });
  const meter = el('meter', {
    class: 'unseen',
    attributes: { min: '0', max: '1', high: '0.8', 'aria-label': label },
  });
  const percent = el('span', { class: 'record-gauge-percent' });
  const text = el('span', { class: 'muted' });
  const element = el(
    'div',
    { class: 'record-gauge' },
    el('span', { text: label }),
    el('span', { class: 'record-gauge-track' }, fill),
    percent,
    text,
    meter,
  );
  element.title = tooltip;
  return {
    element,
    set: (part, more) => {
      const bounded = Math.min(1, Math.max(0, part));
      fill.style.transform = `scaleX(${bounded})`;
      element.classList.toggle('full', bounded >= 0.8);
      meter.value = bounded;
      setText(percent, `${Math.round(bounded * 100)} %`);
      setText(text, more);
    },
  };
}
