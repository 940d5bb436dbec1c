/**
 * Copies that run beside each other over shared links. An event happens only when a copier begins, or
 * ends a stretch of alike folios; between two events all rates are constant, so every folio's own
 * completion is linear in time and is rebuilt from a handful of pieces.
 */
import type { Flow } from '../machine/fairShare';
import { maxMinFairRates } from '../machine/fairShare';

/** Alike folios of one copier, in order. */
export interface Load {
  readonly first: number;
  readonly count: number;
  readonly bytes: number;
  /** Time of one folio when nothing else runs, ps: the copier's own overhead and bandwidth. */
  readonly alone: number;
}

export interface Copier {
  readonly start: number;
  readonly loads: readonly Load[];
  readonly links: readonly number[];
}

/** Folios [first, first + count) complete at `start + (i + 1) * period`; `start` may lie before the copier's own start. */
export interface Piece {
  readonly copier: number;
  readonly first: number;
  readonly count: number;
  readonly start: number;
  readonly period: number;
}

export interface FluidResult {
  readonly pieces: readonly Piece[];
  /** When each copier is done, ps. */
  readonly ends: readonly number[];
}

interface Progress {
  load: number;
  /** Folios of the current load that are done, with the fraction of the one in progress. */
  done: number;
}

/** `capacities` in bytes per ps, by link. Times are whole picoseconds at the ends of loads. */
export function runFluid(copiers: readonly Copier[], capacities: readonly number[]): FluidResult {
  const pieces: Piece[] = [];
  const ends = copiers.map((copier) => copier.start);
  const progress = copiers.map((): Progress => ({ load: 0, done: 0 }));
  const unfinished = (i: number) => (progress[i] as Progress).load < (copiers[i] as Copier).loads.length;
  let now = copiers.reduce((least, copier) => Math.min(least, copier.start), Infinity);
  for (;;) {
    const active = copiers
      .map((_, i) => i)
      .filter((i) => unfinished(i) && (copiers[i] as Copier).start <= now);
    const waiting = copiers.filter((copier, i) => unfinished(i) && copier.start > now);
    const nextStart = waiting.reduce((least, copier) => Math.min(least, copier.start), Infinity);
    if (active.length === 0) {
      if (nextStart === Infinity) return { pieces, ends };
      now = nextStart;
      continue;
    }
    const loads = active.map((i) => (copiers[i] as Copier).loads[(progress[i] as Progress).load] as Load);
    const flows = active.map((i, k): Flow => {
      const load = loads[k] as Load;
      return { cap: load.bytes / load.alone, links: (copiers[i] as Copier).links };
    });
    const rates = maxMinFairRates(flows, capacities);
    const periods = rates.map((rate, k) => (loads[k] as Load).bytes / rate);
    const finish = active.map((i, k) => {
      const left = (loads[k] as Load).count - (progress[i] as Progress).done;
      return now + Math.ceil(left * (periods[k] as number) - 1e-6);
    });
    const until = Math.min(nextStart, ...finish);
    active.forEach((i, k) => {
      step(
        pieces,
        ends,
        progress[i] as Progress,
        i,
        loads[k] as Load,
        periods[k] as number,
        now,
        until,
        finish[k] as number,
      );
    });
    now = until;
  }
}

/** Moves one copier from `now` to `until`, and writes down which folios it completed on the way. */
function step(
  pieces: Piece[],
  ends: number[],
  at: Progress,
  copier: number,
  load: Load,
  period: number,
  now: number,
  until: number,
  finish: number,
): void {
  const begun = Math.floor(at.done);
  const done = finish <= until ? load.count : Math.min(load.count, at.done + (until - now) / period);
  const completed = Math.floor(done + 1e-9) - begun;
  if (completed > 0) {
    pieces.push({
      copier,
      first: load.first + begun,
      count: completed,
      start: now - (at.done - begun) * period,
      period,
    });
  }
  at.done = done;
  if (finish <= until) {
    at.load++;
    at.done = 0;
    ends[copier] = until;
  }
}
