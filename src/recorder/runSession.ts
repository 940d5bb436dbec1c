/** Polls a session until it has to stop, and tells how it goes. */
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import type { LiveFigures } from '../trace/live/liveFigures';
import type { RecordingSession, StopReason } from './recordingSession';

export interface RunOptions {
  /** Not null: stop now, for this reason. Asked at each poll. */
  readonly wanted: () => StopReason | null;
  readonly figuresEveryMs: number;
  readonly onFigures: (figures: LiveFigures) => void;
}

/**
 * ms between polls. A buffer of 8 MiB holds about 230,000 events of migration (36 B each in the ring buffer), so
 * that 10 ms leave room for twenty million events a second per CPU, as far as the reader keeps up.
 */
const POLL_MS = 10;
/** Between polls that find little. */
const QUIET_POLL_MS = 50;
const LITTLE_BYTES = 1 << 16;

/** Resolves when the session is stopped. */
export async function runSession(session: RecordingSession, options: RunOptions): Promise<void> {
  let next = performance.now() + options.figuresEveryMs;
  for (;;) {
    const before = session.store.bytes;
    const limit = session.poll();
    const reason = options.wanted() ?? limit;
    if (reason !== null) {
      session.stop(reason);
      return;
    }
    if (performance.now() >= next) {
      options.onFigures(session.figures());
      next = Math.max(next + options.figuresEveryMs, performance.now());
    }
    const isQuiet = session.store.bytes - before <= LITTLE_BYTES;
    await wait(isQuiet ? QUIET_POLL_MS : POLL_MS);
  }
}
