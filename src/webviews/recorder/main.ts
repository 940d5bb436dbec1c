/** The panel of a live recording: what the running kernel migrates, while it does. */
import type { RecorderPageActs, RecorderPageNotices } from '../../protocol/recording';
import { Rpc } from '../../protocol/rpc';
import { vscodeApi } from '../shared/hostConnection';
import { onThemeChange } from '../shared/theme';
import { createRecorderPage } from './page';

const page = createRecorderPage({
  start: (settings) => rpc.notify('start', { settings }),
  stop: () => rpc.notify('stop', null),
  open: () => rpc.notify('open', null),
  copy: (text) => rpc.notify('copy', { text }),
});
(document.getElementById('app') ?? document.body).replaceChildren(page.element);

const rpc: Rpc<object, RecorderPageActs, object, RecorderPageNotices> = new Rpc(
  {
    post: (message) => vscodeApi().postMessage(message),
    listen: (receive) =>
      window.addEventListener('message', (event: MessageEvent<unknown>) => receive(event.data)),
  },
  {},
  { state: page.showState, figures: page.showFigures },
);
window.addEventListener('error', ({ message }) => rpc.notify('failed', { message }));
onThemeChange(page.redraw);
rpc.notify('ready', null);
