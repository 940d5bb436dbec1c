/** What a person must know before they trust the picture: problems of the file, lost events, notes, failures. */
import { formatProblem } from '../../base/problem';
import type { TraceSummary } from '../../protocol/messages';
import type { IconName } from './dom';
import { button, el, icon } from './dom';
import { formatCount, plural } from './format';

export interface NoticeEvents {
  onOpenProblems(): void;
}

export interface Notices {
  readonly element: HTMLElement;
  showTrace(trace: TraceSummary): void;
  /** What went wrong and what to do; null takes the message away. */
  showFailure(failure: { readonly message: string; readonly hint: string } | null): void;
}

const SHOWN_PROBLEMS = 20;

export function createNotices(events: NoticeEvents): Notices {
  const failure = el('div', { attributes: { role: 'alert' } });
  const trace = el('div');
  const element = el('div', { class: 'notices' }, failure, trace);
  return {
    element,
    showTrace(summary) {
      const nodes: Node[] = [];
      if (summary.lostEvents !== 0) nodes.push(lostNotice(summary.lostEvents));
      if (summary.problemCount > 0) nodes.push(problemNotice(summary, events));
      const notes = summary.provenance.notes.filter((note) => note.trim() !== '');
      if (notes.length > 0) nodes.push(notice('info', 'Note', notes.join(' · ')));
      trace.replaceChildren(...nodes);
    },
    showFailure(what) {
      failure.replaceChildren(
        ...(what === null ? [] : [notice('warning', what.message, what.hint, 'error')]),
      );
    },
  };
}

function notice(image: IconName, title: string, text: string, kind = 'info'): HTMLElement {
  return el(
    'div',
    { class: `notice ${kind}` },
    icon(image),
    el('p', {}, el('strong', { text: title }), ' ', el('span', { text })),
  );
}

function lostNotice(lost: number): HTMLElement {
  const howMany = lost < 0 ? 'some events' : plural(lost, 'event');
  return notice(
    'warning',
    `The recorder lost ${howMany}.`,
    'Folios may be missing below; the totals of each call are the kernel’s own and stay exact. Record again with a larger buffer to see every folio.',
    'warning',
  );
}

function problemNotice(summary: TraceSummary, events: NoticeEvents): HTMLElement {
  const [first] = summary.problems;
  const list = el(
    'ul',
    {},
    ...summary.problems
      .slice(0, SHOWN_PROBLEMS)
      .map((problem) => el('li', { text: formatProblem(summary.name, problem) })),
  );
  const hidden = summary.problemCount - Math.min(SHOWN_PROBLEMS, summary.problems.length);
  if (hidden > 0) list.append(el('li', { class: 'muted', text: `and ${formatCount(hidden)} more` }));
  const title = `${plural(summary.problemCount, 'problem')} in this file.`;
  const details = el(
    'details',
    {},
    el(
      'summary',
      {},
      el('strong', { text: title }),
      ' ',
      el('span', { text: first === undefined ? '' : formatProblem(summary.name, first) }),
    ),
    list,
  );
  return el(
    'div',
    { class: 'notice warning' },
    icon('warning'),
    details,
    button({
      label: 'Open Problems',
      class: 'quiet',
      title: 'Show all problems of this file in the Problems view',
      onClick: () => events.onOpenProblems(),
    }),
  );
}
