/** The designs that can be played. A new design is one file here and one row below. */
import type { CopyPathName } from '../../sim/run';
import { asyncCopy } from './async';
import { batchCpu } from './batchCpu';
import type { CopyPath } from './copyPath';
import { dcbmV1 } from './dcbmV1';
import { dcbmV2, dcbmV3 } from './dcbmV3';
import { adaptive, precopyV4, precopyV6 } from './precopy';
import { serial } from './serial';
import { speculative } from './speculative';
import { threads } from './threads';

export const PATHS = {
  serial,
  'batch-cpu': batchCpu,
  'dcbm-v1': dcbmV1,
  'dcbm-v2': dcbmV2,
  threads,
  'dcbm-v3': dcbmV3,
  'precopy-v4': precopyV4,
  precopy: precopyV6,
  async: asyncCopy,
  speculative,
  adaptive,
} as const satisfies Record<CopyPathName, CopyPath>;
