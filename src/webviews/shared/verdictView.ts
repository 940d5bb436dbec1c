/** The verdict as it stands on a page: a headline, a sentence or two, notes, and all designs in a list that opens. */
import type { RunChoice, ViewSnapshot } from '../../protocol/messages';
import { createDataTable } from './dataTable';
import { el, icon, setText } from './dom';
import { formatChange, formatCycles, formatCyclesSd, formatNanoseconds, plural } from './format';
import type { RunStore } from './runStore';
import type { Contender, Verdict } from './verdict';
import { contenderOf, verdictOf } from './verdict';

export interface VerdictView {
  readonly element: HTMLElement;
  /** Runs are being made: what is said still holds for the old ones, and is said fainter. */
  wait(): void;
  /** Reads the runs that are here. */
  show(choices: ViewSnapshot['choices'], store: RunStore): void;
}

export function createVerdictView(onChoose: (choice: RunChoice) => void): VerdictView {
  const headline = el('strong');
  const detail = el('span');
  const words = el('p', { attributes: { 'aria-live': 'polite' } }, headline, ' ', detail);
  const notes = el('ul', { class: 'verdict-notes' });
  const table = createDataTable({ caption: '', columns: [], rows: 0 });
  const more = el('summary');
  const list = el('details', { class: 'verdict-list' }, more, table.element);
  const element = el('div', { class: 'verdict' }, words, notes, list);
  element.hidden = true;
  let key = '';

  return {
    element,
    wait: () => element.classList.add('stale'),
    show(choices, store) {
      element.classList.remove('stale');
      const contenders = choices.flatMap(({ choice, title }) => {
        const view = choice === 'observed' ? null : store.peek(choice);
        const contender = view === null ? null : contenderOf(choice, title, view);
        return contender === null ? [] : [contender];
      });
      const verdict = verdictOf(contenders, choices);
      const next = JSON.stringify(verdict);
      if (next === key) return;
      key = next;
      element.hidden = verdict === null;
      if (verdict === null) return;
      setText(headline, verdict.headline);
      setText(detail, verdict.detail);
      notes.replaceChildren(
        ...verdict.notes.map(({ text, warns }) =>
          el('li', { class: warns ? 'warns' : '' }, icon(warns ? 'warning' : 'info'), el('span', { text })),
        ),
      );
      setText(more, `All ${plural(verdict.ranking.length, 'design')}, best first`);
      table.set(rankingTable(verdict, onChoose));
    },
  };
}

function rankingTable({ ranking }: Verdict, onChoose: (choice: RunChoice) => void) {
  const serial = ranking.find(({ isSerial }) => isSerial);
  const at = (row: number) => ranking[row] as Contender;
  const against = (row: number, of: (contender: Contender) => number) =>
    serial === undefined || at(row).isSerial || serial.kernel !== at(row).kernel
      ? '–'
      : formatChange(of(at(row)), of(serial));
  return {
    caption: 'All designs at this workload, best first',
    rows: ranking.length,
    onOpen: (row: number) => onChoose(at(row).choice),
    columns: [
      {
        title: 'design',
        numeric: false,
        value: (row: number) => at(row).title,
        text: (row: number) => at(row).title,
      },
      {
        title: 'cycles/page',
        tooltip: 'CPU cycles in migrate_pages() per base page, mean ± SD of the runs',
        numeric: true,
        value: (row: number) => at(row).mean,
        text: (row: number) => (at(row).sd > 0 ? formatCyclesSd(at(row)) : formatCycles(at(row).mean)),
      },
      {
        title: 'time',
        tooltip: 'Time in migrate_pages() per page against serial',
        numeric: true,
        value: (row: number) => at(row).mean / (serial?.mean ?? NaN),
        text: (row: number) => against(row, ({ mean }) => mean),
      },
      {
        title: 'first folio',
        tooltip: 'From the start of a call until its first folio can be used again, mean',
        numeric: true,
        value: (row: number) => at(row).firstFolioNs,
        text: (row: number) => formatNanoseconds(at(row).firstFolioNs),
      },
      {
        title: 'CPU time',
        tooltip:
          'CPU time per page against serial: without what the caller sleeps, with interrupt handlers and worker threads',
        numeric: true,
        value: (row: number) => at(row).cpu,
        text: (row: number) => against(row, ({ cpu }) => cpu),
      },
    ],
  };
}
