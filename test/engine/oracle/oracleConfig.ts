/** The configuration the oracle plays. */
import type { CopyPathName, RunConfig } from '../../../src/engine/sim/run';

export type OraclePath = CopyPathName | 'dcbm-v2' | 'async' | 'speculative' | 'adaptive';

export type OracleConfig = Omit<RunConfig, 'path'> & { readonly path: OraclePath };

/** Designs that hand contents to DMA engines. */
const OFFLOADING: ReadonlySet<OraclePath> = new Set([
  'dcbm-v1',
  'dcbm-v2',
  'dcbm-v3',
  'precopy-v4',
  'precopy',
  'async',
  'speculative',
  'adaptive',
]);

export function offloads({ path }: OracleConfig): boolean {
  return OFFLOADING.has(path);
}

/** Designs that copy a batch before any mapping moves, each folio with its own fallback. */
const PRECOPYING: ReadonlySet<OraclePath> = new Set([
  'precopy-v4',
  'precopy',
  'async',
  'speculative',
  'adaptive',
]);

export function precopies({ path }: OracleConfig): boolean {
  return PRECOPYING.has(path);
}
