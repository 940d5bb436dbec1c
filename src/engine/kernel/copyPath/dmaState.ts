/** The DMA channels of a run, shared by all migrating CPUs, and what is counted of them. */
import type { DmaAccount, FaultStage } from '../../sim/run';
import { FAULT_STAGES } from '../../sim/run';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export interface DmaState extends Omit<Writable<DmaAccount>, 'busy' | 'failures'> {
  /** When each channel is free again, ps; Infinity while a batch holds it, and for good once it is lost. */
  readonly freeAt: Float64Array;
  /** ps busy, by channel. */
  readonly busy: Float64Array;
  readonly failures: Record<FaultStage, number>;
  /** Channels share engines; 0 engines for worker threads. */
  readonly engines: number;
  /** Attempts to offload a batch so far. */
  attempts: number;
}

export function createDmaState(channels: number, engines: number): DmaState {
  return {
    freeAt: new Float64Array(channels),
    engines,
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
  for (const name of COUNTS) account[name] = state[name];
  return account;
}

/** Nothing offloaded: also what is known of an observed run. */
export function emptyAccount() {
  const failures = Object.fromEntries(FAULT_STAGES.map((stage) => [stage, 0])) as Record<FaultStage, number>;
  const counts = Object.fromEntries(COUNTS.map((name) => [name, 0])) as Record<
    (typeof COUNTS)[number],
    number
  >;
  return { busy: [] as readonly number[], failures, ...counts };
}

const COUNTS = [
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
