import type { Outcome } from './contenders';

/** CPU time of one play: the first of a process, and the mean of later ones. */
export interface Measured {
  readonly coldNs: number;
  readonly warmNs: number;
  /** Plays that `warmNs` is the mean of. */
  readonly calls: number;
  readonly outcome: Outcome;
}

/** CPU and clock from the start of something, ms. */
export interface Moment {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** A fresh thread: when it runs, has read the trace, and has answered. */
export interface FirstAnswer {
  readonly online: Moment;
  readonly opened: Moment;
  readonly answered: Moment;
}
