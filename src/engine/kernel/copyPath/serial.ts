import type { Span } from '../../folio/span';
import type { CallState, Stats } from '../callState';
import type { CopyPath, MoveOutcome } from './copyPath';

/** The kernel as it is: the ordinary loop moves folio by folio. */
export const serial: CopyPath = {
  name: 'serial',
  title: 'Serial',
  tooltip: 'The kernel as it is: each folio is copied and remapped before the next one is touched.',
  offloads: false,
  moveBatch: leaveAll,
};

/** Leaves the whole batch to the ordinary loop. */
export function leaveAll(_state: CallState, _stats: Stats, unmapped: readonly Span[]): MoveOutcome {
  return { left: unmapped, failed: [] };
}
