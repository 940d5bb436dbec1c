/** What the analysis thread answers. Runs that are not kept here are moved to the host, others copied. */
import type { OverheadTable } from '../analysis/overhead';
import { observedRun } from '../analysis/observedRun';
import { pagesGiven, replay } from '../analysis/replay';
import { overheadTable } from '../analysis/reproduce';
import { tableBuffers } from '../base/columns';
import type { Machine } from '../engine/machine/machine';
import { DEFAULT_MACHINE } from '../engine/machine/presets/registry';
import { ProgressObserver, RunCancelled } from '../engine/probe/observer';
import type { ObservedTimes, Run, RunConfig } from '../engine/sim/run';
import type { WorkerNotices, WorkerRequests } from '../protocol/messages';
import type { Handlers, RequestContext } from '../protocol/rpc';
import { Cancelled, Transferred } from '../protocol/rpc';
import { exportOf } from '../trace/export/formats';
import type { MigrationTrace } from '../trace/model';
import { describedText } from './describe';
import { exportFile } from './exportFile';
import { readTraceFile } from './readTraceFile';
import { headerOf } from './summary';
import type { OpenTrace } from './traceStore';
import { TraceStore } from './traceStore';

export function createAnswers(
  progress: (payload: WorkerNotices['progress']) => void,
  /** Runs are numbered from here on; a thread that took over from a crashed one must not repeat numbers. */
  firstRun = 1,
): Handlers<WorkerRequests> {
  const store = new TraceStore();
  let nextRun = firstRun;
  /** The last table: every trace on the same machine has the same one. */
  let table: { readonly machine: string; readonly value: OverheadTable } | null = null;
  return {
    openTrace: async ({ path }, context) => {
      const parsed = await readTraceFile(path, {
        companions: {},
        cancelled: () => context.cancelled(),
        progress: (done, total) => progress({ requestId: context.requestId, what: 'Reading', done, total }),
      });
      return store.add(parsed);
    },
    closeTrace: ({ traceId }) => {
      store.remove(traceId);
      return null;
    },
    observedRun: ({ traceId }) => {
      const open = store.get(traceId);
      const observed = open.observed();
      if (observed === null) return null;
      return { header: headerOf(nextRun++, traceId, open.trace, observed.run), run: observed.run };
    },
    observedTimes: ({ traceId, first, count }) => {
      const slice = observedSlice(store.get(traceId), first, count);
      return new Transferred(slice, tableBuffers(slice));
    },
    simulate: ({ traceId, config, machine }, context) => {
      const { trace } = store.get(traceId);
      const run = replayed(trace, config, machine, context, (done, total) =>
        progress({ requestId: context.requestId, what: 'Simulating', done, total }),
      );
      return new Transferred({ header: headerOf(nextRun++, traceId, trace, run), run }, runBuffers(run));
    },
    exportTrace: async ({ traceId, simulated, format, table: name, path }, context) => {
      const { trace } = store.get(traceId);
      const tell = (what: string, done: number, total: number) =>
        progress({ requestId: context.requestId, what, done, total });
      const run =
        simulated === null
          ? observedRun(trace)
          : replayed(trace, { ...simulated.config, runs: 0 }, simulated.machine, context, (done, total) =>
              tell('Simulating', done, total),
            );
      const bytes = await exportFile(path, exportOf({ trace, run }, { format, table: name }), {
        cancelled: () => context.cancelled(),
        progress: (done) => tell('Writing', done, 0),
      });
      return { bytes };
    },
    overhead: ({ machine }) => {
      const key = JSON.stringify(machine);
      if (table?.machine !== key) {
        table = { machine: key, value: overheadTable(machine ?? DEFAULT_MACHINE) };
      }
      return table.value;
    },
    describeWorkload: ({ options }) => ({ text: describedText(options) }),
  };
}

/** Base pages between two looks for a cancel, at most: some tens of milliseconds of the slowest designs. */
const PAGES_UNHEARD = 1 << 18;

/** A run of the trace; throws Cancelled if the request was taken back meanwhile. */
function replayed(
  trace: MigrationTrace,
  config: Partial<RunConfig>,
  machine: Machine | null,
  context: RequestContext,
  report: (done: number, total: number) => void,
): Run {
  const pages = pagesGiven(trace);
  const observer = new ProgressObserver({
    pages,
    report,
    isCancelled: () => context.cancelled(),
    every: Math.max(1, Math.min(PAGES_UNHEARD, Math.ceil(pages / 10))),
  });
  try {
    return replay(trace, config, machine, observer);
  } catch (error) {
    throw error instanceof RunCancelled ? new Cancelled() : error;
  }
}

function observedSlice(open: OpenTrace, first: number, count: number): ObservedTimes {
  const observed = open.observed();
  if (observed === null || observed.run.folioCount === 0)
    throw new Error('the trace holds no recorded folio times');
  const { folioCount } = observed.run;
  const from = Math.max(0, Math.min(folioCount, Math.floor(first)));
  return observed.times(from, Math.max(0, Math.min(folioCount - from, Math.floor(count))));
}

function runBuffers(run: Run): ArrayBuffer[] {
  return [run.calls, run.batches, run.segments, run.shapes, run.folios].flatMap((table) =>
    tableBuffers(table),
  );
}
