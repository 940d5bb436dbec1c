/** A line a second on stderr while recording. */
import type { LiveFigures } from '../../../trace/live/liveFigures';
import { bytes } from '../../table';

const MAX_REASONS = 4;

/** Says what happened so far, and warns once more events were lost than `toldLost`. */
export function liveLine(figures: LiveFigures, toldLost: number): string {
  const { totals, reasons, flows } = figures;
  const busiest = [...reasons].sort((left, right) => right.calls - left.calls).slice(0, MAX_REASONS);
  const moving = flows.slice(0, 2).filter(({ from, to }) => from >= 0 && to >= 0);
  const parts = [
    `${figures.seconds.toFixed(0)} s`,
    `${totals.calls} calls`,
    `${totals.nr_succeeded} pages moved`,
    `${totals.nr_failed} failed`,
    ...(busiest.length > 0 ? [busiest.map(({ name, calls }) => `${name} ${calls}`).join(' ')] : []),
    ...moving.map(({ from, to, pages }) => `node ${from}→${to} ${pages}`),
    `${Math.round(figures.eventsPerSecond)} events/s`,
    `buffer ${Math.round(figures.bufferFill * 100)} % full`,
    `${bytes(figures.bytes)} of ${bytes(figures.maxBytes)}`,
    `lost ${figures.lostEvents}`,
  ];
  const warning =
    figures.lostEvents > toldLost
      ? `migtrace: the kernel overran ${figures.lostEvents} events; use a bigger buffer (--buffer), or fewer events.\n`
      : '';
  return `${parts.join(' · ')}\n${warning}`;
}
