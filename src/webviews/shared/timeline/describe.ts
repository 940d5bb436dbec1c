/** What a timeline says about the place under the pointer. */
import { BATCH_KIND_WORDS, batchKindOf } from '../batchKinds';
import type { TooltipContent } from '../tooltip';
import { formatCount, formatDuration, formatInstant, formatShare, plural } from '../format';
import type { RunView } from '../runView';
import { isMeasured, kindOf, segmentEnd } from '../runView';
import { locate } from '../locate';
import { PHASE_LABELS, STEP_LABELS } from '../theme';
import { batchSize, folioText } from '../folioText';
import { KIND_LABELS } from './paintLane';
import type { Row } from './rows';
import { MEASURED, PHASES, type Run } from '../../../engine/sim/run';
import { lastAtOrBelow } from '../../../engine/probe/runIndex';

/** The lines of the tooltip for `time` on `row`; null where nothing happens. */
export function describePlace(view: RunView, row: Row, time: number, step: number): TooltipContent | null {
  const at: readonly [string, string] = ['at', formatInstant(time, step)];
  if (row.kind === 'lane') return describeLane(view, row, time, at);
  if (row.kind === 'channel') return describeChannel(view, row, time, at);
  return null;
}

function describeLane(
  view: RunView,
  row: Row,
  time: number,
  at: readonly [string, string],
): TooltipContent | null {
  const place = locate(view, row.index, time);
  if (place === null) return null;
  const { run } = view;
  const { batches } = run;
  const { batch } = place;
  const length = (batches.end[batch] as number) - (batches.start[batch] as number);
  const rows: (readonly [string, string])[] = [at];
  if (place.segment >= 0 && place.step !== null) {
    rows.push(['step', `${STEP_LABELS[place.step]} · ${formatDuration(place.end - place.start)}`]);
    const segmentLength = segmentEnd(run, place.segment) - (run.segments.start[place.segment] as number);
    const folios = run.segments.count[place.segment] as number;
    if (folios > 0)
      rows.push([
        'part',
        `${KIND_LABELS[kindOf(run, place.segment)]} of ${plural(folios, 'folio')} · ${formatDuration(segmentLength)}`,
      ]);
  } else if (isMeasured(run, batch)) {
    rows.push(...measuredRows(run, batches.call[batch] as number));
  } else if (run.kind === 'observed') {
    rows.push(['phases', 'not recorded']);
  }
  if (place.folio >= 0) rows.push(['folio', folioText(view, place.folio)]);
  rows.push(['batch', `${batchSize(view, batch)} · ${formatDuration(length)}`]);
  const kind = batchKindOf(view, batch);
  if (kind !== 'batch') rows.push(['kind', BATCH_KIND_WORDS[kind]]);
  const failed = batches.failed[batch] as number;
  if (failed > 0) rows.push(['failed', plural(failed, 'page')]);
  return { title: `${row.label} · batch ${formatCount(batch + 1)} of ${formatCount(batches.length)}`, rows };
}

/** What was measured of the call, as a whole. */
function measuredRows(run: Run, call: number): (readonly [string, string])[] {
  const total = (run.calls.end[call] as number) - (run.calls.start[call] as number);
  const bits = run.calls.measured[call] as number;
  const rows = PHASES.map((phase): readonly [string, string] => {
    const isTold = phase === 'other' || (bits & MEASURED[phase]) !== 0;
    const time = run.calls[phase][call] as number;
    const text = `${formatDuration(time)} · ${formatShare(total === 0 ? 0 : time / total)}`;
    return [PHASE_LABELS[phase], isTold ? text : 'not traced: within other'];
  });
  return [...rows, ['call', `${formatDuration(total)}, measured with its tracer`]];
}

function describeChannel(
  view: RunView,
  row: Row,
  time: number,
  at: readonly [string, string],
): TooltipContent | null {
  const track = view.channels[row.index];
  const position = track === undefined ? -1 : lastAtOrBelow(track.starts, time);
  if (track === undefined || position < 0 || time > (track.ends[position] as number)) return null;
  const segment = track.rows[position] as number;
  const busy = (track.sums[position + 1] as number) - (track.sums[position] as number);
  const length = (track.ends[position] as number) - (track.starts[position] as number);
  return {
    title: `${row.label} · batch ${formatCount((view.run.segments.batch[segment] as number) + 1)}`,
    rows: [
      at,
      ['descriptors', formatCount(view.run.segments.count[segment] as number)],
      ['engine busy', `${formatDuration(busy)} of ${formatDuration(length)}`],
    ],
  };
}
