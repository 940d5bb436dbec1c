import type { CopyPath } from './copyPath';

/** The kernel as it is: the ordinary loop moves folio by folio. */
export const serial: CopyPath = {
  name: 'serial',
  title: 'Serial',
  tooltip: 'The kernel as it is: each folio is copied and remapped before the next one is touched.',
  offloads: false,
  moveBatch: (_state, _stats, unmapped) => ({ left: unmapped, failed: [] }),
};
