/** Who migrates, why, and between which nodes. */
import type { LiveFigures, LiveFlow, LiveGroup } from '../../trace/live/liveFigures';
import { el, setText } from '../shared/dom';
import { formatCount, formatPages } from '../shared/format';
import { createPanel } from '../shared/panel';

export interface SumTables {
  readonly element: HTMLElement;
  show(figures: LiveFigures | null): void;
}

const MAX_FLOWS = 12;

export function createSumTables(): SumTables {
  const reasons = createTable('reasons', 'Reasons', ['Reason', 'Calls', 'Moved', 'Failed', 'THPs', 'Split']);
  const tasks = createTable('tasks', 'Tasks', ['Task', 'Calls', 'Moved', 'Failed', 'THPs', 'Split']);
  const modes = createTable('modes', 'Modes', ['Mode', 'Calls', 'Moved', 'Failed', 'THPs', 'Split']);
  const flows = createTable('flows', 'Flows', ['From', 'To', 'Pages', 'Size'], 2);
  const events = createTable('events', 'Events', ['Event', 'Recorded']);
  const element = el(
    'div',
    { class: 'record-tables' },
    el('div', {}, reasons.panel, tasks.panel),
    el('div', {}, flows.panel, modes.panel, events.panel),
  );
  return {
    element,
    show: (figures) => {
      flows.setNote(
        (figures?.flows ?? []).length > 0 ? 'as page tables show; pages nobody maps are not seen' : '',
      );
      reasons.set((figures?.reasons ?? []).map(groupRow));
      tasks.set((figures?.tasks ?? []).map(groupRow));
      modes.set((figures?.modes ?? []).map(groupRow));
      flows.set((figures?.flows ?? []).slice(0, MAX_FLOWS).map(flowRow));
      const counts = Object.entries(figures?.events ?? {}).sort(([, left], [, right]) => right - left);
      events.set(counts.map(([name, count]) => [name, formatCount(count)]));
    },
  };
}

function groupRow(group: LiveGroup): string[] {
  return [
    group.name,
    formatCount(group.calls),
    formatCount(group.nr_succeeded),
    formatCount(group.nr_failed),
    formatCount(group.nr_thp_succeeded),
    formatCount(group.nr_thp_split + group.nr_split),
  ];
}

function flowRow({ from, to, pages }: LiveFlow): string[] {
  return [
    nodeText(from),
    from === to ? 'the same node' : nodeText(to),
    formatCount(pages),
    formatPages(pages),
  ];
}

function nodeText(node: number): string {
  return node < 0 ? 'unknown' : `node ${node}`;
}

/** A small table whose cells change in place, so that a selection in it survives. The first `texts` columns are texts, the others numbers. */
function createTable(name: string, title: string, heads: readonly string[], texts = 1) {
  const panel = createPanel(name, title);
  const body = el('tbody');
  const table = el(
    'table',
    { class: 'data-table' },
    el('thead', {}, el('tr', {}, ...heads.map((text, i) => headCell(text, i >= texts)))),
    body,
  );
  const none = el('p', { class: 'muted', text: 'none yet' });
  panel.body.append(none, table);
  return {
    panel: panel.element,
    setNote: (note: string) => panel.setNote(note),
    set: (rows: readonly (readonly string[])[]) => {
      none.hidden = rows.length > 0;
      table.hidden = rows.length === 0;
      while (body.rows.length > rows.length) body.rows[body.rows.length - 1]!.remove();
      rows.forEach((cells, i) => {
        const line = body.rows[i] ?? addRow(body, heads.length, texts);
        cells.forEach((text, column) => setText(line.cells[column]!, text));
      });
    },
  };
}

function headCell(text: string, isNumber: boolean): HTMLElement {
  return el('th', { text, class: isNumber ? 'number' : '', attributes: { scope: 'col' } });
}

function addRow(body: HTMLTableSectionElement, columns: number, texts: number): HTMLTableRowElement {
  const line = el('tr', {}, el('th', { attributes: { scope: 'row' } }));
  for (let i = 1; i < columns; i++) line.append(el('td', { class: i < texts ? '' : 'number' }));
  body.append(line);
  return line;
}
