/** What can be seen of a folio at an instant, read off the oracle's log. */
import type { FolioState } from '../../../src/engine/probe/states';
import type { Step } from '../../../src/engine/sim/run';
import type { LogEntry, Mark, OracleFolio } from './oracleFolio';

/** The state from the moment an entry is written; null: as before. */
const STATE: Readonly<Record<Step | Mark, FolioState | null>> = {
  entry: null,
  alloc: 'unmapping',
  unmap: 'unmapping',
  flush: 'unmapping',
  switch: 'queued',
  copy: 'copying',
  remap: 'remapping',
  finish: 'done',
  undo: 'remapping',
  split: 'unmapping',
  dmaMap: 'queued',
  dmaSubmit: 'queued',
  dmaWait: 'copying',
  dmaUnmap: null,
  recopy: 'copying',
  retry: null,
  wait: null,
  listed: 'listed',
  unmapped: 'unmapped',
  copied: 'copied',
  uncopied: null,
  done: 'done',
  restored: 'restored',
  parted: 'split',
};

/** What engines do to folios that are still in use (speculative). */
const WHILE_MAPPED: Readonly<Partial<Record<Step | Mark, FolioState>>> = {
  dmaMap: 'shadowing',
  dmaSubmit: 'shadowing',
  copy: 'shadowing',
  copied: 'shadowed',
};

/** The state of `folio` at `time` (ps); `log` holds its entries only, in order, and its call ended at `callEnd`. */
export function oracleStateAt(
  folio: OracleFolio,
  log: readonly LogEntry[],
  callEnd: number,
  time: number,
): FolioState {
  let state: FolioState = 'listed';
  let copied = false;
  let isMapped = true;
  for (const entry of log) {
    if (entry.time > time) break;
    // Its entries are back already, since it was written out.
    if (entry.what === 'undo' && state === 'restored') continue;
    if (entry.what === 'copied') copied = true;
    if (entry.what === 'uncopied' || entry.what === 'listed') copied = false;
    if (entry.what === 'unmapped') isMapped = false;
    if (entry.what === 'listed' || entry.what === 'restored') isMapped = true;
    state = (isMapped ? WHILE_MAPPED[entry.what] : undefined) ?? STATE[entry.what] ?? state;
    // Where the copy comes first, the mapping is switched while the content waits for its remap.
    if (entry.what === 'switch' && copied) state = 'copied';
  }
  if (callEnd > time || state === 'restored') return state;
  return folio.result === 'failed' || folio.result === 'untried' ? folio.result : state;
}
