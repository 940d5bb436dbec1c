/** What each key does. The help lists the same table. */

export type KeyAction =
  | 'toggle'
  | 'stepBatch'
  | 'stepBatchBack'
  | 'stepFolio'
  | 'stepFolioBack'
  | 'faster'
  | 'slower'
  | 'start'
  | 'end'
  | 'cursorLeft'
  | 'cursorRight'
  | 'cursorFarLeft'
  | 'cursorFarRight'
  | 'laneUp'
  | 'laneDown'
  | 'zoomIn'
  | 'zoomOut'
  | 'panLeft'
  | 'panRight'
  | 'zoomAll'
  | 'zoomBatch'
  | 'overview'
  | 'design'
  | 'nextDesign'
  | 'previousDesign'
  | 'configure'
  | 'help';

interface KeyLine {
  readonly keys: readonly string[];
  readonly action: KeyAction;
  readonly meaning: string;
}

/** A key is `event.key`, upper case for letters, with `Shift+` before it where Shift is held. */
export const KEY_LINES: readonly KeyLine[] = [
  { keys: ['Space'], action: 'toggle', meaning: 'play, pause' },
  { keys: ['B'], action: 'stepBatch', meaning: 'next batch' },
  { keys: ['Shift+B'], action: 'stepBatchBack', meaning: 'previous batch' },
  { keys: ['F'], action: 'stepFolio', meaning: 'next folio' },
  { keys: ['Shift+F'], action: 'stepFolioBack', meaning: 'previous folio' },
  { keys: ['+', '='], action: 'faster', meaning: 'faster' },
  { keys: ['-', '_'], action: 'slower', meaning: 'slower' },
  { keys: ['ArrowLeft'], action: 'cursorLeft', meaning: 'time cursor back' },
  { keys: ['ArrowRight'], action: 'cursorRight', meaning: 'time cursor on' },
  { keys: ['Shift+ArrowLeft'], action: 'cursorFarLeft', meaning: 'time cursor back by a tenth' },
  { keys: ['Shift+ArrowRight'], action: 'cursorFarRight', meaning: 'time cursor on by a tenth' },
  { keys: ['ArrowUp'], action: 'laneUp', meaning: 'CPU above' },
  { keys: ['ArrowDown'], action: 'laneDown', meaning: 'CPU below' },
  { keys: ['Home'], action: 'start', meaning: 'start of the run' },
  { keys: ['End'], action: 'end', meaning: 'end of the run' },
  { keys: ['W'], action: 'zoomIn', meaning: 'zoom in at the cursor' },
  { keys: ['S'], action: 'zoomOut', meaning: 'zoom out' },
  { keys: ['A'], action: 'panLeft', meaning: 'pan left' },
  { keys: ['D'], action: 'panRight', meaning: 'pan right' },
  { keys: ['0'], action: 'zoomAll', meaning: 'whole run' },
  { keys: ['Z'], action: 'zoomBatch', meaning: 'the batch under the cursor' },
  { keys: ['O'], action: 'overview', meaning: 'whole run or batch in the folio grid' },
  { keys: ['1', '2', '3', '4', '5', '6', '7', '8', '9'], action: 'design', meaning: 'choose a design' },
  { keys: ['['], action: 'previousDesign', meaning: 'previous design' },
  { keys: [']'], action: 'nextDesign', meaning: 'next design' },
  { keys: ['C'], action: 'configure', meaning: 'configure the replay' },
  { keys: ['?', 'Shift+?'], action: 'help', meaning: 'this list' },
];

const BY_KEY = new Map(KEY_LINES.flatMap((line) => line.keys.map((key) => [key, line.action] as const)));

/** The action of a key press, and the key itself; null where it means nothing or belongs to a control. */
export function keyAction(event: KeyboardEvent): { action: KeyAction; key: string } | null {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return null;
  const target = event.target instanceof HTMLElement ? event.target : null;
  if (target?.closest('input, select, textarea, [role=radiogroup]') !== null && target !== null) {
    // Digits and letters do nothing in these controls, but arrows, Home and End do.
    if (event.key.length > 1 || event.key === ' ') return null;
  }
  const press = target?.closest('button, summary, a') !== null && target !== null;
  if (press && (event.key === ' ' || event.key === 'Enter')) return null;
  if (target?.closest('.table-scroll') !== null && target !== null && event.key.length > 1) return null;
  const name = event.key === ' ' ? 'Space' : event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const shifted = event.shiftKey && /^[A-Z]$|^Arrow/.test(name) ? `Shift+${name}` : name;
  const action = BY_KEY.get(shifted);
  return action === undefined ? null : { action, key: name };
}
