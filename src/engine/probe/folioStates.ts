/** States of single folios at an instant, rebuilt from the segments that deal with them. */
import type { Run } from '../sim/run';
import { FOLIO_RESULTS } from '../sim/run';
import { segmentsOver } from './folioIndex';
import { MAX_STEPS } from '../sim/segmentShapes';
import { CODES_PER_KIND, STATE_AT, STATE_CODES, UNCHANGED } from './pictures';
import type { RunIndex } from './runIndex';
import { callOfFolio, folioRow } from './runIndex';
import { foliosPast, localTime, positionAfter } from './segmentTime';
import type { FolioState } from './states';
import { FOLIO_STATES } from './states';

/**
 * Writes the states of folios [first, first + count) at `time` (ps) into `out` (codes of FOLIO_STATES).
 * Cost: O(k · log segments + count) with k segments that overlap these folios, whatever the design, the fates and the
 * size of the run; the first question about a run builds an index in O(segments).
 */
export function folioStates(
  index: RunIndex,
  first: number,
  count: number,
  time: number,
  out: Uint8Array,
): void {
  const { run } = index;
  out.fill(STATE_CODES.listed, 0, count);
  if (run.observedTimes !== null) {
    observedStates(index, first, count, time, out);
    return;
  }
  const end = first + count;
  const segments = segmentsOver(run, first, end);
  for (let i = 0; i < segments.length; i++) applySegment(run, segments[i] as number, first, end, time, out);
  for (let call = callOfFolio(index, first); call < run.calls.length; call++) {
    if ((run.calls.first[call] as number) >= end) break;
    if ((run.calls.end[call] as number) <= time) settle(index, call, first, end, out);
  }
}

/** The state of one folio at `time` (ps). */
export function folioStateAt(index: RunIndex, folio: number, time: number): FolioState {
  const out = new Uint8Array(1);
  folioStates(index, folio, 1, time, out);
  return FOLIO_STATES[out[0] as number] ?? 'listed';
}

/** Writes what a segment says of folios [first, end): those past it alike, then the one in it. */
function applySegment(
  run: Run,
  segment: number,
  first: number,
  end: number,
  time: number,
  out: Uint8Array,
): void {
  const { segments } = run;
  if ((segments.start[segment] as number) > time) return;
  const begin = segments.first[segment] as number;
  const from = Math.max(first, begin);
  const to = Math.min(end, begin + (segments.count[segment] as number));
  const base = (segments.kind[segment] as number) * CODES_PER_KIND;
  const past = Math.min(to, begin + foliosPast(run, segment, MAX_STEPS, time));
  const after = STATE_AT[base + MAX_STEPS] as number;
  if (after !== UNCHANGED && past > from) out.fill(after, from - first, past - first);
  for (let folio = Math.max(from, past); folio < to; folio++) {
    const local = localTime(run, segment, folio - begin, time);
    if (local < 0) return;
    const code = STATE_AT[base + positionAfter(run, segment, local)] as number;
    if (code !== UNCHANGED) out[folio - first] = code;
  }
}

/** After the call ended: folios that were never reached, and those that failed without having been unmapped. */
function settle(index: RunIndex, call: number, first: number, end: number, out: Uint8Array): void {
  const { calls, folios } = index.run;
  const from = Math.max(first, calls.first[call] as number);
  const to = Math.min(end, (calls.first[call] as number) + (calls.count[call] as number));
  if (from >= to) return;
  for (let row = folioRow(index, from); row < folios.length; row++) {
    const rowFirst = folios.first[row] as number;
    if (rowFirst >= to) break;
    const result = FOLIO_RESULTS[folios.result[row] as number];
    const settled =
      result === 'untried' ? STATE_CODES.untried : result === 'failed' ? STATE_CODES.failed : UNCHANGED;
    if (settled === UNCHANGED) continue;
    const rowEnd = Math.min(to, rowFirst + (folios.count[row] as number));
    for (let folio = Math.max(from, rowFirst); folio < rowEnd; folio++) {
      if (out[folio - first] !== STATE_CODES.restored) out[folio - first] = settled;
    }
  }
}

/** How an observed folio looks once its last remove event has come, by result. */
const ENDED = FOLIO_RESULTS.map((result) =>
  result === 'failed' ? STATE_CODES.restored : result === 'split' ? STATE_CODES.split : STATE_CODES.done,
);

/** Observed folios: the trace shows when the migration entry appeared and went, and how it ended. */
function observedStates(index: RunIndex, first: number, count: number, time: number, out: Uint8Array): void {
  const { run } = index;
  const { unmapped, remapped } = run.observedTimes ?? {
    unmapped: new Float64Array(),
    remapped: new Float64Array(),
  };
  let row = folioRow(index, first);
  for (let i = 0; i < count; i++) {
    const folio = first + i;
    while (row + 1 < run.folios.length && (run.folios.first[row + 1] as number) <= folio) row++;
    const end = remapped[folio] as number;
    const begin = unmapped[folio] as number;
    if (end <= time) out[i] = ENDED[run.folios.result[row] as number] ?? STATE_CODES.done;
    else if (begin <= time) out[i] = STATE_CODES.unmapped;
  }
}
