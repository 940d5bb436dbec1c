/**
 * Kernel code is played by a lane (sim/lanes.ts), one of several CPUs that migrate beside each other. Where it must
 * know the state of something shared (which channels are free), or wait for others, it pauses.
 */
import type { Copies } from '../sim/copies';

/** null: until this CPU's clock is the run's. Copies: until they are done. */
export type Pause = Copies | null;

export type Playing<T> = Generator<Pause, T, void>;
