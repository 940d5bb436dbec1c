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
  wastedCopies: number;
  slept: number;
  /** Channels share engines; 0 engines for worker threads. */
  readonly engines: number;
}

export function createDmaState(channels: number, engines: number): DmaState {
  return {
    freeAt: new Float64Array(channels),
    busy: new Float64Array(channels),
    descriptors: 0,
    bytes: 0,
    fallbackFolios: 0,
    refusedBatches: 0,
    wastedCopies: 0,
    slept: 0,
    engines,
  };
}
