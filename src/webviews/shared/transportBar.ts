/** Buttons and slider that play a run: restart, play, step, speed. */
import { button, el, icon, setText } from './dom';
import { formatCount } from './format';
import type { PlaybackState } from './playback';
import { FASTEST, SLOWEST } from './playback';

export interface TransportEvents {
  onToggle(): void;
  onRestart(): void;
  onStepBatch(): void;
  onStepFolio(): void;
  onSlowdown(slowdown: number): void;
}

export interface TransportBar {
  readonly element: HTMLElement;
  show(state: PlaybackState, enabled: boolean): void;
}

/** Slider position 0 (slowest) to 100 (real time). */
const TOP = 100;
const DECADES = Math.log10(SLOWEST / FASTEST);

export function createTransportBar(events: TransportEvents): TransportBar {
  const restart = button({
    label: '',
    icon: 'restart',
    title: 'To the start (Home)',
    onClick: () => events.onRestart(),
  });
  const play = button({
    label: '',
    icon: 'play',
    class: 'primary',
    title: 'Play (Space)',
    onClick: () => events.onToggle(),
  });
  const batch = button({
    label: 'batch',
    icon: 'stepBatch',
    title: 'To the next batch (B, back with Shift+B)',
    onClick: () => events.onStepBatch(),
  });
  const folio = button({
    label: 'folio',
    icon: 'stepFolio',
    title: 'To where the next folio is through its step (F, back with Shift+F)',
    onClick: () => events.onStepFolio(),
  });
  const slider = el('input', {
    class: 'speed',
    attributes: { type: 'range', min: '0', max: String(TOP), step: '1', 'aria-label': 'Speed' },
  });
  slider.title = 'Speed (− and +)';
  const speed = el('output', { class: 'speed-text' });
  slider.addEventListener('input', () =>
    events.onSlowdown(roundSlowdown(SLOWEST / 10 ** ((Number(slider.value) / TOP) * DECADES))),
  );
  const element = el(
    'div',
    { class: 'transport', attributes: { role: 'group', 'aria-label': 'Playback' } },
    restart,
    play,
    batch,
    folio,
    el('label', { class: 'speed-label' }, el('span', { class: 'muted', text: 'speed' }), slider, speed),
  );
  let shown = false;
  return {
    element,
    show(state, enabled) {
      if (state.playing !== shown) {
        shown = state.playing;
        play.replaceChildren(icon(shown ? 'pause' : 'play'));
        play.title = shown ? 'Pause (Space)' : 'Play (Space)';
        play.setAttribute('aria-label', play.title);
      }
      for (const node of [restart, play, batch, folio]) node.disabled = !enabled;
      const position = (Math.log10(SLOWEST / state.slowdown) / DECADES) * TOP;
      if (document.activeElement !== slider) slider.value = String(Math.round(position));
      setText(speed, `1 : ${formatCount(state.slowdown)}`);
      slider.setAttribute('aria-valuetext', `1 to ${formatCount(state.slowdown)} of real time`);
    },
  };
}

/** To 1, 2 or 5 times a power of ten. */
export function roundSlowdown(slowdown: number): number {
  const power = 10 ** Math.floor(Math.log10(slowdown));
  const factor = slowdown / power;
  return power * (factor < 1.5 ? 1 : factor < 3.5 ? 2 : factor < 7.5 ? 5 : 10);
}
