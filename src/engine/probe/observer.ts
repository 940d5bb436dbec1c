/** Listening to a run while it is played: nothing is called, built or counted when nobody listens. */

/**
 * Contract: `simulate()` calls what is there, in the order of the simulated clock of each lane; lanes interleave as
 * they are played. Calls of one play: `playBegins`; then per call `callBegins`, `batchEnds`, `callEnds`;
 * calls are numbered as the rows of `run.calls`. Batches alike that follow each other, with the tries alone of their folios, may be told of as one each. All arguments are numbers, so an event costs no allocation; an observer keeps none either.
 * An observer changes nothing: the run is the same, bit for bit, with and without it. It may throw: the play is
 * abandoned, no run is returned, and the error reaches the caller of `simulate()` as it is.
 */
export interface RunObserver {
  /**
   * The workload is about to be played for the `play`-th time of `plays`, from 0: the run itself, and those that its
   * statistics are taken over.
   */
  playBegins?(play: number, plays: number): void;
  /** `call`: row of `run.calls`; `lane`: the migrating CPU; `time` in ps; `pages`: base pages given. */
  callBegins?(call: number, lane: number, time: number, pages: number): void;
  /** `kind`: code of BATCH_KINDS; `start` and `end` in ps; base pages whose fate the batch settled. */
  batchEnds?(
    call: number,
    lane: number,
    kind: number,
    start: number,
    end: number,
    moved: number,
    failed: number,
  ): void;
  /** Base pages of the whole call: moved, failed, and never tried after an -ENOMEM; they add up to those given. */
  callEnds?(call: number, lane: number, time: number, moved: number, failed: number, untried: number): void;
}

/** An observer gave the run up. */
export class RunCancelled extends Error {
  constructor() {
    super('The run was cancelled.');
    this.name = 'RunCancelled';
  }
}

export interface ProgressOptions {
  /** Base pages of the workload. */
  readonly pages: number;
  /** Told at the begin of each play, then whenever `every` more base pages are settled, and when all are. */
  readonly report: (done: number, total: number) => void;
  /** Asked whenever `report` is told. True: the observer throws RunCancelled. */
  readonly isCancelled?: () => boolean;
  /** Base pages of all plays between two reports; by default a hundredth of them. */
  readonly every?: number;
}

/** Counts the base pages whose fate is settled, over all plays of a run, and can give the run up between two batches. */
export class ProgressObserver implements RunObserver {
  private readonly options: ProgressOptions;
  private plays = 1;
  private done = 0;
  private nextReport = 0;

  constructor(options: ProgressOptions) {
    this.options = options;
  }

  playBegins(play: number, plays: number): void {
    this.plays = plays;
    this.done = play * this.options.pages;
    this.report();
  }

  batchEnds(
    _call: number,
    _lane: number,
    _kind: number,
    _start: number,
    _end: number,
    moved: number,
    failed: number,
  ): void {
    this.count(moved + failed);
  }

  callEnds(
    _call: number,
    _lane: number,
    _time: number,
    _moved: number,
    _failed: number,
    untried: number,
  ): void {
    this.count(untried);
  }

  private count(pages: number): void {
    if (pages === 0) return;
    this.done += pages;
    if (this.done >= this.nextReport) this.report();
  }

  private report(): void {
    const { pages, report, isCancelled, every } = this.options;
    const total = pages * this.plays;
    this.nextReport = Math.min(this.done + (every ?? Math.ceil(total / 100)), total);
    report(this.done, total);
    if (isCancelled?.() === true) throw new RunCancelled();
  }
}
