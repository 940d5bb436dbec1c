/** What the designs of a configuration have in common. */
import type { CopyPathName, RunConfig } from '../../../src/engine/sim/run';

/** Designs that hand contents to DMA engines. */
const OFFLOADING: ReadonlySet<CopyPathName> = new Set([
  'dcbm-v1',
  'dcbm-v2',
  'dcbm-v3',
  'precopy-v4',
  'precopy',
  'async',
  'speculative',
  'adaptive',
]);

export function offloads({ path }: RunConfig): boolean {
  return OFFLOADING.has(path);
}

/** Designs that copy a batch before any mapping moves, each folio with its own fallback. */
const PRECOPYING: ReadonlySet<CopyPathName> = new Set([
  'precopy-v4',
  'precopy',
  'async',
  'speculative',
  'adaptive',
]);

export function precopies({ path }: RunConfig): boolean {
  return PRECOPYING.has(path);
}
