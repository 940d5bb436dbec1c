/**
 * Batch anatomy: one batch through several designs, one row each, on one time scale: what each phase
 * takes, and how far the time cursor is into it.
 */
import { PHASES } from '../../engine/sim/run';
import { batchSpan, halvesOf } from './batchKinds';
import { batchPhases } from './batchPhases';
import { cssOf } from './color';
import type { TableOptions } from './dataTable';
import { el } from './dom';
import { formatDuration } from './format';
import { isMeasured, type RunView } from './runView';
import { createSurface } from './surface';
import { onThemeChange, PHASE_LABELS, theme } from './theme';
import { Painter } from './timeline/painter';
import type { LanePaint } from './timeline/paintLane';
import { paintMeasured, paintSegment } from './timeline/paintLane';
import type { Viewport } from './timeline/viewport';
import { xOf } from './timeline/viewport';

export interface AnatomyRow {
  readonly title: string;
  /** null while the run is being made. */
  readonly view: RunView | null;
  /** -1 where the design has no such batch. */
  readonly batch: number;
  readonly chosen: boolean;
}

export interface Anatomy {
  readonly element: HTMLElement;
  setRows(rows: readonly AnatomyRow[]): void;
  /** Share 0 … 1 of the chosen design's batch that has passed. */
  setProgress(share: number): void;
  dispose(): void;
}

/** The chosen design says what each phase takes; the others are bars, and the table says the same of them. */
const CHOSEN_ROW = 50;
const ROW = 28;
const BAR = 22;
const LABEL = 96;
const TOTAL = 72;

export function createAnatomy(): Anatomy {
  const canvas = el('canvas', { class: 'anatomy-canvas', attributes: { role: 'img' } });
  const element = el('div', { class: 'anatomy' }, canvas);
  const painter = new Painter();
  let rows: readonly AnatomyRow[] = [];
  let progress = 0;

  const surface = createSurface(canvas, (context, width) => {
    const longest = rows.reduce((most, row) => Math.max(most, lengthOf(row)), 1);
    const room = Math.max(40, width - LABEL - TOTAL);
    let top = 0;
    for (const row of rows) {
      paintRow(context, row, top, room, longest);
      top += heightOf(row);
    }
  });

  function paintRow(
    context: CanvasRenderingContext2D,
    row: AnatomyRow,
    top: number,
    room: number,
    longest: number,
  ): void {
    const colors = theme();
    const middle = top + 4 + BAR / 2;
    context.font = colors.smallFont;
    context.textBaseline = 'middle';
    context.textAlign = 'left';
    context.fillStyle = row.chosen ? colors.text : colors.muted;
    context.fillText(row.title, 0, middle, LABEL - 8);
    const { view, batch } = row;
    if (view === null || batch < 0) {
      context.fillStyle = colors.muted;
      context.fillText(view === null ? 'being simulated …' : 'no such batch', LABEL, middle);
      return;
    }
    const length = lengthOf(row);
    const { start } = batchSpan(view, batch);
    const scale = room / longest;
    const port: Viewport = { start, end: start + longest, left: LABEL, width: room, scale };
    const paint: LanePaint = { view, theme: colors, painter, port, y: top + 4, height: BAR };
    painter.begin(context, LABEL, LABEL + room + 1, colors.smallFont);
    const { begin, finish } = halvesOf(view, batch);
    if (isMeasured(view.run, begin)) paintMeasured(paint, begin, LABEL, length * scale, '');
    else paintHalf(paint, begin);
    if (finish >= 0) {
      paintBetween(paint, begin, finish);
      paintHalf(paint, finish);
    }
    painter.end();
    const right = LABEL + length * scale;
    context.fillStyle = row.chosen ? colors.text : colors.muted;
    context.textAlign = 'left';
    context.textBaseline = 'middle';
    context.fillText(formatDuration(length), right + 8, middle);
    if (row.chosen) paintPhases(context, view, batch, top + 4 + BAR + 10, LABEL, room + TOTAL);
    if (row.chosen && progress > 0 && progress < 1) {
      context.fillStyle = colors.cursor;
      context.fillRect(LABEL + progress * length * scale - 0.75, top + 1, 1.5, BAR + 6);
    }
  }

  function paintHalf(paint: LanePaint, batch: number): void {
    const first = paint.view.run.batches.firstSegment[batch] as number;
    const count = paint.view.run.batches.segmentCount[batch] as number;
    for (let segment = first; segment < first + count; segment++) paintSegment(paint, segment);
  }

  /** While the copy runs, the CPU is with other batches. */
  function paintBetween(
    { port, theme: colors, view, y, height }: LanePaint,
    begin: number,
    finish: number,
  ): void {
    const from = view.run.batches.end[begin] as number;
    const to = view.run.batches.start[finish] as number;
    if (to <= from) return;
    const [x, width] = [xOf(port, from), (to - from) * port.scale];
    painter.block(colors.idle, x, y + height / 3, width, height / 3, '');
    painter.label('other batches', colors.muted, x, y + height / 2, width);
  }

  function paintPhases(
    context: CanvasRenderingContext2D,
    view: RunView,
    batch: number,
    y: number,
    left: number,
    room: number,
  ): void {
    const colors = theme();
    const sums = wholeBatchPhases(view, batch);
    let x = left;
    PHASES.forEach((phase, p) => {
      const text = `${PHASE_LABELS[phase]} ${formatDuration(sums[p] as number)}`;
      const width = context.measureText(text).width + 24;
      if ((sums[p] as number) === 0 || x + width - 12 > left + room) return;
      context.fillStyle = cssOf(colors.phases[phase]);
      context.beginPath();
      context.roundRect(x, y - 3.5, 7, 7, 1.5);
      context.fill();
      context.fillStyle = colors.muted;
      context.fillText(text, x + 11, y);
      x += width;
    });
  }

  const unwatch = onThemeChange(() => {
    painter.reset();
    surface.request();
  });

  return {
    element,
    setRows(next) {
      if (sameRows(rows, next)) return;
      rows = next;
      canvas.style.height = `${rows.reduce((sum, row) => sum + heightOf(row), 0)}px`;
      canvas.setAttribute('aria-label', `Batch anatomy. ${rows.map(rowText).join('. ')}`);
      surface.request();
    },
    setProgress(share) {
      if (share === progress) return;
      progress = share;
      surface.request();
    },
    dispose() {
      unwatch();
      surface.dispose();
    },
  };
}

function heightOf({ chosen }: AnatomyRow): number {
  return chosen ? CHOSEN_ROW : ROW;
}

function lengthOf(row: AnatomyRow): number {
  if (row.view === null || row.batch < 0) return 0;
  const { start, end } = batchSpan(row.view, row.batch);
  return end - start;
}

/** ps by phase, of both halves. */
function wholeBatchPhases(view: RunView, batch: number): Float64Array {
  const { begin, finish } = halvesOf(view, batch);
  const sums = batchPhases(view, begin);
  if (finish >= 0) batchPhases(view, finish).forEach((value, p) => (sums[p] = (sums[p] as number) + value));
  return sums;
}

function sameRows(a: readonly AnatomyRow[], b: readonly AnatomyRow[]): boolean {
  return (
    a.length === b.length &&
    a.every((row, i) => {
      const other = b[i];
      return (
        other !== undefined &&
        row.view === other.view &&
        row.batch === other.batch &&
        row.chosen === other.chosen
      );
    })
  );
}

function rowText(row: AnatomyRow): string {
  return row.view === null || row.batch < 0 ? row.title : `${row.title} ${formatDuration(lengthOf(row))}`;
}

/** The same as a table. */
export function anatomyTable(rows: readonly AnatomyRow[]): TableOptions {
  const present = rows.filter((row) => row.view !== null && row.batch >= 0);
  const sums = present.map((row) => wholeBatchPhases(row.view as RunView, row.batch));
  const total = (row: number) => lengthOf(present[row] as AnatomyRow);
  const title = (row: number) => present[row]?.title ?? '';
  return {
    caption: 'The batch in each design: duration of each phase',
    rows: present.length,
    columns: [
      { title: 'design', numeric: false, value: title, text: title },
      ...PHASES.map((phase, p) => ({
        title: PHASE_LABELS[phase],
        numeric: true,
        value: (row: number) => sums[row]?.[p] ?? 0,
        text: (row: number) => formatDuration(sums[row]?.[p] ?? 0),
      })),
      { title: 'batch', numeric: true, value: total, text: (row) => formatDuration(total(row)) },
    ],
  };
}
