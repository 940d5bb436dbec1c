/** The DMA channels of a run, shared by all migrating CPUs, and what is counted of them. */
import type { Rng } from '../../../base/rng';
import { createRng } from '../../../base/rng';
import type { DmaAccount, FaultStage } from '../../sim/run';
import { FAULT_STAGES } from '../../sim/run';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export interface DmaState extends Omit<Writable<DmaAccount>, 'busy' | 'failures'> {
  /** When each channel is free again, ps; Infinity while a batch holds it, and for good once it is lost. */
  readonly freeAt: Float64Array;
  /** ps busy, by channel. */
  readonly busy: Float64Array;
  readonly failures: Record<FaultStage, number>;
  readonly lost: Set<number>;
  /** Draws the order in which engines complete. */
  readonly rng: Rng;
  /** Attempts to offload a batch so far. */
  attempts: number;
}

export function createDmaState(channels: number, seed: number): DmaState {
  return {
    freeAt: new Float64Array(channels),
    lost: new Set(),
    rng: createRng(seed),
    attempts: 0,
    ...emptyAccount(),
    busy: new Float64Array(channels),
  };
}

export function dmaAccount(state: DmaState): DmaAccount {
  const account: Writable<DmaAccount> = {
    ...emptyAccount(),
    busy: [...state.busy],
    failures: { ...state.failures },
  };
  for (const name of DMA_COUNTS) account[name] = state[name];
  return account;
}

/** Nothing offloaded: also what is known of an observed run. */
export function emptyAccount() {
  const failures = Object.fromEntries(FAULT_STAGES.map((stage) => [stage, 0])) as Record<FaultStage, number>;
  const counts = Object.fromEntries(DMA_COUNTS.map((name) => [name, 0])) as Record<
    (typeof DMA_COUNTS)[number],
    number
  >;
  return { busy: [] as readonly number[], failures, ...counts };
}

/** What is counted, each a number. */
export const DMA_COUNTS = [
  'descriptors',
  'bytes',
  'fallbackFolios',
  'refusedBatches',
  'wastedCopies',
  'slept',
  'foliosMigrated',
  'foliosFailures',
  'interrupts',
  'interruptTime',
  'prematureFolios',
  'rewrittenFolios',
  'declinedBatches',
  'coldTouch',
] as const satisfies readonly (keyof DmaAccount)[];
export type DmaCounts = Record<(typeof DMA_COUNTS)[number], number>;
