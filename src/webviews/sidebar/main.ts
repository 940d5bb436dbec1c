/** The view `Live` of the sidebar: what moves now, in numbers, bars and a small chart. */
import type { SidebarNotices, ViewNotices } from '../../protocol/messages';
import { Rpc } from '../../protocol/rpc';
import { el } from '../shared/dom';
import { keepState, restoredState, vscodeApi } from '../shared/hostConnection';
import { onThemeChange } from '../shared/theme';
import { isHistory, withPlayhead } from './history';
import type { LiveHistory } from './history';
import { createLivePanel } from './livePanel';

type Told = Pick<ViewNotices, 'ready' | 'failed'>;

const app = document.getElementById('app') ?? document.body;
const empty = el(
  'p',
  { class: 'live-empty' },
  'Nothing plays. Open a trace and press ',
  el('kbd', { text: 'Space' }),
  ' in it: what moves, and on which DMA channels, shows here.',
);
const panel = createLivePanel();
app.replaceChildren(empty);
let history: LiveHistory | null = restoredState(isHistory);

function show(live: SidebarNotices['live']): void {
  if (live === null) {
    app.replaceChildren(empty);
    return;
  }
  history = withPlayhead(history, live.playhead);
  keepState(history);
  if (panel.root.parentElement !== app) app.replaceChildren(panel.root);
  panel.show(live, history);
}

const rpc: Rpc<object, Told, object, SidebarNotices> = new Rpc(
  {
    post: (message) => vscodeApi().postMessage(message),
    listen: (receive) =>
      window.addEventListener('message', (event: MessageEvent<unknown>) => receive(event.data)),
  },
  {},
  { live: show },
);
window.addEventListener('error', ({ message }) => rpc.notify('failed', { message }));
onThemeChange(() => panel.redraw());
rpc.notify('ready', null);
