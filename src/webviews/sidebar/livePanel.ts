/** The contents of the live view: title, chart, numbers, a bar per DMA channel. */
import type { SidebarNotices } from '../../protocol/messages';
import { el, setText } from '../shared/dom';
import { formatCount, formatGBps, formatNanoseconds, plural } from '../shared/format';
import type { LiveHistory } from './history';
import { createLiveChart } from './liveChart';

type Live = NonNullable<SidebarNotices['live']>;

export interface LivePanel {
  readonly root: HTMLElement;
  show(live: Live, history: LiveHistory): void;
  redraw(): void;
}

export function createLivePanel(): LivePanel {
  const title = el('span', { class: 'live-title' });
  const state = el('span', { class: 'live-state' });
  const canvas = el('canvas', { class: 'live-chart', attributes: { role: 'img' } });
  const moved = row('moved');
  const batch = row('batch');
  const inFlight = row('in flight');
  const failed = row('failed');
  const rate = row('throughput');
  const progress = bar('Pages moved');
  const channels = el('div', { class: 'live-channels' });
  const root = el(
    'section',
    { class: 'live' },
    el('header', { class: 'live-head' }, title, state),
    canvas,
    progress.root,
    el(
      'dl',
      { class: 'live-numbers' },
      ...[moved, rate, batch, inFlight, failed].flatMap(({ parts }) => parts),
    ),
    channels,
  );
  const chart = createLiveChart(canvas);
  const bars: Bar[] = [];

  return {
    root,
    redraw: () => chart.redraw(),
    show: ({ playhead, title: design, traceName }, history) => {
      setText(title, design);
      title.title = `${design} of ${traceName}`;
      setText(state, `${playhead.playing ? 'playing' : 'paused'} · ${formatNanoseconds(playhead.timeNs)}`);
      setText(moved.value, `${formatCount(playhead.pagesMoved)} of ${formatCount(playhead.pagesTotal)}`);
      setText(rate.value, `${formatGBps(playhead.throughputGBps)} GB/s`);
      setText(batch.value, batchText(playhead));
      setText(inFlight.value, plural(playhead.blocked, 'folio'));
      setText(failed.value, formatCount(playhead.pagesFailed));
      failed.value.classList.toggle('live-bad', playhead.pagesFailed > 0);
      progress.set(playhead.pagesMoved / Math.max(1, playhead.pagesTotal));
      while (bars.length < playhead.channelBusy.length) bars.push(bar(`channel ${bars.length}`));
      bars.length = playhead.channelBusy.length;
      playhead.channelBusy.forEach((busy, channel) => bars[channel]?.set(busy));
      channels.replaceChildren(...bars.map(({ root: node }) => node));
      canvas.setAttribute('aria-label', chartLabel(playhead));
      chart.show(history, playhead);
    },
  };
}

function batchText({ batch, batches }: Live['playhead']): string {
  return batch < 0 ? '–' : `${formatCount(batch + 1)} of ${formatCount(batches)}`;
}

function chartLabel({ throughputGBps, pagesMoved, pagesTotal }: Live['playhead']): string {
  return `Throughput ${formatGBps(throughputGBps)} GB/s, ${formatCount(pagesMoved)} of ${formatCount(pagesTotal)} pages moved`;
}

function row(label: string): { parts: HTMLElement[]; value: HTMLElement } {
  const value = el('dd');
  return { parts: [el('dt', { text: label }), value], value };
}

interface Bar {
  readonly root: HTMLElement;
  /** A share from 0 to 1. */
  set(share: number): void;
}

/** A labelled bar; the meter tells screen readers the same. */
function bar(label: string): Bar {
  const meter = el('meter', { attributes: { min: '0', max: '1', 'aria-label': label } });
  const fill = el('div', { class: 'live-bar-fill' });
  const text = el('span', { class: 'live-bar-text' });
  const root = el(
    'div',
    { class: 'live-bar' },
    el('span', { class: 'live-bar-label', text: label }),
    el('div', { class: 'live-bar-track' }, fill),
    text,
    meter,
  );
  return {
    root,
    set: (share) => {
      const bounded = Math.min(1, Math.max(0, share));
      fill.style.transform = `scaleX(${bounded})`;
      meter.value = bounded;
      setText(text, `${Math.round(bounded * 100)} %`);
    },
  };
}
