/** The transport: what keys, menus and the status bar do to the view in front. */
import type { ControlAction } from '../editor/tracePanel';
import type { CommandName } from '../ids';
import type { CommandContext } from './commandContext';
import { targetDocument } from './commandContext';

export const CONTROLS = {
  togglePlay: 'toggle',
  pause: 'pause',
  stepBatch: 'stepBatch',
  stepBatchBack: 'stepBatchBack',
  stepFolio: 'stepFolio',
  faster: 'faster',
  slower: 'slower',
  restart: 'restart',
  toEnd: 'end',
} as const satisfies Partial<Record<CommandName, ControlAction>>;

/** Acts on the view in front, bringing it to light if another editor hides it. */
export function control(context: CommandContext, action: ControlAction): void {
  const panel = context.panels.current;
  if (panel === null) {
    targetDocument(context, undefined);
    return;
  }
  if (panel.panel.visible) panel.control(action);
  else {
    panel.panel.reveal();
    if (action === 'toggle') panel.play();
  }
}
