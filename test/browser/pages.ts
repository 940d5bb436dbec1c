/** The pages the browser tests can open, as the extension makes them. */
import type { PageParams } from '../../src/protocol/pages';
import { dashboardHtml, recorderHtml, traceEditorHtml } from '../../src/protocol/pages';

export const pages: Record<string, { html(params: PageParams): string }> = {
  traceEditor: { html: traceEditorHtml },
  recorder: { html: recorderHtml },
  dashboard: { html: (params) => dashboardHtml(params, 'Compare') },
};
