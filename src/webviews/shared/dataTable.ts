/** A sortable table of any length: only the rows in sight are in the document. The twin of every canvas. */
import { el, setText } from './dom';
import { nextFrame } from './frames';

export interface Column {
  readonly title: string;
  readonly tooltip?: string;
  readonly numeric: boolean;
  /** What rows are sorted by. */
  value(row: number): number | string;
  text(row: number): string;
  /** Extra class of a cell. */
  mark?(row: number): string;
}

export interface TableOptions {
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: number;
  /** Makes the first cell of each row a button. */
  onOpen?(row: number): void;
}

export interface DataTable {
  readonly element: HTMLElement;
  set(options: TableOptions): void;
  /** Marks a row as the current one; -1 for none. */
  setCurrent(row: number): void;
}

const ROW_HEIGHT = 24;
const SPARE = 6;
/** Up to this many rows are all in the document, so that a short table has its natural height. */
const PLAIN_ROWS = 60;

export function createDataTable(options: TableOptions): DataTable {
  const caption = el('caption');
  const head = el('thead');
  const body = el('tbody');
  const table = el('table', { class: 'data-table' }, caption, head, body);
  const element = el('div', { class: 'table-scroll' }, table);
  let current = options;
  let order = new Uint32Array(0);
  let sorted: { column: number; down: boolean } | null = null;
  let marked = -1;

  const sort = () => {
    order = Uint32Array.from({ length: current.rows }, (_, i) => i);
    const column = sorted === null ? undefined : current.columns[sorted.column];
    if (column === undefined) return;
    const sign = sorted?.down === true ? -1 : 1;
    const values = Array.from({ length: current.rows }, (_, row) => column.value(row));
    order.sort((a, b) => sign * compare(values[a] as number | string, values[b] as number | string) || a - b);
  };

  const renderHead = () => {
    const cells = current.columns.map((column, i) => {
      const node = el('button', { text: column.title, attributes: { type: 'button' } });
      if (column.tooltip !== undefined) node.title = column.tooltip;
      node.addEventListener('click', () => {
        sorted = { column: i, down: sorted?.column === i ? !sorted.down : column.numeric };
        sort();
        renderHead();
        renderBody();
        head.querySelectorAll('button')[i]?.focus();
      });
      const cell = el('th', { attributes: { scope: 'col' } }, node);
      if (column.numeric) cell.classList.add('number');
      cell.setAttribute(
        'aria-sort',
        sorted?.column === i ? (sorted.down ? 'descending' : 'ascending') : 'none',
      );
      return cell;
    });
    head.replaceChildren(el('tr', { attributes: { 'aria-rowindex': '1' } }, ...cells));
  };

  const renderBody = () => {
    const all = current.rows <= PLAIN_ROWS;
    const from = all ? 0 : Math.max(0, Math.floor(element.scrollTop / ROW_HEIGHT) - SPARE);
    const inSight = Math.ceil((element.clientHeight || 320) / ROW_HEIGHT) + 2 * SPARE;
    const to = all ? current.rows : Math.min(current.rows, from + inSight);
    const rows: Node[] = [spacer(from)];
    for (let i = from; i < to; i++) rows.push(renderRow(order[i] as number, i));
    rows.push(spacer(current.rows - to));
    body.replaceChildren(...rows);
  };

  const renderRow = (row: number, position: number): HTMLElement => {
    const cells = current.columns.map((column, i) => {
      const text = column.text(row);
      const cell = i === 0 ? el('th', { attributes: { scope: 'row' } }) : el('td');
      if (column.numeric) cell.classList.add('number');
      const mark = column.mark?.(row) ?? '';
      if (mark !== '') cell.classList.add(mark);
      if (i === 0 && current.onOpen !== undefined) {
        const open = el('button', { class: 'link', text, attributes: { type: 'button' } });
        open.addEventListener('click', () => current.onOpen?.(row));
        cell.append(open);
      } else {
        setText(cell, text);
      }
      return cell;
    });
    const line = el('tr', { attributes: { 'aria-rowindex': String(position + 2) } }, ...cells);
    if (row === marked) line.setAttribute('aria-current', 'true');
    return line;
  };

  element.addEventListener('scroll', () => {
    if (current.rows > PLAIN_ROWS) nextFrame(renderBody);
  });

  const set = (next: TableOptions) => {
    current = next;
    setText(caption, next.caption);
    table.setAttribute('aria-rowcount', String(next.rows + 1));
    sort();
    renderHead();
    renderBody();
  };
  set(options);
  return {
    element,
    set,
    setCurrent(row) {
      if (row === marked) return;
      marked = row;
      renderBody();
    },
  };
}

function spacer(rows: number): HTMLElement {
  const line = el('tr', { class: 'spacer', attributes: { 'aria-hidden': 'true' } });
  line.style.height = `${rows * ROW_HEIGHT}px`;
  line.hidden = rows === 0;
  return line;
}

function compare(a: number | string, b: number | string): number {
  if (typeof a === 'number' && typeof b === 'number') {
    if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : 1;
    return Number.isNaN(b) ? -1 : a - b;
  }
  return String(a).localeCompare(String(b), 'en');
}
