/** Tells the host where the time cursor stands, at most five times a second. */
import { PAGE_BYTES } from '../../base/units';
import { countersAt } from '../../engine/probe/countersAt';
import { batchOnLane, lastAtOrBelow } from '../../engine/probe/runIndex';
import type { Playhead } from '../../protocol/messages';
import { movedAbout } from './timeline/paintTracks';
import type { RunView } from './runView';

const EVERY_MS = 200;

export interface PlayheadReporter {
  tell(view: RunView, lane: number, time: number, playing: boolean): void;
  dispose(): void;
}

export function createPlayheadReporter(send: (playhead: Playhead) => void): PlayheadReporter {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let waiting: (() => void) | null = null;
  let last = -Infinity;
  const flush = () => {
    timer = null;
    last = performance.now();
    waiting?.();
    waiting = null;
  };
  return {
    tell(view, lane, time, playing) {
      waiting = () => send(playheadAt(view, lane, time, playing));
      if (timer !== null) return;
      const rest = EVERY_MS - (performance.now() - last);
      if (rest <= 0) flush();
      else timer = setTimeout(flush, rest);
    },
    dispose() {
      if (timer !== null) clearTimeout(timer);
      waiting = null;
    },
  };
}

/** Throughput and channel load are taken over the last stretch: a fiftieth of the run, four batches at least. */
export function playheadAt(view: RunView, lane: number, time: number, playing: boolean): Playhead {
  const { run } = view;
  const counters = countersAt(view.index, time);
  const batch = batchOnLane(view.index, lane, time);
  const perBatch = run.batches.length > 0 ? run.end / run.batches.length : run.end;
  const stretch = Math.max(1, Math.min(time, Math.max(run.end / 50, 4 * perBatch)));
  const pages = movedAbout({ view }, time) - movedAbout({ view }, time - stretch);
  return {
    runId: view.header.id,
    playing,
    timeNs: time / 1000,
    endNs: run.end / 1000,
    pagesMoved: counters.pagesMoved,
    pagesTotal: counters.pagesTotal,
    pagesFailed: counters.pagesFailed,
    batch,
    batches: run.batches.length,
    blocked: counters.blockedFolios,
    // Bytes per ps are TB/s.
    throughputGBps: time <= 0 ? 0 : ((pages * PAGE_BYTES) / stretch) * 1000,
    channelBusy: view.channels.map((track) => {
      const busy = busyUpTo(track, time) - busyUpTo(track, time - stretch);
      return Math.min(1, Math.max(0, busy / stretch));
    }),
  };
}

function busyUpTo(track: RunView['channels'][number], time: number): number {
  const i = lastAtOrBelow(track.starts, time);
  if (i < 0) return 0;
  const start = track.starts[i] as number;
  const length = Math.max(1, (track.ends[i] as number) - start);
  const before = track.sums[i] as number;
  return before + ((track.sums[i + 1] as number) - before) * Math.min(1, (time - start) / length);
}
