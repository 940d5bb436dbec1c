/**
 * Listens to a run while it is played. Contract: called with plain numbers, in the order in which lanes play, which is
 * not the order of time across lanes; times in ps. Nothing is called where nobody listens. An observer may throw to end the run.
 */
export interface RunObserver {
  readonly callBegins?: (lane: number, time: number) => void;
  /** Base pages settled in the batch. */
  readonly batchEnds?: (lane: number, time: number, moved: number, failed: number) => void;
  readonly callEnds?: (lane: number, time: number, succeeded: number, failed: number) => void;
}
