/** The designs that can be played. A new design is one file here and one row below. */
import type { CopyPathName } from '../../sim/run';
import { batchCpu } from './batchCpu';
import type { CopyPath } from './copyPath';
import { dcbmV1 } from './dcbmV1';
import { serial } from './serial';

export const PATHS = {
  serial,
  'batch-cpu': batchCpu,
  'dcbm-v1': dcbmV1,
} as const satisfies Record<CopyPathName, CopyPath>;
