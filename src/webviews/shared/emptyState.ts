/** What stands in place of a picture: while reading, and when there is nothing to play. */
import type { HostNotices, TraceSummary } from '../../protocol/messages';
import { el } from './dom';
import { formatCount, plural } from './format';

export interface EmptyState {
  readonly element: HTMLElement;
  showProgress(progress: HostNotices['progress'] | null): void;
  showNoCalls(trace: TraceSummary): void;
  hide(): void;
}

const MOST_EVENTS = 8;

export function createEmptyState(): EmptyState {
  const element = el('section', { class: 'empty', attributes: { role: 'status' } });
  return {
    element,
    showProgress(progress) {
      element.hidden = false;
      const bar = el('progress');
      bar.setAttribute('aria-label', progress?.what ?? 'Reading the trace');
      if (progress !== null && progress.total > 0) {
        bar.max = progress.total;
        bar.value = progress.done;
      }
      element.replaceChildren(el('p', { text: progress?.what ?? 'Reading the trace …' }), bar);
    },
    showNoCalls(trace) {
      element.hidden = false;
      const events = Object.entries(trace.eventCounts).sort((a, b) => b[1] - a[1]);
      const list = el(
        'ul',
        {},
        ...events
          .slice(0, MOST_EVENTS)
          .map(([name, count]) => el('li', {}, el('code', { text: name }), ` ${formatCount(count)}`)),
      );
      element.replaceChildren(
        el('h2', { text: 'Nothing to replay' }),
        el('p', {
          text:
            trace.incompleteCalls > 0
              ? `${trace.name} holds ${plural(trace.incompleteCalls, 'migration call')} without an end, and none that is complete.`
              : `${trace.name} holds no call of migrate_pages().`,
        }),
        el('p', {
          text: 'Record with the events migrate:mm_migrate_pages_start and migrate:mm_migrate_pages; with migrate:set_migration_pte and migrate:remove_migration_pte the folios are seen too.',
        }),
        ...(events.length === 0
          ? [el('p', { class: 'muted', text: 'No events were found in the file at all.' })]
          : [el('p', { class: 'muted', text: 'Events in the file:' }), list]),
      );
    },
    hide() {
      element.hidden = true;
    },
  };
}
