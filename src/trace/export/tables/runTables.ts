/** Calls and batches of a run, recorded or simulated. */
import { TOTAL_NAMES } from '../../../engine/kernel/totals';
import { modeName, reasonName } from '../../../engine/kernel/modes';
import type { Run } from '../../../engine/sim/run';
import { BATCH_KINDS, PHASES } from '../../../engine/sim/run';
import { CALL_FLAGS } from '../../../engine/folio/workload';
import type { MigrationTrace } from '../../model';
import type { ColumnOf, ExportTable } from './table';
import { indexes, numbers, tableOf, texts } from './table';

/** A run, and the trace it was recorded in or played from. */
export interface TableSource {
  readonly run: Run;
  readonly trace: MigrationTrace;
}

/** Where its 0 is: a recorded run has the times of its trace. */
export function originOf({ run, trace }: TableSource): number {
  return run.kind === 'observed' ? trace.span.startNs : 0;
}

export function factsOf({ run, trace }: TableSource): Record<string, string> {
  const recorded = run.kind === 'observed';
  return {
    run: recorded ? 'recorded by a kernel' : 'simulated by MigTrace',
    title: run.title,
    input: run.provenance.input,
    input_sha256: run.provenance.sha256,
    recorded_kernel: trace.provenance.kernel ?? '',
    clock: recorded ? (trace.provenance.clock ?? '') : 'ns from the start of the run',
    design: run.config?.path ?? '',
    kernel_rules: run.config?.kernel ?? '',
    machine: run.machine?.name ?? '',
  };
}

const IN_FOLIOS: ReadonlySet<string> = new Set([
  'nr_thp_succeeded',
  'nr_thp_failed',
  'nr_thp_split',
  'nr_split',
]);

export function callsTable(source: TableSource): ExportTable {
  const { run, trace } = source;
  const { calls } = run;
  const of = trace.workload.calls;
  const { comms } = trace.workload;
  const origin = originOf(source);
  const at = (ps: number) => origin + ps / 1000;
  const row = (call: number) => calls.source[call] as number;
  const isObserved = run.kind === 'observed';
  const columns: ColumnOf<number>[] = [
    numbers('call', 'int32', null, 'Number of the call, from 0', (call) => call),
    texts('task', 'Name of the calling task', (call) => comms[of.comm[row(call)] as number] ?? ''),
    numbers('pid', 'int32', null, 'Its process number', (call) => of.pid[row(call)] as number),
    numbers(
      'cpu',
      'int32',
      null,
      'CPU it ran on when it entered migrate_pages()',
      (call) => of.cpu[row(call)] as number,
    ),
    texts('mode', 'enum migrate_mode', (call) => modeName(calls.mode[call] as number)),
    texts('reason', 'enum migrate_reason', (call) => reasonName(calls.reason[call] as number)),
    numbers('start_ns', 'double', 'ns', 'When migrate_pages() was entered', (call) =>
      at(calls.start[call] as number),
    ),
    numbers('end_ns', 'double', 'ns', 'When it was left', (call) => at(calls.end[call] as number)),
    numbers(
      'duration_ns',
      'double',
      'ns',
      'Time in between',
      (call) => ((calls.end[call] as number) - (calls.start[call] as number)) / 1000,
    ),
    numbers(
      'batches',
      'int32',
      'batches',
      'Batches it was cut into',
      (call) => calls.batchCount[call] as number,
    ),
    numbers(
      'folios',
      'int32',
      'folios',
      isObserved ? 'Folios that printed events' : 'Folios given, and parts of split ones',
      (call) => calls.count[call] as number,
    ),
    numbers(
      'pages',
      'int64',
      'pages',
      isObserved ? 'Base pages that succeeded or failed' : 'Base pages given',
      (call) => calls.pages[call] as number,
    ),
    ...TOTAL_NAMES.map((name): ColumnOf<number> => {
      const unit = IN_FOLIOS.has(name) ? 'folios' : 'pages';
      return numbers(
        `${name}_${unit}`,
        'int64',
        unit,
        `${name} of the mm_migrate_pages event`,
        (call) => calls[name][call] as number,
      );
    }),
  ];
  if (isObserved) {
    columns.push(
      texts('recorded', 'whole: from start to end without a known loss; else partial', (call) =>
        ((of.flags[row(call)] as number) & CALL_FLAGS.partial) === 0 ? 'whole' : 'partial',
      ),
    );
  } else {
    columns.push(
      numbers(
        'untried_pages',
        'int64',
        'pages',
        'Base pages never tried, after -ENOMEM',
        (call) => calls.untried[call] as number,
      ),
      numbers(
        'returned',
        'int32',
        null,
        'Return value of migrate_pages(): folios not migrated, or -12',
        (call) => calls.returned[call] as number,
      ),
      ...PHASES.map((phase) =>
        numbers(
          `${phase}_ns`,
          'double',
          'ns',
          `Time charged to ${phase}; the five add up to duration_ns`,
          (call: number) => (calls[phase][call] as number) / 1000,
        ),
      ),
      numbers(
        'slept_ns',
        'double',
        'ns',
        'Of the duration, asleep',
        (call) => (calls.slept[call] as number) / 1000,
      ),
    );
  }
  return tableOf('calls', columns, calls.length, () => indexes(calls.length), factsOf(source));
}

export function batchesTable(source: TableSource): ExportTable {
  const { batches } = source.run;
  const origin = originOf(source);
  const columns: ColumnOf<number>[] = [
    numbers('batch', 'int32', null, 'Number of the batch, from 0', (batch) => batch),
    numbers('call', 'int32', null, 'The call it belongs to', (batch) => batches.call[batch] as number),
    texts(
      'kind',
      'batch; alone: one folio tried by itself; split: parts of split folios; finish: second half of an asynchronous batch',
      (batch) => BATCH_KINDS[batches.kind[batch] as number] ?? '',
    ),
    numbers(
      'start_ns',
      'double',
      'ns',
      'Its begin',
      (batch) => origin + (batches.start[batch] as number) / 1000,
    ),
    numbers('end_ns', 'double', 'ns', 'Its end', (batch) => origin + (batches.end[batch] as number) / 1000),
    numbers(
      'duration_ns',
      'double',
      'ns',
      'Time in between',
      (batch) => ((batches.end[batch] as number) - (batches.start[batch] as number)) / 1000,
    ),
    numbers('folios', 'int32', 'folios', 'Folios it deals with', (batch) => batches.count[batch] as number),
    numbers('pages', 'int64', 'pages', 'Their base pages', (batch) => batches.pages[batch] as number),
    numbers(
      'moved_pages',
      'int64',
      'pages',
      'Base pages it moved',
      (batch) => batches.moved[batch] as number,
    ),
    numbers(
      'failed_pages',
      'int64',
      'pages',
      'Base pages that failed for good in it',
      (batch) => batches.failed[batch] as number,
    ),
  ];
  return tableOf('batches', columns, batches.length, () => indexes(batches.length), factsOf(source));
}
