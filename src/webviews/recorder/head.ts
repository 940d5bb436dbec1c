/** The head of the page: whether it records, for how long, where to, and the button that ends it. */
import type { RecordDone, RecorderPageNotices } from '../../protocol/recording';
import type { LiveFigures } from '../../trace/live/liveFigures';
import { button, el, icon, setText } from '../shared/dom';
import { formatBytes, formatCount, plural } from '../shared/format';
import type { RecorderActs } from './page';

type Told = RecorderPageNotices['state'];

export interface Head {
  readonly element: HTMLElement;
  show(told: Told): void;
  showFigures(figures: LiveFigures | null): void;
}

export function createHead(acts: RecorderActs): Head {
  const dot = el('span', { class: 'record-dot', attributes: { 'aria-hidden': 'true' } });
  const title = el('h1', { attributes: { role: 'status' } });
  const time = el('span', { class: 'record-time', attributes: { role: 'timer' } });
  const facts = el('p', { class: 'muted record-facts' });
  const stop = button({
    label: 'Stop and Open',
    class: 'primary',
    title: 'End the recording; its trace is written and opened',
    onClick: acts.stop,
  });
  const open = button({
    label: 'Open Trace',
    class: 'primary',
    title: 'Open the recorded trace',
    onClick: acts.open,
  });
  const progress = el('progress', { attributes: { 'aria-label': 'Writing the trace' } });
  const notices = el('div', { class: 'notices', attributes: { role: 'alert' } });
  let lost: HTMLElement | null = null;
  let verdict: HTMLElement | null = null;
  const refresh = () => notices.replaceChildren(...[lost, verdict].filter((node) => node !== null));

  return {
    element: el(
      'header',
      { class: 'record-head' },
      el(
        'div',
        { class: 'record-title' },
        dot,
        title,
        time,
        el('div', { class: 'panel-tools' }, progress, stop, open),
      ),
      facts,
      notices,
    ),
    show: ({ state, offers, file, settings }) => {
      dot.classList.toggle('on', state.kind === 'recording');
      setText(title, TITLES[state.kind]);
      stop.hidden = state.kind !== 'recording';
      open.hidden = state.kind !== 'done';
      progress.hidden = state.kind !== 'stopping';
      if (state.kind === 'stopping') showProgress(progress, state.done, state.total);
      const kernel = offers === null ? [] : [`Linux ${offers.kernel}`];
      const limits = [
        ...(settings.seconds === null ? [] : [`at most ${settings.seconds} s`]),
        `at most ${wholeBytes(settings.bytes)} of events`,
        `${wholeBytes(settings.bufferBytes)} of buffer per CPU`,
      ];
      const facing = state.kind === 'done' ? [`${formatBytes(state.done.bytes)} on disk`] : limits;
      setText(
        facts,
        state.kind === 'problem' ? '' : [...kernel, `clock ${settings.clock}`, ...facing, file].join(' · '),
      );
      verdict = state.kind === 'done' ? verdictOf(state.done) : null;
      if (state.kind === 'starting') lost = null;
      refresh();
    },
    showFigures: (figures) => {
      setText(time, figures === null ? '' : clock(figures.seconds));
      const events = figures?.lostEvents ?? 0;
      if (events === 0) {
        if (lost !== null) {
          lost = null;
          refresh();
        }
        return;
      }
      const text = `The kernel overran ${plural(events, 'event')}.`;
      if (lost?.dataset['text'] === text) return;
      lost = notice(
        'warning',
        text,
        'It wrote faster than they were read. Calls and folios are missing there; record again with a bigger buffer per CPU.',
      );
      lost.dataset['text'] = text;
      refresh();
    },
  };
}

const TITLES = {
  starting: 'Setting up',
  recording: 'Recording',
  stopping: 'Writing the trace',
  done: 'Recorded',
  problem: 'Nothing can be recorded yet',
} as const satisfies Record<Told['state']['kind'], string>;

const WHY: Readonly<Record<string, string>> = {
  time: ' The time limit ended it.',
  size: ' The size limit ended it.',
};

function verdictOf({ agrees, reason, figures, stoppedBy }: RecordDone): HTMLElement {
  const moved = `${formatCount(figures.totals.nr_succeeded)} pages moved, ${formatCount(figures.totals.nr_failed)} failed`;
  return agrees
    ? notice(
        'info',
        `${moved}: the same as /proc/vmstat counted.`,
        `No event is missing.${WHY[stoppedBy] ?? ''}`,
      )
    : notice('warning', `${moved}: /proc/vmstat counted otherwise.`, `${reason}${WHY[stoppedBy] ?? ''}`);
}

function notice(kind: 'info' | 'warning', strong: string, text: string): HTMLElement {
  return el(
    'div',
    { class: `notice ${kind}` },
    icon(kind === 'info' ? 'check' : 'warning'),
    el('p', {}, el('strong', { text: strong }), ' ', el('span', { text })),
  );
}

function showProgress(progress: HTMLProgressElement, done: number, total: number): void {
  if (total > 0) {
    progress.max = total;
    progress.value = done;
  } else progress.removeAttribute('value');
}

/** `8 MB`: a round size without digits behind the point. */
function wholeBytes(bytes: number): string {
  return formatBytes(bytes).replace(/\.0+(?=\D)/, '');
}

/** `0:07`, `1:02:03`. */
function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
