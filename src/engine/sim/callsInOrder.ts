/** Calls that are written beside each other, and put into the run's tables in the order in which they began. */
import { PATHS } from '../kernel/copyPath/registry';
import type { RunConfig } from './run';
import { appendCall, RunTables } from './runTables';

export class CallsInOrder {
  private readonly run: RunTables;
  private readonly config: RunConfig;
  /** Whether copies of a batch may end after the next has begun, so that the rows of a call are to be put in order. */
  private readonly overtakes: boolean;
  private readonly segmentsPerBatch: number;
  /** Tables of calls that have begun, and that one before them or they themselves keep from being complete. */
  private readonly open: RunTables[] = [];
  private readonly done = new Set<RunTables>();
  /** Written out, to be used again. */
  private readonly spare: RunTables[] = [];

  constructor(run: RunTables, config: RunConfig) {
    this.run = run;
    this.config = config;
    this.overtakes = PATHS[config.path].frame?.().begin !== undefined;
    this.segmentsPerBatch = segmentsPerBatch(config);
  }

  /** Tables for a call over `runs` runs of folios: the run's own, if no call before it is still to be put there. */
  begin(runs: number, pages: number): RunTables {
    const own = this.open.length === 0 && !this.overtakes ? this.run : this.tables(runs, pages);
    this.open.push(own);
    return own;
  }

  private tables(runs: number, pages: number): RunTables {
    const segments = Math.ceil(pages / this.config.batchPages) * this.segmentsPerBatch;
    return this.spare.pop() ?? new RunTables(1, runs, 0, this.run.shapes, segments);
  }

  end(own: RunTables): void {
    this.done.add(own);
    for (let first = this.open[0]; first !== undefined && this.done.has(first); first = this.open[0]) {
      this.done.delete(first);
      this.open.shift();
      if (first === this.run) continue;
      appendCall(this.run, first);
      first.clear();
      this.spare.push(first);
    }
  }
}

/** What each channel or thread adds to a batch, at most in most cases: set-up, list, doorbell, copy, release, flush. Room that is not used costs nothing. */
function segmentsPerBatch({ path, channels, threads }: RunConfig): number {
  return path === 'threads' ? 2 * threads : PATHS[path].offloads ? 6 * channels : 0;
}
