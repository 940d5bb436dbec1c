/** Everyone who plays a case in this process: one call is one play of the workload. */
import { resolveConfig, simulate, summarize } from '../../src/engine/sim/simulate';
import type { RunSummary } from '../../src/engine/sim/simulate';
import type { Run } from '../../src/engine/sim/run';
import type { Workload } from '../../src/engine/folio/workload';
import { playOracle } from '../../test/engine/oracle/oracle';
import { planOf } from '../plain/plan';
import { playPlain } from '../plain/simulation';
import type { BenchCase } from './workloads';

/** What a play came to, by which two simulations are known to play the same model. */
export interface Outcome {
  /** When the last call ended, and the durations of all calls, ps. */
  readonly end: number;
  readonly busy: number;
  /** Base pages moved. */
  readonly moved: number;
  /** Bytes that the result keeps in typed arrays; null where it is of objects. */
  readonly bytes: number | null;
  /** Segments of a run, batches of a summary, steps that the oracle wrote down, or events that happened. */
  readonly steps: number;
}

/** One call of `play` is one play; `check` says what it came to. */
export interface Contender<T> {
  readonly play: () => T;
  readonly check: (result: T) => Outcome;
}

function engine(workload: Workload, { machine, config }: BenchCase): Contender<Run> {
  return {
    // Without statistics: no further plays at varied costs.
    play: () => simulate(workload, { machine, config: { ...config, runs: 0 } }),
    check: (run) => ({
      end: run.end,
      busy: sum(run.calls.end) - sum(run.calls.start),
      moved: run.totals.nr_succeeded,
      bytes: [run.calls, run.batches, run.segments, run.shapes, run.folios].reduce(
        (all, table) => all + bytesOf(table),
        0,
      ),
      steps: run.segments.length,
    }),
  };
}

function summary(workload: Workload, { machine, config }: BenchCase): Contender<RunSummary> {
  return {
    play: () => summarize(workload, { machine, config }),
    check: ({ end, inCalls, totals, batches }) => ({
      end,
      busy: inCalls,
      moved: totals.nr_succeeded,
      bytes: null,
      steps: batches,
    }),
  };
}

function oracle(
  workload: Workload,
  { machine, config }: BenchCase,
): Contender<ReturnType<typeof playOracle>> {
  const resolved = resolveConfig({ ...config, runs: 0 });
  return {
    play: () => playOracle(workload, machine, resolved),
    check: ({ calls, end }) => ({
      end,
      busy: calls.reduce((all, call) => all + call.now - call.start, 0),
      moved: calls.reduce((all, call) => all + call.stats.nr_succeeded, 0),
      bytes: null,
      steps: calls.reduce((all, call) => all + call.log.length, 0),
    }),
  };
}

function plain(workload: Workload, { machine, config }: BenchCase): Contender<ReturnType<typeof playPlain>> {
  const plan = planOf(workload, machine, resolveConfig(config));
  return {
    play: () => playPlain(plan),
    check: ({ end, busy, moved, events }) => ({ end, busy, moved, bytes: null, steps: events }),
  };
}

const CONTENDERS = { engine, summary, oracle, plain } as const;
export type ContenderName = keyof typeof CONTENDERS;

export function contenderOf(name: ContenderName, folios: number, benchCase: BenchCase): Contender<unknown> {
  return CONTENDERS[name](benchCase.workload(folios), benchCase) as Contender<unknown>;
}

function sum(column: Float64Array): number {
  return column.reduce((all, value) => all + value, 0);
}

function bytesOf(table: object): number {
  return Object.values(table).reduce<number>(
    (all, column) => all + (ArrayBuffer.isView(column) ? column.buffer.byteLength : 0),
    0,
  );
}
