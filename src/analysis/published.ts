/**
 * The table of the RFC v1 cover letter (Message-ID 20240614221525.19170-1-shivankg@amd.com): mean ± SD,
 * CPU cycles per base page at 2 GHz; F = (t3-t2)/(t4-t1), dimensionless.
 */
import type { MeanSd } from '../base/statistics';
import type { CopyPathName } from '../engine/sim/run';

export interface PublishedCell {
  readonly path: CopyPathName;
  readonly size: string;
  readonly totalBytes: number;
  readonly migratePages: MeanSd;
  readonly folioCopy: MeanSd;
  readonly fraction: MeanSd;
}

const SIZES: Readonly<Record<string, number>> = {
  '4KB': 4096,
  '2MB': 2 ** 21,
  '256MB': 2 ** 28,
  '1GB': 2 ** 30,
};

type Row = readonly [CopyPathName, string, number, number, number, number, number, number];

const ROWS: readonly Row[] = [
  ['serial', '4KB', 17799.0, 4278.25, 794, 232.87, 0.0478, 0.0199],
  ['serial', '2MB', 3478.42, 94.93, 493.84, 28.21, 0.1418, 0.005],
  ['serial', '256MB', 3668.56, 158.47, 815.4, 171.76, 0.2206, 0.0371],
  ['serial', '1GB', 3769.98, 55.79, 804.68, 60.07, 0.2132, 0.0134],
  ['batch-cpu', '4KB', 14941.6, 2556.53, 799.6, 211.66, 0.0554, 0.019],
  ['batch-cpu', '2MB', 3448.44, 83.74, 533.34, 37.81, 0.1545, 0.0085],
  ['batch-cpu', '256MB', 3723.56, 132.93, 907.64, 132.63, 0.2427, 0.027],
  ['batch-cpu', '1GB', 3788.2, 46.65, 888.46, 49.5, 0.2344, 0.0107],
  ['dcbm-v1', '4KB', 46739.8, 4827.15, 32222.4, 3543.42, 0.6904, 0.0423],
  ['dcbm-v1', '2MB', 13798.1, 205.33, 10971.6, 202.5, 0.7951, 0.0033],
  ['dcbm-v1', '256MB', 13217.2, 163.99, 10431.2, 167.25, 0.7891, 0.0029],
  ['dcbm-v1', '1GB', 13309.7, 113.93, 10410.0, 117.77, 0.7821, 0.0023],
];

export const RFC_V1_TABLE: readonly PublishedCell[] = ROWS.map(([path, size, m, mSd, c, cSd, f, fSd]) => ({
  path,
  size,
  totalBytes: SIZES[size] ?? 0,
  migratePages: { mean: m, sd: mSd },
  folioCopy: { mean: c, sd: cSd },
  fraction: { mean: f, sd: fSd },
}));
