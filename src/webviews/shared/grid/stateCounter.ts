/** Counts folios by state: a batch at once, a whole run a slice per frame. */
import { folioStates } from '../../../engine/probe/folioStates';
import { FOLIO_STATES } from '../../../engine/probe/states';
import { nextFrame } from '../frames';
import type { RunView } from '../runView';

export function countStates(states: Uint8Array, count: number, into: Uint32Array): void {
  into.fill(0);
  for (let i = 0; i < count; i++) {
    const state = states[i] as number;
    into[state] = (into[state] as number) + 1;
  }
}

const SLICE = 1 << 16;

/** Counts all folios of `view` at `time` over some frames, then calls back. Returns how to stop. */
export function countRun(view: RunView, time: number, done: (counts: Uint32Array) => void): () => void {
  const counts = new Uint32Array(FOLIO_STATES.length);
  const slice = new Uint8Array(Math.min(SLICE, view.run.folioCount));
  let first = 0;
  let stopped = false;
  const work = () => {
    if (stopped) return;
    const count = Math.min(SLICE, view.run.folioCount - first);
    folioStates(view.index, first, count, time, slice);
    for (let i = 0; i < count; i++) {
      const state = slice[i] as number;
      counts[state] = (counts[state] as number) + 1;
    }
    first += count;
    if (first >= view.run.folioCount) done(counts);
    else nextFrame(work);
  };
  if (view.run.folioCount === 0) done(counts);
  else work();
  return () => {
    stopped = true;
  };
}
