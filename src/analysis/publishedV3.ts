/**
 * Throughput of move_pages() over 1 GB between two nodes, GB/s, mean and SD: the tables of the v3 series
 * "Accelerate page migration with batch copying and hardware offload" (2025-09-23, Message-ID 20250923174752.35701-1-shivankg@amd.com): baseline 6.16.0-rc6, mtcopy by
 * threads, DMA by channels.
 */
import type { CopyPathName } from '../engine/sim/run';

/** [design, bytes of a folio, threads or channels, mean, SD]. */
export type ThroughputRow = readonly [CopyPathName, number, number, number, number];

export const V3_THROUGHPUT: readonly ThroughputRow[] = [
  ['serial', 4096, 1, 3.73, 0.33],
  ['serial', 16384, 1, 5.53, 0.36],
  ['serial', 65536, 1, 5.9, 0.56],
  ['serial', 131072, 1, 6.34, 0.08],
  ['serial', 262144, 1, 6.5, 0.05],
  ['serial', 524288, 1, 6.86, 0.61],
  ['serial', 1048576, 1, 6.92, 0.71],
  ['serial', 2097152, 1, 10.67, 0.36],
  ['threads', 4096, 1, 3.84, 0.1],
  ['threads', 16384, 1, 5.23, 0.31],
  ['threads', 65536, 1, 6.01, 0.55],
  ['threads', 131072, 1, 6.34, 0.6],
  ['threads', 262144, 1, 7.16, 1.0],
  ['threads', 524288, 1, 7.12, 0.78],
  ['threads', 1048576, 1, 7.1, 0.86],
  ['threads', 2097152, 1, 10.94, 0.13],
  ['threads', 4096, 4, 4.72, 0.21],
  ['threads', 16384, 4, 8.41, 0.7],
  ['threads', 65536, 4, 10.08, 1.67],
  ['threads', 131072, 4, 11.44, 2.42],
  ['threads', 262144, 4, 10.45, 0.17],
  ['threads', 524288, 4, 12.6, 1.97],
  ['threads', 1048576, 4, 12.38, 1.73],
  ['threads', 2097152, 4, 31.41, 1.14],
  ['threads', 4096, 16, 4.77, 0.22],
  ['threads', 16384, 16, 8.95, 0.69],
  ['threads', 65536, 16, 10.36, 0.26],
  ['threads', 131072, 16, 11.03, 0.22],
  ['threads', 262144, 16, 11.58, 0.3],
  ['threads', 524288, 16, 13.88, 2.71],
  ['threads', 1048576, 16, 13.0, 0.75],
  ['threads', 2097152, 16, 35.89, 2.07],
  ['dcbm-v3', 4096, 1, 2.75, 0.19],
  ['dcbm-v3', 16384, 1, 2.86, 0.13],
  ['dcbm-v3', 65536, 1, 3.28, 0.2],
  ['dcbm-v3', 131072, 1, 4.57, 0.72],
  ['dcbm-v3', 262144, 1, 5.03, 0.62],
  ['dcbm-v3', 524288, 1, 4.69, 0.25],
  ['dcbm-v3', 1048576, 1, 4.78, 0.34],
  ['dcbm-v3', 2097152, 1, 12.5, 0.24],
  ['dcbm-v3', 4096, 4, 4.01, 0.17],
  ['dcbm-v3', 16384, 4, 6.36, 0.26],
  ['dcbm-v3', 65536, 4, 7.71, 0.89],
  ['dcbm-v3', 131072, 4, 9.4, 1.35],
  ['dcbm-v3', 262144, 4, 10.27, 1.96],
  ['dcbm-v3', 524288, 4, 10.6, 1.42],
  ['dcbm-v3', 1048576, 4, 12.35, 2.64],
  ['dcbm-v3', 2097152, 4, 26.84, 0.91],
  ['dcbm-v3', 4096, 16, 4.61, 0.25],
  ['dcbm-v3', 16384, 16, 9.08, 0.79],
  ['dcbm-v3', 65536, 16, 11.14, 1.75],
  ['dcbm-v3', 131072, 16, 13.95, 3.85],
  ['dcbm-v3', 262144, 16, 13.69, 3.39],
  ['dcbm-v3', 524288, 16, 15.47, 3.44],
  ['dcbm-v3', 1048576, 16, 15.44, 4.65],
  ['dcbm-v3', 2097152, 16, 63.69, 5.01],
];

/** The same for 2 MB folios on channel counts that the tables of the series leave out; the preset was not fitted to them. */
export const V3_UNSEEN: readonly ThroughputRow[] = [
  ['dcbm-v3', 2097152, 2, 14.23, 0],
  ['dcbm-v3', 2097152, 8, 45.27, 0],
  ['dcbm-v3', 2097152, 12, 59.94, 0],
];
