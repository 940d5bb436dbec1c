/** Named machines. A new preset is one file here and one row below. */
import type { Machine } from '../machine';
import { RFC_V1_ZEN3 } from './rfcV1Zen3';
import { SERIES_V3_ZEN3 } from './seriesV3Zen3';
import { ZEN5_CXL } from './zen5Cxl';

export const PRESETS: Readonly<Record<string, Machine>> = {
  [RFC_V1_ZEN3.name]: RFC_V1_ZEN3,
  [SERIES_V3_ZEN3.name]: SERIES_V3_ZEN3,
  [ZEN5_CXL.name]: ZEN5_CXL,
};

export const DEFAULT_MACHINE: Machine = RFC_V1_ZEN3;
