/**
 * All folios of a run in one picture: a cell stands for a few folios that follow each other. Cells of
 * batches that are over or not begun cost a comparison; only batches in progress are looked into.
 */
import { folioStates } from '../../../engine/probe/folioStates';
import type { FolioState } from '../../../engine/probe/states';
import { FOLIO_STATES } from '../../../engine/probe/states';
import { cssOf, imageWord } from '../color';
import type { RunView } from '../runView';
import type { Theme } from '../theme';

export interface Overview {
  readonly first: number;
  readonly count: number;
  readonly columns: number;
  readonly rows: number;
  /** Folios per cell. */
  readonly perCell: number;
  readonly cells: number;
  /** Edge of a cell, CSS pixels. */
  readonly edge: number;
}

const SMALLEST_EDGE = 2;
const LARGEST_EDGE = 16;
/** Cells of this size are drawn apart. */
const GAP_FROM = 6;
/** More failures than this are a colour of their own; framing each would cost too much. */
const MOST_FRAMES = 2000;

/** The layout for folios [first, first + count): one per cell if there is room, else as few as possible. */
export function layoutOverview(first: number, count: number, width: number, height: number): Overview {
  let edge = LARGEST_EDGE;
  const room = (size: number) => Math.floor(width / size) * Math.floor(height / size);
  while (edge > SMALLEST_EDGE && room(edge) < count) edge--;
  const columns = Math.max(1, Math.floor(width / edge));
  const perCell = Math.max(1, Math.ceil(count / Math.max(1, room(edge))));
  const cells = Math.ceil(count / perCell);
  return { first, count, columns, rows: Math.ceil(cells / columns), perCell, cells, edge };
}

/** Of the folios in a settled cell the one that deserves to be seen. */
const IMPORTANCE: readonly FolioState[] = ['listed', 'done', 'split', 'untried', 'restored', 'failed'];
const WEIGHT = Uint8Array.from(FOLIO_STATES, (state) => Math.max(0, IMPORTANCE.indexOf(state)));
/** Weight of `done`. */
const SETTLED_WELL = IMPORTANCE.indexOf('done');
const LISTED = FOLIO_STATES.indexOf('listed');
const FAILED = FOLIO_STATES.indexOf('failed');
const UNTRIED = FOLIO_STATES.indexOf('untried');
const CHUNK = 1 << 16;

export class OverviewPicture {
  readonly layout: Overview;
  private readonly view: RunView;
  private readonly begins: Float64Array;
  private readonly ends: Float64Array;
  /** When a failure that left no trace in the folio itself is certain: the end of the call. */
  private readonly callEnds: Float64Array;
  private readonly final: Uint8Array;
  private readonly shown: Uint8Array;
  private readonly image: ImageData;
  private readonly words: Uint32Array;
  private readonly stage: OffscreenCanvas;
  private scratch = new Uint8Array(4096);

  constructor(view: RunView, layout: Overview) {
    this.view = view;
    this.layout = layout;
    this.begins = new Float64Array(layout.cells).fill(Infinity);
    this.ends = new Float64Array(layout.cells).fill(-Infinity);
    this.callEnds = new Float64Array(layout.cells).fill(Infinity);
    this.final = new Uint8Array(layout.cells);
    this.shown = new Uint8Array(layout.cells);
    this.image = new ImageData(layout.columns, Math.max(1, layout.rows));
    this.words = new Uint32Array(this.image.data.buffer);
    this.stage = new OffscreenCanvas(layout.columns, Math.max(1, layout.rows));
    this.spanCells();
    this.settleCells();
  }

  /** Cell that shows `folio`. */
  cellOf(folio: number): number {
    return Math.floor((folio - this.layout.first) / this.layout.perCell);
  }

  /** State code that a cell showed in the last picture. */
  stateOf(cell: number): number {
    return this.shown[cell] ?? LISTED;
  }

  paint(context: CanvasRenderingContext2D, time: number, colors: Theme): void {
    this.update(time);
    const words = FOLIO_STATES.map((state) => imageWord(colors.states[state].flat));
    // Untouched folios are a faint field, not the background: the run has an extent.
    words[LISTED] = imageWord(colors.field);
    const { cells } = this.layout;
    this.words.fill(0);
    for (let cell = 0; cell < cells; cell++) this.words[cell] = words[this.shown[cell] as number] as number;
    const stage = this.stage.getContext('2d');
    if (stage === null) return;
    stage.putImageData(this.image, 0, 0);
    const { columns, rows, edge } = this.layout;
    context.imageSmoothingEnabled = false;
    context.drawImage(this.stage, 0, 0, columns * edge, Math.max(1, rows) * edge);
    if (edge >= GAP_FROM) this.separate(context, colors);
    this.frameFailures(context, colors);
  }

  /** Lines between cells that are large enough to be seen one by one. */
  private separate(context: CanvasRenderingContext2D, colors: Theme): void {
    const { columns, rows, edge } = this.layout;
    context.fillStyle = colors.backgroundCss;
    for (let column = 1; column <= columns; column++) context.fillRect(column * edge - 1, 0, 1, rows * edge);
    for (let row = 1; row <= rows; row++) context.fillRect(0, row * edge - 1, columns * edge, 1);
  }

  /** Failures get a frame, so that they stand out without colour. */
  private frameFailures(context: CanvasRenderingContext2D, colors: Theme): void {
    const { cells, columns, edge } = this.layout;
    let framed = 0;
    const size = Math.max(4, edge);
    for (let cell = 0; cell < cells && framed < MOST_FRAMES; cell++) {
      const state = this.shown[cell] as number;
      if ((WEIGHT[state] as number) <= SETTLED_WELL) continue;
      framed++;
      const x = (cell % columns) * edge + (edge - size) / 2;
      const y = Math.floor(cell / columns) * edge + (edge - size) / 2;
      context.fillStyle = colors.text;
      context.fillRect(x - 1, y - 1, size + 1, size + 1);
      const name = FOLIO_STATES[state] ?? 'failed';
      const look = colors.states[name];
      context.fillStyle = cssOf(look.flat);
      context.fillRect(x, y, size - 1, size - 1);
    }
  }

  /** Outlines the cells of folios [first, first + count). */
  outline(context: CanvasRenderingContext2D, first: number, count: number, style: string): void {
    const { columns, edge, cells } = this.layout;
    const from = Math.max(0, this.cellOf(first));
    const to = Math.min(cells - 1, this.cellOf(first + count - 1));
    if (to < from) return;
    const [c0, r0] = [from % columns, Math.floor(from / columns)];
    const [c1, r1] = [to % columns, Math.floor(to / columns)];
    context.strokeStyle = style;
    context.lineWidth = 1.5;
    context.beginPath();
    if (r0 === r1) {
      context.rect(c0 * edge, r0 * edge, (c1 - c0 + 1) * edge, edge);
    } else {
      context.moveTo(c0 * edge, r0 * edge);
      context.lineTo(columns * edge, r0 * edge);
      context.lineTo(columns * edge, r1 * edge);
      context.lineTo((c1 + 1) * edge, r1 * edge);
      context.lineTo((c1 + 1) * edge, (r1 + 1) * edge);
      context.lineTo(0, (r1 + 1) * edge);
      context.lineTo(0, (r0 + 1) * edge);
      context.lineTo(c0 * edge, (r0 + 1) * edge);
      context.closePath();
    }
    context.stroke();
  }

  private update(time: number): void {
    const { cells } = this.layout;
    let open = -1;
    for (let cell = 0; cell < cells; cell++) {
      const before = time < (this.begins[cell] as number);
      const busy = !before && time < (this.ends[cell] as number);
      if (busy) {
        if (open < 0) open = cell;
        continue;
      }
      if (open >= 0) {
        this.lookInto(open, cell, time);
        open = -1;
      }
      const final = this.final[cell] as number;
      const later = (final === FAILED || final === UNTRIED) && time < (this.callEnds[cell] as number);
      this.shown[cell] = before || later ? LISTED : final;
    }
    if (open >= 0) this.lookInto(open, cells, time);
  }

  /** States of cells [from, to) that are in progress: the middle folio speaks for its cell. */
  private lookInto(from: number, to: number, time: number): void {
    const { first, count, perCell } = this.layout;
    const begin = from * perCell;
    const folios = Math.min(count, to * perCell) - begin;
    if (this.scratch.length < folios) this.scratch = new Uint8Array(folios);
    folioStates(this.view.index, first + begin, folios, time, this.scratch);
    for (let cell = from; cell < to; cell++) {
      const middle = Math.min(folios - 1, (cell - from) * perCell + (perCell >> 1));
      this.shown[cell] = this.scratch[middle] as number;
    }
  }

  /** First begin and last end of the batches that deal with each cell. */
  private spanCells(): void {
    const { batches, calls } = this.view.run;
    const { first, count } = this.layout;
    for (let batch = 0; batch < batches.length; batch++) {
      const from = Math.max(first, batches.first[batch] as number);
      const end = (batches.first[batch] as number) + (batches.count[batch] as number);
      const to = Math.min(first + count, end);
      if (from >= to) continue;
      const callEnd = calls.end[batches.call[batch] as number] as number;
      const lastCell = this.cellOf(to - 1);
      for (let cell = this.cellOf(from); cell <= lastCell; cell++) {
        this.begins[cell] = Math.min(this.begins[cell] as number, batches.start[batch] as number);
        this.ends[cell] = Math.max(this.ends[cell] as number, batches.end[batch] as number);
        this.callEnds[cell] = callEnd;
      }
    }
  }

  /** What each cell shows once everything is over. */
  private settleCells(): void {
    const { first, count, perCell } = this.layout;
    const chunk = new Uint8Array(Math.min(CHUNK, count));
    for (let from = 0; from < count; from += CHUNK) {
      const length = Math.min(CHUNK, count - from);
      folioStates(this.view.index, first + from, length, this.view.run.end, chunk);
      for (let i = 0; i < length; i++) {
        const cell = Math.floor((from + i) / perCell);
        const state = chunk[i] as number;
        const known = this.final[cell] as number;
        if ((WEIGHT[state] as number) >= (WEIGHT[known] as number)) this.final[cell] = state;
      }
    }
  }
}
