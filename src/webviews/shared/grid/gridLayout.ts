/**
 * Where each folio of a batch lies in the grid. A base page is a cell; a larger folio takes as many
 * cells as it has pages. Reading order is list order.
 */
import { pagesOfOrder } from '../../../base/units';
import { folioRow } from '../../../engine/probe/runIndex';
import type { RunView } from '../runView';

export interface GridLayout {
  readonly count: number;
  /** Boxes of the folios in CSS pixels, gaps included: x, y, width, height by folio of the batch. */
  readonly boxes: Float32Array;
  readonly height: number;
  /** Empty space right of and below every cell. */
  readonly gap: number;
  /** Folios per row where all have one size, else 0. */
  readonly perRow: number;
}

const MAX_CELL = 30;
const MAX_HEIGHT = 320;
const MIN_HEIGHT = 3 * MAX_CELL;

/** Height of the box a grid of `pages` cells needs at most, CSS pixels. */
export function stageHeight(pages: number, width: number): number {
  if (pages > MAX_HEIGHT * width) return MAX_HEIGHT;
  return Math.max(MIN_HEIGHT, uniformLayout(pages, 0, width, MAX_HEIGHT).height);
}

/** Orders of `count` folios from `first` on. */
export function ordersOf(view: RunView, first: number, count: number): Uint8Array {
  const orders = new Uint8Array(count);
  const { folios } = view.run;
  if (count === 0) return orders;
  let row = folioRow(view.index, first);
  for (let i = 0; i < count; i++) {
    while (row + 1 < folios.length && (folios.first[row + 1] as number) <= first + i) row++;
    orders[i] = folios.order[row] as number;
  }
  return orders;
}

/** Lays folios of these orders out in `width` × at most `maxHeight` CSS pixels. */
export function layoutGrid(orders: Uint8Array, width: number, maxHeight: number): GridLayout {
  const order = orders[0] ?? 0;
  const uniform = orders.every((value) => value === order);
  return uniform
    ? uniformLayout(orders.length, order, width, maxHeight)
    : mixedLayout(orders, width, maxHeight);
}

interface Cells {
  readonly columns: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
}

/** Columns (a power of two, at least `least`) that give the largest, squarest cells for `rowsFor(columns)` rows. */
function bestCells(
  least: number,
  width: number,
  maxHeight: number,
  rowsFor: (columns: number) => number,
): Cells {
  let best: Cells = { columns: least, cellWidth: 0, cellHeight: 0 };
  for (let columns = Math.max(16, least); columns <= Math.max(512, least); columns *= 2) {
    const cellWidth = Math.min(MAX_CELL, width / columns);
    const cellHeight = Math.min(cellWidth, maxHeight / rowsFor(columns));
    if (Math.min(cellWidth, cellHeight) > Math.min(best.cellWidth, best.cellHeight))
      best = { columns, cellWidth, cellHeight };
  }
  return best;
}

function uniformLayout(count: number, order: number, width: number, maxHeight: number): GridLayout {
  const across = 2 ** Math.ceil(order / 2);
  const down = 2 ** Math.floor(order / 2);
  const rowsFor = (columns: number) => Math.ceil(count / Math.max(1, columns / across)) * down;
  const { columns, cellWidth, cellHeight } = bestCells(across, width, maxHeight, rowsFor);
  const perRow = Math.max(1, columns / across);
  const boxes = new Float32Array(count * 4);
  // Whole pixels keep the cells crisp; what is left over stays free on the right.
  const boxWidth = Math.max(1, Math.floor(cellWidth * across));
  const boxHeight = Math.max(1, Math.floor(cellHeight * down));
  for (let i = 0; i < count; i++) {
    boxes[i * 4] = (i % perRow) * boxWidth;
    boxes[i * 4 + 1] = Math.floor(i / perRow) * boxHeight;
    boxes[i * 4 + 2] = boxWidth;
    boxes[i * 4 + 3] = boxHeight;
  }
  const height = Math.ceil(count / perRow) * boxHeight;
  return { count, boxes, height, gap: gapOf(boxWidth), perRow };
}

/** Mixed sizes: a folio is a bar of cells in one row, aligned to its size; beyond a row it takes whole rows. */
function mixedLayout(orders: Uint8Array, width: number, maxHeight: number): GridLayout {
  const rowsFor = (columns: number) => Math.ceil(place(orders, columns, () => undefined) / columns);
  const { columns, cellWidth, cellHeight } = bestCells(16, width, maxHeight, rowsFor);
  const w = Math.max(1, Math.floor(cellWidth));
  const h = Math.max(1, Math.floor(cellHeight));
  const boxes = new Float32Array(orders.length * 4);
  const end = place(orders, columns, (i, at, pages) => {
    boxes[i * 4] = (at % columns) * w;
    boxes[i * 4 + 1] = Math.floor(at / columns) * h;
    boxes[i * 4 + 2] = Math.min(columns, pages) * w;
    boxes[i * 4 + 3] = Math.max(1, Math.ceil(pages / columns)) * h;
  });
  return { count: orders.length, boxes, height: Math.ceil(end / columns) * h, gap: gapOf(w), perRow: 0 };
}

/** Walks the cells in list order; returns the first free cell. */
function place(
  orders: Uint8Array,
  columns: number,
  put: (folio: number, cell: number, pages: number) => void,
): number {
  let at = 0;
  for (let i = 0; i < orders.length; i++) {
    const pages = pagesOfOrder(orders[i] as number);
    const align = Math.min(pages, columns);
    at = Math.ceil(at / align) * align;
    put(i, at, pages);
    at += Math.max(pages, align);
  }
  return at;
}

function gapOf(cell: number): number {
  return cell >= 11 ? 2 : cell >= 5 ? 1 : 0;
}

/** The folio whose box holds the point, -1 outside. */
export function folioAt(layout: GridLayout, x: number, y: number): number {
  for (let i = 0; i < layout.count; i++) {
    const left = layout.boxes[i * 4] as number;
    const top = layout.boxes[i * 4 + 1] as number;
    if (
      x >= left &&
      y >= top &&
      x < left + (layout.boxes[i * 4 + 2] as number) &&
      y < top + (layout.boxes[i * 4 + 3] as number)
    ) {
      return i;
    }
  }
  return -1;
}

/** The folio above or below `folio`: the one whose box is nearest in that direction. */
export function folioBeside(layout: GridLayout, folio: number, down: boolean): number {
  const x = (layout.boxes[folio * 4] as number) + 1;
  const top = layout.boxes[folio * 4 + 1] as number;
  const y = down ? top + (layout.boxes[folio * 4 + 3] as number) + 1 : top - 1;
  const found = folioAt(layout, x, y);
  return found >= 0 ? found : folio;
}
