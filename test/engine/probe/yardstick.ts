/** The obvious definition of what is seen of a run at an instant: every row in order, folio by folio. */
import type { Counters } from '../../../src/engine/probe/countersAt';
import { PICTURES } from '../../../src/engine/probe/pictures';
import type { FolioState } from '../../../src/engine/probe/states';
import type { Run, SegmentKind, Step } from '../../../src/engine/sim/run';
import { FOLIO_RESULTS, SEGMENT_KINDS, SEGMENT_SHAPES } from '../../../src/engine/sim/run';
import { stepDurations } from '../../../src/engine/sim/segmentShapes';

interface Sight {
  readonly kind: SegmentKind;
  readonly batch: number;
  readonly folio: number;
  /** Steps that are over, and whether all are. */
  readonly step: number;
  readonly over: boolean;
}

/** Every folio of every segment that has begun at `time`, in the order of the run. */
function* sights(run: Run, time: number): Generator<Sight> {
  const { batches, segments } = run;
  for (let batch = 0; batch < batches.length; batch++) {
    if ((batches.start[batch] ?? 0) > time) continue;
    const from = batches.firstSegment[batch] ?? 0;
    for (let segment = from; segment < from + (batches.segmentCount[batch] ?? 0); segment++) {
      const kind = SEGMENT_KINDS[segments.kind[segment] ?? 0] ?? 'entry';
      const durations = stepDurations(run, segment);
      const period = segments.period[segment] ?? 0;
      for (let i = 0; i < (segments.count[segment] ?? 0); i++) {
        const local = time - ((segments.start[segment] ?? 0) + i * period);
        if (local < 0) break;
        let step = 0;
        let end = 0;
        for (const duration of durations) {
          end += duration;
          if (local < end) break;
          step++;
        }
        yield { kind, batch, folio: (segments.first[segment] ?? 0) + i, step, over: local >= period };
      }
    }
  }
}

/** The state of every folio of the run. */
export function statesByFolio(run: Run, time: number): FolioState[] {
  const states = Array.from({ length: run.folioCount }, (): FolioState => 'listed');
  for (const sight of sights(run, time)) states[sight.folio] = seen(sight) ?? states[sight.folio] ?? 'listed';
  for (let call = 0; call < run.calls.length; call++) {
    if ((run.calls.end[call] ?? 0) > time) continue;
    const first = run.calls.first[call] ?? 0;
    for (let folio = first; folio < first + (run.calls.count[call] ?? 0); folio++) {
      const result = resultOf(run, folio);
      if (states[folio] === 'restored') continue;
      if (result === 'failed' || result === 'untried') states[folio] = result;
    }
  }
  return states;
}

function seen({ kind, step, over }: Sight): FolioState | null {
  const { within, after } = PICTURES[kind];
  return over ? after : (within[Math.min(step, within.length - 1)] ?? null);
}

/** Folios by what has happened to them: unmapped and not remapped since; moved in a batch that is not over. */
export function countersByFolio(run: Run, time: number): Counters {
  const { batches } = run;
  const blocked = new Set<number>();
  const moved = new Set<number>();
  const isOver = (batch: number) => (batches.end[batch] ?? 0) <= time;
  for (const sight of sights(run, time)) {
    if (wasUnmapped(sight)) blocked.add(sight.folio);
    if (wasRemapped(sight)) blocked.delete(sight.folio);
    if (seen(sight) === 'done' && !isOver(sight.batch)) moved.add(sight.folio);
  }
  let pagesMoved = 0;
  let pagesFailed = 0;
  let batchesDone = 0;
  for (let batch = 0; batch < batches.length; batch++) {
    if ((batches.start[batch] ?? 0) > time || !isOver(batch)) continue;
    batchesDone++;
    pagesMoved += batches.moved[batch] ?? 0;
    pagesFailed += batches.failed[batch] ?? 0;
  }
  for (const folio of moved) pagesMoved += pagesOf(run, folio);
  const pagesTotal = run.calls.pages.reduce((sum, pages) => sum + pages, 0);
  return { pagesMoved, pagesFailed, pagesTotal, batchesDone, blockedFolios: blocked.size };
}

/** Unmaps and remaps of all folios and tries up to `time`. */
export function tryCounts(run: Run, time: number): { unmapped: number; remapped: number } {
  let unmapped = 0;
  let remapped = 0;
  for (const sight of sights(run, time)) {
    if (wasUnmapped(sight)) unmapped++;
    if (wasRemapped(sight)) remapped++;
  }
  return { unmapped, remapped };
}

/** Unmap, and the flush that makes it hold; a try that fails leaves nothing unmapped. */
function wasUnmapped({ kind, step, over }: Sight): boolean {
  const shape: readonly Step[] = SEGMENT_SHAPES[kind];
  const flushed = shape.indexOf('flush');
  if (kind === 'unmapFails' || !shape.includes('unmap')) return false;
  return over || (shape.length > flushed + 1 && step > flushed);
}

/** The last step of a folio that is given back belongs to it; one that was moved is usable before `finish`. */
function wasRemapped({ kind, step, over }: Sight): boolean {
  const shape: readonly Step[] = SEGMENT_SHAPES[kind];
  const remapped = shape.indexOf('remap');
  // What is in no page table is written out where it is.
  if (kind === 'writeOutUnmapped') return false;
  return remapped >= 0 && (over || (remapped < shape.length - 1 && step > remapped));
}

export function resultOf({ folios }: Run, folio: number): string {
  return FOLIO_RESULTS[folios.result[rowOf(folios.first, folio)] ?? 0] ?? '';
}

export function pagesOf({ folios }: Run, folio: number): number {
  return 2 ** (folios.order[rowOf(folios.first, folio)] ?? 0);
}

function rowOf(firsts: Uint32Array, folio: number): number {
  return firsts.findLastIndex((first) => first <= folio);
}
