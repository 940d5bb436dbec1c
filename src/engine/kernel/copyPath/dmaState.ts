/** The DMA channels of a run, shared by all migrating CPUs. */
export interface DmaState {
  /** When each channel is free again, ps. */
  readonly freeAt: Float64Array;
  /** ps busy, by channel. */
  readonly busy: Float64Array;
  descriptors: number;
  bytes: number;
  fallbackFolios: number;
  refusedBatches: number;
}

export function createDmaState(channels: number): DmaState {
  return {
    freeAt: new Float64Array(channels),
    busy: new Float64Array(channels),
    descriptors: 0,
    bytes: 0,
    fallbackFolios: 0,
    refusedBatches: 0,
  };
}
